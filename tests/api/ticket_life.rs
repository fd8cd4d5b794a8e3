//! The life of a ticket: worked on, edited, transferred, resolved, taken up again, closed.

use mmd::api::BASE;
use serde_json::{Value, json};

use crate::{
    call::Answer,
    harness::{ADMIN, World, hours, incident, minutes},
};

#[track_caller]
fn by_rule(answer: &Answer, target: &str, message: &str) {
    let whole = json!({ "error": {
        "code": "409",
        "message": message,
        "details": [{ "code": "rule", "message": message, "target": target }],
    } });
    assert_eq!((answer.status, answer.json()), (409, whole));
}

const RESOLVED: &str = "This ticket is resolved: reactivate it first, within 24 hours.";

/// What the annotations say of who acts next, and by when.
fn next(ticket: &Value) -> Value {
    let names = ["@mmd.state", "nextActionOwner", "@mmd.respondBy", "@mmd.updateBy"];
    json!(names.map(|name| &ticket[name]))
}

#[tokio::test]
async fn two_operators_take_the_same_ticket_at_once_and_one_is_told_who_has_it() {
    let world = World::with_contacts().await;
    let olga = world.member("olga@mmd.local", &["operations"]).await;
    let omar = world.member("omar@mmd.local", &["operations"]).await;
    for _ in 0..5 {
        let id = world.filed(&world.admin, json!({})).await;
        let body = json!({});
        let take = |token: &str| world.step(token, &id, "take", &body).send();
        let (one, two) = tokio::join!(take(&olga), take(&omar));
        let (won, lost, name) = match one.status {
            200 => (one, two, "olga@mmd.local"),
            _ => (two, one, "omar@mmd.local"),
        };
        assert_eq!(won.expect(200).json()["@mmd.takenBy"], name);
        by_rule(&lost, "takenBy", &format!("This ticket is taken by {name}."));
        // Who has it takes it again without harm.
        let holder = if name == "olga@mmd.local" { &olga } else { &omar };
        take(holder).await.expect(200);
        let assigned: Vec<_> =
            world.told("ticket.assigned").into_iter().filter(|told| told.0 == id).collect();
        assert_eq!(assigned.len(), 1);
        assert_eq!(assigned[0].1["takenBy"], name);
        assert_eq!(assigned[0].2, ["jd@contoso.com", "dora@mmd.local"]);
    }
    // From somebody who has it, only by their name.
    let id = world.filed(&world.admin, json!({})).await;
    let from =
        |token: &str, from: &str| world.step(token, &id, "take", &json!({ "from": from })).send();
    let nobody = "This ticket is not taken by omar@mmd.local, nor by anybody.";
    by_rule(&from(&olga, "omar@mmd.local").await, "takenBy", nobody);
    world.step(&omar, &id, "take", &json!({})).send().await.expect(200);
    let message = "This ticket is taken by omar@mmd.local.";
    by_rule(&from(&olga, "otto@mmd.local").await, "takenBy", message);
    assert_eq!(
        from(&olga, "Omar@mmd.local").await.expect(200).json()["@mmd.takenBy"],
        "olga@mmd.local"
    );
    // Taking is operations' work.
    for role in ["desk", "support", "admin", "auditor"] {
        let token = world.member(&format!("the-{role}@mmd.local"), &[role]).await;
        for step in ["take", "reply"] {
            let answer = world.step(&token, &id, step, &json!({ "text": "x" })).send().await;
            assert_eq!(answer.expect(403).error(), "This needs the role `operations`.", "{role}");
        }
    }
}

