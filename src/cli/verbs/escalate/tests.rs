//! What is sent, in which order, and what becomes of what was typed.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::{Value, json};

use super::{create::Input, form::Form, form::tests::whole, *};
use crate::{
    api::ticket::Severity,
    cli::{
        context::Context,
        output::{
            Format,
            tests::{Captured, piped, terminal},
        },
        prompt::tests::{Answer, Scripted},
        verbs::testing::{Answered, Fake, error, me, rows},
    },
    error::Kind,
};

const ID: &str = "MMD-1465058-R5V8P";

/// A ticket as the service answers it, from what was sent.
fn ticket(body: &Value) -> Value {
    json!({
        "@odata.context": "c",
        "title": body["title"], "description": body["description"], "isPartner": false,
        "type": body["type"], "category": body["category"], "subcategory": body["subcategory"],
        "compromiseIndicator": null, "usersOrDevicesImpacted": null, "relatedAlerts": null,
        "businessImpact": null, "issueFirstNoticed": null, "issueReproduced": null,
        "endUserSupportEngaged": null, "troubleshootingSteps": null,
        "nextActionOwner": "Microsoft", "nextActionTime": null, "reproSteps": null, "id": ID,
        "severity": body["severity"], "state": "active",
        "createdDateTime": "2026-03-01T12:00:00Z", "resolvedDateTime": null,
        "contact": { "id": "6f9d3c1e-2b7a-4f0e-9a51-0d5c8f3b7e42", "givenName": "Ana",
            "surname": "Ruiz", "email": "ana@contoso.com", "phoneNumber": "1",
            "preferredLanguageId": "" },
        "emails": [], "attachments": [], "notes": [],
        "@mmd.state": "new", "@mmd.respondBy": "2026-03-01T20:00:00Z", "@mmd.overdue": false,
        "@mmd.filedBy": "ana@contoso.com",
    })
}

fn service(line: &str, body: &Value) -> Answered {
    match line.split(['?', ' ']).take(2).collect::<Vec<_>>().as_slice() {
        ["POST", "/tickets"] => (200, ticket(body)),
        ["GET", "/me"] => (200, me(json!([]))),
        ["GET", "/tickets" | "/tickets/handOvers" | "/tickets/queue"] => rows(json!([])),
        _ => panic!("nobody expected {line}"),
    }
}

fn input(form: Form) -> Input {
    Input { form, ..Input::default() }
}

/// The only draft there is.
fn draft(cx: &Context) -> draft::Draft {
    draft::Drafts::of(cx).one(None).unwrap()
}

fn none_left(cx: &Context) {
    assert_eq!(draft::Drafts::of(cx).all().unwrap(), []);
}

fn json_of(stdout: &Captured) -> Value {
    serde_json::from_str(&stdout.text()).unwrap()
}

#[tokio::test]
async fn with_every_answer_given_one_request_is_sent_and_no_draft_stays() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    let (cx, stdout, stderr) = fake.context(home.path(), piped(Format::Json), Scripted::silent());
    create::run(input(whole()), &cx).await.unwrap();
    assert_eq!(fake.seen(), ["POST /tickets"]);
    let mut expected = ticket(&json!({
        "title": "VPN drops", "description": "every hour", "type": "Incident",
        "category": "Devices", "subcategory": "Configuration/Policy", "severity": 4,
    }));
    expected.as_object_mut().unwrap().remove("@odata.context");
    assert_eq!(
        json_of(&stdout),
        json!({ "ticket": expected, "respondBy": "2026-03-01T20:00:00Z" })
    );
    assert_eq!(
        stderr.text(),
        format!(
            "{ID} is filed: first response by 2026-03-01 20:00 UTC (in 8 h), news every 48 h\n\
             hint: `mmd escalate show {ID}` follows it\n"
        )
    );
    none_left(&cx);
}

#[tokio::test]
async fn where_nobody_can_be_asked_nothing_is_sent_and_what_was_typed_is_kept() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    let (cx, stdout, _) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let form = Form { severity: None, title: None, ..whole() };
    let error = create::run(input(form), &cx).await.unwrap_err();
    assert_eq!(
        (error.kind, error.message.as_str()),
        (Kind::Usage, "`--severity` and `--title` are missing, and there is no terminal to ask on")
    );
    let kept = draft(&cx);
    assert_eq!(kept.form.description.as_deref(), Some("every hour"));
    assert_eq!(error.details.unwrap()["draft"], kept.id);
    assert!(error.hints.last().unwrap().contains(&format!("mmd escalate resume {}", kept.id)));
    assert_eq!((fake.seen(), stdout.text()), (vec![], String::new()));
    let error = create::run(Input::default(), &cx).await.unwrap_err();
    assert!(error.message.starts_with("`--severity`, `--type`, "), "{}", error.message);
    assert_eq!(draft(&cx), kept, "nothing was typed, so nothing is kept");
}

#[tokio::test]
async fn an_answer_that_was_lost_is_asked_for_under_the_same_key() {
    let home = tempfile::tempdir().unwrap();
    let calls = Arc::new(AtomicUsize::new(0));
    let fake = Fake::start(move |line, body| match calls.fetch_add(1, Ordering::SeqCst) {
        0 => error(500, "The service failed to answer this request."),
        _ => service(line, body),
    })
    .await;
    let (cx, stdout, _) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let fault = create::run(input(whole()), &cx).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Failed);
    let kept = draft(&cx);
    assert!(kept.sent.is_some());
    let change = Input::default();
    resume::run(resume::Input { id: Some(kept.id), detach: vec![], change }, &cx).await.unwrap();
    assert_eq!(fake.keys(), [kept.key.to_string(), kept.key.to_string()]);
    assert!(stdout.text().contains(ID));
    none_left(&cx);
}

