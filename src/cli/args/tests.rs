//! argv becomes one verb with a whole input, or says why not.

use std::time::Duration;

use clap::error::ErrorKind;

use super::*;
use crate::{
    api::{device::RotationState, team::Role},
    cli::{
        credentials::StoreKind,
        output::delivery::{Delivery, Field, Way},
        settings::Environment,
        verbs::{
            Local, agent, audit, device,
            elevate::{
                Reading, Target, close, extend,
                list::{self, Whose},
                open, password, show,
            },
            login,
            serve::{self, LogFormat},
            team,
        },
    },
    client::Which,
    error::Kind,
};

fn words(line: &str) -> Vec<OsString> {
    // Two spaces stand for one inside a word.
    let words = line.split(' ').fold(Vec::<String>::new(), |mut words, word| {
        match (word, words.last_mut()) {
            ("", Some(last)) => last.push(' '),
            (word, Some(last)) if last.ends_with(' ') => last.push_str(word),
            (word, _) => words.push(word.to_owned()),
        }
        words
    });
    std::iter::once("mmd".into()).chain(words.into_iter().map(Into::into)).collect()
}

fn environment() -> Environment {
    Environment::of([("MMD_DATA_DIR", "/data"), ("MMD_MASTER_KEY_FILE", "/key")]).unwrap()
}

fn verb(line: &str) -> Verb {
    let cli = parse(&words(line)).unwrap_or_else(|unrun| panic!("{line}: {}", unrun.plain));
    cli.verb(&environment()).unwrap_or_else(|error| panic!("{line}: {error}"))
}

/// The sentence of what is refused, by whomever.
fn refused(line: &str) -> String {
    match parse(&words(line)) {
        Err(unrun) => {
            assert!(!unrun.is_data, "{line}");
            unrun.error.message
        }
        Ok(cli) => {
            let error = cli.verb(&environment()).unwrap_err();
            assert_eq!(error.kind, Kind::Usage);
            error.message
        }
    }
}

fn reading(delivery: Option<Delivery>) -> Reading {
    Reading { delivery, wait: Duration::from_secs(20), which: Which::Newest }
}

fn opening(device: &str) -> open::Input {
    open::Input {
        device: device.into(),
        ticket: None,
        plan: None,
        title: None,
        category: None,
        subcategory: None,
        reading: reading(None),
    }
}

fn of(device: &str) -> Target {
    Target::Device(device.into())
}

#[test]
fn a_device_is_elevated_with_every_flag() {
    let way = |way| reading(Some(Delivery::Way(way)));
    for (line, input) in [
        ("elevate D1", opening("D1")),
        (
            "elevate D1 -t INC1 -m resync  the  clock --copy",
            open::Input {
                ticket: Some("INC1".into()),
                plan: Some("resync the clock".into()),
                reading: way(Way::Copy),
                ..opening("D1")
            },
        ),
        (
            "elevate --ticket INC1 --plan p --title t --category Office --subcategory Word D1 -r",
            open::Input {
                ticket: Some("INC1".into()),
                plan: Some("p".into()),
                title: Some("t".into()),
                category: Some("Office".into()),
                subcategory: Some("Word".into()),
                reading: way(Way::Reveal),
                ..opening("D1")
            },
        ),
        ("elevate D1 --qr", open::Input { reading: way(Way::Qr), ..opening("D1") }),
        ("elevate D1 --phonetic", open::Input { reading: way(Way::Phonetic), ..opening("D1") }),
        (
            "elevate D1 --field validUntil --wait 1min",
            open::Input {
                reading: Reading {
                    wait: Duration::from_secs(60),
                    ..reading(Some(Delivery::Field(Field::ValidUntil)))
                },
                ..opening("D1")
            },
        ),
        (
            "elevate D1 --field password -t list -m close",
            open::Input {
                ticket: Some("list".into()),
                plan: Some("close".into()),
                reading: reading(Some(Delivery::Field(Field::Password))),
                ..opening("D1")
            },
        ),
        (
            "elevate D1 --older -c",
            open::Input {
                reading: Reading { which: Which::Older, ..way(Way::Copy) },
                ..opening("D1")
            },
        ),
    ] {
        assert_eq!(verb(line), Verb::ElevateOpen(input), "{line}");
    }
}