#[tokio::test]
async fn a_reply_is_the_response_and_a_request_for_action_waits_48_hours() {
    let world = World::with_contacts().await;
    let olga = world.member("olga@mmd.local", &["operations"]).await;
    let sam = world.member("sam@mmd.local", &["support"]).await;
    let id = world.filed(&sam, json!({})).await;
    let now = async || world.ticket_now(&sam, &id).await;
    // Monday, 09:00; severity C, support hours.
    assert_eq!(next(&now().await), json!(["new", "Microsoft", "2026-03-02T17:00:00Z", null]));
    world.pass(hours(1)).await;
    let reply = |body: Value| world.step(&olga, &id, "reply", &body).send();
    let replied = reply(json!({ "text": "We look at it" })).await.expect(200).json();
    assert_eq!(next(&replied), json!(["new", "Microsoft", null, "2026-03-04T10:00:00Z"]));
    let asked = reply(json!({ "text": "Please try", "requestAction": true })).await.expect(200);
    let asked = asked.json();
    assert_eq!(next(&asked), json!(["awaitingCustomer", "Customer", null, null]));
    assert_eq!(asked["nextActionTime"], "2026-03-04T10:00:00Z");
    // Documented callers are told in documented members.
    let program = world.program_token("bot", &["tickets"]).await;
    let plain = world.ticket(&program, "GET", &id, "").send().await.expect(200).json();
    assert_eq!(
        json!([plain["nextActionOwner"], plain["nextActionTime"], plain["state"]]),
        json!(["Customer", "2026-03-04T10:00:00Z", "active"])
    );
    // A second request counts anew; an answer ends the wait.
    world.pass(hours(47)).await;
    reply(json!({ "text": "Still waiting", "requestAction": true })).await.expect(200);
    world.pass(hours(47)).await;
    assert_eq!(now().await["@mmd.state"], "awaitingCustomer");
    world.step(&sam, &id, "addNote", &json!({ "text": "Tried" })).send().await.expect(204);
    assert_eq!(next(&now().await), json!(["new", "Microsoft", null, "2026-03-10T08:00:00Z"]));
    world.pass(hours(72)).await;
    assert_eq!(now().await["state"], "active");

    // Left alone for 48 hours, it is closed, and they are told.
    reply(json!({ "text": "And now?", "requestAction": true })).await.expect(200);
    world.pass(hours(47)).await;
    assert_eq!(now().await["state"], "active");
    world.pass(hours(1)).await;
    let closed = now().await;
    assert_eq!(
        json!([closed["@mmd.state"], closed["state"], closed["nextActionTime"]]),
        json!(["closed", "resolved", null])
    );
    let told = world.told("ticket.closed");
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0].1["who"], &told[0].1["stage"]), (&json!("system"), &json!("closed")));
    assert_eq!(told[0].2, ["jd@contoso.com", "dora@mmd.local"]);
    by_rule(&reply(json!({ "text": "late" })).await, "state", RESOLVED);

    let notes =
        world.ticket(&sam, "GET", &id, "/notes").annotated().send().await.expect(200).json();
    let kinds: Vec<_> =
        notes["value"].as_array().unwrap().iter().map(|note| &note["@mmd.kind"]).collect();
    let request = "requestForAction";
    assert_eq!(json!(kinds), json!(["reply", request, request, "note", request]));
    let timeline = world.ticket(&sam, "GET", &id, "/timeline").send().await.expect(200).json();
    let steps: Vec<_> =
        timeline["value"].as_array().unwrap().iter().map(|step| &step["action"]).collect();
    let expected = [
        "ticket.created",
        "ticket.replied",
        "ticket.actionRequested",
        "ticket.actionRequested",
        "ticket.note",
        "ticket.actionRequested",
        "ticket.closed",
    ];
    assert_eq!(json!(steps), json!(expected));
    // What is told outside, and what is recorded, holds nothing that somebody wrote.
    let db = world.db();
    let outside: String =
        db.query_row("select group_concat(body) from outbox", [], |row| row.get(0)).unwrap();
    let trail = format!("{:?}", world.events().await);
    for text in ["Please try", "Tried", "Title", "Description of ticket"] {
        assert!(!outside.contains(text) && !trail.contains(text), "{text}");
    }
}

