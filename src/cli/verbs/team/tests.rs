//! What is sent, in which order, and what is said of it.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use serde_json::{Value, json};

use super::*;
use crate::{
    api::{messages, team::Role},
    cli::{
        output::{
            Format,
            tests::{piped, terminal},
        },
        prompt::tests::{Answer, Scripted},
        verbs::testing::{Answered, Fake, error, rows},
    },
    domain::team::MaxRemove,
    error::Kind,
};

fn member(upn: &str, roles: &[&str]) -> Value {
    json!({
        "upn": upn, "displayName": null, "roles": roles, "until": null, "partner": false,
        "bound": false, "addedBy": "ada@c", "addedAt": "2026-03-01T10:00:00Z", "lastSignIn": null,
    })
}

fn file(home: &tempfile::TempDir, text: &str) -> PathBuf {
    let path = home.path().join("team.csv");
    std::fs::write(&path, text).unwrap();
    path
}

fn closes(requests: u32, tokens: u32) -> Value {
    json!({ "openRequests": requests, "tokens": tokens })
}

/// A plan that removes `count` members, and adds one.
fn plan(count: usize, applied: bool) -> Value {
    let gone: Vec<_> = (0..count)
        .map(|n| {
            json!({ "upn": format!("gone{n}@c"), "roles": ["support"], "closes": closes(1, 2) })
        })
        .collect();
    json!({
        "version": "v1", "applied": applied,
        "added": [{ "upn": "new@c", "roles": ["desk"], "granted": ["desk"], "taken": [],
                    "fields": [], "closes": closes(0, 0) }],
        "changed": [{ "upn": "eve@c", "roles": ["desk"], "granted": ["desk"],
                      "taken": ["support"], "fields": ["until"], "closes": closes(1, 0) }],
        "removed": gone, "kept": [], "ended": [], "unchanged": 7, "maxRemove": 3,
    })
}

fn syncing(file: PathBuf) -> sync::Input {
    sync::Input { file, dry_run: false, prune: true, max_remove: None }
}

const TEAM: &str = "upn,roles\nnew@c,desk\n";

#[tokio::test]
async fn many_are_added_in_one_request_and_each_is_reported() {
    let answers = |line: &str, body: &Value| -> Answered {
        assert_eq!(line, "POST /team/add");
        assert_eq!(
            *body,
            json!({ "upns": ["a@c", "b@c"], "roles": ["desk"], "until": "2027-01-01T00:00:00Z" })
        );
        let row =
            |change: &str, upn: &str| json!({ "change": change, "member": member(upn, &["desk"]) });
        (200, json!({ "value": [row("added", "a@c"), row("unchanged", "b@c")] }))
    };
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(answers).await);
    let (cx, stdout, _) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let input = add::Input {
        names: names::Names { upns: vec!["a@c".into(), "b@c".into(), "A@C".into()], stdin: false },
        roles: vec![Role::Desk],
        until: Some(add::Until(Some("2027-01-01T00:00:00Z".parse().unwrap()))),
        invite: false,
        oid: None,
    };
    add::run(input, &cx).await.unwrap();
    assert_eq!(stdout.text(), "a@c\tadded\tdesk\t\nb@c\tunchanged\tdesk\t\n");
    assert_eq!(fake.seen().len(), 1);
}

#[tokio::test]
async fn nobody_is_added_for_an_invite_where_there_are_none() {
    let answers = |line: &str, _: &Value| -> Answered {
        assert_eq!(line, "GET /.well-known/oauth-protected-resource", "nothing is changed");
        (200, json!({ "resource": "https://mmd.test", "mmd_invites": false }))
    };
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(answers).await);
    let (cx, stdout, _) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let names = names::Names { upns: vec!["a@c".into()], stdin: false };
    let input = add::Input { names, roles: vec![], until: None, invite: true, oid: None };
    let refused = add::run(input, &cx).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.message.as_str()),
        (Kind::Refused, "the service lets nobody in by an invite")
    );
    assert!(refused.hints[0].contains("`invites = true`"), "{:?}", refused.hints);
    assert_eq!((stdout.text().as_str(), fake.seen().len()), ("", 1));
}

