//! The framework's rules for support requests, each broken by the real binary: what is said, and
//! the exit code.

use serde_json::Value;

use crate::{
    escalate::{fault, service, titles, whole},
    rig::{Home, Said, Service, wait_for},
};

/// Fails unless a rule refused it with `words`: exit 6, and the same for programs.
#[track_caller]
fn by_rule(home: &Home, args: &[&str], words: &str) {
    let said = home.mmd(args).exits(6);
    assert!(said.stderr.contains(words), "{words} in {}", said.stderr);
    let said = home.mmd(&[args, &["--json"]].concat()).exits(6);
    assert_eq!((said.stdout.as_str(), &fault(&said)["code"]), ("", &"refused".into()));
    assert!(fault(&said)["message"].as_str().expect("a sentence").contains(words));
}

fn filed(home: &Home, more: &[&str]) -> String {
    let said = home.mmd(&whole(&[more, &["--json"]].concat())).exits(0);
    id_of(&said.json()["ticket"])
}

fn id_of(ticket: &Value) -> String {
    ticket["id"].as_str().expect("an id").to_owned()
}

#[test]
fn a_request_that_a_rule_forbids_is_refused_and_kept_as_a_draft() {
    let service = Service::start();
    let admin = &service.admin;
    admin.mmd(&["device", "enroll", "LAB-1", "--ring", "Test"]).exits(0);
    admin.mmd(&["device", "enroll", "HR-1", "--ring", "Broad"]).exits(0);
    let request = |more: &[&str]| -> Vec<String> {
        let line = whole(&[&["--title", "x"], more].concat());
        line.into_iter().map(str::to_owned).collect()
    };
    let refused = |more: &[&str], words: &str| {
        let line = request(more);
        let line: Vec<_> = line.iter().map(String::as_str).collect();
        by_rule(admin, &line, words);
    };
    // Nobody stands by yet.
    let nobody = "There is no admin contact for Devices, nor for Other";
    refused(&["--severity", "C"], nobody);
    let contact = ["--given-name", "I", "--surname", "A", "--email", "i@mmd.local", "--phone", "1"];
    admin.mmd(&[&["team", "contacts", "set", "other"][..], &contact].concat()).exits(0);

    let test = "Devices in the Test group get no incident support";
    refused(&["--severity", "C", "--device", "LAB-1"], test);
    let drafts = admin.mmd(&["escalate", "drafts", "--json"]).exits(0).json();
    let drafts = drafts.as_array().expect("drafts").clone();
    assert_eq!(drafts.len(), 4, "nothing typed is lost");
    // One of them, corrected, is filed.
    let id = id_of(&drafts[0]);
    admin.mmd(&["escalate", "resume", &id, "--device", "HR-1", "--yes"]).exits(0);
    assert_eq!(titles(admin), ["x"]);
    // A change to a Test device is no incident.
    let change: Vec<_> = request(&["--severity", "C", "--device", "LAB-1"])
        .into_iter()
        .map(|word| if word == "Incident" { "ChangeRequest".to_owned() } else { word })
        .collect();
    let change: Vec<_> = change.iter().map(String::as_str).collect();
    admin.mmd(&change).exits(0);
    for (severity, ty) in [("A", "ChangeRequest"), ("B", "RequestForInformation")] {
        let wrong: Vec<_> = request(&["--severity", severity])
            .into_iter()
            .map(|word| if word == "Incident" { ty.to_owned() } else { word })
            .collect();
        let wrong: Vec<_> = wrong.iter().map(String::as_str).collect();
        let said = admin.mmd(&wrong).exits(2);
        assert!(said.stderr.contains("is always severity C"), "{}", said.stderr);
        assert!(said.stderr.contains("leave out `--severity`, or say C"), "{}", said.stderr);
    }
}