#[tokio::test]
async fn a_resolved_ticket_is_not_editable_and_comes_back_within_24_hours() {
    let world = World::with_contacts().await;
    let olga = world.member("olga@mmd.local", &["operations"]).await;
    let id = world.filed(&world.admin, json!({})).await;
    let step = |name: &'static str, body: Value| world.step(&world.admin, &id, name, &body).send();
    by_rule(&step("reactivate", json!({})).await, "state", "This ticket is active already.");
    world.step(&olga, &id, "take", &json!({})).send().await.expect(200);
    let resolved = step("resolve", json!({ "text": "It works" })).await.expect(200).json();
    assert_eq!(
        json!([resolved["state"], resolved["resolvedDateTime"], resolved["@mmd.state"]]),
        json!(["resolved", "2026-03-02T09:00:00Z", "resolved"])
    );
    assert_eq!(world.told("ticket.resolved")[0].2, ["jd@contoso.com", "dora@mmd.local"]);
    let before = world.rows();
    by_rule(&step("resolve", json!({})).await, "state", "This ticket is resolved already.");
    for (name, body) in [
        ("addNote", json!({ "text": "x" })),
        ("transfer", json!({ "destination": "it-admin" })),
        ("lower", json!({})),
    ] {
        by_rule(&step(name, body).await, "state", RESOLVED);
    }
    for (name, body) in [("take", json!({})), ("reply", json!({ "text": "x" }))] {
        by_rule(&world.step(&olga, &id, name, &body).send().await, "state", RESOLVED);
    }
    let edit = || {
        let call = world.ticket(&world.admin, "PATCH", &id, "").annotated();
        call.json(&json!({ "description": "other" })).send()
    };
    by_rule(&edit().await, "state", RESOLVED);
    let attach = world.ticket(&world.admin, "POST", &id, "/attachments?name=a").raw("x");
    by_rule(&attach.send().await, "state", RESOLVED);
    assert_eq!(before, world.rows(), "a refusal changes nothing");
    world.pass(hours(24)).await;
    let active = step("reactivate", json!({ "text": "Again" })).await.expect(200).json();
    assert_eq!(next(&active), json!(["taken", "Microsoft", "2026-03-03T17:00:00Z", null]));
    assert_eq!(active["resolvedDateTime"], json!(null));
    edit().await.expect(200);
    step("resolve", json!({})).await.expect(200);
    world.pass(hours(24)).await;
    world.pass(minutes(1)).await;
    let late = "This ticket was resolved more than 24 hours ago: file a new one.";
    by_rule(&step("reactivate", json!({})).await, "state", late);
    // What only an admin files, only an admin or operations take up again.
    let sam = world.member("sam@mmd.local", &["support"]).await;
    for severity in [2, 3] {
        let high = world.filed(&world.admin, json!({ "severity": severity })).await;
        for (token, status) in [(&sam, 403), (&world.admin, 200), (&olga, 200)] {
            let step = |name| world.step(token, &high, name, &json!({})).send();
            step("resolve").await.expect(200);
            let answer = step("reactivate").await.expect(status);
            if status == 403 {
                let letter = if severity == 2 { "A" } else { "B" };
                let message = format!(
                    "This ticket is a severity {letter}, and an admin reactivates it: nothing was \
                     changed, and nobody was notified: call an admin."
                );
                let details = json!([
                    { "code": "rule", "message": message, "target": "severity" },
                    { "code": "call", "message": "Dora Devices, +1 555 0101", "target": "dora@mmd.local" },
                    { "code": "call", "message": ADMIN, "target": ADMIN },
                ]);
                let error = json!({ "code": "403", "message": message, "details": details });
                assert_eq!(answer.json(), json!({ "error": error }));
                world.step(&olga, &high, "reactivate", &json!({})).send().await.expect(200);
            }
        }
    }
    // Somebody who only reads takes no step.
    let auditor = world.member("aud@mmd.local", &["auditor"]).await;
    for name in ["resolve", "reactivate", "addNote", "transfer"] {
        let body = json!({ "text": "x", "destination": "it-admin" });
        let answer = world.step(&auditor, &id, name, &body).send().await.expect(403);
        assert_eq!(answer.json()["error"]["details"][0]["code"], "role", "{name}");
    }
    let edit = world.ticket(&auditor, "PATCH", &id, "").json(&json!({ "description": "x" }));
    edit.send().await.expect(403);
}

#[tokio::test]
async fn a_severity_is_asked_for_again_after_an_hour_a_reactivation_or_with_a_new_admin() {
    let world = World::with_contacts().await;
    let sam = world.member("sam@mmd.local", &["support"]).await;
    let id = world.filed(&sam, json!({})).await;
    let ask = || async {
        let call = world.ticket(&sam, "PATCH", &id, "").annotated();
        let refused = call.json(&json!({ "severity": 2 })).send().await.expect(403);
        let anew = refused.error().ends_with("a notice goes to who may.");
        assert!(anew || refused.error().ends_with("a notice to who may was queued before."));
        let told = world.told("ticket.severityAsked");
        (anew, told.len(), told.last().unwrap().2.clone())
    };
    let both = ["dora@mmd.local", ADMIN].map(str::to_owned).to_vec();
    let new = vec!["nora@mmd.local".to_owned()];
    assert_eq!(ask().await, (true, 1, both.clone()));
    world.pass(minutes(59)).await;
    assert_eq!(ask().await, (false, 1, both.clone()));
    world.pass(minutes(1)).await;
    assert_eq!(ask().await, (true, 2, both.clone()), "an hour later it may be worse");
    // Whoever may since then has not been told; the others have.
    world.pass(minutes(10)).await;
    world.member(&new[0], &["admin"]).await;
    assert_eq!(ask().await, (true, 3, new.clone()));
    assert_eq!(ask().await, (false, 3, new.clone()));
    world.pass(minutes(50)).await;
    assert_eq!(ask().await, (true, 4, both.clone()), "each of them once an hour");
    for name in ["resolve", "reactivate"] {
        world.step(&sam, &id, name, &json!({})).send().await.expect(200);
    }
    let all = [both, new].concat();
    let (anew, count, told) = ask().await;
    assert_eq!((anew, count), (true, 5), "it is another outage");
    assert_eq!(told, all);
    assert!(!ask().await.0);
}