#[test]
fn the_verbs_of_elevate() {
    let id = "6f9d3c1e-2b7a-4f0e-9a51-0d5c8f3b7e42".parse().unwrap();
    let everything = list::Input { open: None, whose: Whose::Mine, device: None };
    let closing =
        |target, if_open| close::Input { target, actions: Some("done it".into()), if_open };
    for (line, expected) in [
        ("elevate list", Verb::ElevateList(everything.clone())),
        ("elevate --json list", Verb::ElevateList(everything.clone())),
        ("--json elevate list --mine", Verb::ElevateList(everything.clone())),
        (
            "elevate list --open --all --device D1",
            Verb::ElevateList(list::Input {
                open: Some(true),
                whose: Whose::Everybody,
                device: Some("D1".into()),
            }),
        ),
        (
            "elevate list --closed",
            Verb::ElevateList(list::Input { open: Some(false), ..everything }),
        ),
        (
            "elevate show 6f9d3c1e-2b7a-4f0e-9a51-0d5c8f3b7e42",
            Verb::ElevateShow(show::Input { id }),
        ),
        (
            "elevate password D1 --generation 3 --field password",
            Verb::ElevatePassword(password::Input {
                target: of("D1"),
                reading: Reading {
                    which: Which::Generation(3),
                    ..reading(Some(Delivery::Field(Field::Password)))
                },
            }),
        ),
        (
            "elevate extend D1",
            Verb::ElevateExtend(extend::Input { target: of("D1"), by: Duration::from_secs(3600) }),
        ),
        (
            "elevate extend D1 --for 30min",
            Verb::ElevateExtend(extend::Input { target: of("D1"), by: Duration::from_secs(1800) }),
        ),
        ("elevate close D1 -m done  it", Verb::ElevateClose(closing(of("D1"), false))),
        (
            "elevate close 6f9d3c1e-2b7a-4f0e-9a51-0d5c8f3b7e42 --actions done  it --if-open",
            Verb::ElevateClose(closing(Target::Id(id), true)),
        ),
        // A device may be called like a verb where a device is asked for.
        ("elevate close list -m done  it", Verb::ElevateClose(closing(of("list"), false))),
    ] {
        assert_eq!(verb(line), expected, "{line}");
    }
}

#[test]
fn no_verbs_word_is_taken_for_a_device() {
    let command = command();
    let elevate = command.find_subcommand("elevate").unwrap();
    let words: Vec<_> = elevate.get_subcommands().map(clap::Command::get_name).collect();
    assert_eq!(words, ["list", "show", "password", "extend", "close"]);
    for word in words {
        for line in [format!("elevate {word}"), format!("elevate --json {word}")] {
            let opened = parse(&self::words(&line)).ok().and_then(|c| c.verb(&environment()).ok());
            assert!(!matches!(opened, Some(Verb::ElevateOpen(_))), "{line}");
        }
        let behind = format!("elevate -- {word}");
        assert_eq!(verb(&behind), Verb::ElevateOpen(opening(word)));
        // Behind a device it is no second word of anything.
        let arguments = match word {
            "list" => "",
            "show" => " 6f9d3c1e-2b7a-4f0e-9a51-0d5c8f3b7e42",
            _ => " D2",
        };
        assert_eq!(
            refused(&format!("elevate D1 {word}{arguments}")),
            "`D1` stands before a command of `elevate`"
        );
    }
}

