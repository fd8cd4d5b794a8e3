//! What is said, asked and offered.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::*;
use crate::{
    cli::{
        output::{
            Format, OutputOptions,
            tests::{captured, piped, terminal},
        },
        prompt::tests::{Answer, Scripted},
        verbs::testing::NOON,
    },
    domain::route::terms::{Ring, Term},
    error::Kind as ErrorKind,
};

/// What came of it: the command to go on with, both streams, and the questions.
struct Came {
    result: Result<Option<Vec<String>>>,
    stdout: String,
    stderr: String,
    asked: Vec<String>,
}

impl Came {
    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {}", self.stdout))
    }

    fn next(self) -> Option<Vec<String>> {
        self.result.unwrap()
    }
}

struct Scene {
    options: OutputOptions,
    prompter: Scripted,
    config: Option<PathBuf>,
    known: Known,
    /// Who is signed in.
    asker: Option<Asker>,
}

impl Scene {
    fn piped(format: Format) -> Self {
        Self {
            options: piped(format),
            prompter: Scripted::silent(),
            config: None,
            known: Known::Unasked("no service is named".into()),
            asker: None,
        }
    }

    fn at_a_terminal(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self { options: terminal(), prompter: Scripted::new(answers), ..Self::piped(Format::Table) }
    }

    fn run(self, input: Input) -> Came {
        let (output, stdout, stderr) = captured(self.options);
        let answer = super::Answer { known: self.known, asker: self.asker };
        let ask = |_: &str| answer.clone();
        let doors = Doors {
            output: &output,
            prompter: &self.prompter,
            config: self.config.as_deref(),
            ask: &ask,
            now: NOON.parse().unwrap(),
        };
        let result = run(input, &doors);
        let asked = self.prompter.asked();
        Came { result, stdout: stdout.text(), stderr: stderr.text(), asked }
    }
}

fn about(text: &str) -> Asking {
    Asking { text: Some(text.into()), ..Asking::default() }
}

fn of(kind: Kind) -> Asking {
    Asking { kind: Some(kind), ..Asking::default() }
}

fn device(name: &str, ring: Ring) -> Known {
    let manufacturer = Some("Dell Inc.".into());
    Known::Device(Device { name: name.into(), manufacturer, ring, enrolled: true })
}

#[test]
fn the_json_is_whole() {
    let asking = Asking {
        device: Some("D1".into()),
        ..about("The Wi-Fi profile that Intune deployed is gone")
    };
    let scene = Scene { known: device("D1", Ring::Broad), ..Scene::piped(Format::Json) };
    let came = scene.run(Input::Advise(asking));
    // Which words say so may change with what is learned.
    let candidates = came.json()["candidates"].clone();
    let words: Vec<_> =
        candidates[0]["words"].as_array().unwrap().iter().map(ToString::to_string).collect();
    assert!(words.iter().any(|word| word.contains("Intune deployed")), "{words:?}");
    assert_eq!(
        came.json(),
        json!({
            "kind": "service",
            "destination": "operations",
            "certain": true,
            "severity": "C",
            "rule": "service",
            "table": "built-in 1",
            "reasons": [
                "What the service deployed or decided is for Operations.",
                format!("Understood as service, from: {}.", words.join(", ")),
            ],
            "first": "Restart, sync the device with the service, and note which policy, app or update it is.",
            "via": null,
            "contact": null,
            // A Sunday at noon: support hours begin on Monday.
            "respondBy": "2026-03-02T08:00:00Z",
            "elevationMayHelp": true,
            "next": "mmd escalate --severity C --type incident --title 'The Wi-Fi profile that Intune deployed is gone' \
                     --description 'The Wi-Fi profile that Intune deployed is gone' --device D1",
            "candidates": candidates,
        })
    );
    assert_eq!(
        candidates[0],
        json!({ "kind": "service", "destination": "operations", "words": candidates[0]["words"] })
    );
    assert_eq!(came.stderr, "");
    assert_eq!(came.next(), None);
}