#[tokio::test]
async fn contact_and_description_are_edited_and_the_severity_of_incidents_only() {
    let world = World::with_contacts().await;
    let sam = world.member("sam@mmd.local", &["support"]).await;
    let id = world.filed(&sam, json!({})).await;
    let made = world.ticket_now(&sam, &id).await;
    let edit = |token: &str, id: &str, body: Value| {
        world.ticket(token, "PATCH", id, "").annotated().json(&body).send()
    };
    let contact = json!({
        "givenName": "Mar", "surname": "Ía", "email": "mar@contoso.com", "phoneNumber": "2",
    });
    let body = json!({ "description": " new ", "contact": contact });
    let edited = edit(&sam, &id, body).await.expect(200).json();
    let mut expected = made.clone();
    expected["description"] = json!(" new ");
    for (name, value) in contact.as_object().unwrap() {
        expected["contact"][name] = value.clone();
    }
    assert_eq!(edited, expected, "the contact's id stays");
    let events = world.events_of("ticket.edited").await;
    let detail = json!({ "ticket": id, "fields": ["description", "contact"] });
    assert_eq!(events[0]["detail"], detail);

    // Raising it is an admin's to choose: they are told, and nothing changes.
    let refused = edit(&sam, &id, json!({ "severity": 2, "description": "x" })).await.expect(403);
    let message = "An admin chooses severity A: nothing was changed, and a notice goes to who may.";
    assert_eq!(refused.error(), message);
    let details = refused.json()["error"]["details"].clone();
    assert_eq!((&details[0]["code"], &details[1]["code"]), (&json!("rule"), &json!("notifying")));
    assert_eq!(world.told("ticket.severityAsked")[0].2, ["dora@mmd.local", ADMIN]);
    assert_eq!(world.ticket_now(&sam, &id).await, expected);
    // Asked for again, nobody is told again, until an admin has chosen.
    let severity = json!({ "severity": 3 });
    let under = |key: &str| {
        let call = world.ticket(&sam, "PATCH", &id, "").annotated().json(&severity);
        call.header("idempotency-key", key).send()
    };
    let asked = under("k").await.expect(403);
    assert_eq!(asked.text(), under("k").await.expect(403).text(), "a repeat of the same call");
    for n in 0..3 {
        for (severity, letter) in [(2, "A"), (3, "B")] {
            let body = json!({ "severity": severity, "description": n.to_string() });
            let again = edit(&sam, &id, body).await.expect(403);
            assert_eq!(
                again.error(),
                format!(
                    "An admin chooses severity {letter}: nothing was changed, and a notice to \
                     who may was queued before."
                )
            );
            assert_eq!(again.json()["error"]["details"][1]["code"], "notifying");
        }
    }
    assert_eq!(world.told("ticket.severityAsked").len(), 2, "once for A, and once for B");
    assert_eq!(world.events_of("ticket.severityAsked").await.len(), 2);
    assert_eq!(world.ticket_now(&sam, &id).await, expected);
    let raised = edit(&world.admin, &id, json!({ "severity": 2 })).await.expect(200).json();
    for _ in 0..2 {
        edit(&world.admin, &id, json!({ "severity": 4 })).await.expect(200);
        edit(&sam, &id, json!({ "severity": 2 })).await.expect(403);
    }
    assert_eq!(world.told("ticket.severityAsked").len(), 3, "it has changed since");
    edit(&world.admin, &id, json!({ "severity": 2 })).await.expect(200);
    assert_eq!(
        json!([raised["severity"], raised["@mmd.hours"], raised["@mmd.respondBy"]]),
        json!([2, "all-day", "2026-03-02T10:00:00Z"])
    );
    let b = json!({ "severity": 3, "@mmd.hours": "all-day" });
    let lowered = edit(&world.admin, &id, b).await.expect(200).json();
    assert_eq!(
        json!([lowered["severity"], lowered["@mmd.hours"], lowered["@mmd.respondBy"]]),
        json!([3, "all-day", "2026-03-02T13:00:00Z"])
    );
    for ty in ["ChangeRequest", "RequestForInformation"] {
        let id = world.filed(&world.admin, json!({ "type": ty })).await;
        let refused = edit(&world.admin, &id, json!({ "severity": 3 })).await;
        let message = "The severity of information and change requests cannot be edited.";
        by_rule(&refused, "severity", message);
        edit(&world.admin, &id, json!({ "severity": 4, "description": "y" })).await.expect(200);
    }
    let before = world.ticket_now(&sam, &id).await;
    for (body, target) in [
        (json!({ "title": "x" }), "title"),
        (json!({ "state": "resolved" }), "state"),
        (json!({ "description": "" }), "description"),
        (json!({ "severity": 1 }), "severity"),
        (json!({ "severity": "high" }), "severity"),
        (json!({ "contact": { "givenName": "x" } }), "contact.surname"),
        (json!({}), "description"),
    ] {
        let refused = edit(&world.admin, &id, body).await.expect(400).json();
        assert_eq!(refused["error"]["details"][0]["target"], target);
    }
    assert_eq!(world.ticket_now(&sam, &id).await, before);
}

