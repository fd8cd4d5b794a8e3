//! A support request, from what somebody types to who works on it: the real binary and service.

use std::{os::unix::fs::PermissionsExt, path::Path};

use serde_json::Value;

use crate::{
    common,
    rig::{Home, Said, Service, finish, wait_for},
    terminal::Terminal,
};

const ANA: [&str; 8] =
    ["--given-name", "Ana", "--surname", "Ruiz", "--email", "ana@mmd.local", "--phone", "+34 600"];

/// A service on which requests can be filed, and somebody of the escalation team.
pub fn service() -> (Service, Home) {
    let service = Service::start();
    let contact = [
        "--given-name",
        "Ida",
        "--surname",
        "Admin",
        "--email",
        "ida@mmd.local",
        "--phone",
        "+34 1",
    ];
    let set = [&["team", "contacts", "set", "other"][..], &contact].concat();
    service.admin.mmd(&set).exits(0);
    let ana = service.member("ana@mmd.local", "support");
    (service, ana)
}

/// `escalate` with a whole request, and `more`.
pub fn whole<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let request = [
        "escalate",
        "--type",
        "Incident",
        "--category",
        "Devices",
        "--subcategory",
        "Hardware",
        "--description",
        "every hour",
    ];
    [&request[..], &ANA, more].concat()
}

fn toml(title: &str) -> String {
    format!(
        "severity = \"C\"\ntitle = \"{title}\"\ndescription = \"every hour\"\ntype = \"Incident\"\n\
         category = \"Devices\"\nsubcategory = \"Hardware\"\n[contact]\ngiven_name = \"Ana\"\n\
         surname = \"Ruiz\"\nemail = \"ana@mmd.local\"\nphone = \"+34 600\"\n"
    )
}

pub fn titles(home: &Home) -> Vec<String> {
    let listed = home.mmd(&["escalate", "list", "--json"]).exits(0).json();
    let rows = listed.as_array().expect("a list");
    rows.iter().map(|row| row["title"].as_str().expect("a title").to_owned()).collect()
}

/// The error that `--json` has printed.
pub fn fault(said: &Said) -> Value {
    let last = said.stderr.lines().last().expect("an error");
    let value: Value = serde_json::from_str(last).unwrap_or_else(|_| panic!("{}", said.stderr));
    value["error"].clone()
}