#[test]
fn a_person_reads_it_and_the_last_line_names_the_table() {
    let came = Scene::at_a_terminal([]).run(Input::Advise(of(Kind::Security)));
    assert_eq!(
        came.stdout,
        "Goes to       security operations\n\
         Because       Signs of compromise come before everything else, at severity A.\n\
         \x20             No contact is set for security operations: telephone the tenant's\n\
         \x20             Security contact, or an IT admin (`mmd team contacts list`).\n\
         First         Do not elevate this device. Take it off the network and leave it\n\
         \x20             switched on.\n\
         Via           telephone, now\n\
         Severity      A: first response within 1 h, updates every 8 h (every day, 24 h)\n\
         Asked of you  an accurate contact, and continuous engagement every day until it\n\
         \x20             is solved, else it becomes B\n\
         Elevation     no: do not elevate this device\n\
         Rule          compromise (the path of an issue: signs of compromise)\n\
         Table         built-in 1\n"
    );
    assert!(came.asked.is_empty());
}

#[test]
fn a_command_is_offered_with_everything_filled_in() {
    let yes = || [Answer::Confirm(true)];
    let asking = Asking { device: Some("D1".into()), ..about("the printer does not print") };
    let scene = Scene { known: device("D1", Ring::Broad), ..Scene::at_a_terminal(yes()) };
    let came = scene.run(Input::Advise(asking.clone()));
    assert_eq!(came.asked, ["Go on with `mmd elevate`?"]);
    let words = ["elevate", "D1", "--plan", "the printer does not print"];
    assert_eq!(came.next().unwrap(), words);

    let no = Scene::at_a_terminal([Answer::Confirm(false)]).run(Input::Advise(asking));
    assert_eq!(no.next(), None);

    // A device that nobody has named is asked for.
    let answers = [Answer::Confirm(true), Answer::Text("D7")];
    let came = Scene::at_a_terminal(answers).run(Input::Advise(about("the VPN does not connect")));
    assert_eq!(came.next().unwrap()[..2], ["elevate", "D7"]);

    let asking =
        Asking { severity: Some(Severity::A), asker: Some(Asker::Admin), ..of(Kind::Service) };
    let came = Scene::at_a_terminal(yes()).run(Input::Advise(asking));
    assert_eq!(came.next().unwrap(), ["escalate", "--severity", "A", "--type", "incident"]);

    // So is what hands it over to the IT admin.
    let asking = Asking { severity: Some(Severity::A), ..of(Kind::Service) };
    let came = Scene::at_a_terminal(yes()).run(Input::Advise(asking));
    assert_eq!(came.asked, ["Hand it over to an IT admin with `mmd escalate`?"]);
    assert!(came.stdout.contains("Hand over     mmd escalate --severity A"), "{}", came.stdout);
    assert_eq!(came.next().unwrap()[..3], ["escalate", "--severity", "A"]);
}

#[test]
fn a_text_that_names_a_kind_and_nothing_else_is_that_kind() {
    for kind in Kind::ALL {
        let came = Scene::piped(Format::Json).run(Input::Advise(about(kind.as_str())));
        assert_eq!(came.stderr, format!("`{kind}` was taken as `--issue {kind}`\n"));
        let typed = Scene::piped(Format::Json).run(Input::Advise(of(*kind)));
        assert_eq!(came.json(), typed.json());
    }
    // A flag wins, and the text stays one.
    let asking = Asking { kind: Some(Kind::Service), ..about("local") };
    let came = Scene::piped(Format::Json).run(Input::Advise(asking));
    assert_eq!((came.stderr.as_str(), &came.json()["kind"]), ("", &json!("service")));
}