#[tokio::test]
async fn hours_are_chosen_for_severity_b_alone_and_an_edit_that_changes_nothing_leaves_no_trace() {
    let world = World::with_contacts().await;
    let edit = |id: &str, body: Value| {
        world.ticket(&world.admin, "PATCH", id, "").annotated().json(&body).send()
    };
    let traces = async || {
        let recorded = world.events_of("ticket.edited").await.len();
        let shown =
            world.count("select count(*) from ticket_events where action = 'ticket.edited'");
        (recorded, shown, world.told("ticket.edited").len())
    };
    for (severity, letter, fixed, other) in
        [(2, "A", "all-day", "support-hours"), (4, "C", "support-hours", "all-day")]
    {
        let id = world.filed(&world.admin, json!({ "severity": severity })).await;
        let before = world.ticket_now(&world.admin, &id).await;
        let message = format!("The hours of severity {letter} are always `{fixed}`.");
        let with_more = json!({ "@mmd.hours": other, "description": "more" });
        for body in [json!({ "@mmd.hours": other }), with_more] {
            by_rule(&edit(&id, body).await, "@mmd.hours", &message);
        }
        // What they are anyway may be said.
        edit(&id, json!({ "@mmd.hours": fixed })).await.expect(200);
        assert_eq!(world.ticket_now(&world.admin, &id).await, before);
    }
    assert_eq!(traces().await, (0, 0, 0));

    let id = world.filed(&world.admin, json!({ "severity": 3 })).await;
    let made = world.ticket_now(&world.admin, &id).await;
    world.pass(minutes(1)).await;
    let mut contact = made["contact"].clone();
    for name in ["id", "preferredLanguageId"] {
        contact.as_object_mut().unwrap().remove(name);
    }
    let same = json!({
        "description": made["description"], "severity": 3, "contact": contact,
        "@mmd.hours": made["@mmd.hours"],
    });
    assert_eq!(edit(&id, same).await.expect(200).json(), made, "and nothing is promised anew");
    assert_eq!(traces().await, (0, 0, 0));
    let edited = edit(&id, json!({ "@mmd.hours": "all-day" })).await.expect(200).json();
    assert_eq!(edited["@mmd.hours"], "all-day");
    assert_eq!(traces().await, (1, 1, 1));
    assert_eq!(world.told("ticket.edited")[0].1["fields"], json!(["hours"]));
    // The choice stays while another severity has hours of its own, until it is made anew or is
    // lost with a commitment that was not kept.
    let hours = async |body: Value| edit(&id, body).await.expect(200).json()["@mmd.hours"].clone();
    for (severity, expected) in
        [(2, "all-day"), (3, "all-day"), (4, "support-hours"), (3, "all-day")]
    {
        assert_eq!(hours(json!({ "severity": severity })).await, expected, "{severity}");
    }
    assert_eq!(hours(json!({ "@mmd.hours": "support-hours" })).await, "support-hours");
    assert_eq!(hours(json!({ "severity": 2, "@mmd.hours": "all-day" })).await, "all-day");
    assert_eq!(hours(json!({ "severity": 3 })).await, "support-hours", "A has no choice");
    assert_eq!(hours(json!({ "@mmd.hours": "all-day" })).await, "all-day");
    world.step(&world.admin, &id, "lower", &json!({})).send().await.expect(200);
    assert_eq!(hours(json!({ "severity": 3 })).await, "support-hours");
}

#[tokio::test]
async fn a_commitment_not_kept_lowers_the_severity_by_one_level() {
    let world = World::with_contacts().await;
    let olga = world.member("olga@mmd.local", &["operations"]).await;
    let sam = world.member("sam@mmd.local", &["support"]).await;
    let id = world.filed(&world.admin, json!({ "severity": 2 })).await;
    let lower =
        |token: &str| world.step(token, &id, "lower", &json!({ "text": "Nobody answers" })).send();
    assert_eq!(
        lower(&sam).await.expect(403).error(),
        "This needs the role `admin` or `operations`."
    );
    for (severity, respond_by) in [(3, "2026-03-02T13:00:00Z"), (4, "2026-03-02T17:00:00Z")] {
        let lowered = lower(&olga).await.expect(200).json();
        assert_eq!(
            json!([lowered["severity"], lowered["@mmd.hours"], lowered["@mmd.respondBy"]]),
            json!([severity, "support-hours", respond_by])
        );
    }
    let message = "Severity C is the least: there is nothing below it.";
    by_rule(&lower(&olga).await, "severity", message);
    assert_eq!(world.told("ticket.lowered").len(), 2);
}