#[tokio::test]
async fn who_was_not_there_is_told_so_and_it_is_success() {
    let answers = |_: &str, body: &Value| -> Answered {
        assert_eq!(*body, json!({ "upns": ["a@c", "b@c"] }));
        let row = |upn: &str, change: &str, requests: u32| {
            json!({ "upn": upn, "change": change, "roles": [], "closedRequests": requests,
                    "revokedTokens": requests })
        };
        (200, json!({ "value": [row("a@c", "removed", 1), row("b@c", "unchanged", 0)] }))
    };
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(answers).await);
    let (cx, stdout, stderr) = fake.context(home.path(), piped(Format::Json), Scripted::silent());
    let names = names::Names { upns: vec!["a@c".into(), "b@c".into()], stdin: false };
    remove::run(remove::Input { names, roles: vec![] }, &cx).await.unwrap();
    let said: Value = serde_json::from_str(&stdout.text()).unwrap();
    assert_eq!(
        said,
        json!([
            { "upn": "a@c", "change": "removed", "roles": [], "closedRequests": 1,
              "revokedTokens": 1 },
            { "upn": "b@c", "change": "unchanged", "roles": [], "closedRequests": 0,
              "revokedTokens": 0 },
        ])
    );
    assert_eq!(
        stderr.text(),
        "b@c is not on the team: nothing to remove\n\
         1 open request closed with it: the devices change their passwords now\n"
    );
}

#[tokio::test]
async fn a_bad_file_is_refused_before_anything_is_sent() {
    let fake = Fake::start(|line, _| panic!("nobody expected {line}")).await;
    let home = tempfile::tempdir().unwrap();
    let (cx, _, _) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let path = file(&home, "upn,roles\na@c,desk\nbob,desk\n");
    let refused = sync::run(syncing(path.clone()), &cx).await.unwrap_err();
    assert_eq!(refused.kind, Kind::Usage);
    let expected = "is refused: line 3: `bob` is not a UPN: a UPN looks like `name@domain`";
    assert_eq!(refused.message, format!("`{}` {expected}", path.display()));
    let missing = sync::run(syncing(home.path().join("none.csv")), &cx).await.unwrap_err();
    assert_eq!(missing.kind, Kind::Usage);
    assert!(missing.message.ends_with("none.csv` cannot be read"), "{}", missing.message);
}

#[tokio::test]
async fn what_the_service_says_against_a_row_names_its_line() {
    let sentence = "`b@c` has no role: `desk` is the least.";
    let answers = move |_: &str, _: &Value| -> Answered {
        let detail = json!({ "code": "malformed", "message": sentence,
                             "target": "members[1].roles" });
        let error = json!({ "code": "400", "message": sentence, "details": [detail] });
        (400, json!({ "error": error }))
    };
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(answers).await);
    let (cx, _, _) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let path = file(&home, "upn,roles\na@c,desk\n\nb@c,\n");
    let refused = sync::run(syncing(path.clone()), &cx).await.unwrap_err();
    assert_eq!(refused.kind, Kind::Usage);
    let told = "is refused: line 4: `b@c` has no role: `desk` is the least";
    assert_eq!(refused.message, format!("`{}` {told}", path.display()));
    assert_eq!(
        refused.details.unwrap()["faults"],
        json!([{ "place": "line 4", "message": sentence.trim_end_matches('.') }])
    );
}

#[tokio::test]
async fn a_removal_needs_yes_where_nobody_can_be_asked_and_says_what_it_would_mean() {
    let answers = |_: &str, body: &Value| -> Answered {
        assert_eq!(body["dryRun"], true, "nothing is applied");
        (200, plan(2, false))
    };
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(answers).await);
    let (cx, stdout, _) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let error = sync::run(syncing(file(&home, TEAM)), &cx).await.unwrap_err();
    assert_eq!(
        (error.kind, error.message.as_str()),
        (Kind::Usage, "`--yes` is missing, and there is no terminal to ask on")
    );
    let meant = "it would mean: 1 added, 1 changed, 2 removed, 7 unchanged; \
                 ends 3 open requests, 4 tokens";
    assert_eq!(error.causes, [meant]);
    assert_eq!(stdout.text(), "");
}

#[tokio::test]
async fn with_yes_the_plan_is_applied_to_the_team_that_it_was_made_on() {
    let answers = |_: &str, body: &Value| -> Answered {
        let wanted = json!([{ "upn": "new@c", "roles": ["desk"] }]);
        assert_eq!((&body["members"], &body["prune"]), (&wanted, &json!(true)));
        assert_eq!(body["maxRemove"], "20%");
        match body["dryRun"] == true {
            true => (200, plan(1, false)),
            false => {
                assert_eq!(body["version"], "v1");
                (200, plan(1, true))
            }
        }
    };
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(answers).await);
    let (mut cx, stdout, stderr) =
        fake.context(home.path(), piped(Format::Table), Scripted::silent());
    cx.yes = true;
    let max_remove = Some(MaxRemove::Percent(20));
    let input = sync::Input { max_remove, ..syncing(file(&home, TEAM)) };
    sync::run(input, &cx).await.unwrap();
    assert_eq!(
        stdout.text(),
        "added\tnew@c\tdesk\t\t\n\
         changed\teve@c\tdesk\t+desk -support until\t1 open request\n\
         removed\tgone0@c\tsupport\t\t1 open request, 2 tokens\n"
    );
    assert_eq!(
        stderr.text(),
        "1 added, 1 changed, 1 removed, 7 unchanged; ends 2 open requests, 2 tokens\n\
         the devices of the closed requests change their passwords now\n"
    );
}