#[test]
fn what_the_it_admin_files_is_handed_over_by_whoever_may_not() {
    for kind in [Kind::Service, Kind::Microsoft] {
        for scope in [Scope::Several, Scope::All] {
            for (severity, handed) in [(Severity::A, "A"), (Severity::B, "B"), (Severity::C, "B")] {
                let asking = |asker| {
                    let (scope, severity) = (Some(scope), Some(severity));
                    Asking { scope, severity, asker: Some(asker), ..of(kind) }
                };
                let run = |asker| Scene::piped(Format::Json).run(Input::Advise(asking(asker)));
                let said = run(Asker::Team).json();
                let next = format!("mmd escalate --severity {handed} --type incident");
                assert_eq!(
                    (&said["destination"], &said["severity"], &said["next"]),
                    (&json!("it-admin"), &json!(severity.to_string()), &json!(next))
                );
                let reasons = said["reasons"].to_string();
                let told = match severity {
                    Severity::C => "At B it is kept and handed over",
                    _ => "hands it over to an IT admin",
                };
                assert!(reasons.contains(told), "{reasons}");
                // A list that the asker may not see helps nobody.
                assert!(!reasons.contains("mmd team list"), "{reasons}");
                assert!(reasons.contains("`mmd team contacts list`"), "{reasons}");

                // The admin files it, and asks no admin.
                let said = run(Asker::Admin).json();
                let next = format!("mmd escalate --severity {severity} --type incident");
                let next = if kind == Kind::Service { json!(next) } else { Value::Null };
                assert_eq!(said["next"], next);
                assert!(!said["reasons"].to_string().contains("ask an IT admin"), "{said}");
            }
        }
    }
}

#[test]
fn a_short_dialogue_asks_only_what_changes_the_answer() {
    let answers = [
        Answer::Text("a policy blocks our app from Company Portal"),
        Answer::Select(1),
        Answer::Confirm(false),
    ];
    let came = Scene::at_a_terminal(answers).run(Input::Advise(Asking::default()));
    assert_eq!(came.asked[0], "What is wrong?");
    assert!(came.asked[1].starts_with("Who is hit?: one user | several users | everybody"));
    assert!(came.stdout.contains("Goes to       the IT admin"), "{}", came.stdout);

    // Where the printer is nobody's but the desk's, neither scope nor severity is asked.
    let answers = [Answer::Text("the printer does not print"), Answer::Confirm(false)];
    let came = Scene::at_a_terminal(answers).run(Input::Advise(Asking::default()));
    assert_eq!(came.asked, ["What is wrong?", "Go on with `mmd elevate`?"]);
}

#[test]
fn what_is_uncertain_is_asked_of_a_person_and_told_to_a_program() {
    let unclear = "it is slow";
    let came = Scene::at_a_terminal([Answer::Select(0)]).run(Input::Advise(about("🙂")));
    assert!(came.asked[0].starts_with("What is it?: hardware: "), "{:?}", came.asked);

    let came = Scene::piped(Format::Json).run(Input::Advise(about(unclear)));
    assert_eq!(came.json()["certain"], false);
    let came = Scene::piped(Format::Json).run(Input::Advise(about("🙂")));
    let said = came.json();
    assert_eq!((&said["certain"], &said["candidates"]), (&json!(false), &json!([])));
    assert_eq!(
        (&said["kind"], &said["destination"]),
        (&json!("local"), &json!("support-provider"))
    );
    assert_eq!((&said["next"], &said["elevationMayHelp"]), (&Value::Null, &json!(false)));
    assert!(came.stderr.contains("was taken as the text of an issue"), "{}", came.stderr);
}

#[test]
fn a_flag_wins_over_the_text_but_a_sign_of_compromise_is_told() {
    let asking = Asking { kind: Some(Kind::Hardware), ..about("ransom note on the screen") };
    let said = Scene::piped(Format::Json).run(Input::Advise(asking)).json();
    assert_eq!((&said["kind"], &said["certain"]), (&json!("hardware"), &json!(false)));
    let reasons = said["reasons"].to_string();
    assert!(reasons.contains("the text speaks of \\\"ransom"), "{reasons}");
}

#[test]
fn without_text_and_flag_a_script_is_told_what_is_missing() {
    let came = Scene::piped(Format::Table).run(Input::Advise(Asking::default()));
    let error = came.result.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Usage);
    assert_eq!(error.message, "TEXT and `--issue` are missing, and there is no terminal to ask on");
}