#[tokio::test]
async fn targets_count_from_the_filing_or_the_last_news_whatever_changes_in_between() {
    let world = World::with_contacts().await;
    let olga = world.member("olga@mmd.local", &["operations"]).await;
    let lower = |id: String| world.step(&olga, &id, "lower", &json!({})).send();
    let edit = |id: &str, body: Value| {
        world.ticket(&world.admin, "PATCH", id, "").annotated().json(&body).send()
    };
    // Filed on Monday at 09:00, due at 10:00.
    let late = world.filed(&world.admin, json!({ "severity": 2 })).await;
    let later = world.filed(&world.admin, json!({ "severity": 2 })).await;
    let minor = world.filed(&world.admin, json!({})).await;
    world.pass(hours(2)).await;
    let lowered = lower(late.clone()).await.expect(200).json();
    assert_eq!(due(&lowered), json!(["2026-03-02T13:00:00Z", null, false]));
    world.pass(hours(3)).await;
    let lowered = lower(later.clone()).await.expect(200).json();
    assert_eq!(due(&lowered), json!(["2026-03-02T13:00:00Z", null, true]), "it stays overdue");
    let chosen = edit(&later, json!({ "@mmd.hours": "all-day" })).await.expect(200).json();
    assert_eq!(due(&chosen), json!(["2026-03-02T13:00:00Z", null, true]));
    // At 14:00, due at 17:00: raised, it is due within the hour, and never later than it was.
    let raised = edit(&minor, json!({ "severity": 2 })).await.expect(200).json();
    assert_eq!(due(&raised), json!(["2026-03-02T15:00:00Z", null, false]));
    let back = edit(&minor, json!({ "severity": 4 })).await.expect(200).json();
    assert_eq!(due(&back), json!(["2026-03-02T17:00:00Z", null, false]));
    world.pass(minutes(150)).await;
    let raised = edit(&minor, json!({ "severity": 2 })).await.expect(200).json();
    assert_eq!(due(&raised), json!(["2026-03-02T17:00:00Z", null, false]));
    // News at 16:30 on Monday, next due in 8 h, and after the lowering in 24 h from then.
    world.step(&olga, &minor, "reply", &json!({ "text": "x" })).send().await.expect(200);
    world.pass(hours(9)).await;
    let lowered = lower(minor.clone()).await.expect(200).json();
    assert_eq!(due(&lowered), json!([null, "2026-03-03T16:30:00Z", false]));
    // Taken up again, it counts from then on.
    world.step(&world.admin, &minor, "resolve", &json!({})).send().await.expect(200);
    world.pass(hours(1)).await;
    world.step(&world.admin, &minor, "reactivate", &json!({})).send().await.expect(200);
    world.pass(hours(1)).await;
    let lowered = lower(minor.clone()).await.expect(200).json();
    assert_eq!(due(&lowered), json!(["2026-03-03T10:30:00Z", null, false]));
}

#[tokio::test]
async fn a_ticket_is_transferred_and_leaves_the_queue() {
    let world = World::with_contacts().await;
    let olga = world.member("olga@mmd.local", &["operations"]).await;
    let id = world.filed(&world.admin, json!({})).await;
    world.step(&olga, &id, "take", &json!({})).send().await.expect(200);
    let transfer = |destination: &str| {
        let body = json!({ "destination": destination, "text": "A warranty claim" });
        world.step(&olga, &id, "transfer", &body).send()
    };
    let moved = transfer("hardware-vendor").await.expect(200).json();
    assert_eq!(next(&moved), json!(["transferred", "Customer", null, null]));
    assert_eq!(
        json!([moved["@mmd.destination"], moved.get("@mmd.takenBy")]),
        json!(["hardware-vendor", null])
    );
    let again = "This ticket lies with hardware-vendor already.";
    by_rule(&transfer("hardware-vendor").await, "destination", again);
    let taken = world.step(&olga, &id, "take", &json!({})).send().await;
    let elsewhere = "This ticket lies with hardware-vendor: transfer it to operations first.";
    by_rule(&taken, "destination", elsewhere);
    for asks in [false, true] {
        let body = json!({ "text": "And now?", "requestAction": asks });
        let replied = world.step(&olga, &id, "reply", &body).send().await;
        by_rule(&replied, "destination", elsewhere);
    }
    transfer("moon").await.expect(400);
    let queue = format!("{BASE}/tickets/queue");
    let queue = async || world.get(&olga, &queue).send().await.expect(200).json()["value"].clone();
    assert_eq!(queue().await, json!([]));
    // Nobody was asked to act, so nothing closes it.
    world.pass(hours(100)).await;
    assert_eq!(world.ticket_now(&olga, &id).await["@mmd.state"], "transferred");
    let back = transfer("operations").await.expect(200).json();
    assert_eq!(next(&back)[0], "new");
    assert_eq!(queue().await[0]["id"], id);
    let told = world.told("ticket.transferred");
    assert_eq!(
        (&told[0].1["from"], &told[0].1["to"]),
        (&json!("operations"), &json!("hardware-vendor"))
    );
}

/// What is promised of a ticket.
fn due(ticket: &Value) -> Value {
    json!([ticket["@mmd.respondBy"], ticket["@mmd.updateBy"], ticket["@mmd.overdue"]])
}