#[tokio::test]
async fn a_time_that_was_said_from_now_is_the_same_when_a_lost_request_is_sent_again() {
    let home = tempfile::tempdir().unwrap();
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let seen = bodies.clone();
    let fake = Fake::start(move |line, body| {
        seen.lock().unwrap().push(body.clone());
        match seen.lock().unwrap().len() {
            1 => error(500, "The service failed to answer this request."),
            _ => service(line, body),
        }
    })
    .await;
    let (mut cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let form = Form { issue_first_noticed: Some("2h".parse().unwrap()), ..whole() };
    create::run(input(form), &cx).await.unwrap_err();
    cx.clock = Arc::new(crate::clock::ManualClock::new("2026-03-01T13:00:00Z".parse().unwrap()));
    let again = resume::Input { id: None, detach: vec![], change: Input::default() };
    resume::run(again, &cx).await.unwrap();
    let bodies = bodies.lock().unwrap();
    assert_eq!(bodies[0]["issueFirstNoticed"], "2026-03-01T10:00:00Z");
    assert_eq!(bodies[0], bodies[1], "another body under the same key is refused");
}

#[tokio::test]
async fn a_time_that_was_said_from_now_is_kept_as_the_moment_whatever_keeps_it_from_being_sent() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    let (mut cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let said = || Form { issue_first_noticed: Some("2h".parse().unwrap()), ..whole() };
    let moment = Some("2026-03-01T10:00:00Z".parse().unwrap());
    let bad = home.path().join("bad.json");
    std::fs::write(&bad, "{\"titel\": 1}").unwrap();
    let from = Some(super::written::Place::File(bad));
    let editor = "sh -c '(echo since = \\\"2h\\\"; cat \"$1\") > $1.new; mv $1.new \"$1\"' editor";
    let names = [("EDITOR", editor.as_ref()), ("MMD_DATA_DIR", home.path().as_os_str())];
    cx.environment = crate::cli::settings::Environment::of(names).unwrap();
    let gone = Form { attach: vec!["/nowhere/a.log".into()], ..whole() };
    for input in [
        input(Form { title: None, ..said() }),
        input(Form { attach: gone.attach.clone(), ..said() }),
        Input { from, ..input(said()) },
        #[cfg(unix)]
        Input { editor: true, ..input(gone) },
    ] {
        create::run(input, &cx).await.unwrap_err();
        let kept = draft(&cx);
        assert_eq!(kept.form.issue_first_noticed, moment);
        draft::Drafts::of(&cx).discard(&kept.id).unwrap();
    }
    create::keep(input(said()), crate::error::Error::usage("not signed in"), &cx);
    assert_eq!(draft(&cx).form.issue_first_noticed, moment);
    assert_eq!(fake.seen(), Vec::<String>::new());
}

#[tokio::test]
async fn what_was_refused_is_filed_under_its_own_key_once_it_is_corrected() {
    let home = tempfile::tempdir().unwrap();
    let fake = Fake::start(|line, body| match body["title"] == "good" {
        true => service(line, body),
        false => error(400, "`title` is wrong."),
    })
    .await;
    let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let fault = create::run(input(whole()), &cx).await.unwrap_err();
    assert_eq!((fault.kind, fault.message.as_str()), (Kind::Usage, "`title` is wrong."));
    let key = draft(&cx).key.to_string();
    let change = input(Form { title: Some("good".into()), ..Form::default() });
    resume::run(resume::Input { id: None, detach: vec![], change }, &cx).await.unwrap();
    assert_eq!(fake.keys(), [key.clone(), key]);
    none_left(&cx);
}

#[tokio::test]
async fn a_repeat_that_is_refused_behind_a_lost_answer_does_not_let_it_be_filed_twice() {
    for (status, kind) in [(403, Kind::Forbidden), (404, Kind::NotFound), (429, Kind::NotNow)] {
        let home = tempfile::tempdir().unwrap();
        let sent = Mutex::new(Vec::new());
        let fake = Fake::start(move |line, body| {
            if line != "POST /tickets" {
                return service(line, body);
            }
            let mut sent = sent.lock().unwrap();
            sent.push(body.clone());
            match sent.len() {
                // It is filed, and the gateway has lost the answer.
                1 => error(502, "Bad gateway."),
                2 => error(status, "Not through this gateway."),
                _ if *body == sent[0] => (200, ticket(body)),
                _ => error(409, crate::api::messages::KEY_USED),
            }
        })
        .await;
        let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
        let fault = create::run(input(whole()), &cx).await.unwrap_err();
        assert_eq!((fault.kind, fake.keys().len()), (kind, 2));
        let kept = draft(&cx);
        assert_eq!(
            (kept.sent.is_some(), &*kept.sent_titles),
            (true, &["VPN drops".to_owned()][..])
        );
        let again = |title: &str| {
            let change = input(Form { title: Some(title.into()), ..Form::default() });
            resume::Input { id: None, detach: vec![], change }
        };
        let fault = resume::run(again("other"), &cx).await.unwrap_err();
        assert_eq!(fault.message, crate::api::messages::KEY_USED);
        assert_eq!(fault.causes, ["it arrived as it was sent before it was changed"]);
        resume::run(again("VPN drops"), &cx).await.unwrap();
        let key = kept.key.to_string();
        assert_eq!(fake.keys(), [&*key; 4], "a key is filed once");
        none_left(&cx);
    }
}

#[tokio::test]
async fn a_wrong_device_is_told_with_its_ways_out_also_behind_a_lost_answer() {
    let home = tempfile::tempdir().unwrap();
    let calls = AtomicUsize::new(0);
    let fake = Fake::start(move |_, _| match calls.fetch_add(1, Ordering::SeqCst) {
        0 => error(500, "The service failed to answer this request."),
        _ => error(404, crate::api::messages::NO_SUCH_DEVICE),
    })
    .await;
    let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let form = Form { devices: vec!["NOWHERE-1".into()], ..whole() };
    create::run(input(form), &cx).await.unwrap_err();
    let again = resume::Input { id: None, detach: vec![], change: Input::default() };
    let fault = resume::run(again, &cx).await.unwrap_err();
    let id = draft(&cx).id;
    assert_eq!(
        fault.hints[..2],
        [
            "`mmd device search NOWHERE-1` looks for it".to_owned(),
            format!("`mmd escalate resume {id} --device ''` sends it without"),
        ]
    );
}

#[tokio::test]
async fn a_request_that_was_filed_before_it_was_changed_is_named_with_the_ways_out() {
    let home = tempfile::tempdir().unwrap();
    let now = Arc::new(Mutex::new(crate::cli::verbs::testing::NOON.parse().unwrap()));
    let (fake, there) = forgetful(now).await;
    let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    create::run(input(whole()), &cx).await.unwrap_err();
    let id = draft(&cx).id;
    let ways = |shows: &str| {
        [shows.to_owned(), format!("`mmd escalate drafts --discard {id}` drops the draft")]
    };
    let change = |title: &str| {
        let change = input(Form { title: Some(title.into()), ..Form::default() });
        resume::Input { id: Some(id.clone()), detach: vec![], change }
    };
    for title in ["other", "and another"] {
        let fault = resume::run(change(title), &cx).await.unwrap_err();
        assert_eq!(fault.kind, Kind::Refused);
        assert_eq!(fault.causes, ["it was filed as it was sent before it was changed"]);
        assert_eq!(fault.hints, ways(&format!("`mmd escalate show {ID}` shows it")));
        let details = fault.details.unwrap();
        assert_eq!((&details["ticket"], &details["draft"]), (&json!(ID), &json!(id)));
        assert_eq!(draft(&cx).sent_titles, ["VPN drops"], "under no other one was it filed");
    }
    let keys = fake.keys();
    assert!(keys.len() == 3 && keys.iter().all(|key| *key == keys[0]), "{keys:?}");

    // Somebody else's of the same title is not it.
    there.lock().unwrap()[0]["@mmd.filedBy"] = json!("bob@contoso.com");
    let fault = resume::run(change("other"), &cx).await.unwrap_err();
    assert_eq!(fault.hints, ways("`mmd escalate list --mine` shows it among your requests"));

    // As it was first sent, it is answered by its ticket.
    resume::run(change("VPN drops"), &cx).await.unwrap();
    none_left(&cx);
}

#[tokio::test]
async fn a_rule_that_speaks_after_a_lost_answer_is_a_refusal_and_the_key_stays() {
    let home = tempfile::tempdir().unwrap();
    let calls = Arc::new(AtomicUsize::new(0));
    let rule = "100 of your requests wait for an admin: withdraw some.";
    let fake = Fake::start(move |line, body| match calls.fetch_add(1, Ordering::SeqCst) {
        0 => error(500, "The service failed to answer this request."),
        1 => error(409, rule),
        _ => service(line, body),
    })
    .await;
    let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    create::run(input(whole()), &cx).await.unwrap_err();
    let again = || resume::Input { id: None, detach: vec![], change: Input::default() };
    let fault = resume::run(again(), &cx).await.unwrap_err();
    assert_eq!((fault.kind, fault.message.as_str()), (Kind::Refused, rule));
    assert!(fault.causes.is_empty(), "{:?}", fault.causes);
    let key = draft(&cx).key.to_string();
    resume::run(again(), &cx).await.unwrap();
    assert_eq!(fake.keys(), [&*key; 3]);
    none_left(&cx);
}

#[tokio::test]
async fn a_request_that_was_handed_over_before_it_was_changed_is_not_called_filed() {
    let admin = json!({ "area": "Other", "name": "Ida Admin", "email": "ida@contoso.com",
        "phoneNumber": "+34 1", "setBy": "ida@contoso.com", "setAt": "2026-02-01T12:00:00Z" });
    for (contact, call) in
        [(admin, "call: Ida Admin, +34 1 <ida@contoso.com>"), (json!(null), "call an IT admin")]
    {
        let home = tempfile::tempdir().unwrap();
        let calls = AtomicUsize::new(0);
        let fake = Fake::start(move |line, body| {
            let mut kept = ticket(&json!({
                "title": "VPN drops", "description": "d", "type": "Incident",
                "category": "Devices", "subcategory": "Hardware", "severity": 2,
            }));
            kept["state"] = json!("awaitingAdmin");
            match line {
                "GET /tickets/handOvers" => rows(json!([kept])),
                line if line.starts_with("GET /tickets?") => {
                    // An earlier one that was called the same.
                    kept["state"] = json!("active");
                    rows(json!([kept]))
                }
                "POST /tickets" => match calls.fetch_add(1, Ordering::SeqCst) {
                    0 => error(500, "The service failed to answer this request."),
                    _ => error(409, crate::api::messages::KEY_USED),
                },
                line if line.contains(ID) => {
                    kept["@mmd.adminContact"] = contact.clone();
                    (200, kept)
                }
                _ => service(line, body),
            }
        })
        .await;
        let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
        let form = Form { severity: Some(Severity::A), ..whole() };
        create::run(input(form), &cx).await.unwrap_err();
        let change = input(Form { title: Some("other".into()), ..Form::default() });
        let again = resume::Input { id: None, detach: vec![], change };
        let fault = resume::run(again, &cx).await.unwrap_err();
        let id = draft(&cx).id;
        assert_eq!(fault.kind, Kind::Refused);
        assert_eq!(
            fault.causes,
            [
                "it was handed over as it was sent before it was changed",
                "it waits for an admin, and is not filed yet",
            ]
        );
        assert_eq!(
            fault.hints,
            [
                call.to_owned(),
                format!(
                    "an admin files it by `mmd escalate file {ID}`; `mmd escalate show {ID}` \
                     follows it"
                ),
                format!("`mmd escalate drafts --discard {id}` drops the draft"),
            ]
        );
        let details = fault.details.unwrap();
        let kept = json!({ "id": ID, "state": "awaitingAdmin", "severity": 2 });
        assert_eq!((&details["kept"], &details["ticket"]), (&kept, &json!(null)));
    }
}

#[tokio::test]
async fn a_hand_over_of_long_ago_is_looked_for_too() {
    let home = tempfile::tempdir().unwrap();
    let kept = |title: &str, created: &str| {
        let mut kept = ticket(&json!({
            "title": title, "description": "d", "type": "Incident", "category": "Devices",
            "subcategory": "Hardware", "severity": 2,
        }));
        kept["state"] = json!("awaitingAdmin");
        kept["@mmd.state"] = json!("awaitingAdmin");
        kept["createdDateTime"] = json!(created);
        kept
    };
    // The clock here is ahead of the service's.
    let there = Arc::new(Mutex::new(kept("VPN drops", "2026-02-19T13:00:00Z")));
    let known = there.clone();
    let fake = Fake::start(move |line, body| match line {
        "GET /tickets/handOvers" => rows(json!([known.lock().unwrap().clone()])),
        line if line.contains(ID) => (200, known.lock().unwrap().clone()),
        _ => service(line, body),
    })
    .await;
    let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let mut old = draft::Draft::new(whole(), "2026-02-20T12:00:00Z".parse().unwrap());
    old.sent = Some(old.created);
    draft::Drafts::of(&cx).keep(&old).unwrap();
    let again = || resume::Input { id: None, detach: vec![], change: Input::default() };
    let fault = resume::run(again(), &cx).await.unwrap_err();
    assert_eq!(fault.message, format!("it seems to be handed over already, as {ID}"));
    assert!(fake.keys().is_empty(), "nothing was sent: {:?}", fake.seen());
    // An older one, or one with another title, is another one.
    *there.lock().unwrap() = kept("VPN drops", "2026-02-19T11:59:59Z");
    resume::run(again(), &cx).await.unwrap();
    none_left(&cx);
}

#[tokio::test]
async fn a_request_that_was_sent_long_ago_is_looked_for_before_it_is_sent_again() {
    let home = tempfile::tempdir().unwrap();
    let there = Arc::new(Mutex::new(true));
    let known = there.clone();
    let fake = Fake::start(move |line, body| {
        if line.starts_with("GET /tickets?") && *known.lock().unwrap() {
            return rows(json!([ticket(&json!({
                "title": "VPN drops", "description": "d", "type": "Incident",
                "category": "Devices", "subcategory": "Hardware", "severity": 4,
            }))]));
        }
        service(line, body)
    })
    .await;
    let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let mut old = draft::Draft::new(whole(), "2026-02-20T12:00:00Z".parse().unwrap());
    old.sent = Some(old.created);
    draft::Drafts::of(&cx).keep(&old).unwrap();
    let again = || resume::Input { id: None, detach: vec![], change: Input::default() };
    let fault = resume::run(again(), &cx).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Refused);
    assert_eq!(fault.message, format!("it seems to be filed already, as {ID}"));
    assert!(fake.keys().is_empty(), "nothing was sent: {:?}", fake.seen());
    let asked = fake.seen().join("\n");
    // The clock here may be ahead of the service's.
    assert!(asked.contains("createdDateTime+ge+2026-02-19T12%3A00%3A00Z"), "{asked}");
    *there.lock().unwrap() = false;
    resume::run(again(), &cx).await.unwrap();
    assert_eq!(fake.keys().len(), 1);
    none_left(&cx);
}

