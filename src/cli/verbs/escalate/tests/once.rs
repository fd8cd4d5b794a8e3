//! A lost answer, a refusal or a change files nothing twice.

use super::*;

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