#[test]
fn what_contradicts_itself_is_refused() {
    for (line, sentence) in [
        ("elevate", "`DEVICE` is missing"),
        ("elevate -t INC1 list", "flags of `elevate DEVICE` stand before a command of `elevate`"),
        (
            "elevate --copy password D1",
            "flags of `elevate DEVICE` stand before a command of `elevate`",
        ),
        ("status --json --output csv", "`--json` and `--output` ask for two formats"),
        ("team add a@b c@d --invite", "`--invite` prints the code of one member"),
        (
            "serve --sample admin-invite --data-dir /d",
            "flags of `serve` stand before a command of `serve`",
        ),
        ("login http://mmd.example.com", "`http://mmd.example.com` is not encrypted"),
        ("elevate D1 --copy --reveal", "the argument '--copy' cannot be used with '--reveal'"),
        (
            "elevate D1 --older --generation 2",
            "the argument '--older' cannot be used with '--generation <N>'",
        ),
        ("elevate list --open --closed", "the argument '--open' cannot be used with '--closed'"),
        ("elevate D1 -t  ", "invalid value '  ' for '--ticket <ID>': it is blank"),
        ("elevate D1 --field secret", "invalid value 'secret' for '--field <NAME>'"),
        (
            "elevate D1 --wait soon",
            "invalid value 'soon' for '--wait <TIME>': `soon` is not a time span: write `20s`, `2min` or `1h`",
        ),
        ("serve --tls-cert c", "the following required arguments were not provided"),
        ("team add", "the following required arguments were not provided"),
        ("team add ana", "invalid value 'ana' for '<UPN>...': a UPN looks like `name@domain`"),
        ("audit list -n 0", "invalid value '0' for '-n <N>': 0 is not in 1..=10000"),
        ("nonsense", "unrecognized subcommand 'nonsense'"),
        ("status --nonsense", "unexpected argument '--nonsense' found"),
        ("device", "a command is missing"),
        ("team app", "a command is missing"),
    ] {
        assert_eq!(refused(line), sentence, "{line}");
    }
}

#[test]
fn a_password_in_a_url_is_not_repeated() {
    assert!(!refused("login https://ana:hunter2@mmd.example.com").contains("hunter2"));
}

#[test]
fn devices_team_and_audit() {
    let (name, d1) = (String::from("D1"), Some(String::from("D1")));
    for (line, expected) in [
        ("device list", Verb::DeviceList(device::list::Input { rotation: None })),
        (
            "device list --rotation owed",
            Verb::DeviceList(device::list::Input { rotation: Some(RotationState::Owed) }),
        ),
        ("device show D1", Verb::DeviceShow(device::show::Input { name: name.clone() })),
        ("device search D1", Verb::DeviceSearch(device::search::Input { text: name.clone() })),
        (
            "device enroll D1 --ring broad",
            Verb::DeviceEnroll(device::enroll::Input {
                name: name.clone(),
                ring: Some("Broad".into()),
            }),
        ),
        (
            "device rotate D1 --wait 5",
            Verb::DeviceRotate(device::rotate::Input {
                name: name.clone(),
                wait: Some(Duration::from_secs(5)),
            }),
        ),
        (
            "device sign-in D1 --account adm --password-stdin",
            Verb::DeviceSignIn(device::sign_in::Input {
                name: name.clone(),
                account: "adm".into(),
                password_stdin: true,
            }),
        ),
        ("team list", Verb::TeamList),
        (
            "team add a@b c@d --role desk --role auditor",
            Verb::TeamAdd(team::add::Input {
                upns: vec!["a@b".into(), "c@d".into()],
                roles: vec![Role::Desk, Role::Auditor],
                invite: false,
            }),
        ),
        (
            "team add --invite a@b",
            Verb::TeamAdd(team::add::Input {
                upns: vec!["a@b".into()],
                roles: vec![],
                invite: true,
            }),
        ),
        ("team remove a@b", Verb::TeamRemove(team::remove::Input { upns: vec!["a@b".into()] })),
        (
            "team app add nightly --may devices,passwords --expires 90d",
            Verb::TeamAppAdd(team::app_add::Input {
                name: "nightly".into(),
                may: vec!["devices".into(), "passwords".into()],
                expires_in_days: Some(90),
            }),
        ),
        (
            "audit list --device D1 --who a@b --action password.viewed -n 7",
            Verb::AuditList(audit::list::Input {
                device: d1,
                who: Some("a@b".into()),
                action: Some("password.viewed".into()),
                latest: 7,
            }),
        ),
        ("audit who D1", Verb::AuditWho(audit::who::Input { device: name })),
        ("audit export --after 12", Verb::AuditExport(audit::export::Input { after: 12 })),
        ("audit head", Verb::AuditHead),
        (
            "audit verify --since-head h",
            Verb::AuditVerify(audit::verify::Input { since_head: Some("h".into()) }),
        ),
        (
            "audit verify - --since-head h",
            Verb::Local(Local::AuditVerifyFile(audit::verify_file::Input {
                file: "-".into(),
                since_head: Some("h".into()),
            })),
        ),
    ] {
        assert_eq!(verb(line), expected, "{line}");
    }
}