/// A service that has committed what came first and lost its answer, knows a key for a day, and lists
/// what it has; the tickets that were filed there.
async fn forgetful(now: Arc<Mutex<jiff::Timestamp>>) -> (Fake, Arc<Mutex<Vec<Value>>>) {
    let there = Arc::new(Mutex::new(Vec::<Value>::new()));
    let known = there.clone();
    let fake = Fake::start(move |line, body| {
        let mut known = known.lock().unwrap();
        if let Some(query) = line.strip_prefix("GET /tickets?") {
            let title = query.rsplit_once("+title+eq+%27").map(|(_, title)| title);
            let title = title.map(|title| title.trim_end_matches("%27").replace('+', " "));
            let is_it = |ticket: &&Value| ticket["title"].as_str() == title.as_deref();
            return rows(known.iter().filter(is_it).cloned().collect());
        }
        let is_today = *now.lock().unwrap() < "2026-03-02T12:00:00Z".parse().unwrap();
        match (line, known.first()) {
            ("POST /tickets", None) => {
                known.push(ticket(body));
                error(500, "The service failed to answer this request.")
            }
            ("POST /tickets", Some(first)) if is_today => match first["title"] == body["title"] {
                true => (200, first.clone()),
                false => error(409, crate::api::messages::KEY_USED),
            },
            ("POST /tickets", Some(_)) => {
                known.push(ticket(body));
                (200, ticket(body))
            }
            _ => service(line, body),
        }
    })
    .await;
    (fake, there)
}