#[test]
fn a_type_says_what_it_is_about_but_for_an_incident() {
    let typed = |request| Asking { request: Some(request), ..Asking::default() };
    let came = Scene::piped(Format::Json).run(Input::Advise(typed(RequestType::Incident)));
    assert_eq!((came.stdout.as_str(), came.result.unwrap_err().kind), ("", ErrorKind::Usage));
    let answers = [Answer::Text("the printer does not print"), Answer::Confirm(false)];
    let came = Scene::at_a_terminal(answers).run(Input::Advise(typed(RequestType::Incident)));
    assert_eq!(came.asked[0], "What is wrong?");
    for (request, kind) in
        [(RequestType::Information, "information"), (RequestType::Change, "change")]
    {
        let said = Scene::piped(Format::Json).run(Input::Advise(typed(request))).json();
        assert_eq!((&said["kind"], &said["certain"]), (&json!(kind), &json!(true)));
    }
    // Nor does it answer what an unclear text leaves open.
    let asking = Asking { request: Some(RequestType::Incident), ..about("🙂") };
    let came = Scene::at_a_terminal([Answer::Select(0)]).run(Input::Advise(asking));
    assert!(came.asked[0].starts_with("What is it?: hardware: "), "{:?}", came.asked);
}

#[test]
fn a_long_word_is_told_in_part_and_an_invisible_one_not_at_all() {
    let word = "x".repeat(60_000);
    let came = Scene::piped(Format::Json).run(Input::Advise(about(&word)));
    let expected = format!("`{}…` was taken as the text of an issue; ", "x".repeat(40));
    assert!(came.stderr.starts_with(&expected), "{}", came.stderr);
    assert!(came.stderr.len() < 200, "{}", came.stderr.len());
    for blank in ["\u{1}\u{2}", "\u{202e}", "\u{1b}[2J"] {
        let came = Scene::piped(Format::Json).run(Input::Advise(about(blank)));
        assert_eq!((came.json()["certain"].as_bool(), came.stderr.as_str()), (Some(false), ""));
    }
}

#[test]
fn a_person_means_their_device_and_several_devices_mean_none() {
    let asking = || Asking { device: Some("Marta".into()), ..of(Kind::Local) };
    let scene = Scene { known: device("MARTA-LT", Ring::Broad), ..Scene::piped(Format::Json) };
    let came = scene.run(Input::Advise(asking()));
    assert_eq!(came.json()["next"], "mmd elevate MARTA-LT");
    assert_eq!(came.stderr, "`Marta` is MARTA-LT\n");

    let names = vec!["PC-1 (S1)".to_owned(), "PC-2 (S2)".to_owned()];
    let scene = Scene { known: Known::Several(names), ..Scene::piped(Format::Json) };
    let came = scene.run(Input::Advise(asking()));
    assert_eq!(came.json()["next"], "mmd elevate DEVICE");
    assert_eq!(came.json()["certain"], true);
    assert_eq!(came.stderr, "decided without a device: `Marta` may be PC-1 (S1), PC-2 (S2)\n");
}

#[test]
fn who_is_signed_in_asks_unless_a_flag_says_who() {
    let asking = |asker| Asking { device: Some("D1".into()), asker, ..of(Kind::Service) };
    for (signed_in, flag, rule, note) in [
        (Some(Asker::Desk), None, "service-of-the-desk", true),
        (Some(Asker::Team), None, "service", false),
        (Some(Asker::Desk), Some(Asker::Team), "service", false),
        (None, None, "service", false),
    ] {
        let known = device("D1", Ring::Broad);
        let scene = Scene { known, asker: signed_in, ..Scene::piped(Format::Json) };
        let came = scene.run(Input::Advise(asking(flag)));
        assert_eq!(came.json()["rule"], rule);
        let told = "asked as desk, by the roles of your sign-in; `--as` says otherwise\n";
        assert_eq!(came.stderr, if note { told } else { "" });
    }
}

#[test]
fn the_desk_is_sent_to_who_may_take_the_next_step() {
    for (kind, severity, who) in [
        (Kind::Local, None, "The support escalation team elevates, not the desk: hand it to them"),
        (Kind::Service, None, "The support escalation team files requests, not the desk: hand it"),
        (Kind::Service, Some(Severity::A), "The IT admin files it, not the desk: hand it to them."),
    ] {
        let asking = Asking { severity, asker: Some(Asker::Desk), ..of(kind) };
        let said = Scene::piped(Format::Json).run(Input::Advise(asking.clone())).json();
        assert_eq!(said["next"], Value::Null);
        assert_eq!(said["elevationMayHelp"], true);
        let reasons = said["reasons"].as_array().unwrap();
        assert!(reasons.last().unwrap().as_str().unwrap().starts_with(who), "{said}");
        assert_eq!(said["respondBy"].is_string(), kind == Kind::Service);
        // Nor is it offered.
        assert!(Scene::at_a_terminal([]).run(Input::Advise(asking)).asked.is_empty());
    }
}