#[test]
fn accounts_service_and_agent() {
    let url = "https://mmd.example.com";
    let served = serve::Input {
        config: None,
        listen: "127.0.0.1:8443".into(),
        public_url: None,
        data_dir: "/data/service".into(),
        sample: false,
        ready_file: None,
        admin: None,
        tls: None,
        master_key_file: Some("/key".into()),
        log_format: LogFormat::Text,
        verbose: false,
    };
    for (line, expected) in [
        (
            "login",
            Verb::Login(login::Input { url: None, invite: false, store: StoreKind::Keyring }),
        ),
        (
            "login https://mmd.example.com/ --invite --store file",
            Verb::Login(login::Input {
                url: Some(url.parse().unwrap()),
                invite: true,
                store: StoreKind::File,
            }),
        ),
        ("logout", Verb::Logout),
        ("status", Verb::Status),
        ("serve", Verb::Local(Local::Serve(served.clone()))),
        (
            "serve --config c --listen 0.0.0.0:1 --public-url u --data-dir d --sample \
             --ready-file r --admin a@b --tls-cert t --tls-key k --log-format json --verbose",
            Verb::Local(Local::Serve(serve::Input {
                config: Some("c".into()),
                listen: "0.0.0.0:1".into(),
                public_url: Some("u".into()),
                data_dir: "d".into(),
                sample: true,
                ready_file: Some("r".into()),
                admin: Some("a@b".into()),
                tls: Some(("t".into(), "k".into())),
                log_format: LogFormat::Json,
                verbose: true,
                ..served
            })),
        ),
        (
            "serve admin-invite --data-dir d --member a@b",
            Verb::Local(Local::AdminInvite(crate::cli::verbs::admin_invite::Input {
                data_dir: "d".into(),
                member: Some("a@b".into()),
                master_key_file: Some("/key".into()),
            })),
        ),
        (
            "agent enroll --service https://mmd.example.com --account adm --state-dir s",
            Verb::AgentEnroll(agent::enroll::Input {
                account: "adm".into(),
                state_dir: "s".into(),
                backend: None,
            }),
        ),
        ("agent run --state-dir s", Verb::Local(Local::AgentRun("s".into()))),
        ("agent once --state-dir s", Verb::Local(Local::AgentOnce("s".into()))),
        ("agent status --state-dir s", Verb::Local(Local::AgentStatus("s".into()))),
    ] {
        assert_eq!(verb(line), expected, "{line}");
    }
}

#[test]
fn global_flags_stand_anywhere() {
    let line = "elevate --profile work list --service https://a --tenant t --ca-file c --timeout \
                2min --output csv --quiet --verbose --no-input --color never --yes";
    let global = parse(&words(line)).unwrap().global;
    let flags = global.flags();
    assert_eq!(
        (flags.profile.as_deref(), flags.service.as_deref(), flags.tenant.as_deref()),
        (Some("work"), Some("https://a"), Some("t"))
    );
    assert_eq!((flags.output, flags.no_input), (Some(Format::Csv), true));
    assert_eq!(flags.ca_file, Some("c".into()));
    assert_eq!(global.timeout, Some(Duration::from_secs(120)));
    assert_eq!(global.color(), ColorChoice::Never);
    assert!(global.quiet && global.verbose && global.yes);
    assert_eq!(parse(&words("status --json")).unwrap().global.flags().output, Some(Format::Json));
}