#[tokio::test]
async fn a_draft_whose_title_was_changed_long_after_a_lost_answer_is_not_filed_twice() {
    let home = tempfile::tempdir().unwrap();
    let now = Arc::new(Mutex::new(crate::cli::verbs::testing::NOON.parse().unwrap()));
    let (fake, there) = forgetful(now.clone()).await;
    let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    create::run(input(whole()), &cx).await.unwrap_err();
    let id = draft(&cx).id;
    let later = "2026-03-03T12:00:00Z".parse().unwrap();
    *now.lock().unwrap() = later;
    for title in ["VPN drops, corrected", "and again"] {
        let (mut cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
        cx.clock = Arc::new(crate::clock::ManualClock::new(later));
        let change = input(Form { title: Some(title.into()), ..Form::default() });
        let again = resume::Input { id: Some(id.clone()), detach: vec![], change };
        let fault = resume::run(again, &cx).await.unwrap_err();
        assert_eq!(fault.kind, Kind::Refused);
        assert_eq!(fault.message, format!("it seems to be filed already, as {ID}"));
        assert_eq!(draft(&cx).form.title.as_deref(), Some(title), "what was typed is kept");
    }
    assert_eq!(fake.keys().len(), 1, "nothing was sent again: {:?}", fake.seen());
    assert_eq!(there.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_hand_over_says_what_is_kept_and_who_is_being_told_and_is_no_draft() {
    let home = tempfile::tempdir().unwrap();
    let fake = Fake::start(|_, _| {
        let message = "An admin files severity A.";
        (
            403,
            json!({ "error": { "code": "403", "message": message, "details": [
                { "code": "rule", "message": message, "target": "severity" },
                { "code": "kept", "message": "It is kept.", "target": ID },
                { "code": "notifying", "message": "Ida Admin, +34 1", "target": "ida@contoso.com" },
                { "code": "notifying", "message": "bob@contoso.com", "target": "bob@contoso.com" },
            ] } }),
        )
    })
    .await;
    let (cx, stdout, _) = fake.context(home.path(), piped(Format::Json), Scripted::silent());
    let form = Form { severity: Some(Severity::A), ..whole() };
    let fault = create::run(input(form), &cx).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Refused);
    assert_eq!(
        fault.details,
        Some(json!({
            "kept": { "id": ID, "state": "awaitingAdmin", "severity": 2 },
            "notifying": [
                { "address": "ida@contoso.com", "who": "Ida Admin, +34 1" },
                { "address": "bob@contoso.com", "who": "bob@contoso.com" },
            ],
            "call": [],
        }))
    );
    assert_eq!(
        fault.hints[..3],
        [
            "a notice goes to: Ida Admin, +34 1 <ida@contoso.com>",
            "a notice goes to: bob@contoso.com",
            "a notice can be late, or fail: where it is urgent, call them",
        ]
    );
    assert!(fault.hints[3].contains(&format!("mmd escalate file {ID}")));
    assert_eq!(stdout.text(), "");
    none_left(&cx);
}

#[tokio::test]
async fn who_has_a_request_is_named_in_the_command_that_takes_it_from_them() {
    let home = tempfile::tempdir().unwrap();
    for (sentence, hints) in [
        (
            "This ticket is taken by olga@contoso.com.",
            vec![format!("by agreement: `mmd escalate take {ID} --from olga@contoso.com`")],
        ),
        ("This ticket lies with hardware-vendor: transfer it to operations first.", vec![]),
    ] {
        let fake = Fake::start(move |_, _| error(409, sentence)).await;
        let (cx, ..) = fake.context(home.path(), piped(Format::Json), Scripted::silent());
        let taking = take::Input { id: ID.into(), from: None };
        let fault = take::run(taking, &cx).await.unwrap_err();
        assert_eq!((fault.kind, fault.hints), (Kind::Refused, hints), "{sentence}");
    }
}

#[tokio::test]
async fn the_way_back_from_resolved_is_named_where_the_caller_has_it() {
    let home = tempfile::tempdir().unwrap();
    let (now, late) = ("2026-02-28T12:00:00Z", "2026-02-28T11:59:59Z");
    for (severity, role, resolved, is_named) in [
        (4, "support", now, true),
        (4, "support", late, false),
        (2, "support", now, false),
        (2, "admin", now, true),
        (3, "operations", now, true),
        (3, "operations", late, false),
    ] {
        let fake = Fake::start(move |line, _| match line {
            "GET /me" => {
                let mut me = me(json!([]));
                me["roles"] = json!([role]);
                (200, me)
            }
            line if line.starts_with("POST ") => error(409, crate::api::messages::RESOLVED),
            _ => {
                let mut ticket = ticket(&json!({ "title": "t", "description": "d",
                    "type": "Incident", "category": "Apps", "subcategory": "Other",
                    "severity": severity }));
                ticket["state"] = json!("resolved");
                ticket["resolvedDateTime"] = json!(resolved);
                (200, ticket)
            }
        })
        .await;
        let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
        let file = home.path().join("a.log");
        std::fs::write(&file, "x").unwrap();
        let text = Some(super::text::Text::of("x".into()));
        let noted = note::run(note::Input { id: ID.into(), text }, &cx).await;
        let taken = take::run(take::Input { id: ID.into(), from: None }, &cx).await;
        let attached = attach::run(attach::Input { id: ID.into(), files: vec![file] }, &cx).await;
        for done in [noted, taken, attached] {
            let fault = done.unwrap_err();
            let hint = format!("`mmd escalate reactivate {ID}` takes it up again");
            let hints = if is_named { vec![hint] } else { vec![] };
            assert_eq!((fault.kind, fault.hints), (Kind::Refused, hints), "{severity} {role}");
        }
    }
}

#[tokio::test]
async fn an_admin_who_files_a_change_is_told_of_its_severity_in_the_words_of_the_flags() {
    let home = tempfile::tempdir().unwrap();
    let fake = Fake::start(|_, _| {
        (
            200,
            ticket(&json!({ "title": "t", "description": "d", "type": "ChangeRequest",
                "category": "Apps", "subcategory": "Other", "severity": 4 })),
        )
    })
    .await;
    let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let ty = Some(crate::api::ticket::TicketType::ChangeRequest);
    let filing = |severity| {
        let form = Form { ty, severity, ..Form::default() };
        file::run(file::Input { id: ID.into(), form, description_stdin: false }, &cx)
    };
    for severity in [None, Some(Severity::B)] {
        let fault = filing(severity).await.unwrap_err();
        assert_eq!(
            (fault.kind, &*fault.message),
            (Kind::Usage, "a change request is always severity C")
        );
        assert_eq!(fault.hints, ["add `--severity C`"]);
    }
    assert_eq!(fake.seen(), Vec::<String>::new());
    filing(Some(Severity::C)).await.unwrap();
}

#[tokio::test]
async fn a_show_awaits_an_answer_only_where_one_was_asked_for() {
    let home = tempfile::tempdir().unwrap();
    for (stage, state, hint) in [
        (
            "awaitingCustomer",
            "active",
            "the filer's answer is awaited: the filer gives it by `mmd escalate note",
        ),
        ("transferred", "active", "adds a word"),
        ("awaitingAdmin", "awaitingAdmin", "files it, for an admin"),
    ] {
        let fake = Fake::start(move |line, _| match line {
            "GET /me" => (200, me(json!([]))),
            line if line.contains("/notes") || line.contains("/timeline") => rows(json!([])),
            line if line.contains("/attachments") => rows(json!([])),
            _ => {
                let mut ticket = ticket(&json!({ "title": "t", "description": "d", "severity": 4,
                    "type": "Incident", "category": "Apps", "subcategory": "Other" }));
                ticket["nextActionOwner"] = json!("Customer");
                ticket["@mmd.state"] = json!(stage);
                ticket["state"] = json!(state);
                (200, ticket)
            }
        })
        .await;
        let (cx, stdout, stderr) =
            fake.context(home.path(), piped(Format::Table), Scripted::silent());
        show::run(show::Input { id: ID.into() }, &cx).await.unwrap();
        assert!(stderr.text().contains(hint), "{stage}: {}", stderr.text());
        // Operations read it, too: whose answer it is must not depend on who looks.
        let waits = stdout.text().contains("state\tawaits the filer\n");
        assert_eq!(waits, stage == "awaitingCustomer", "{}", stdout.text());
    }
}

#[tokio::test]
async fn on_a_terminal_severity_is_asked_first_and_with_what_it_asks() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    let prompter = Scripted::new([
        Answer::Select(2),
        Answer::Select(0),
        Answer::Text("VPN drops"),
        Answer::Text("every hour"),
        Answer::Select(7),
        Answer::Text("Apps"),
        Answer::Text("Other"),
        Answer::Text("MARTA-LT, LAB-2"),
        Answer::Text("Ana"),
        Answer::Text("Ruiz"),
        Answer::Text("ana@contoso.com"),
        Answer::Text("1"),
    ]);
    let (cx, stdout, stderr) = fake.context(home.path(), terminal(), prompter);
    create::run(Input::default(), &cx).await.unwrap();
    assert_eq!(fake.seen(), ["GET /me", "POST /tickets"]);
    assert!(stderr.text().starts_with("A (critical): "), "{}", stderr.text());
    assert!(stderr.text().contains("\nseverity C: first response within 8 h, news every 48 h\n"));
    assert!(stdout.text().contains(ID));
}

#[tokio::test]
async fn who_may_not_file_is_told_before_anything_is_typed() {
    let home = tempfile::tempdir().unwrap();
    let fake = Fake::start(|line, _| match line {
        "GET /me" => {
            let mut desk = me(json!([]));
            desk["roles"] = json!(["desk"]);
            (200, desk)
        }
        _ => panic!("nobody expected {line}"),
    })
    .await;
    let (cx, ..) = fake.context(home.path(), terminal(), Scripted::new([Answer::Select(2)]));
    let fault = create::run(Input::default(), &cx).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Forbidden);
    assert_eq!(fault.message, "severity C is filed by who has the role `support` or `admin`");

    let typed = [Answer::Select(0), Answer::Text("all down"), Answer::Interrupt];
    let (cx, _, stderr) = fake.context(home.path(), terminal(), Scripted::new(typed));
    let fault = create::run(Input::default(), &cx).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Interrupted);
    assert!(stderr.text().contains("handed over to one at once"), "{}", stderr.text());
    let kept = draft::Drafts::of(&cx).all().unwrap();
    assert_eq!(kept[0].form.title.as_deref(), Some("all down"), "what was typed is kept");
}

