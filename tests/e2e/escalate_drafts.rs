//! What was typed and could not be filed: where it lies, and the command that brings it back.

use std::{fs, path::Path};

use serde_json::Value;

use crate::{
    common,
    escalate::{fault, service, titles, whole},
    interrupts,
    rig::{Home, Said, Service, finish, wait_for},
    terminal::Terminal,
};

/// The command that the last hint with `words` names, as arguments.
#[track_caller]
fn hinted(said: &Said, words: &str) -> Vec<String> {
    let line = said.stderr.lines().rfind(|line| line.starts_with("hint: ") && line.contains(words));
    let line = line.unwrap_or_else(|| panic!("{words}: {}", said.stderr));
    let mut commands =
        line.split('`').filter(|piece| piece.starts_with("mmd ") && piece.contains(words));
    let command = commands.next().unwrap_or_else(|| panic!("{line}"));
    command.split(' ').skip(1).map(str::to_owned).collect()
}

fn run(home: &Home, command: &[String], more: &[&str]) -> Said {
    let words: Vec<_> = command.iter().map(String::as_str).chain(more.iter().copied()).collect();
    home.mmd(&words)
}

fn drafts(home: &Home) -> Value {
    home.mmd(&["escalate", "drafts", "--json"]).exits(0).json()
}

/// The flags of [`whole`] without the verb.
fn answers() -> Vec<&'static str> {
    [&whole(&[])[1..], &["--severity", "C"]].concat()
}

#[test]
fn hints_lead_back_to_the_service_that_a_flag_has_named() {
    let (service, ana) = service();
    // Another profile is the current one.
    let file = ana.path().join(".config/mmd/config.toml");
    let config = fs::read_to_string(&file).expect("a config file");
    let config = config.replace("current = \"default\"", "current = \"second\"");
    assert!(config.contains("current = \"second\""), "{config}");
    let second = "\n[profiles.second]\nservice = \"https://127.0.0.1:1\"\n";
    fs::write(&file, config + second).expect("a config file");

    let args = ["escalate", "--profile", "default", "--title", "far"];
    let resume = hinted(&ana.mmd(&args).exits(2), "escalate resume");
    assert_eq!(resume[2..4], ["--profile", "default"]);
    let filed = run(&ana, &resume, &answers()).exits(0);
    let show = hinted(&filed, "escalate show");
    let shown = run(&ana, &show, &[]).exits(0);
    assert!(shown.stdout.contains("far"));
    let attach = hinted(&shown, "escalate attach");
    assert_eq!(attach[2..4], ["--profile", "default"]);
    assert_eq!(attach[5..], ["FILE"]);

    let args = ["escalate", "--service", "https://127.0.0.1:2", "--ca-file", &service.ca_file];
    let said = ana.mmd(&[&args[..], &["--title", "farther"]].concat()).exits(2);
    let resume = hinted(&said, "escalate resume");
    assert_eq!(resume[2..resume.len() - 1], args[1..]);
    let again = run(&ana, &resume, &[]).exits(2);
    assert!(again.stderr.contains("farther"), "the draft is found: {}", again.stderr);
}

#[test]
fn what_is_written_before_the_first_sign_in_is_filed_after_it() {
    let service = Service::start();
    let contact =
        ["--given-name", "Ida", "--surname", "A", "--email", "ida@mmd.local", "--phone", "1"];
    service.admin.mmd(&[&["team", "contacts", "set", "other"][..], &contact].concat()).exits(0);
    let invite = service.admin.mmd(&["team", "add", "new@mmd.local", "--invite"]).exits(0);
    let new = Home::new();
    let args = ["escalate", "--title", "early", "--description", "-"];
    let said = new.mmd_with(&args, "nothing\nworks\n").exits(2);
    assert!(said.stderr.contains("mmd login URL"), "{}", said.stderr);
    let resume = hinted(&said, "escalate resume");
    service.sign_in(&new, invite.line());
    assert_eq!(drafts(&new)[0]["form"]["description"], "nothing\nworks");
    let mut rest = answers();
    let at = rest.iter().position(|word| *word == "--description").expect("a flag");
    rest.drain(at..at + 2);
    run(&new, &resume, &rest).exits(0);
    assert_eq!(titles(&new), ["early"]);
}

#[test]
fn a_draft_whose_attachment_has_vanished_is_filed_without_it_by_the_command_in_the_hint() {
    let (_service, ana) = service();
    let (gone, there) = (ana.path().join("gone.log"), ana.path().join("there.log"));
    fs::write(&there, "x").expect("a file");
    let [gone, there] = [&gone, &there].map(|path| path.to_str().expect("UTF-8"));
    let args = whole(&["--severity", "C", "--title", "half", "--attach", gone, "--attach", there]);
    let said = ana.mmd(&args).exits(2);
    assert_eq!(hinted(&said, "--detach")[3..], ["--detach", gone]);
    let again = ana.mmd(&["escalate", "resume", "--yes"]).exits(2);
    let filed = run(&ana, &hinted(&again, "--detach"), &["--json"]).exits(0).json();
    let id = filed["ticket"]["id"].as_str().expect("an id").to_lowercase();
    let shown = ana.mmd(&["escalate", "show", &id, "--json"]).exits(0).json();
    assert_eq!(shown["attachments"].as_array().map(Vec::len), Some(1));
    assert_eq!(shown["attachments"][0]["name"], "there.log");
    assert_eq!(drafts(&ana), serde_json::json!([]));
}

