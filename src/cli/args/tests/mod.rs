//! argv becomes one verb with a whole input, or says why not.

mod elevate;
mod escalate;
mod help;
mod route;
mod verbs;

use std::time::Duration;

use super::{help::GROUPS, *};
use crate::{cli::settings::Environment, error::Kind};

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
        (
            "elevate PC-1 --field account --json",
            "`--field` prints one value alone, and `--json` or `--output` everything",
        ),
        (
            "elevate password PC-1 --field account --output csv",
            "`--field` prints one value alone, and `--json` or `--output` everything",
        ),
        ("team add a@b c@d --invite", "`--invite` prints the code of one member"),
        ("team add - --invite", "`--invite` prints the code of one member"),
        ("team add a@b c@d --oid x", "`--oid` is the id of one person"),
        ("team add a@b --role root", "invalid value 'root' for '--role <ROLE>'"),
        (
            "team add a@b --until soon",
            "invalid value 'soon' for '--until <DATE>': `soon` is no day or time: write `2026-12-31` or `2026-12-31T17:00:00Z`",
        ),
        (
            "team sync t.csv --prune --max-remove 101%",
            "invalid value '101%' for '--max-remove <N>': `101%` is no bound: write a number, or a share such as `25%`",
        ),
        ("team sync", "the following required arguments were not provided"),
        (
            "team app add x --from lan",
            "invalid value 'lan' for '--from <CIDR>': `lan` is no network: write `10.1.0.0/16`, `2001:db8::/32` or an address",
        ),
        (
            "team app rotate x --finish --grace 1h",
            "the argument '--finish' cannot be used with '--grace <TIME>'",
        ),
        (
            "serve --sample admin-invite --data-dir /d",
            "flags of `serve` stand before a command of `serve`",
        ),
        ("serve tenant set x.com --data-dir d", "nothing is to be changed"),
        (
            "serve tenant set x.com --data-dir d --partner a --customer-led",
            "the argument '--partner <TENANT>' cannot be used with '--customer-led'",
        ),
        ("serve tenant", "a command is missing"),
        (
            "serve --behind-proxy 10.0.0.0",
            "invalid value '10.0.0.0' for '--behind-proxy <CIDR>': invalid IP address syntax",
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