#[tokio::test]
async fn a_vanished_file_and_a_rule_are_told_before_anything_is_sent() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    for (form, message) in [
        (
            Form { attach: vec!["/nowhere/a.log".into()], ..whole() },
            "the attachment `/nowhere/a.log` cannot be read",
        ),
        (
            Form {
                severity: Some(Severity::B),
                ty: Some(crate::api::ticket::TicketType::ChangeRequest),
                ..whole()
            },
            "a change request is always severity C",
        ),
        (
            Form { hours: Some(crate::api::ticket::Hours::AllDay), ..whole() },
            "the hours of severity C are always `support-hours`",
        ),
    ] {
        let fault = create::run(input(form), &cx).await.unwrap_err();
        assert_eq!((fault.kind, fault.message.as_str()), (Kind::Usage, message));
    }
    assert_eq!(fake.seen(), Vec::<String>::new());
}

// Other systems have no such names.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_whose_name_is_not_utf_8_is_refused_before_anything_is_sent_and_the_rest_is_kept() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    let bad = home.path().join(OsStr::from_bytes(b"bad\xff.txt"));
    let good = home.path().join("good.txt");
    for path in [&bad, &good] {
        std::fs::write(path, "x").unwrap();
    }
    let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let files = || vec![good.clone(), bad.clone()];
    let fault =
        attach::run(attach::Input { id: ID.into(), files: files() }, &cx).await.unwrap_err();
    let words = "bad\u{fffd}.txt` must be UTF-8, and is not";
    assert_eq!(fault.kind, Kind::Usage);
    assert!(fault.message.ends_with(words), "{}", fault.message);

    let form = Form { attach: files(), ..whole() };
    let fault = create::run(input(form), &cx).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Usage);
    assert!(fault.message.ends_with(words), "{}", fault.message);
    assert!(!fault.hints.iter().any(|hint| hint.contains("--detach")), "{:?}", fault.hints);
    let without = "the draft is kept without 1 file, the path of which is not UTF-8";
    assert_eq!(fault.causes, [without]);
    assert_eq!(draft(&cx).form, Form { attach: vec![good], ..whole() });
    assert_eq!(fake.seen(), Vec::<String>::new());
}