#[test]
fn help_and_version_are_data_and_errors_keep_their_form() {
    for line in ["--help", "-h", "help", "--version", "elevate --help", "team app add -h"] {
        assert!(parse(&words(line)).unwrap_err().is_data, "{line}");
    }
    for (line, json) in [
        ("nonsense --json", true),
        ("nonsense --output json", true),
        ("nonsense --output=json", true),
        ("nonsense", false),
        ("elevate D1 D2 -- --json", false),
    ] {
        assert_eq!(parse(&words(line)).unwrap_err().json, json, "{line}");
    }
    let error = parse(&words("team add")).unwrap_err().error;
    assert_eq!(error.causes, ["<UPN>..."]);
    let error = parse(&words("statsu")).unwrap_err().error;
    assert!(error.hints[0].contains("status"), "{:?}", error.hints);
}

/// The command lines in the examples of `help`: what stands before a pipe, a file or a remark.
fn examples(help: &str) -> Vec<Vec<String>> {
    let joined = help.replace("\\\n    ", "");
    let lines = joined.lines().filter_map(|line| line.strip_prefix("  "));
    let ends = |line: &str| ["  ", " | ", " < ", " > ", " >> "].map(|end| line.find(end));
    let own = lines.filter(|line| line.starts_with("mmd ")).map(|line| {
        let end = ends(line).into_iter().flatten().min().unwrap_or(line.len());
        // A quoted part is one word.
        let parts = line[..end].split('"').enumerate();
        parts
            .flat_map(|(index, part)| match index % 2 {
                1 => vec![part.to_owned()],
                _ => part.split_whitespace().map(str::to_owned).collect(),
            })
            .collect()
    });
    own.collect()
}

#[test]
fn every_example_is_a_command_line() {
    let mut command = command();
    command.build();
    let mut all = vec![(String::from("mmd"), command.clone())];
    commands(&command, "mmd", &mut all);
    let mut count = 0;
    for (path, command) in &all {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        for example in examples(&help) {
            let args: Vec<_> = example.iter().map(OsString::from).collect();
            let cli = parse(&args).unwrap_or_else(|unrun| panic!("{path}: {}", unrun.plain));
            cli.verb(&environment()).unwrap_or_else(|error| panic!("{path}: {error}"));
            count += 1;
        }
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{path}");
    }
    assert!(count > 50, "{count}");
}

/// Every command, with the words that lead to it.
fn commands(command: &Command, path: &str, all: &mut Vec<(String, Command)>) {
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        let path = format!("{path} {}", inner.get_name());
        all.push((path.clone(), inner.clone()));
        commands(inner, &path, all);
    }
}

#[test]
fn every_command_has_a_first_line_examples_and_a_group() {
    let mut command = command();
    command.build();
    let mut all = Vec::new();
    commands(&command, "mmd", &mut all);
    assert!(all.len() > 30, "{}", all.len());
    for (path, command) in &all {
        let about = command.get_about().unwrap_or_else(|| panic!("{path}")).to_string();
        assert!(about.len() < 80 && !about.ends_with('.'), "{path}: {about}");
        assert!(about.starts_with(|c: char| c.is_uppercase()), "{path}: {about}");
        let is_leaf = command.get_subcommands().all(|inner| inner.get_name() == "help");
        if is_leaf {
            let after = command.get_after_help().unwrap_or_else(|| panic!("{path}")).to_string();
            assert!(after.starts_with("Example"), "{path}");
            let own = after.lines().any(|line| line.starts_with(&format!("  {path}")));
            assert!(own, "{path}");
        }
    }
    let top = command.get_subcommands().map(clap::Command::get_name);
    let mut top: Vec<_> = top.filter(|name| *name != "help").collect();
    let mut grouped: Vec<_> = help::GROUPS.iter().flat_map(|(_, names)| *names).copied().collect();
    top.sort_unstable();
    grouped.sort_unstable();
    assert_eq!(grouped, top);
}

#[test]
fn the_command_line_is_consistent() {
    command().debug_assert();
    let error = command().try_get_matches_from(["mmd"]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand);
}