#[tokio::test]
async fn a_promise_that_was_not_kept_survives_a_transfer_away_and_back() {
    let world = World::with_contacts().await;
    let olga = world.member("olga@mmd.local", &["operations"]).await;
    let id = world.filed(&world.admin, json!({ "severity": 2 })).await;
    let transfer = async |destination: &str| {
        let body = json!({ "destination": destination });
        world.step(&olga, &id, "transfer", &body).send().await.expect(200).json()
    };
    // Filed on Monday at 09:00, due at 10:00.
    world.pass(hours(2)).await;
    let overdue = json!(["2026-03-02T10:00:00Z", null, true]);
    assert_eq!(due(&world.ticket_now(&olga, &id).await), overdue);
    assert_eq!(due(&transfer("it-admin").await), json!([null, null, false]));
    world.pass(minutes(1)).await;
    assert_eq!(due(&transfer("operations").await), overdue);
    assert_eq!(due(&transfer("security-operations").await), overdue);
    // It goes on counting from the filing.
    let lowered = world.step(&olga, &id, "lower", &json!({})).send().await.expect(200).json();
    assert_eq!(due(&lowered), json!(["2026-03-02T13:00:00Z", null, false]));
    // What was answered is promised a response anew by whom it comes to, but no later than the
    // news that was promised: on Tuesday at 11:01.
    let reply = async |asks: bool| {
        let body = json!({ "text": "x", "requestAction": asks });
        world.step(&olga, &id, "reply", &body).send().await.expect(200).json()
    };
    let news = json!([null, "2026-03-03T11:01:00Z", false]);
    assert_eq!(due(&reply(false).await), news);
    assert_eq!(due(&transfer("it-admin").await), json!([null, null, false]));
    assert_eq!(due(&transfer("operations").await), json!(["2026-03-02T15:01:00Z", null, false]));
    assert_eq!(due(&reply(false).await), news);
    world.pass(hours(23)).await;
    // An hour was left of it, and that is what is left.
    for destination in ["it-admin", "hardware-vendor"] {
        assert_eq!(due(&transfer(destination).await), json!([null, null, false]));
        world.pass(minutes(30)).await;
    }
    let soon = json!(["2026-03-03T12:01:00Z", null, false]);
    assert_eq!(due(&transfer("operations").await), soon);
    assert_eq!(due(&reply(false).await), json!([null, "2026-03-04T11:01:00Z", false]));
    world.pass(hours(23)).await;
    let soon = json!(["2026-03-04T11:01:00Z", null, false]);
    assert_eq!(due(&transfer("security-operations").await), soon);
    assert_eq!(due(&reply(false).await), json!([null, "2026-03-05T10:01:00Z", false]));
    world.pass(hours(25)).await;
    let overdue = json!(["2026-03-05T10:01:00Z", null, true]);
    assert_eq!(due(&transfer("operations").await), overdue);
    assert_eq!(due(&transfer("it-admin").await), json!([null, null, false]));
    assert_eq!(due(&transfer("operations").await), overdue);
    // No wider hours make up for it, and the queue has it first.
    let hours_of = |hours: &str| json!({ "@mmd.hours": hours });
    for hours in ["all-day", "support-hours"] {
        let edit = world.ticket(&world.admin, "PATCH", &id, "").annotated().json(&hours_of(hours));
        assert_eq!(due(&edit.send().await.expect(200).json()), overdue, "{hours}");
    }
    let other = world.filed(&world.admin, json!({ "severity": 2 })).await;
    let queue = world.get(&olga, &format!("{BASE}/tickets/queue")).send().await.json();
    let rows: Vec<_> = queue["value"].as_array().unwrap().iter().map(|row| &row["id"]).collect();
    assert_eq!(json!(rows), json!([id, other]));
    // Who has to answer first is owed no news meanwhile.
    reply(true).await;
    world.pass(hours(30)).await;
    assert_eq!(
        due(&transfer("security-operations").await),
        json!(["2026-03-06T21:01:00Z", null, false])
    );
    // Taken up again, it counts from then on.
    world.pass(hours(3)).await;
    for name in ["resolve", "reactivate"] {
        world.step(&olga, &id, name, &json!({})).send().await.expect(200);
    }
    let anew = json!(["2026-03-09T00:01:00Z", null, false]);
    assert_eq!(due(&world.ticket_now(&olga, &id).await), anew);
}

#[tokio::test]
async fn what_is_taken_up_again_elsewhere_is_promised_nothing_before_it_comes_to_operations() {
    let world = World::with_contacts().await;
    let olga = world.member("olga@mmd.local", &["operations"]).await;
    for answered in [true, false] {
        let id = world.filed(&world.admin, json!({ "severity": 2 })).await;
        let step = async |name: &'static str, body: Value| {
            world.step(&olga, &id, name, &body).send().await.expect(200).json()
        };
        if answered {
            step("reply", json!({ "text": "x" })).await;
        }
        step("transfer", json!({ "destination": "it-admin" })).await;
        step("resolve", json!({})).await;
        let active = step("reactivate", json!({})).await;
        assert_eq!(next(&active), json!(["transferred", "Customer", null, null]));
        let told = world.told("ticket.reactivated").pop().unwrap().1;
        assert_eq!((&told["respondBy"], &told["updateBy"]), (&json!(null), &json!(null)));
        world.pass(hours(20)).await;
        // A new severity there promises nothing, either.
        let edit = world.ticket(&world.admin, "PATCH", &id, "").annotated();
        edit.json(&json!({ "severity": 3 })).send().await.expect(200);
        let arrived = step("transfer", json!({ "destination": "operations" })).await;
        let by = (world.now() + hours(4)).to_string();
        assert_eq!(due(&arrived), json!([by, null, false]), "answered: {answered}");
    }
}