#[tokio::test]
async fn one_attachment_that_is_refused_keeps_no_other_back_and_programs_get_an_error_alone() {
    let home = tempfile::tempdir().unwrap();
    let sent = Arc::new(AtomicUsize::new(0));
    let fake = Fake::start(move |line, body| match line.contains("/attachments") {
        true if sent.fetch_add(1, Ordering::SeqCst) == 1 => (
            201,
            json!({ "@odata.context": "c", "id": "6f9d3c1e-2b7a-4f0e-9a51-0d5c8f3b7e42",
                    "name": "b.log", "size": 1, "sha256": "00", "sender": "ana@contoso.com",
                    "createdDateTime": "2026-03-01T12:00:00Z" }),
        ),
        true => error(400, "The attachment is not welcome."),
        false => service(line, body),
    })
    .await;
    let files: Vec<_> = ["a.log", "b.log", "c.log"].map(|name| home.path().join(name)).into();
    for path in &files {
        std::fs::write(path, "x").unwrap();
    }
    let (cx, stdout, stderr) = fake.context(home.path(), piped(Format::Json), Scripted::silent());
    let form = Form { attach: files, ..whole() };
    let fault = create::run(input(form), &cx).await.unwrap_err();
    let attached = fake.seen().iter().filter(|line| line.contains("/attachments")).count();
    assert_eq!(attached, 3, "{:?}", fake.seen());
    assert_eq!(fault.message, "The attachment is not welcome.");
    assert!(fault.causes[0].ends_with("a.log`"), "{:?}", fault.causes);
    assert!(fault.causes[1].ends_with("c.log`: The attachment is not welcome."));
    assert_eq!(fault.causes[2], format!("the ticket {ID} is filed"));
    assert_eq!(fault.details.unwrap()["ticket"], ID);
    assert_eq!((json_of(&stdout)["ticket"]["id"].as_str(), stderr.text()), (Some(ID), "".into()));
    let arrived = json!([{
        "id": "6f9d3c1e-2b7a-4f0e-9a51-0d5c8f3b7e42", "name": "b.log", "size": 1, "sha256": "00",
        "sender": "ana@contoso.com", "createdDateTime": "2026-03-01T12:00:00Z",
    }]);
    assert_eq!(json_of(&stdout)["ticket"]["attachments"], arrived);
    none_left(&cx);
}