#[tokio::test]
async fn on_a_terminal_the_plan_is_shown_and_asked_about_and_no_changes_nothing() {
    let answers = |_: &str, body: &Value| -> Answered { (200, plan(1, body["dryRun"] != true)) };
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(answers).await);
    let no = Scripted::new([Answer::Confirm(false)]);
    let (cx, stdout, _) = fake.context(home.path(), terminal(), no);
    let refused = sync::run(syncing(file(&home, TEAM)), &cx).await.unwrap_err();
    assert_eq!((refused.kind, refused.message.as_str()), (Kind::Failed, "nothing was changed"));
    assert!(stdout.text().contains("gone0@c"), "{}", stdout.text());
    assert_eq!(fake.seen().len(), 1);
    let yes = Scripted::new([Answer::Confirm(true)]);
    let (cx, stdout, _) = fake.context(home.path(), terminal(), yes);
    sync::run(syncing(file(&home, TEAM)), &cx).await.unwrap();
    assert_eq!(stdout.text().matches("gone0@c").count(), 1, "it is shown once");
    assert_eq!(fake.seen().len(), 3);
}

#[tokio::test]
async fn a_team_that_changed_meanwhile_is_planned_again() {
    let applied = AtomicU32::new(0);
    let answers = move |_: &str, body: &Value| -> Answered {
        match body["dryRun"] == true {
            true => (200, plan(0, false)),
            false if applied.fetch_add(1, Ordering::Relaxed) == 0 => {
                error(409, messages::TEAM_CHANGED)
            }
            false => (200, plan(0, true)),
        }
    };
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(answers).await);
    let (cx, _, stderr) = fake.context(home.path(), piped(Format::Json), Scripted::silent());
    sync::run(syncing(file(&home, TEAM)), &cx).await.unwrap();
    assert_eq!(fake.seen().len(), 4);
    let again = "somebody has changed the team meanwhile: planning again";
    assert!(stderr.text().starts_with(again), "{}", stderr.text());
}

#[tokio::test]
async fn too_many_removals_are_refused_by_the_service_whatever_was_said() {
    let sentence = "This would remove 4 members, and no more than 3 may lose so much at once.";
    let answers = move |_: &str, body: &Value| -> Answered {
        match body["dryRun"] == true {
            true => (200, plan(4, false)),
            false => (
                403,
                json!({ "error": { "code": "403", "message": sentence, "details": [
                    { "code": "rule", "message": sentence, "target": "maxRemove" }] } }),
            ),
        }
    };
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(answers).await);
    let (mut cx, _, _) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    cx.yes = true;
    let path = file(&home, TEAM);
    let refused = sync::run(syncing(path.clone()), &cx).await.unwrap_err();
    assert_eq!((refused.kind, refused.message.as_str()), (Kind::Refused, sentence));
    assert!(refused.hints.iter().any(|hint| hint.contains("--max-remove")), "{:?}", refused.hints);
    // A plan is only looked at.
    let (cx, stdout, stderr) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let input = sync::Input { dry_run: true, ..syncing(path) };
    sync::run(input, &cx).await.unwrap();
    assert_eq!(stdout.text().lines().count(), 6);
    let refused = "this would be refused: it would remove 4 members and leave 1 member with `desk` \
                   alone, and no more than 3 may lose so much at once";
    assert!(stderr.text().contains(refused), "{}", stderr.text());
}

