//! `mmd route` as people and scripts run it: nothing is there but the program.

use serde_json::json;

use crate::{
    escalate::{service, titles},
    rig::{Home, Service, finish},
};

#[test]
fn an_issue_is_routed_on_a_machine_where_nothing_is_set_up_and_leaves_nothing_behind() {
    let home = Home::new();
    let said = home.mmd(&["route", "the screen flickers since the driver update", "--json"]);
    let said = said.exits(0);
    let json = said.json();
    assert_eq!(
        (&json["kind"], &json["destination"], &json["certain"], &json["table"]),
        (&json!("hardware"), &json!("hardware-vendor"), &json!(true), &json!("built-in 1"))
    );
    assert_eq!(said.stderr, "");
    let members: Vec<_> = json.as_object().expect("an object").keys().cloned().collect();
    assert_eq!(
        members,
        [
            "kind",
            "destination",
            "certain",
            "severity",
            "rule",
            "table",
            "reasons",
            "first",
            "via",
            "contact",
            "respondBy",
            "elevationMayHelp",
            "next",
            "candidates"
        ]
    );
    let spanish = home.mmd(&["route", "no se puede imprimir", "--json"]).exits(0).json();
    assert_eq!(spanish["destination"], "support-provider");
    let piped = home.mmd(&["route", "--issue", "service"]).exits(0);
    assert_eq!(piped.stdout.lines().last(), Some("table\tbuilt-in 1"));
    for verb in ["roles", "table", "guidance"] {
        home.mmd(&["route", verb]).exits(0);
    }
    home.mmd(&["route", "explain", "--issue", "local"]).exits(0);
    assert_eq!(std::fs::read_dir(home.path()).expect("a home").count(), 0);
    // Not even a home is needed.
    let mut homeless = home.command(&["route", "--issue", "security"]);
    homeless.env_remove("HOME");
    finish(homeless, None).exits(0);
}

#[test]
fn the_table_of_the_manual_is_whole_and_decides() {
    let home = Home::new();
    let example = include_str!("../data/route.toml");
    let checked = home.mmd_with(&["route", "check", "-", "--json"], example).exits(0).json();
    assert_eq!(
        (&checked["table"], &checked["overruled"]),
        (&json!("contoso 3, over built-in 1"), &json!([]))
    );
    for (issue, scope, rule, contact) in [
        ("local", "all", "sap-down", json!("it-admins@contoso.com; hours Mon-Fri 8-18")),
        ("hardware", "one", "hardware", json!("it-supply@contoso.com")),
        (
            "microsoft",
            "one",
            "microsoft",
            json!("https://serviceshub.microsoft.com; id Unified 4711-22"),
        ),
        ("service", "one", "service", json!(null)),
    ] {
        let ask = ["route", "--issue", issue, "--scope", scope, "--table", "-", "--json"];
        let said = home.mmd_with(&ask, example).exits(0).json();
        assert_eq!((&said["rule"], &said["contact"]), (&json!(rule), &contact));
    }
}

#[test]
fn bad_input_is_an_error_or_honestly_not_certain() {
    let home = Home::new();
    for text in ["🙂", "a\u{1}b\u{1b}[2J", "?", "的"] {
        let said = home.mmd(&["route", "--json", "--", text]).exits(0).json();
        assert_eq!(said["certain"], false, "{text}");
    }
    home.mmd(&["route"]).exits(2);
    home.mmd(&["route", "\u{1}\u{2}\u{3}"]).exits(2);
    home.mmd(&["route", ""]).exits(2);
    home.mmd(&["route", "--issue", "software"]).exits(2);
    let long = "the printer does not print ".repeat(50_000);
    let said = home.mmd_with(&["route", "-"], &long).exits(2);
    assert!(said.stderr.contains("longer than 64 KiB"), "{}", said.stderr);
    home.mmd_with(&["route", "-"], "").exits(2);
    let said = home.mmd_with(&["route", "-", "--json"], "the printer does not print\n").exits(0);
    assert_eq!(said.json()["kind"], "local");

    let table = home.path().join("t.toml");
    let path = table.to_str().expect("UTF-8");
    for bytes in [
        b"name = \"x\"\nversion = \"1\"\n[[rule]]\nid = \"a\"\nbecause = \"x\"\n".to_vec(),
        b"\xff\xfen\0a\0m\0e\0".to_vec(),
        vec![b'#'; 10_000_000],
    ] {
        std::fs::write(&table, bytes).expect("a file");
        for args in [
            ["route", "check", path].as_slice(),
            &["route", "--issue", "local", "--table", path],
            &["route", "table", "--table", path],
        ] {
            let said = home.mmd(args).exits(2);
            assert_eq!(said.stdout, "");
            assert!(said.stderr.contains("caused by:"), "{}", said.stderr);
        }
    }
    home.mmd(&["route", "--issue", "local"]).exits(0);

    let own = "name = \"contoso\"\nversion = \"3\"\n";
    let said = home.mmd_with(&["route", "--table", "-", "table", "--json"], own).exits(0);
    assert_eq!(said.json()["table"], "contoso 3, over built-in 1");
    home.mmd_with(&["route", "check", "-"], own).exits(0);
    home.mmd_with(&["route", "-", "--table", "-"], own).exits(2);
    // What a shell names for `<(generator)` is a pipe.
    let said = home.mmd_with(&["route", "table", "--table", "/dev/fd/0", "--json"], own).exits(0);
    assert_eq!(said.json()["table"], "contoso 3, over built-in 1");
    for (wrong, why) in [("/dev/null", "it is no regular file"), ("/dev", "it is a directory")] {
        let said = home.mmd(&["route", "check", wrong]).exits(2);
        assert!(said.stderr.contains(why), "{}", said.stderr);
    }
}