#[test]
fn what_a_rule_forbids_about_a_ticket_is_refused_and_changes_nothing() {
    let (service, ana) = service();
    let admin = &service.admin;
    let olga = service.member("olga@mmd.local", "operations");
    let dora = service.member("dora@mmd.local", "desk");
    let auditor = service.member("aud@mmd.local", "auditor");
    let minor = filed(&ana, &["--severity", "C", "--title", "minor"]);
    let critical = filed(admin, &["--severity", "A", "--title", "critical"]);
    let now = |id: &str| admin.mmd(&["escalate", "show", id, "--json"]).exits(0).json();
    let before = (now(&minor), now(&critical));
    for (id, hours, words) in [
        (&critical, "support-hours", "The hours of severity A are always `all-day`."),
        (&minor, "all-day", "The hours of severity C are always `support-hours`."),
    ] {
        by_rule(admin, &["escalate", "edit", id, "--hours", hours], words);
    }
    let asks = "An admin chooses severity B: nothing was changed";
    by_rule(&ana, &["escalate", "edit", &minor, "--severity", "B"], asks);
    by_rule(&ana, &["escalate", "reactivate", &minor], "This ticket is active already.");
    by_rule(&olga, &["escalate", "lower", &minor], "there is nothing below it");
    by_rule(&ana, &["escalate", "withdraw", &minor], "This ticket is filed: resolve it instead.");
    by_rule(admin, &["escalate", "file", &minor], "This request is filed already.");
    for (home, line, code) in [
        (&ana, vec!["take", &minor], 4),
        (&ana, vec!["reply", &minor, "x"], 4),
        (&ana, vec!["lower", &minor], 4),
        (&auditor, vec!["note", &minor, "x"], 4),
        (&auditor, vec!["resolve", &minor], 4),
        // The rest of the desk sees its own only.
        (&dora, vec!["show", &minor], 5),
        (&dora, vec!["queue"], 4),
    ] {
        let said: Said = home.mmd(&[&["escalate"], &line[..]].concat()).exits(code);
        assert!(said.stderr.contains("hint: "), "{line:?}: {}", said.stderr);
    }
    let mut after = (now(&minor), now(&critical));
    // What was asked of the admins stands in the timeline, and nowhere else.
    for ticket in [&mut after.0, &mut after.1] {
        let steps = ticket["@mmd.timeline"].as_array_mut().expect("a timeline");
        steps.retain(|step| step["action"] != "ticket.severityAsked");
    }
    assert_eq!(before, after);

    let before = now(&minor);
    admin.mmd(&["escalate", "edit", &minor, "--description", "every hour"]).exits(0);
    assert_eq!(now(&minor), before, "nothing changed, and nothing is told");

    ana.mmd(&["escalate", "resolve", &minor]).exits(0);
    let resolved = "This ticket is resolved: reactivate it first, within 24 hours.";
    for step in [
        vec!["edit", &minor, "--phone", "1"],
        vec!["note", &minor, "x"],
        vec!["transfer", &minor, "--to", "it-admin"],
    ] {
        by_rule(&ana, &[&["escalate"], &step[..]].concat(), resolved);
    }
    by_rule(&olga, &["escalate", "take", &minor], resolved);
    by_rule(&ana, &["escalate", "resolve", &minor], "This ticket is resolved already.");
    // The way back is named to who has it.
    admin.mmd(&["escalate", "resolve", &critical]).exits(0);
    for (home, id, is_named) in
        [(&ana, &minor, true), (&ana, &critical, false), (admin, &critical, true)]
    {
        let said = home.mmd(&["escalate", "note", id, "x"]).exits(6);
        let hint = format!("hint: `mmd escalate reactivate {id}` takes it up again");
        assert_eq!(said.stderr.contains(&hint), is_named, "{}", said.stderr);
    }
}

#[test]
fn the_severity_of_a_change_is_not_edited() {
    let (service, _) = service();
    let line: Vec<_> = whole(&["--severity", "C", "--title", "x", "--json"])
        .into_iter()
        .map(|word| if word == "Incident" { "ChangeRequest" } else { word })
        .collect();
    let id = id_of(&service.admin.mmd(&line).exits(0).json()["ticket"]);
    let words = "The severity of information and change requests cannot be edited.";
    by_rule(&service.admin, &["escalate", "edit", &id, "--severity", "A"], words);
}

/// Lets so many hours pass for every ticket, and starts the service again.
fn hours_pass(service: &mut Service, hours: i64) {
    service.kill();
    let db = rusqlite::Connection::open(service.data_dir().join("mmd.db")).expect("the database");
    let past = hours * 3_600_000_000;
    let sql = "update tickets set asked = asked - $1, resolved = resolved - $1";
    assert_eq!(db.execute(sql, [past]).expect("a change"), 1);
    drop(db);
    service.restart(None);
}

#[test]
fn an_unanswered_request_closes_after_48_hours_and_comes_back_for_24() {
    let (mut service, ana) = service();
    let olga = service.member("olga@mmd.local", "operations");
    let id = filed(&ana, &["--severity", "C", "--title", "minor"]);
    olga.mmd(&["escalate", "take", &id]).exits(0);
    olga.mmd(&["escalate", "reply", &id, "please restart it", "--request-action"]).exits(0);
    let state = || ana.mmd(&["escalate", "show", &id, "--json"]).exits(0).json()["state"].clone();
    hours_pass(&mut service, 47);
    assert_eq!(state(), "active");
    hours_pass(&mut service, 1);
    wait_for("the end of the request", || (state() == "resolved").then_some(()));
    let resolved = "This ticket is resolved: reactivate it first, within 24 hours.";
    by_rule(&ana, &["escalate", "note", &id, "it is restarted"], resolved);

    hours_pass(&mut service, 23);
    ana.mmd(&["escalate", "reactivate", &id]).exits(0);
    assert_eq!(state(), "active");
    ana.mmd(&["escalate", "resolve", &id]).exits(0);
    hours_pass(&mut service, 25);
    let late = "This ticket was resolved more than 24 hours ago: file a new one.";
    by_rule(&ana, &["escalate", "reactivate", &id], late);
    assert_eq!(state(), "resolved");
}
