//! What is asked of the service, and what is said of it.

use serde_json::{Value, json};

use super::*;
use crate::{
    cli::{
        output::{
            Format,
            tests::{piped, terminal},
        },
        prompt::tests::Scripted,
        verbs::testing::{Answered, Fake, error, rows},
    },
    error::Kind,
};

const FIRST: &str = "3f9a1c0d-0000-4000-8000-000000000001";
const SECOND: &str = "3f9a1c0d-0000-4000-8000-000000000002";
const OTHER: &str = "77777777-0000-4000-8000-000000000003";

const NEXT: &str = "hint: `mmd doctor deliveries list --state pending` shows what is on its way\n";

fn delivery(id: &str, sink: &str, state: &str) -> Value {
    json!({
        "id": id, "notice": OTHER, "sink": sink, "event": "ticket.created",
        "subject": "MMD-1465058-R5V8P", "state": state, "attempts": 3,
        "created": "2026-03-01T10:00:00Z", "nextAttempt": null, "ended": "2026-03-01T11:00:00Z",
        "lastError": "it answered 410 Gone",
    })
}

/// Three dead letters, newest first, of which that of the sink `gone` cannot be sent.
fn service(line: &str, _: &Value) -> Answered {
    let id = |line: &str| line.split('/').nth(2).unwrap_or_default().to_owned();
    match line {
        "GET /deliveries?state=dead" => rows(json!([
            delivery(OTHER, "gone", "dead"),
            delivery(SECOND, "desk", "dead"),
            delivery(FIRST, "hooks", "dead"),
        ])),
        "GET /deliveries" => rows(json!([delivery(FIRST, "hooks", "delivered")])),
        _ if line.contains(OTHER) => error(409, "The configuration has no sink `gone` any more."),
        _ => {
            let mut answer = delivery(&id(line), "hooks", "pending");
            answer["@odata.context"] = "c".into();
            answer["ended"] = Value::Null;
            (200, answer)
        }
    }
}

#[tokio::test]
async fn dead_letters_are_listed_with_their_reason() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    let list = |state, sink: Option<&str>| list::Input { state, sink: sink.map(str::to_owned) };
    let dead = Some(State::Dead);
    let (cx, stdout, _) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    list::run(list(dead, Some("hooks")), &cx).await.unwrap();
    assert_eq!(
        stdout.text(),
        format!(
            "{FIRST}\thooks\t\tticket.created\tMMD-1465058-R5V8P\tdead\t3\t2026-03-01T10:00:00Z\t\
             it answered 410 Gone\n"
        )
    );
    let (cx, stdout, stderr) = fake.context(home.path(), piped(Format::Json), Scripted::silent());
    list::run(list(None, None), &cx).await.unwrap();
    let said: Value = serde_json::from_str(&stdout.text()).unwrap();
    assert_eq!((said, stderr.text()), (json!([delivery(FIRST, "hooks", "delivered")]), "".into()));
    let (cx, _, stderr) = fake.context(home.path(), terminal(), Scripted::silent());
    list::run(list(dead, Some("nothing")), &cx).await.unwrap();
    assert_eq!(stderr.text(), "no dead letters\n");
    list::run(list(dead, None), &cx).await.unwrap();
    let hint = "hint: `mmd doctor deliveries retry ID` sends one again, `--all` each of them\n";
    assert!(stderr.text().ends_with(hint), "{}", stderr.text());
}

#[tokio::test]
async fn dead_letters_are_sent_again_by_how_their_ids_begin() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    let these = |ids: &[&str]| retry::Input {
        which: retry::Which::These(ids.iter().map(|&id| id.to_owned()).collect()),
    };
    let (cx, stdout, stderr) = fake.context(home.path(), piped(Format::Json), Scripted::silent());
    for (ids, kind, message) in [
        (&["3f9"][..], Kind::Usage, "several dead letters begin with `3f9`"),
        (&[FIRST, "nope"], Kind::NotFound, "there is no dead letter `nope`"),
    ] {
        let error = retry::run(these(ids), &cx).await.unwrap_err();
        assert_eq!((error.kind, error.message.as_str()), (kind, message));
    }
    let posts = || fake.seen().into_iter().filter(|line| line.starts_with("POST")).count();
    assert_eq!(posts(), 0, "nothing is sent before all were found");
    let last = &SECOND.to_uppercase();
    retry::run(these(&[last, SECOND, FIRST]), &cx).await.unwrap();
    let posted: Vec<_> = fake.seen().into_iter().filter(|l| l.starts_with("POST")).collect();
    assert_eq!(
        posted,
        [format!("POST /deliveries/{SECOND}/retry"), format!("POST /deliveries/{FIRST}/retry")]
    );
    let said: Value = serde_json::from_str(&stdout.text()).unwrap();
    assert_eq!((&said[0]["id"], &said[1]["state"]), (&json!(SECOND), &json!("pending")));
    assert_eq!(stderr.text(), format!("sent again: 2 dead letters\n{NEXT}"));
}

#[tokio::test]
async fn all_are_sent_again_oldest_first_and_one_that_cannot_be_keeps_no_other_from_it() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    let all = |sink: Option<&str>| retry::Input {
        which: retry::Which::All { sink: sink.map(str::to_owned) },
    };
    let (cx, _, stderr) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    retry::run(all(Some("desk")), &cx).await.unwrap();
    assert_eq!(stderr.text(), format!("sent again: 1 dead letter\n{NEXT}"));
    let before = fake.seen().len();
    let error = retry::run(all(None), &cx).await.unwrap_err();
    assert_eq!(error.kind, Kind::Refused);
    assert_eq!(error.message, "The configuration has no sink `gone` any more.");
    assert_eq!(
        error.causes,
        [format!("about the delivery {OTHER}"), "2 of 3 are sent again".into()]
    );
    let asked: Vec<_> = fake.seen().split_off(before + 1);
    let expected = [FIRST, SECOND, OTHER].map(|id| format!("POST /deliveries/{id}/retry"));
    assert_eq!(asked, expected);
    retry::run(all(Some("nothing")), &cx).await.unwrap();
}

#[tokio::test]
async fn without_a_sign_in_the_rest_is_not_tried() {
    let script = |line: &str, body: &Value| match line.starts_with("POST") && line.contains(SECOND)
    {
        true => error(401, "The token is not valid."),
        false => service(line, body),
    };
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(script).await);
    let (cx, stdout, _) = fake.context(home.path(), piped(Format::Json), Scripted::silent());
    let all = retry::Input { which: retry::Which::All { sink: None } };
    let fault = retry::run(all, &cx).await.unwrap_err();
    assert_eq!(fault.kind, Kind::SignIn);
    assert_eq!(fault.causes.last().unwrap(), "1 of 3 are sent again, and 1 were not tried");
    assert!(!fake.seen().iter().any(|line| line.contains(OTHER)), "{:?}", fake.seen());
    let said: Value = serde_json::from_str(&stdout.text()).unwrap();
    assert_eq!((said.as_array().unwrap().len(), &said[0]["id"]), (1, &json!(FIRST)));
}