#[test]
fn a_person_means_the_device_that_they_mean_for_elevate() {
    let home = Home::new();
    for typed in ["MARTA-LT", "Marta", "Marta López"] {
        let ask = ["route", "--issue", "local", "--device", typed, "--json", "--profile", "sample"];
        let said = home.mmd(&ask).exits(0).json();
        assert_eq!(said["next"], "mmd elevate --profile sample MARTA-LT", "{typed}: {said}");
    }
    let nobody =
        ["route", "--issue", "local", "--device", "Nobody", "--json", "--profile", "sample"];
    let said = home.mmd(&nobody).exits(0).json();
    assert_eq!((&said["rule"], &said["certain"]), (&json!("not-enrolled"), &json!(false)));
}

#[test]
fn a_device_is_heeded_while_the_service_answers_and_done_without_after() {
    let mut service = Service::start();
    service.admin.mmd(&["device", "enroll", "LAB-1", "--ring", "Test"]).exits(0);
    service.admin.mmd(&["device", "enroll", "LAB-2", "--ring", "Broad"]).exits(0);
    let ask = ["route", "--issue", "service", "--device", "LAB-1", "--json"];
    let said = service.admin.mmd(&ask).exits(0).json();
    assert_eq!((&said["rule"], &said["elevationMayHelp"]), (&json!("test-ring"), &json!(false)));
    let several = "route --issue microsoft --scope several --as team --device LAB-1 --json";
    let several: Vec<_> = several.split(' ').collect();
    let said = service.admin.mmd(&several).exits(0).json();
    assert_eq!((&said["rule"], &said["next"]), (&json!("test-ring-several"), &json!(null)));
    let other = ["route", "--issue", "service", "--device", "NOPE-1", "--json"];
    let said = service.admin.mmd(&other).exits(0).json();
    assert_eq!((&said["rule"], &said["certain"]), (&json!("not-enrolled"), &json!(false)));

    // Who is signed in asks, unless a flag says who.
    let desk = service.member("dana@contoso.com", "desk");
    let ask_of = ["route", "--issue", "microsoft", "--device", "LAB-2", "--json"];
    let said = desk.mmd(&ask_of).exits(0).json();
    assert_eq!((&said["rule"], &said["next"]), (&json!("microsoft-of-the-desk"), &json!(null)));
    let said = desk.mmd(&[&ask_of[..], &["--as", "team"]].concat()).exits(0).json();
    assert_eq!(said["rule"], "microsoft");

    service.kill();
    let said = service.admin.mmd(&ask).exits(0);
    assert_eq!(said.json()["rule"], "service");
    assert!(said.stderr.contains("decided without the device's facts"), "{}", said.stderr);

    // Where nobody has named a service, none is started.
    let home = Home::new();
    let said = home.mmd(&ask).exits(0);
    assert!(said.stderr.contains("no service is named"), "{}", said.stderr);
    assert_eq!(std::fs::read_dir(home.path()).expect("a home").count(), 0);
}

#[test]
fn an_advised_command_is_one_that_can_be_run_as_it_stands() {
    let (service, ana) = service();
    let run = |next: &serde_json::Value| {
        let next = next.as_str().expect("a command");
        let rest = "--category Devices --subcategory Hardware --given-name Ana --surname Ruiz \
                    --email ana@mmd.local --phone 1";
        let line = next.replacen("mmd", env!("CARGO_BIN_EXE_mmd"), 1);
        finish(ana.command_of("/bin/sh", &["-c", &format!("{line} {rest}")]), None)
    };
    let typed = [
        "please add Visio to Pilar's PC",
        "When does the next quality update reach my ring?",
        "The Wi-Fi profile that Intune deployed is gone",
    ];
    for text in typed {
        let advised = ana.mmd(&["route", "--json", text]).exits(0).json();
        run(&advised["next"]).exits(0);
    }
    // What an admin files is kept and handed over, whatever its severity; the admin settles that.
    for (kind, scope, severity) in [
        ("service", "one", "A"),
        ("service", "one", "B"),
        ("service", "several", "C"),
        ("microsoft", "several", "A"),
        ("microsoft", "all", "C"),
    ] {
        let ask = ["route", "--json", "--issue", kind, "--scope", scope, "--severity", severity];
        let advised = ana.mmd(&[&ask[..], &["it is down"]].concat()).exits(0).json();
        assert_eq!(advised["destination"], "it-admin");
        let said = run(&advised["next"]).exits(6);
        let id = said.stderr.split_whitespace().find(|word| word.starts_with("MMD-"));
        let id =
            id.expect("the id of what is kept").trim_end_matches(|c: char| !c.is_alphanumeric());
        let file = ["escalate", "file", id, "--severity", severity, "--phone", "+34 1", "--json"];
        let filed = service.admin.mmd(&file).exits(0).json();
        assert_eq!(filed["ticket"]["title"], "it is down");
    }
    let mut filed = titles(&ana);
    filed.retain(|title| title != "it is down");
    filed.sort_unstable();
    let mut expected = typed;
    expected.sort_unstable();
    assert_eq!(filed, expected);
}