#[test]
fn a_text_that_is_too_long_is_refused() {
    let came = Scene::piped(Format::Table).run(Input::Advise(about(&"x ".repeat(600_000))));
    let error = came.result.unwrap_err();
    assert_eq!(
        (error.kind, error.message.as_str()),
        (ErrorKind::Usage, "the text is longer than 64 KiB")
    );
}

#[test]
fn a_device_is_heeded_where_the_service_knows_it_and_done_without_where_not() {
    let asking = |kind| Asking { device: Some("D1".into()), ..of(kind) };
    let test = Scene { known: device("D1", Ring::Test), ..Scene::piped(Format::Json) };
    let said = test.run(Input::Advise(asking(Kind::Service))).json();
    assert_eq!(said["rule"], "test-ring");
    let test = Scene { known: device("D1", Ring::Test), ..Scene::piped(Format::Json) };
    let said = test.run(Input::Advise(asking(Kind::Local))).json();
    assert_eq!((&said["elevationMayHelp"], &said["next"]), (&json!(false), &Value::Null));

    let unknown =
        Device { name: "D1".into(), manufacturer: None, ring: Ring::Unknown, enrolled: false };
    let scene = Scene { known: Known::Device(unknown), ..Scene::piped(Format::Json) };
    let said = scene.run(Input::Advise(asking(Kind::Service))).json();
    assert_eq!(said["rule"], "not-enrolled");
    // It may be misspelt.
    let reasons = said["reasons"].to_string();
    assert!(reasons.contains("person `D1`; `mmd device list` shows"), "{reasons}");
    assert_eq!((&said["certain"], &said["next"]), (&json!(false), &Value::Null));
    let unknown =
        Device { name: "D1".into(), manufacturer: None, ring: Ring::Unknown, enrolled: false };
    let scene = Scene { known: Known::Device(unknown), ..Scene::piped(Format::Json) };
    let said = scene.run(Input::Advise(asking(Kind::Security))).json();
    assert_eq!(said["certain"], true, "it goes to security operations in any case");

    let came = Scene::piped(Format::Json).run(Input::Advise(asking(Kind::Service)));
    assert_eq!(came.json()["rule"], "service");
    assert_eq!(came.stderr, "decided without the device's facts: no service is named\n");
}

const OWN: &str = "name = \"contoso\"\nversion = \"3\"\n\
    [destinations.operations]\nname = \"the Endpoint team\"\ncontact = \"endpoint@contoso.com\"\n\
    [destinations.it-admin]\ncontact = \"ext. 4711\"\n\
    [manufacturers.Dell]\ncontact = \"+34 900 100 200\"\nid = \"ProSupport 8812\"\nhours = \"Mon-Fri\"\n";

#[test]
fn the_organisations_own_table_names_its_people() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join(TABLE_FILE), OWN).unwrap();
    let scene = |known: Known, format| Scene {
        config: Some(home.path().into()),
        known,
        ..Scene::piped(format)
    };
    let none = || Known::Unasked("x".into());
    let said = scene(none(), Format::Json).run(Input::Advise(of(Kind::Service))).json();
    assert_eq!(
        (&said["destination"], &said["contact"], &said["table"]),
        (
            &json!("operations"),
            &json!("endpoint@contoso.com"),
            &json!("contoso 3, over built-in 1")
        )
    );
    let shown = scene(none(), Format::Table).run(Input::Advise(of(Kind::Service))).stdout;
    assert!(shown.starts_with("goesTo\tthe Endpoint team\n"), "{shown}");
    assert!(shown.ends_with("table\tcontoso 3, over built-in 1\n"), "{shown}");

    let asking = Asking { device: Some("D1".into()), ..of(Kind::Hardware) };
    let said = scene(device("D1", Ring::Broad), Format::Json).run(Input::Advise(asking)).json();
    assert_eq!(said["contact"], "+34 900 100 200; id ProSupport 8812; hours Mon-Fri");
    // Without a contact the next best is named.
    let said = scene(none(), Format::Json).run(Input::Advise(of(Kind::Security))).json();
    assert_eq!(said["contact"], Value::Null);
    assert!(said["reasons"].to_string().contains("the IT admin (ext. 4711)"), "{said}");

    let roles = scene(none(), Format::Json).run(Input::Roles(None)).json();
    assert_eq!(roles["destinations"][2]["name"], "the Endpoint team");
    assert_eq!(roles["roles"].as_array().unwrap().len(), 7);

    // `--table` wins over the folder.
    let other = home.path().join("other.toml");
    std::fs::write(&other, "name = \"other\"\nversion = \"1\"\n").unwrap();
    let asking = Asking { table: Some(other), ..of(Kind::Service) };
    let said = scene(none(), Format::Json).run(Input::Advise(asking)).json();
    assert_eq!(said["table"], "other 1, over built-in 1");
}