#[tokio::test]
async fn operations_say_something_about_what_lies_elsewhere_and_it_is_no_response() {
    let world = World::with_contacts().await;
    let olga = world.member("olga@mmd.local", &["operations"]).await;
    let id = world.filed(&world.admin, json!({ "severity": 3 })).await;
    let transfer = async |destination: &str| {
        let body = json!({ "destination": destination });
        world.step(&olga, &id, "transfer", &body).send().await.expect(200).json()
    };
    transfer("it-admin").await;
    world.pass(hours(5)).await;
    let note = world.step(&olga, &id, "addNote", &json!({ "text": "It was the switch" }));
    note.send().await.expect(204);
    let notes = world.ticket(&olga, "GET", &id, "/notes").send().await.expect(200).json();
    assert_eq!(notes["value"][0]["text"], "It was the switch");
    assert_eq!((world.told("ticket.note").len(), world.told("ticket.replied").len()), (1, 0));
    for token in [&olga, &world.admin] {
        let lowered = world.step(token, &id, "lower", &json!({})).send().await;
        let elsewhere = "This ticket lies with it-admin: transfer it to operations first.";
        by_rule(&lowered, "destination", elsewhere);
    }
    let back = transfer("operations").await;
    assert_eq!(
        json!([back["@mmd.respondBy"], back["@mmd.overdue"], back["severity"]]),
        json!(["2026-03-02T13:00:00Z", true, 3])
    );
}

#[tokio::test]
async fn the_queue_has_what_is_overdue_first_and_what_waits_for_others_last() {
    let world = World::with_contacts().await;
    let olga = world.member("olga@mmd.local", &["operations"]).await;
    let asked = world.filed(&world.admin, json!({})).await;
    let minor = world.filed(&world.admin, json!({})).await;
    world.pass(hours(6)).await;
    let critical = world.filed(&world.admin, json!({ "severity": 2 })).await;
    let moderate = world.filed(&world.admin, json!({ "severity": 3 })).await;
    let body = json!({ "text": "x", "requestAction": true });
    world.step(&olga, &asked, "reply", &body).send().await.expect(200);
    let resolved = world.filed(&world.admin, json!({})).await;
    world.step(&olga, &resolved, "resolve", &json!({})).send().await.expect(200);
    world.pass(minutes(61)).await;
    let queue = world.get(&olga, &format!("{BASE}/tickets/queue")).send().await.expect(200).json();
    let rows: Vec<_> = queue["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| json!([row["id"], row["@mmd.overdue"]]))
        .collect();
    let expected = json!([[critical, true], [minor, false], [moderate, false], [asked, false]]);
    assert_eq!(json!(rows), expected);
    let page =
        world.get(&olga, &format!("{BASE}/tickets/queue?$top=1&$skip=1")).send().await.json();
    assert_eq!(page["value"][0]["id"], minor);
}

#[tokio::test]
async fn what_cannot_be_recorded_or_told_is_not_done() {
    let world = World::with_contacts().await;
    let olga = world.member("olga@mmd.local", &["operations"]).await;
    let id = world.filed(&world.admin, json!({})).await;
    let before = (world.rows(), world.ticket_now(&world.admin, &id).await);
    let sentence = "The service cannot record this now, so nothing was done.";
    for table in ["audit", "outbox"] {
        let broken = format!(
            "create trigger broken before insert on {table}
             begin select raise(abort, 'on purpose'); end"
        );
        world.db().execute_batch(&broken).unwrap();
        let create = world.post(&world.admin, &format!("{BASE}/tickets"), &incident(json!({})));
        create.send().await.refuses(503, sentence);
        for (token, step, body) in [
            (&olga, "take", json!({})),
            (&olga, "reply", json!({ "text": "x", "requestAction": true })),
            (&world.admin, "addNote", json!({ "text": "x" })),
            (&world.admin, "resolve", json!({ "text": "x" })),
            (&world.admin, "transfer", json!({ "destination": "it-admin", "text": "x" })),
        ] {
            world.step(token, &id, step, &body).send().await.refuses(503, sentence);
        }
        let attach = world.ticket(&world.admin, "POST", &id, "/attachments?name=a").raw("x");
        attach.send().await.refuses(503, sentence);
        world.db().execute_batch("drop trigger broken").unwrap();
        let now = (world.rows(), world.ticket_now(&world.admin, &id).await);
        assert_eq!(before, now, "{table}");
        let left = std::fs::read_dir(world.path("attachments")).unwrap().count();
        assert_eq!(left, 0, "no file without its row");
    }
}