#[tokio::test]
async fn a_file_that_was_changed_while_it_was_sent_is_told_of_and_a_copy_is_advised() {
    let home = tempfile::tempdir().unwrap();
    let sentence = "What arrived is not what was sent: its SHA-256 differs.";
    let fake = Fake::start(move |_, _| {
        let (status, mut body) = error(400, sentence);
        body["error"]["details"] =
            json!([{ "code": "differs", "target": "sha256", "message": sentence }]);
        (status, body)
    })
    .await;
    let file = home.path().join("growing.log");
    std::fs::write(&file, "x").unwrap();
    let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let files = vec![file.clone()];
    let fault = attach::run(attach::Input { id: ID.into(), files }, &cx).await.unwrap_err();
    assert_eq!((fault.kind, fault.message.as_str()), (Kind::Usage, sentence));
    let place = format!("at the attachment `{}`", file.display());
    assert_eq!(fault.causes, ["the file was changed while it was sent", &place]);
    let hint = format!("copy it, and attach the copy: `mmd escalate attach {ID} FILE`");
    assert_eq!(fault.hints, [hint]);
}

#[tokio::test]
async fn one_attachment_that_does_not_arrive_keeps_no_other_back() {
    let home = tempfile::tempdir().unwrap();
    let id = |last: usize| format!("6f9d3c1e-2b7a-4f0e-9a51-0d5c8f3b7e4{last}");
    let (long, right) = (format!("{}.log", "x".repeat(251)), "\"x\"");
    let name = long.clone();
    let fake = Fake::start(move |line, _| {
        if line.contains("/attachments/") {
            return (200, json!("x"));
        }
        let sums = ["", right, right].map(|text| {
            let sum = <sha2::Sha256 as sha2::Digest>::digest(text);
            crate::domain::audit::hex(&sum)
        });
        let names = ["bad.log", name.as_str(), name.as_str()];
        rows(
            (0..3)
                .map(|at| {
                    json!({
                        "id": id(at), "name": names[at], "size": 3, "sha256": sums[at],
                        "sender": "ana@contoso.com", "createdDateTime": "2026-03-01T12:00:00Z",
                    })
                })
                .collect(),
        )
    })
    .await;
    let (cx, stdout, _) = fake.context(home.path(), piped(Format::Json), Scripted::silent());
    let dir = home.path().join("fetched");
    std::fs::create_dir(&dir).unwrap();
    let fetch = download::Input { id: ID.into(), names: vec![], dir: dir.clone() };
    let fault = download::run(fetch, &cx).await.unwrap_err();
    assert_eq!((fault.kind, &*fault.message), (Kind::Failed, "bad.log is not what was attached"));
    assert_eq!(fault.causes.last().unwrap(), "at the attachment `bad.log`");
    let fetched = json_of(&stdout);
    let files: Vec<_> = fetched.as_array().unwrap().iter().map(|row| &row["file"]).collect();
    assert_eq!((files.len(), files[0]), (2, &json!(dir.join(long))));
    for file in files {
        assert_eq!(std::fs::read_to_string(file.as_str().unwrap()).unwrap(), right);
    }
    assert_eq!(std::fs::read_dir(dir).unwrap().count(), 2, "nothing is left of the first one");
}

#[tokio::test]
async fn flags_beside_a_file_that_cannot_be_read_are_a_draft() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let bad = home.path().join("bad.json");
    std::fs::write(&bad, "{\"titel\": 1}").unwrap();
    let from = Some(super::written::Place::File(bad));
    let fault = create::run(Input { from: from.clone(), ..input(whole()) }, &cx).await.unwrap_err();
    assert!(fault.message.ends_with("bad.json` holds no request"), "{}", fault.message);
    let kept = draft(&cx);
    assert_eq!((&kept.form, &fault.details.unwrap()["draft"]), (&whole(), &json!(kept.id)));
    // A file alone lies where it lay.
    create::run(Input { from, ..Input::default() }, &cx).await.unwrap_err();
    assert_eq!(draft(&cx), kept);
    resume::run(resume::Input { id: None, detach: vec![], change: Input::default() }, &cx)
        .await
        .unwrap();
    none_left(&cx);

    // Nor is there an editor here: what was typed is no file of its own then.
    let editor = Input { editor: true, ..input(whole()) };
    let fault = create::run(editor, &cx).await.unwrap_err();
    assert!(fault.hints.last().unwrap().contains("mmd escalate resume"), "{:?}", fault.hints);
    assert_eq!(draft(&cx).form, whole());
}

#[tokio::test]
async fn what_came_by_standard_input_is_kept_whatever_is_wrong_beside_or_within_it() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let gather = |input: Input, stdin: &str| {
        let begun = draft::Draft::new(Form::default(), cx.clock.now());
        create::gathered(begun, input, stdin.as_bytes(), &cx)
    };
    let bad = home.path().join("bad.toml");
    std::fs::write(&bad, "titel = 'a'").unwrap();
    let described = Input { description_stdin: true, ..Input::default() };
    let beside = Input { from: Some(super::written::Place::File(bad)), ..described.clone() };
    let fault = gather(beside, "It drops\nagain.\n").unwrap_err();
    assert!(fault.message.ends_with("bad.toml` holds no request"), "{}", fault.message);
    let kept = draft(&cx);
    assert_eq!(kept.form.description.as_deref(), Some("It drops\nagain."));
    draft::Drafts::of(&cx).discard(&kept.id).unwrap();

    // A request with one wrong member, and a description with a character that cannot be sent.
    let texts = || -> Vec<_> {
        let entries = std::fs::read_dir(cx.settings.dirs.data.join("drafts")).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        paths.filter(|path| path.is_file()).collect()
    };
    let from = Input { from: Some(super::written::Place::Stdin), ..Input::default() };
    let wrong = "title = 'a'\ntitel = 'b'\n";
    for (input, typed) in [(from.clone(), wrong), (described, "a\0b\n")] {
        let fault = gather(input, typed).unwrap_err();
        let [path] = texts().try_into().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), typed);
        crate::cli::files::check_private(&path).unwrap();
        let hint = fault.hints.last().unwrap();
        assert!(hint.contains(&path.display().to_string()), "{hint}");
        std::fs::remove_file(path).unwrap();
    }
    none_left(&cx);
    // Where nothing came, nothing is kept.
    let blank = Input { description_stdin: true, ..Input::default() };
    assert_eq!(gather(blank, "\n").unwrap_err().hints, [] as [String; 0]);
    assert!(texts().is_empty());
    let read = gather(Input { form: whole(), ..from }, "title = 'other'\nhours = 'all-day'");
    let read = read.unwrap().form;
    assert_eq!(read, Form { hours: Some(crate::api::ticket::Hours::AllDay), ..whole() });
}