#[test]
fn a_vendor_is_named_and_takes_from_the_general_one_what_is_not_said() {
    let home = tempfile::tempdir().unwrap();
    let table = "name = \"contoso\"\nversion = \"3\"\n\
        [destinations.hardware-vendor]\ncontact = \"it-supply@contoso.com\"\nid = \"C-7\"\n\
        [destinations.unified-premier]\nid = \"U-42\"\n\
        [manufacturers.Dell]\nname = \"Dell ProSupport\"\nhours = \"Mon-Fri\"\n";
    std::fs::write(home.path().join(TABLE_FILE), table).unwrap();
    let scene = |format| Scene {
        config: Some(home.path().into()),
        known: device("D1", Ring::Broad),
        ..Scene::piped(format)
    };
    let asking = Asking { device: Some("D1".into()), ..of(Kind::Hardware) };
    let said = scene(Format::Json).run(Input::Advise(asking.clone())).json();
    assert_eq!(said["contact"], "it-supply@contoso.com; id C-7; hours Mon-Fri");
    assert_eq!(
        said["reasons"][1],
        "The vendor is Dell ProSupport: the device was made by Dell Inc."
    );
    let shown = scene(Format::Table).run(Input::Advise(asking)).stdout;
    assert!(shown.starts_with("goesTo\tDell ProSupport\n"), "{shown}");

    let roles = scene(Format::Json).run(Input::Roles(None)).json();
    assert_eq!(
        roles["manufacturers"],
        json!([{ "manufacturer": "Dell", "name": "Dell ProSupport",
                 "contact": "it-supply@contoso.com", "hours": "Mon-Fri", "id": "C-7" }])
    );
    let shown = scene(Format::Table).run(Input::Roles(None)).stdout;
    let last: Vec<_> = shown.lines().skip(7).collect();
    assert_eq!(
        last,
        [
            "the hardware vendor\tdestination hardware-vendor\tit-supply@contoso.com; id C-7",
            "the Unified or Premier contract\tdestination unified-premier\tid U-42",
            "Dell ProSupport\tmanufacturer Dell\tit-supply@contoso.com; id C-7; hours Mon-Fri",
        ]
    );
}

#[test]
fn the_built_in_table_speaks_by_name_also_where_ones_own_is_faulty() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join(TABLE_FILE), "name = 7").unwrap();
    let scene = || Scene { config: Some(home.path().into()), ..Scene::piped(Format::Json) };
    let error = scene().run(Input::Table(None)).result.unwrap_err();
    assert!(error.hints[0].contains("`mmd route table --table built-in --json`"), "{error:?}");
    let named = || Some(PathBuf::from("built-in"));
    let table = scene().run(Input::Table(named())).json();
    assert_eq!(table["table"], "built-in 1");
    let asking = Asking { table: named(), ..of(Kind::Local) };
    assert_eq!(scene().run(Input::Advise(asking)).json()["table"], "built-in 1");
}