#[test]
fn a_draft_taken_up_in_another_directory_finds_its_files_where_they_were_named() {
    let (_service, ana) = service();
    let [named, other] = ["named", "other"].map(|name| ana.path().join(name));
    for (dir, text) in [(&named, "right"), (&other, "wrong, and longer")] {
        fs::create_dir(dir).expect("a directory");
        fs::write(dir.join("x.log"), text).expect("a file");
    }
    let within = |dir: &Path, args: &[&str]| {
        let mut command = ana.command(args);
        command.current_dir(dir);
        finish(command, None)
    };
    within(&named, &["escalate", "--title", "moved", "--attach", "x.log"]).exits(2);
    let resume = [&["escalate", "resume", "--json"], &answers()[..]].concat();
    let filed = within(&other, &resume).exits(0).json();
    let id = filed["ticket"]["id"].as_str().expect("an id").to_lowercase();
    let shown = ana.mmd(&["escalate", "show", &id, "--json"]).exits(0).json();
    assert_eq!(shown["attachments"][0]["size"], "right".len());
}

#[test]
fn a_termination_and_a_closed_terminal_leave_a_draft_as_an_interrupt_does() {
    let (_service, ana) = service();
    for (title, signal) in [("ended", Some("-TERM")), ("hung up on", None)] {
        let Some(terminal) = Terminal::start(&ana, &["escalate", "--severity", "C"]) else {
            return common::missing("tmux");
        };
        terminal.sees("What is it?");
        terminal.press("Enter");
        terminal.sees("Title");
        terminal.types(title);
        terminal.sees("Description");
        match signal {
            Some(signal) => {
                interrupts::signal(interrupts::process(&terminal), signal);
                terminal.sees("nothing typed is lost");
                terminal.sees("exit 130");
            }
            // The terminal goes, as when its window is closed.
            None => drop(terminal),
        }
        wait_for("the draft", || {
            let kept = drafts(&ana);
            (kept[0]["form"]["title"] == title).then_some(())
        });
    }
}

#[test]
fn a_change_is_always_c_in_the_words_of_the_flags() {
    let (_service, ana) = service();
    let mut args = whole(&["--severity", "B", "--title", "t", "--json"]);
    let at = args.iter().position(|word| *word == "Incident").expect("a type");
    args[at] = "ChangeRequest";
    let error = fault(&ana.mmd(&args).exits(2));
    assert_eq!(error["message"], "a change request is always severity C");
}

#[test]
fn what_came_by_standard_input_is_kept_though_the_command_line_is_none() {
    let home = Home::new();
    let typed = "title = \"p\"\n";
    for args in [
        // The parser's, of two flags that need each other's place, and of a verb without a service.
        &["escalate", "--from", "-", "--severity", "high"][..],
        &["escalate", "--from", "-", "--description", "-"],
        &["escalate", "--from=-", "--json", "--output", "csv"],
        &["escalate", "note", "MMD-1465058-R5V8P", "-"],
    ] {
        let said = home.mmd_with(args, typed).exits(2);
        let words = "what came by standard input lies in `";
        let (_, behind) = said.stderr.split_once(words).unwrap_or_else(|| panic!("{said:?}"));
        let path = behind.split('`').next().expect("a path");
        assert_eq!(fs::read_to_string(path).expect("a file"), typed, "{args:?}");
    }
    let json = home.mmd_with(&["escalate", "--from", "-", "--severity", "x", "--json"], typed);
    let hints = fault(&json.exits(2))["hints"].clone();
    assert!(hints.to_string().contains("what came by standard input lies in"), "{hints}");
    let help = home.mmd_with(&["escalate", "--from", "-", "--help"], typed).exits(0);
    assert_eq!(help.stderr, "");
}

#[test]
fn a_draft_of_a_wrong_elevation_or_device_is_filed_without_it_by_the_command_in_the_hint() {
    let (_service, ana) = service();
    for (flag, wrong) in
        [("--elevation", "11111111-1111-4111-8111-111111111111"), ("--device", "NOWHERE-1")]
    {
        let args = whole(&["--severity", "C", "--title", &flag[2..], flag, wrong]);
        let said = ana.mmd(&args).exits(5);
        let mut line = hinted(&said, &format!("{flag} ''"));
        // As a shell reads it.
        assert_eq!(line.pop().as_deref(), Some("''"));
        run(&ana, &line, &["", "--yes"]).exits(0);
    }
    let mut filed = titles(&ana);
    filed.sort();
    assert_eq!(
        (filed, drafts(&ana)),
        (["device", "elevation"].map(str::to_owned).into(), serde_json::json!([]))
    );
}