#[tokio::test]
async fn an_edit_says_whether_anything_was_changed() {
    let home = tempfile::tempdir().unwrap();
    let fake = Fake::start(|line, body| {
        let mut now = ticket(&json!({
            "title": "t", "description": "It drops.", "type": "incident", "category": "Apps",
            "subcategory": "VPN", "severity": 4,
        }));
        if let ("PATCH", Some(new)) = (&line[..5], body.get("description")) {
            now["description"] = new.clone();
        }
        (200, now)
    })
    .await;
    for (description, done) in
        [("It drops.", "as it was: nothing was changed"), ("Again.", "changed")]
    {
        let (cx, _, stderr) = fake.context(home.path(), terminal(), Scripted::silent());
        let input = edit::Input {
            id: ID.into(),
            description: Some(super::text::Text::of(description.into())),
            severity: None,
            contact: form::ContactForm::default(),
            hours: None,
        };
        edit::run(input, &cx).await.unwrap();
        assert!(stderr.text().contains(&format!("{ID} is {done}\n")), "{}", stderr.text());
    }
}

#[tokio::test]
async fn drafts_are_listed_and_dropped() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    let (cx, stdout, stderr) = fake.context(home.path(), terminal(), Scripted::silent());
    let listing = || drafts::Input { discard: None };
    drafts::run(listing(), &cx).await.unwrap();
    assert_eq!(stderr.text(), "no drafts\n");
    let mut one = draft::Draft::new(whole(), "2026-03-01T11:00:00Z".parse().unwrap());
    one.id = "3f9a01c2".into();
    one.reason = "interrupted".into();
    draft::Drafts::of(&cx).keep(&one).unwrap();
    drafts::run(listing(), &cx).await.unwrap();
    assert_eq!(
        stdout.text(),
        "Id        Title      Severity  Begun    Why\n\
         3f9a01c2  VPN drops  C         1 h ago  interrupted\n"
    );
    let hint = "`mmd escalate resume ID` takes one up, `mmd escalate drafts --discard ID` drops it";
    assert!(stderr.text().contains(hint), "{}", stderr.text());
    drafts::run(drafts::Input { discard: Some("3f9".into()) }, &cx).await.unwrap();
    none_left(&cx);
    assert_eq!(fake.seen(), Vec::<String>::new());
}

#[tokio::test]
async fn what_could_not_be_sent_is_kept_in_a_file_and_named() {
    let (home, out) = (tempfile::tempdir().unwrap(), Arc::new(Mutex::new(true)));
    let away = out.clone();
    let fake = Fake::start(move |_, _| match *away.lock().unwrap() {
        true => error(500, "The service failed to answer this request."),
        false => (204, json!(null)),
    })
    .await;
    let prompter = || Scripted::new([Answer::Text("# 1 it is back")]);
    let (cx, ..) = fake.context(home.path(), terminal(), prompter());
    let noting = || note::Input { id: ID.into(), text: None };
    let fault = note::run(noting(), &cx).await.unwrap_err();
    let kept = |cx: &Context| -> Vec<_> {
        let entries = std::fs::read_dir(cx.settings.dirs.data.join("drafts")).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    };
    let files = kept(&cx);
    assert_eq!(files.len(), 1, "{files:?}");
    assert_eq!(std::fs::read_to_string(&files[0]).unwrap(), "# 1 it is back");
    let hint = fault.hints.last().unwrap();
    assert!(hint.contains(&files[0].display().to_string()), "{hint}");
    *out.lock().unwrap() = false;
    let (cx, ..) = fake.context(home.path(), terminal(), prompter());
    note::run(noting(), &cx).await.unwrap();
    assert_eq!(kept(&cx), files, "nothing more is kept after a success");
}

#[cfg(unix)]
#[tokio::test]
async fn what_the_editor_left_goes_once_it_is_sent() {
    let home = tempfile::tempdir().unwrap();
    for (status, left) in [(500, 1), (204, 0)] {
        let fake = Fake::start(move |_, _| match status {
            204 => (204, json!(null)),
            status => error(status, "The service failed to answer this request."),
        })
        .await;
        let dir = home.path().join(status.to_string());
        std::fs::create_dir(&dir).unwrap();
        let (mut cx, ..) = fake.context(&dir, terminal(), Scripted::new([]));
        let editor = "sh -c 'echo \"# mine\" >> \"$1\"' editor";
        let names = [("EDITOR", editor.as_ref()), ("MMD_DATA_DIR", dir.as_os_str())];
        cx.environment = crate::cli::settings::Environment::of(names).unwrap();
        let noting = note::Input { id: ID.into(), text: None };
        assert_eq!(note::run(noting, &cx).await.is_ok(), status == 204);
        let entries = std::fs::read_dir(cx.settings.dirs.data.join("drafts")).unwrap();
        let files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), left, "{status}");
        for file in files {
            assert_eq!(std::fs::read_to_string(file).unwrap(), "# mine");
        }
    }
}

#[tokio::test]
async fn a_list_goes_back_six_months_and_shows_what_waits_first() {
    let home = tempfile::tempdir().unwrap();
    let fake = Fake::start(|line, _| {
        let mut waiting = ticket(&json!({
            "title": "all down", "description": "d", "type": "Incident", "category": "Devices",
            "subcategory": "Hardware", "severity": 2,
        }));
        waiting["state"] = json!("awaitingAdmin");
        waiting["@mmd.state"] = json!("awaitingAdmin");
        match line.starts_with("GET /tickets/handOvers") {
            true => rows(json!([waiting])),
            false => rows(json!([])),
        }
    })
    .await;
    let (cx, stdout, stderr) = fake.context(home.path(), piped(Format::Csv), Scripted::silent());
    list::run(list::Input::default(), &cx).await.unwrap();
    assert_eq!(
        fake.seen(),
        [
            "GET /tickets/handOvers",
            "GET /tickets?%24filter=createdDateTime+ge+2025-08-30T12%3A00%3A00Z\
             &%24orderby=createdDateTime+desc"
        ]
    );
    assert_eq!(
        stdout.text(),
        format!(
            "Id,Sev,Type,State,Title,By,Filed,Due\n\
             {ID},A,Incident,awaits an admin,all down,ana@contoso.com,2026-03-01T12:00:00Z,\
             2026-03-01T20:00:00Z\n"
        )
    );
    assert!(stderr.text().contains(&format!("mmd escalate file {ID}")));
}