#[test]
fn a_faulty_table_is_refused_and_nothing_of_it_or_else_is_used() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join(TABLE_FILE);
    for (bytes, cause) in [
        (
            b"name = \"x\"\nversion = \"1\"\n[[rule]]\nid = \"a\"\n".to_vec(),
            "line 3: missing field `to`",
        ),
        (b"\xff\xfe".to_vec(), "line 1: it is not UTF-8"),
        (vec![b'#'; 10_000_000], "it is larger than 256 KiB"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        for input in [
            Input::Advise(of(Kind::Local)),
            Input::Table(None),
            Input::Roles(None),
            Input::Check(path.clone()),
        ] {
            let scene = Scene { config: Some(home.path().into()), ..Scene::piped(Format::Json) };
            let came = scene.run(input);
            let error = came.result.unwrap_err();
            assert_eq!((error.kind, error.causes), (ErrorKind::Usage, vec![cause.to_owned()]));
            assert_eq!(came.stdout, "");
        }
    }
    let nowhere = Asking { table: Some("/nowhere/t.toml".into()), ..of(Kind::Local) };
    let error = Scene::piped(Format::Json).run(Input::Advise(nowhere)).result.unwrap_err();
    assert_eq!(
        (error.kind, error.message.as_str()),
        (ErrorKind::Usage, "there is no file `/nowhere/t.toml`")
    );
}

#[test]
fn a_check_proves_or_disproves() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("t.toml");
    std::fs::write(&path, OWN).unwrap();
    let said = Scene::piped(Format::Json).run(Input::Check(path.clone())).json();
    assert_eq!(
        said,
        json!({ "table": "contoso 3, over built-in 1", "complete": true, "cases": 2070,
                "rules": 16, "overruled": [] })
    );
    let gap = format!(
        "{OWN}[[rule]]\nid = \"local\"\nwhen = {{ kind = \"local\", as = \"team\" }}\nto = \"it-admin\"\nbecause = \"x\"\n"
    );
    std::fs::write(&path, gap).unwrap();
    let error = Scene::piped(Format::Table).run(Input::Check(path)).result.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Usage);
    assert!(error.causes[0].starts_with("no rule decides this case: kind=local"), "{error}");
}

#[test]
fn the_rules_break_no_word_on_a_terminal_of_eighty_columns() {
    let shown = Scene::at_a_terminal([]).run(Input::Table(None)).stdout;
    for word in ["security-operations", "microsoft-of-the-desk", "hardware-vendor", "information"] {
        assert!(shown.contains(word), "`{word}` is broken:\n{shown}");
    }
    assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    let piped = Scene::piped(Format::Table).run(Input::Table(None)).stdout;
    assert!(piped.contains("\tkind=information|change as=desk\t"), "{piped}");
}

#[test]
fn an_explanation_says_of_every_rule_what_became_of_it() {
    let asking = Asking { scope: Some(Scope::Several), ..of(Kind::Service) };
    let said = Scene::piped(Format::Json).run(Input::Explain(asking)).json();
    let tried = said["tried"].as_array().unwrap();
    assert_eq!(tried.len(), 16);
    assert_eq!(
        tried[0],
        json!({ "rule": "compromise", "fired": "no", "why": ["kind is `service`, not `security`"] })
    );
    assert_eq!((&tried[8]["rule"], &tried[8]["fired"]), (&json!("service-several"), &json!("yes")));
    assert_eq!(tried[9]["fired"], "not tried");
    assert_eq!(said["advice"]["rule"], "service-several");
}

#[test]
fn guidance_and_the_table_are_told() {
    let said =
        Scene::piped(Format::Json).run(Input::Guidance(Some("install Chrome".into()))).json();
    assert_eq!(
        said,
        json!({ "verdict": "not recommended", "what": "installing software or browsers",
                "instead": "have it deployed: a change request", "words": ["install"],
                "category": "Other" })
    );
    let list = Scene::piped(Format::Json).run(Input::Guidance(None)).json();
    assert_eq!(list.as_array().unwrap().len(), 12);
    let table = Scene::piped(Format::Json).run(Input::Table(None)).json();
    assert_eq!(
        (&table["hitPolicy"], &table["rules"][0]["id"]),
        (&json!("first"), &json!("compromise"))
    );
}