#[tokio::test]
async fn who_stays_though_the_file_does_not_want_them_is_told_in_words_that_fit() {
    let said = async |kept: Value, ended: Value, removed: usize, dry_run: bool| {
        let answers = move |_: &str, body: &Value| -> Answered {
            let mut plan = plan(removed, body["dryRun"] != true);
            (plan["added"], plan["changed"]) = (json!([]), json!([]));
            (plan["kept"], plan["ended"]) = (kept.clone(), ended.clone());
            (200, plan)
        };
        let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(answers).await);
        let (mut cx, stdout, stderr) = fake.context(home.path(), terminal(), Scripted::silent());
        cx.yes = true;
        sync::run(sync::Input { dry_run, ..syncing(file(&home, TEAM)) }, &cx).await.unwrap();
        let table: Vec<_> = stdout.text().lines().skip(1).map(str::to_owned).collect();
        (table.join("\n"), stderr.text())
    };
    let none = || json!([]);
    let (table, talk) = said(none(), none(), 0, false).await;
    assert_eq!(
        (table.as_str(), talk.as_str()),
        ("", "the team is as the file says\n7 unchanged\n")
    );
    let (_, talk) = said(json!(["a@c"]), none(), 0, false).await;
    let stays = "hint: 1 member not in the file stays: `--prune` removes that one\n";
    assert_eq!(talk, format!("nothing is to be changed\n7 unchanged, 1 kept\n{stays}"));
    let (_, talk) = said(json!(["a@c", "b@c"]), none(), 0, true).await;
    let stay = "hint: 2 members not in the file stay: `--prune` removes them\n";
    let plan = "nothing was changed; the plan: 7 unchanged, 2 kept\n";
    assert_eq!(talk, format!("nothing is to be changed\n{plan}{stay}"));
    // One is there still, and one is not.
    let (_, talk) = said(json!(["Sam@c"]), json!(["sam@c", "old@c"]), 0, false).await;
    let not_added = "1 not added because the end in the file has passed";
    let stays = "hint: 1 member whose end in the file has passed stays as before: `--prune` \
                 removes that one\n";
    assert_eq!(
        talk,
        format!("nothing is to be changed\n7 unchanged, 1 kept, {not_added}\n{stays}")
    );
    let (table, talk) = said(none(), json!(["GONE0@c"]), 1, false).await;
    assert!(table.contains("gone0@c"), "{table}");
    let ends = "1 removed, 7 unchanged; ends 1 open request, 2 tokens\n";
    assert!(talk.starts_with(ends), "{talk}");
}

#[tokio::test]
async fn a_file_that_may_be_cut_off_takes_no_role_away() {
    let taken = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let takes = taken.clone();
    let answers = move |line: &str, body: &Value| -> Answered {
        assert_eq!(line, "POST /team/sync");
        let dry_run = body["dryRun"] == true;
        let mut plan = plan(0, !dry_run);
        if takes.load(Ordering::SeqCst) {
            assert!(dry_run, "nothing is applied");
        } else {
            plan["changed"] = json!([]);
        }
        (200, plan)
    };
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(answers).await);
    let path = file(&home, "upn,roles\nnew@c,desk\neve@c,desk");
    for dry_run in [false, true] {
        let (mut cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
        cx.yes = true;
        let input = sync::Input { dry_run, prune: false, ..syncing(path.clone()) };
        let refused = sync::run(input, &cx).await.unwrap_err();
        assert_eq!(refused.kind, Kind::Usage);
        let told = "is refused: line 3: it has no line break at its end: where somebody loses a \
                    role the file must not be cut off";
        assert!(refused.message.ends_with(told), "{}", refused.message);
    }
    // What only gives is done.
    taken.store(false, Ordering::SeqCst);
    let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let input = sync::Input { prune: false, ..syncing(path) };
    sync::run(input, &cx).await.unwrap();
}

#[tokio::test]
async fn an_export_is_a_file_for_sync_in_either_form() {
    let team = json!([{ "upn": "ana@c", "displayName": "Ana, A.", "roles": ["desk", "auditor"],
                        "until": "2026-12-31T00:00:00Z", "oid": null }]);
    let shown = team.clone();
    let answers = move |line: &str, _: &Value| -> Answered {
        assert_eq!(line, "GET /team/export");
        rows(shown.clone())
    };
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(answers).await);
    let (cx, stdout, _) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    export::run(&cx).await.unwrap();
    assert_eq!(
        stdout.text(),
        "upn,displayName,roles,until,oid\n\
         ana@c,\"Ana, A.\",desk;auditor,2026-12-31T00:00:00Z,\n"
    );
    let (cx, stdout, _) = fake.context(home.path(), piped(Format::Json), Scripted::silent());
    export::run(&cx).await.unwrap();
    assert_eq!(serde_json::from_str::<Value>(&stdout.text()).unwrap(), team);
}