fn path(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

#[test]
fn a_request_is_filed_from_flags_a_file_standard_input_and_an_editor() {
    let (service, ana) = service();
    service.admin.mmd(&["device", "enroll", "HR-1"]).exits(0);
    let log = ana.path().join("trace.log");
    std::fs::write(&log, vec![7; 300_000]).expect("a file");
    let odd = "<b>it's \"odd\"</b> & ünïcode";
    let by_flags = whole(&[
        "--severity",
        "C",
        "--title",
        odd,
        "--device",
        "HR-1",
        "--attach",
        path(&log),
        "--json",
    ]);
    let filed = ana.mmd(&by_flags).exits(0).json();
    let id = filed["ticket"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(filed["ticket"]["title"], odd, "sent and kept verbatim");
    assert_eq!(filed["ticket"]["severity"], 4);
    assert_eq!(filed["respondBy"], filed["ticket"]["@mmd.respondBy"]);
    assert!(filed["respondBy"].is_string(), "{filed}");

    let shown = ana.mmd(&["escalate", "show", &id, "--json"]).exits(0).json();
    assert_eq!(shown["attachments"][0]["name"], "trace.log");
    assert_eq!(shown["attachments"][0]["size"], 300_000);
    assert_eq!(shown["@mmd.devices"][0], "HR-1");

    let (dir, fetched) = (ana.path().join("fetched"), ana.path().join("fetched/trace.log"));
    std::fs::create_dir(&dir).expect("a directory");
    let download = ["escalate", "download", &id, "--dir", path(&dir)];
    ana.mmd(&download).exits(0);
    let attached = std::fs::read(&log).expect("a file");
    assert!(std::fs::read(&fetched).expect("a file") == attached, "byte for byte");
    ana.mmd(&download).exits(2);

    let file = ana.path().join("request.toml");
    std::fs::write(&file, toml("from a file")).expect("a file");
    let from = ["escalate", "--from", path(&file), "--title", "flags win"];
    let said = ana.mmd(&from).exits(0);
    assert!(said.stderr.contains("first response by"), "{}", said.stderr);
    assert!(said.stderr.contains("mmd escalate show MMD-"), "{}", said.stderr);
    ana.mmd_with(&["escalate", "--from", "-"], &toml("from a pipe")).exits(0);
    let described = whole(&["--severity", "C", "--title", "described", "--description", "-"]);
    let described: Vec<_> =
        described.into_iter().filter(|word| !["every hour"].contains(word)).collect();
    // The last of two would win in no shell either: clap takes one.
    let first = described.iter().position(|word| *word == "--description").expect("it is there");
    let described = [&described[..first], &described[first + 1..]].concat();
    ana.mmd_with(&described, "it stands\non two lines\n").exits(0);

    let editor = ana.path().join("editor");
    let script = "#!/bin/sh\ngrep -q 'A (critical)' \"$1\" || exit 9\n\
        sed -i -e 's/^severity = .*/severity = \"C\"/' -e 's/^title = .*/title = \"by an editor\"/' \"$1\"\n";
    std::fs::write(&editor, script).expect("a file");
    std::fs::set_permissions(&editor, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    let mut command = ana.command(&whole(&["--editor"]));
    command.env("EDITOR", &editor);
    finish(command, None).exits(0);

    assert_eq!(titles(&ana), ["by an editor", "described", "from a pipe", "flags win", odd]);
    let empty = ana.mmd(&["escalate", "drafts", "--json"]).exits(0).json();
    assert_eq!(empty, serde_json::json!([]), "what was filed is no draft");
}

#[test]
fn without_a_network_a_request_is_a_draft_and_is_filed_exactly_once() {
    let (mut service, ana) = service();
    service.kill();
    let said = ana.mmd(&whole(&["--severity", "C", "--title", "lost", "--json"])).exits(7);
    let draft = fault(&said)["details"]["draft"].as_str().expect("a draft").to_owned();
    assert!(said.stderr.contains(&format!("mmd escalate resume {draft}")), "{}", said.stderr);
    let file = ana.path().join(format!(".local/share/mmd/drafts/default/{draft}.json"));
    let mode = std::fs::metadata(&file).expect("a draft").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let kept = std::fs::read(&file).expect("a draft");
    ana.mmd(&["escalate", "resume", &draft]).exits(7);

    service.restart(None);
    let first = ana.mmd(&["escalate", "resume", &draft, "--json"]).exits(0).json();
    assert!(!file.exists());
    ana.mmd(&["escalate", "resume", &draft]).exits(5);
    // As if the process had died before it heard the answer.
    std::fs::write(&file, kept).expect("a draft");
    let again = ana.mmd(&["escalate", "resume", &draft, "--json"]).exits(0).json();
    assert_eq!(first["ticket"]["id"], again["ticket"]["id"]);
    assert_eq!(titles(&ana), ["lost"]);
}

#[test]
fn an_interrupt_while_it_is_sent_leaves_a_draft_that_is_filed_once() {
    let (service, ana) = service();
    let signal = |name: &str, pid: u32| {
        let sent = std::process::Command::new("kill").args([name, &pid.to_string()]).status();
        assert!(sent.expect("kill runs").success());
    };
    let request = ana.path().join("request.toml");
    std::fs::write(&request, toml("interrupted")).expect("a file");
    // It takes connections and answers none.
    signal("-STOP", service.process.0.id());
    let child = ana.command(&["escalate", "--from", path(&request)]).spawn().expect("it starts");
    let drafts = ana.path().join(".local/share/mmd/drafts/default");
    wait_for("a draft", || {
        let mut files = std::fs::read_dir(&drafts).ok()?.flatten();
        files.find(|file| file.path().extension().is_some_and(|end| end == "json"))
    });
    signal("-INT", child.id());
    let output = child.wait_with_output().expect("it ends");
    signal("-CONT", service.process.0.id());
    assert_eq!(output.status.code(), Some(130));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("mmd escalate resume"), "{stderr}");
    ana.mmd(&["escalate", "resume"]).exits(0);
    assert_eq!(titles(&ana), ["interrupted"]);
}

#[test]
fn what_the_team_may_not_file_reaches_an_admin_who_files_it() {
    let (service, ana) = service();
    let said = ana.mmd(&whole(&["--severity", "A", "--title", "all down", "--json"])).exits(6);
    let error = fault(&said);
    assert_eq!(said.stdout, "");
    let id = error["details"]["kept"]["id"].as_str().expect("a kept request").to_owned();
    assert_eq!(error["details"]["kept"]["state"], "awaitingAdmin");
    // No sink tells anybody here, so the admins are to be called.
    assert_eq!(error["details"]["notifying"], serde_json::json!([]));
    assert_eq!(error["details"]["call"][0]["address"], "ida@mmd.local");
    assert!(said.stderr.contains("+34 1"), "a number is shown: {}", said.stderr);
    ana.mmd(&["escalate", "file", &id]).exits(4);

    let admin = &service.admin;
    let listed = admin.mmd(&["escalate", "list"]).exits(0);
    assert!(listed.stdout.contains(&format!("{id}\tA\tIncident\tawaits an admin\tall down")));
    assert!(admin.mmd(&["escalate", "queue"]).exits(0).stdout.contains(&id));
    let corrected = ["escalate", "file", &id, "--severity", "B", "--phone", "+34 2", "--json"];
    let filed = admin.mmd(&corrected).exits(0).json();
    assert_eq!(
        (&filed["ticket"]["severity"], &filed["ticket"]["id"]),
        (&3.into(), &id.clone().into())
    );
    assert_eq!(filed["ticket"]["contact"]["phoneNumber"], "+34 2");
    assert_eq!(filed["ticket"]["contact"]["givenName"], "Ana");
    admin.mmd(&["escalate", "file", &id]).exits(6);
    let shown = ana.mmd(&["escalate", "show", &id]).exits(0);
    assert!(shown.stdout.contains("handed over to an admin"), "{}", shown.stdout);

    let said = ana.mmd(&whole(&["--severity", "B", "--title", "slow", "--json"])).exits(6);
    let waits = fault(&said)["details"]["kept"]["id"].as_str().expect("a request").to_owned();
    ana.mmd(&["escalate", "withdraw", &waits]).exits(0);
    ana.mmd(&["escalate", "show", &waits]).exits(5);

    // Kept at the service, so no draft: nothing is in two places.
    assert_eq!(ana.mmd(&["escalate", "drafts", "--json"]).exits(0).json(), serde_json::json!([]));
    let dora = service.member("dora@mmd.local", "desk");
    let refused = dora.mmd(&whole(&["--severity", "C", "--title", "x"])).exits(4);
    assert!(refused.stderr.contains("ana@mmd.local"), "who may is named: {}", refused.stderr);
}

#[test]
fn operations_take_answer_and_ask_and_the_filer_sees_it() {
    let (service, ana) = service();
    let (olga, oleg) = (
        service.member("olga@mmd.local", "operations"),
        service.member("oleg@mmd.local", "operations"),
    );
    let filed = ana.mmd(&whole(&["--severity", "C", "--title", "VPN", "--json"])).exits(0).json();
    let id = filed["ticket"]["id"].as_str().expect("an id").to_owned();
    assert!(olga.mmd(&["escalate", "queue"]).exits(0).stdout.contains(&id));
    olga.mmd(&["escalate", "take", &id]).exits(0);
    let late = oleg.mmd(&["escalate", "take", &id]).exits(6);
    assert!(late.stderr.contains("olga@mmd.local"), "who has it is named: {}", late.stderr);
    olga.mmd_with(&["escalate", "reply", &id, "-", "--request-action"], "please restart\n")
        .exits(0);
    let shown = ana.mmd(&["escalate", "show", &id]).exits(0);
    assert!(shown.stdout.contains("please restart"), "{}", shown.stdout);
    assert!(shown.stdout.contains("actsNext\tthe filer"), "{}", shown.stdout);
    assert!(shown.stderr.contains("the filer's answer is awaited"), "{}", shown.stderr);
    ana.mmd(&["escalate", "note", &id, "restarted"]).exits(0);
    ana.mmd(&["escalate", "edit", &id, "--phone", "+34 9"]).exits(0);
    olga.mmd(&["escalate", "resolve", &id, "-m", "rolled back"]).exits(0);
    ana.mmd(&["escalate", "edit", &id, "--phone", "+34 8"]).exits(6);
    ana.mmd(&["escalate", "reactivate", &id, "-m", "it is back"]).exits(0);
    let moved =
        ana.mmd(&["escalate", "transfer", &id, "--to", "hardware-vendor", "--json"]).exits(0);
    assert_eq!(moved.json()["@mmd.destination"], "hardware-vendor");
    // What is filed is not withdrawn, and nothing is below C.
    ana.mmd(&["escalate", "withdraw", &id]).exits(6);
    olga.mmd(&["escalate", "lower", &id]).exits(6);
    let shown = ana.mmd(&["escalate", "show", &id, "--json"]).exits(0).json();
    assert_eq!(shown["contact"]["phoneNumber"], "+34 9");
    let texts: Vec<_> = shown["notes"].as_array().expect("notes").iter().collect();
    assert!(texts.iter().any(|note| note["text"] == "restarted"), "{texts:?}");
    let resolved = ana.mmd(&["escalate", "list", "--state", "resolved"]).exits(0);
    assert_eq!(resolved.stdout, "");
    let mine = ana.mmd(&["escalate", "list", "--mine", "--output", "csv"]).exits(0);
    assert!(mine.stdout.starts_with("Id,Sev,Type,State,Title,By,Filed,Due\n"), "{}", mine.stdout);
}

#[test]
fn bad_input_is_refused_with_its_exit_code_and_nothing_is_half_filed() {
    let (service, ana) = service();
    let cut: Vec<_> = whole(&["--severity", "C", "--title", "x"])
        .into_iter()
        .filter(|word| !["--phone", "+34 600"].contains(word))
        .collect();
    let said = ana.mmd(&cut).exits(2);
    assert!(said.stderr.contains("`--phone` is missing"), "{}", said.stderr);
    for (flags, code, words) in [
        (&["--type", "problem"][..], 2, "use Incident, RequestForInformation, ChangeRequest"),
        (&["--severity", "1"], 2, "use A (critical), B (moderate) or C (minimal)"),
        (&["--severity", "high"], 2, "use A (critical), B (moderate) or C (minimal)"),
    ] {
        let said = ana.mmd(&[&["escalate"], flags].concat()).exits(code);
        assert!(said.stderr.contains(words), "{}", said.stderr);
    }
    let huge = ana.path().join("huge.bin");
    let file = std::fs::File::create(&huge).expect("a file");
    file.set_len((25 << 20) + 1).expect("a size");
    for (flags, code, words) in [
        (&["--attach", path(&huge)][..], 2, "(25 MiB) is the most"),
        (&["--attach", "/nowhere/a.log"], 2, "cannot be read"),
        (&["--device", "NOPE"], 5, "mmd device search NOPE"),
        (&["--title", "a\u{1b}[31mb"], 2, "U+001B"),
    ] {
        let title = if flags[0] == "--title" { &[][..] } else { &["--title", "x"] };
        let said = ana.mmd(&whole(&[&["--severity", "C"], flags, title].concat())).exits(code);
        assert!(said.stderr.contains(words), "{}", said.stderr);
        assert!(said.stderr.contains("mmd escalate resume"), "{}", said.stderr);
        assert!(!said.stderr.contains('\u{1b}'), "control characters are stripped");
    }
    for id in ["a'b", "MMD-0000000-AAAAA", "x/../y", "<b>", "%27"] {
        ana.mmd(&["escalate", "show", id]).exits(5);
        ana.mmd(&["escalate", "note", "--", id, "text"]).exits(5);
    }
    let latin = b"title = 'caf\xe9'".to_vec();
    let utf16: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let documented = "{\n\u{202f}\u{202f}\"title\": \"x\"\n}".as_bytes().to_vec();
    for (bytes, words) in [
        (latin, "line 1: the byte 0xE9 is not UTF-8"),
        (utf16, "it is UTF-16, not UTF-8"),
        (documented, "line 2: U+202F at offset 2"),
        (b"{\"titel\": 1}".to_vec(), "line 1: unknown field `titel`"),
        (b"title = 'a'\nseverity = 'high'\n".to_vec(), "line 2: `high` is not a severity"),
        (b"{\"title\": \"a\\u0000b\"}".to_vec(), "`--title` holds U+0000"),
    ] {
        let file = ana.path().join("request");
        std::fs::write(&file, bytes).expect("a file");
        // What the file has wins over nothing: the rest is answered.
        let args = whole(&["--severity", "C", "--from", path(&file)]);
        let said = ana.mmd(&args).exits(2);
        assert!(said.stderr.contains(words), "{words}: {}", said.stderr);
    }
    assert_eq!(titles(&service.admin), Vec::<String>::new(), "nothing was filed");
    let stranger = Home::new().mmd(&["escalate", "list"]).exits(2);
    assert!(stranger.stderr.contains("mmd login URL"), "{}", stranger.stderr);
}

#[test]
fn a_person_is_led_through_and_nothing_typed_is_lost_by_an_interrupt() {
    let (_service, ana) = service();
    let Some(terminal) = Terminal::start(&ana, &["escalate"]) else {
        return common::missing("tmux");
    };
    terminal.sees("How severe is it?");
    terminal.sees("A critical: significant loss or degradation of the business");
    // C, where the cursor stands.
    terminal.press("Enter");
    terminal.sees("What is it?");
    terminal.press("Enter");
    terminal.sees("Title");
    terminal.types("VPN drops");
    terminal.sees("Description");
    terminal.press("C-c");
    terminal.sees("nothing typed is lost");
    let drafts = ana.mmd(&["escalate", "drafts", "--json"]).exits(0).json();
    assert_eq!(drafts[0]["form"]["title"], "VPN drops");

    let terminal = Terminal::start(&ana, &["escalate", "resume"]).expect("tmux is there");
    terminal.sees("What is to be done with it?");
    terminal.press("Enter");
    terminal.sees("Description");
    terminal.types("every hour");
    terminal.sees("Devices / Configuration/Policy");
    terminal.press("Enter");
    for (question, answer) in
        [("first name", "Ana"), ("last name", "Ruiz"), ("e-mail", ""), ("telephone", "+34 600")]
    {
        terminal.sees(question);
        terminal.types(answer);
    }
    terminal.sees("Keep this contact in the profile `default`?");
    terminal.press("y");
    terminal.sees("is filed: first response by");
    terminal.sees("mmd escalate show MMD-");
    assert_eq!(titles(&ana), ["VPN drops"]);
    assert_eq!(ana.mmd(&["escalate", "drafts", "--json"]).exits(0).json(), serde_json::json!([]));
    // The next one asks no more than it has to.
    let args = [
        "escalate",
        "--severity",
        "C",
        "--type",
        "Incident",
        "--title",
        "again",
        "--description",
        "d",
        "--category",
        "Apps",
        "--subcategory",
        "Other",
        "--json",
    ];
    let filed = ana.mmd(&args).exits(0).json();
    assert_eq!(filed["ticket"]["contact"]["email"], "ana@mmd.local");
}