/// What an advised command says of `text` and `named`, once it is parsed.
#[cfg(unix)]
#[track_caller]
fn assert_says(words: &[String], text: &str, named: Option<&str>) {
    use crate::cli::{args, output::clean, settings::Environment, verbs::Verb};
    let typed = std::iter::once("mmd").chain(words.iter().map(String::as_str));
    let typed: Vec<_> = typed.map(Into::into).collect();
    let cli = args::parse(&typed).unwrap_or_else(|unrun| panic!("{words:?}: {}", unrun.error));
    let text = clean::lines(text);
    let text = Some(text.trim()).filter(|text| !text.is_empty());
    let named = named.map(clean::line).filter(|named| !named.trim().is_empty());
    match cli.verb(&Environment::default()).unwrap() {
        Verb::ElevateOpen(input) => {
            assert_eq!(input.device, named.as_deref().unwrap_or("DEVICE"));
            assert_eq!(input.plan.as_deref(), text, "{words:?}");
        }
        Verb::EscalateCreate(input) => {
            let form = input.form;
            let title = text.and_then(|text| text.lines().map(str::trim).find(|l| !l.is_empty()));
            let title = title.map(|line| line.chars().take(200).collect::<String>());
            let title = title.map(|line| clean::line(&line).into_owned());
            assert_eq!(
                (form.title, form.devices.concat()),
                (title, named.unwrap_or_default().into())
            );
            assert_eq!(form.description.as_deref(), text.filter(|text| *text != "-"), "{words:?}");
            assert!(!input.description_stdin);
        }
        other => panic!("{other:?}"),
    }
}

#[cfg(unix)]
proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(60))]
    #[test]
    fn whatever_was_typed_an_advised_command_can_be_pasted(
        text in crate::cli::verbs::words::odd::text(),
        named in proptest::option::of("[-A-Za-z0-9 '$`;\u{1b}\u{202e}]{0,8}|list|close|help"),
        kind in proptest::sample::select(vec![Kind::Local, Kind::Service]),
    ) {
        use crate::cli::verbs::words::odd::by_a_shell;
        // That is standard input.
        proptest::prop_assume!(text != "-");
        let asking = || Asking { device: named.clone(), kind: Some(kind), ..about(&text) };
        let came = Scene::piped(Format::Json).run(Input::Advise(asking()));
        let words = by_a_shell(came.json()["next"].as_str().unwrap());
        assert_says(&words, &text, named.as_deref());

        // In a table a text is on one line.
        let came = Scene::piped(Format::Table).run(Input::Advise(asking()));
        let line = came.stdout.lines().find_map(|line| line.strip_prefix("next\t")).unwrap();
        let flat: Vec<_> = words.iter().map(|word| word.replace(['\n', '\t'], " ")).collect();
        proptest::prop_assert_eq!(by_a_shell(line), flat);
    }
}

#[cfg(unix)]
#[test]
fn what_a_person_pastes_or_goes_on_with_is_what_was_typed() {
    use crate::cli::verbs::words::odd::by_a_shell;
    for text in [
        "a\u{1b}\n$(touch F) #",
        "--x; touch F",
        "- Outlook crashes\n- so does Word",
        " -",
        "DEVICE",
        "it's `touch F` \u{202e}\u{1b}]0;x",
    ] {
        for (kind, answers) in [
            (Kind::Service, vec![Answer::Confirm(true)]),
            (Kind::Local, vec![Answer::Confirm(true), Answer::Text("-D7")]),
        ] {
            let asking = Asking { kind: Some(kind), ..about(text) };
            let came = Scene::at_a_terminal(answers).run(Input::Advise(asking));
            let (_, next) = came.stdout.split_once("\nNext  ").unwrap();
            let (next, _) = next.split_once("\nRule  ").unwrap();
            // Further lines are indented, as those of any value.
            let indent = "\nNext  ".len() - 1 + next.len() - next.trim_start().len();
            let pasted = next.trim_start().replace(&format!("\n{}", " ".repeat(indent)), "\n");
            let pasted = by_a_shell(&pasted);
            let unnamed = (kind == Kind::Local).then_some("DEVICE");
            assert_says(&pasted, text, unnamed);
            assert_says(&came.next().unwrap(), text, unnamed.map(|_| "-D7"));
        }
    }
}