#[tokio::test]
async fn a_review_shows_only_what_lies_idle_where_asked_to() {
    let row = |who: &str, since: &str, used: Value| {
        json!({ "who": who, "kind": "member", "holds": "support", "since": since, "by": "ada@c",
                "lastUsed": used, "until": null })
    };
    let all = json!([
        row("idle@c", "2025-01-01T00:00:00Z", json!(null)),
        row("new@c", "2026-02-28T00:00:00Z", json!(null)),
        row("busy@c", "2025-01-01T00:00:00Z", json!("2026-02-28T00:00:00Z")),
    ]);
    let (home, fake) =
        (tempfile::tempdir().unwrap(), Fake::start(move |_, _| rows(all.clone())).await);
    let (cx, stdout, _) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    review::run(review::Input { unused_days: Some(90) }, &cx).await.unwrap();
    assert_eq!(stdout.text(), "idle@c\tsupport\t2025-01-01T00:00:00Z\tada@c\tnever\t\n");
    let (cx, stdout, _) = fake.context(home.path(), piped(Format::Csv), Scripted::silent());
    review::run(review::Input { unused_days: None }, &cx).await.unwrap();
    assert!(stdout.text().starts_with("Who,Holds,Since,By,Last used,Until\n"));
    assert_eq!(stdout.text().lines().count(), 4);
}

#[tokio::test]
async fn a_new_secret_of_a_program_stands_alone_and_the_old_one_is_ended_by_a_second_word() {
    let answers = |line: &str, body: &Value| -> Answered {
        match line {
            "POST /apps/nightly/rotate" => {
                assert_eq!(*body, json!({ "graceSeconds": 43_200 }));
                let until = "2026-03-02T00:00:00Z";
                (
                    200,
                    json!({ "clientId": "c-1", "clientSecret": "s-2", "expires": until,
                              "oldSecretUntil": until }),
                )
            }
            "POST /apps/nightly/finish" => (200, json!({ "ended": true, "revokedTokens": 1 })),
            other => panic!("nobody expected {other}"),
        }
    };
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(answers).await);
    let (cx, stdout, stderr) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let grace = Some(std::time::Duration::from_secs(43_200));
    let name = || "nightly".to_owned();
    let begin = app::rotate::Input::Begin { name: name(), expires_in_days: None, grace };
    app::rotate::run(begin, &cx).await.unwrap();
    assert_eq!(stdout.text(), "s-2\n");
    assert!(stderr.text().contains("good until 2026-03-02T00:00:00Z"), "{}", stderr.text());
    assert!(!stderr.text().contains("s-2"));
    let finish = app::rotate::Input::Finish { name: name() };
    app::rotate::run(finish, &cx).await.unwrap();
    assert!(stderr.text().contains("the old secret of `nightly` has ended, and 1 token with it"));
}

#[tokio::test]
async fn an_old_secret_that_had_ended_is_promised_to_nobody() {
    let answers = |line: &str, _: &Value| -> Answered {
        assert_eq!(line, "POST /apps/nightly/rotate");
        let (expires, until) = ("2026-08-28T12:00:00Z", "2026-02-28T09:00:00Z");
        (
            200,
            json!({ "clientId": "c-1", "clientSecret": "s-2", "expires": expires,
                      "oldSecretUntil": until }),
        )
    };
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(answers).await);
    let (cx, stdout, stderr) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let name = "nightly".to_owned();
    let begin = app::rotate::Input::Begin { name, expires_in_days: None, grace: None };
    app::rotate::run(begin, &cx).await.unwrap();
    assert_eq!(stdout.text(), "s-2\n");
    assert_eq!(
        stderr.text(),
        "the old secret had ended at 2026-02-28T09:00:00Z\nhint: the secret is not shown again\n"
    );
}

#[tokio::test]
async fn who_names_no_program_is_told_where_they_stand() {
    let answers = |_: &str, _: &Value| error(404, "This program does not exist.");
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(answers).await);
    let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let name = || "nope".to_owned();
    let begin = app::rotate::Input::Begin { name: name(), expires_in_days: None, grace: None };
    for input in [begin, app::rotate::Input::Finish { name: name() }] {
        let error = app::rotate::run(input, &cx).await.unwrap_err();
        assert_eq!(error.hints, ["see which there are: `mmd team app list`"]);
    }
}

#[tokio::test]
async fn tokens_are_ended_by_their_ids_each_once() {
    let answers = |line: &str, body: &Value| -> Answered {
        assert_eq!((line, body), ("POST /tokens/revoke", &json!({ "ids": ["1a", "2b"] })));
        (204, Value::Null)
    };
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(answers).await);
    let (cx, _, stderr) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let ids = ["2b", "1a", "2b"].map(str::to_owned).to_vec();
    tokens::revoke::run(tokens::revoke::Input { ids }, &cx).await.unwrap();
    assert_eq!(stderr.text(), "2 tokens ended\n");
}
