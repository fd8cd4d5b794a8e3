//! Who may file what, and what becomes of what somebody may not file: nothing typed is lost.

use mmd::api::BASE;
use serde_json::{Value, json};

use crate::{
    call::Answer,
    harness::{ADMIN, World, incident, minutes},
};

fn tickets() -> String {
    format!("{BASE}/tickets")
}

#[track_caller]
fn by_rule(answer: &Answer, status: u16, target: &str, message: &str) {
    let whole = json!({ "error": {
        "code": status.to_string(),
        "message": message,
        "details": [{ "code": "rule", "message": message, "target": target }],
    } });
    assert_eq!((answer.status, answer.json()), (status, whole));
}

/// The id of the kept request that a refusal names.
fn kept(answer: &Answer) -> String {
    let body = answer.json();
    let details = body["error"]["details"].as_array().unwrap().clone();
    let kept = details.iter().find(|detail| detail["code"] == "kept").expect("it is kept");
    kept["target"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn severity_a_from_the_escalation_team_is_kept_and_the_admins_are_told() {
    let world = World::with_contacts().await;
    world.member("ada@mmd.local", &["admin"]).await;
    let sam = world.member("sam@mmd.local", &["support"]).await;
    let body = incident(json!({ "severity": 2, "title": " Everything is down " }));
    let send = || world.post(&sam, &tickets(), &body).header("idempotency-key", "k").send();
    let answer = send().await.expect(403);
    let id = kept(&answer);
    let message = format!(
        "An admin files severity A: this request is kept as {id}, and a notice goes to who may file it."
    );
    let whole = json!({ "error": {
        "code": "403",
        "message": message,
        "details": [
            { "code": "rule", "message": message, "target": "severity" },
            { "code": "kept", "message": format!("The request is kept as {id}."), "target": id },
            { "code": "notifying", "message": "Dora Devices, +1 555 0101", "target": "dora@mmd.local" },
            { "code": "notifying", "message": "ada@mmd.local", "target": "ada@mmd.local" },
            { "code": "notifying", "message": ADMIN, "target": ADMIN },
        ],
    } });
    assert_eq!(answer.json(), whole);
    // A retry keeps nothing twice, and tells nobody twice.
    assert_eq!(send().await.expect(403).text(), answer.text());
    let told = world.told("ticket.handedOver");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, id);
    assert_eq!(told[0].2, ["dora@mmd.local", "ada@mmd.local", ADMIN]);
    assert_eq!(told[0].1["state"], "awaitingAdmin");
    assert_eq!(told[0].1["told"], json!(told[0].2));
    let text = told[0].1.to_string();
    assert!(!text.contains("Everything is down"), "no free text leaves: {text}");
    assert_eq!(world.events_of("ticket.handedOver").await.len(), 1);

    // A documented caller never meets it.
    let program = world.program_token("bot", &[]).await;
    for token in [&program, &world.admin, &sam] {
        let listed = world.get(token, &tickets()).send().await.expect(200).json();
        assert_eq!(listed["value"], json!([]));
        world.ticket(token, "GET", &id, "").send().await.expect(404);
    }
    world.ticket(&program, "GET", &id, "").annotated().send().await.expect(404);
    let other = world.member("eve@mmd.local", &["support"]).await;
    world.ticket(&other, "GET", &id, "").annotated().send().await.expect(404);

    // Its writer and the admins do, whole.
    for token in [&sam, &world.admin] {
        let waiting = world.get(token, &format!("{}/handOvers", tickets())).send().await;
        let waiting = waiting.expect(200).json();
        assert_eq!(waiting["value"].as_array().unwrap().len(), 1);
        assert_eq!(waiting["value"][0]["id"], id);
        let shown = world.ticket_now(token, &id).await;
        assert_eq!(
            json!([shown["@mmd.state"], shown["state"], shown["title"], shown["@mmd.filedBy"]]),
            json!(["awaitingAdmin", "awaitingAdmin", " Everything is down ", "sam@mmd.local"])
        );
        assert_eq!(shown.get("@mmd.respondBy"), None, "nothing is promised yet");
    }
    let none = world.get(&other, &format!("{}/handOvers", tickets())).send().await.json();
    assert_eq!(none["value"], json!([]));

    // Its writer cannot file it, and no other step is taken with it.
    let refused = world.step(&sam, &id, "file", &json!({})).send().await.expect(403);
    assert_eq!(refused.error(), "This needs the role `admin`.");
    let waits = "This request waits for an admin to file it.";
    for step in ["resolve", "reactivate"] {
        by_rule(&world.step(&sam, &id, step, &json!({})).send().await, 409, "state", waits);
    }
    // An admin files it as it stands.
    world.pass(minutes(30)).await;
    let filed = world.step(&world.admin, &id, "file", &json!({})).send().await.expect(200).json();
    assert_eq!(
        json!([filed["id"], filed["state"], filed["severity"], filed["createdDateTime"]]),
        json!([id, "active", 2, "2026-03-02T09:30:00Z"])
    );
    assert_eq!(filed["@mmd.respondBy"], "2026-03-02T10:30:00Z");
    assert_eq!(world.told("ticket.created")[0].2, ["jd@contoso.com", "dora@mmd.local"]);
    let again = world.step(&world.admin, &id, "file", &json!({})).send().await;
    by_rule(&again, 409, "state", "This request is filed already.");
    world.ticket(&program, "GET", &id, "").send().await.expect(200);
}

#[tokio::test]
async fn what_waits_comes_by_severity_and_the_longest_waiting_first() {
    let world = World::with_contacts().await;
    let sam = world.member("sam@mmd.local", &["support"]).await;
    for (title, severity) in [("first B", 3), ("first A", 2), ("second B", 3), ("second A", 2)] {
        let body = incident(json!({ "title": title, "severity": severity }));
        world.post(&sam, &tickets(), &body).send().await.expect(403);
        world.clock.advance(minutes(1));
    }
    for token in [&sam, &world.admin] {
        let path = format!("{}/handOvers", tickets());
        let page = world.get(token, &path).send().await.expect(200).json();
        let titles: Vec<_> =
            page["value"].as_array().unwrap().iter().map(|row| &row["title"]).collect();
        assert_eq!(json!(titles), json!(["first A", "second A", "first B", "second B"]));
        let rest = world.get(token, &format!("{path}?$skip=1&$top=2")).send().await.json();
        assert_eq!(rest["value"][0]["title"], "second A");
        assert_eq!(rest["value"][1]["title"], "first B");
    }
}

#[tokio::test]
async fn what_waits_is_filed_corrected_or_withdrawn() {
    let world = World::with_contacts().await;
    let sam = world.member("sam@mmd.local", &["support"]).await;
    let desk = world.member("desk@mmd.local", &["desk"]).await;
    let hand_over = async |token: &str, severity: u8| {
        let body = incident(json!({ "severity": severity }));
        kept(&world.post(token, &tickets(), &body).send().await.expect(403))
    };
    let id = hand_over(&desk, 3).await;
    let correction = json!({
        "severity": 2, "title": "Better", "category": "Printers",
        "contact": { "givenName": "A", "surname": "B", "email": "ab@mmd.local", "phoneNumber": "1" },
    });
    let filed = world.step(&world.admin, &id, "file", &correction).send().await.expect(200).json();
    assert_eq!(
        json!([filed["severity"], filed["title"], filed["contact"]["email"], filed["@mmd.hours"]]),
        json!([2, "Better", "ab@mmd.local", "all-day"])
    );
    assert_eq!(world.told("ticket.created")[0].2, ["ab@mmd.local", "otto@mmd.local"]);
    // Corrected down to C, the writer files it; hours that C does not have are refused.
    let id = hand_over(&sam, 2).await;
    for (token, body, severity, fixed) in [
        (&sam, json!({ "severity": 4, "@mmd.hours": "all-day" }), "C", "support-hours"),
        (&world.admin, json!({ "@mmd.hours": "support-hours" }), "A", "all-day"),
    ] {
        let refused = world.step(token, &id, "file", &body).send().await;
        let message = format!("The hours of severity {severity} are always `{fixed}`.");
        by_rule(&refused, 409, "@mmd.hours", &message);
        assert_eq!(world.ticket_now(&sam, &id).await["@mmd.state"], "awaitingAdmin");
    }
    let filed = world.step(&sam, &id, "file", &json!({ "severity": 4 })).send().await;
    assert_eq!(filed.expect(200).json()["severity"], 4);
    // The desk does not.
    let id = hand_over(&desk, 2).await;
    let refused = world.step(&desk, &id, "file", &json!({ "severity": 4 })).send().await;
    assert_eq!(refused.expect(403).error(), "This needs the role `support` or `admin`.");
    assert_eq!(world.ticket_now(&desk, &id).await["severity"], 2, "a refusal changes nothing");
    // A correction that breaks a rule is refused, and the request still waits.
    let wrong = json!({ "type": "ChangeRequest" });
    world.step(&world.admin, &id, "file", &wrong).send().await.expect(400);
    assert_eq!(world.ticket_now(&desk, &id).await["@mmd.state"], "awaitingAdmin");
    world.step(&sam, &id, "withdraw", &json!({})).send().await.expect(404);
    world.step(&desk, &id, "withdraw", &json!({})).send().await.expect(204);
    world.ticket(&desk, "GET", &id, "").annotated().send().await.expect(404);
    assert_eq!(world.events_of("ticket.withdrawn").await.len(), 1);
    let id = hand_over(&sam, 2).await;
    world.step(&world.admin, &id, "withdraw", &json!({})).send().await.expect(204);
    let filed = world.filed(&sam, json!({})).await;
    let refused = world.step(&sam, &filed, "withdraw", &json!({})).send().await;
    by_rule(&refused, 409, "state", "This ticket is filed: resolve it instead.");
}

#[tokio::test]
async fn hours_that_a_severity_does_not_have_are_refused_before_anything_is_filed_or_kept() {
    let world = World::with_contacts().await;
    let sam = world.member("sam@mmd.local", &["support"]).await;
    let program = world.program_token("bot", &["tickets"]).await;
    let before = world.count("select count(*) from tickets");
    let file = async |token: &str, severity: u8, hours: &str| {
        let body = incident(json!({ "severity": severity, "@mmd.hours": hours }));
        world.post(token, &tickets(), &body).annotated().send().await
    };
    for (token, severity, letter, fixed, other) in [
        (&program, 4, "C", "support-hours", "all-day"),
        (&sam, 4, "C", "support-hours", "all-day"),
        (&sam, 2, "A", "all-day", "support-hours"),
        (&world.admin, 2, "A", "all-day", "support-hours"),
    ] {
        let message = format!("The hours of severity {letter} are always `{fixed}`.");
        by_rule(&file(token, severity, other).await, 409, "@mmd.hours", &message);
    }
    assert_eq!(world.count("select count(*) from tickets"), before);
    assert!(world.told("ticket.handedOver").is_empty());
    // What they are anyway may be said.
    for (severity, hours) in [(4, "support-hours"), (2, "all-day"), (3, "all-day")] {
        let filed = file(&world.admin, severity, hours).await.expect(200).json();
        assert_eq!(filed["@mmd.hours"], hours);
    }
}

#[tokio::test]
async fn a_withdrawn_request_is_kept_anew_for_whoever_sends_it_again() {
    let world = World::with_contacts().await;
    let sam = world.member("sam@mmd.local", &["support"]).await;
    let send = async |key: &str, differs: Value| {
        let call = world.post(&sam, &tickets(), &incident(differs));
        call.header("idempotency-key", key).send().await
    };
    let other = kept(&send("other", json!({ "severity": 3 })).await.expect(403));
    for (withdraws, title) in [(&sam, "Title"), (&world.admin, "Edited since")] {
        let before = kept(&send(title, json!({ "severity": 2 })).await.expect(403));
        // One that takes its place, and says so, is filed once.
        let instead = format!("instead of {title}");
        let names_it = json!({ "description": format!("Instead of {before}") });
        let filed = send(&instead, names_it.clone()).await.expect(200);
        world.step(withdraws, &before, "withdraw", &json!({})).send().await.expect(204);
        assert_eq!(send(&instead, names_it).await.expect(200).text(), filed.text());
        let again = send(title, json!({ "severity": 2, "title": title })).await.expect(403);
        let id = kept(&again);
        assert_ne!(id, before, "what is no more is not said to be kept");
        assert_eq!(world.ticket_now(&sam, &id).await["title"], title);
        // From here on it is a repeat again.
        let repeat = send(title, json!({ "severity": 2, "title": title })).await;
        assert_eq!(repeat.expect(403).text(), again.text());
        assert_eq!(kept(&send("other", json!({ "severity": 3 })).await.expect(403)), other);
    }
}

#[tokio::test]
async fn who_may_file_what() {
    let world = World::with_contacts().await;
    let before = world.count("select count(*) from tickets");
    let file = async |token: &str, severity: u8| {
        let body = incident(json!({ "severity": severity }));
        world.post(token, &tickets(), &body).send().await
    };
    let team = "This needs the role `support` or `admin`.";
    for (role, high, low) in [
        ("desk", "kept", team),
        ("support", "kept", ""),
        ("admin", "", ""),
        ("operations", "This needs the role `admin`.", team),
        ("auditor", "This needs the role `admin`.", team),
    ] {
        let token = world.member(&format!("the-{role}@mmd.local"), &[role]).await;
        for (severity, expected) in [(2, high), (3, high), (4, low)] {
            let answer = file(&token, severity).await;
            match expected {
                "" => drop(answer.expect(200)),
                "kept" => drop(kept(&answer.expect(403))),
                message => {
                    assert_eq!(answer.expect(403).error(), message, "{role} {severity}");
                }
            }
        }
    }
    // The rest of the desk is told who may.
    let desk = world.member("ned@mmd.local", &["desk"]).await;
    let answer = file(&desk, 4).await.expect(403).json();
    let may = format!("{ADMIN}, the-admin@mmd.local, the-support@mmd.local");
    let detail = json!({ "code": "role", "message": may, "target": "support,admin" });
    assert_eq!(answer["error"]["details"], json!([detail]));
    let program = world.program_token("bot", &["tickets"]).await;
    for severity in 2..=4 {
        file(&program, severity).await.expect(200);
    }
    let filed = "select count(*) from tickets where filed = 1";
    assert_eq!(world.count(filed) - before, 3 + 1 + 3);
    assert_eq!(world.count("select count(*) from tickets where filed = 0"), 4);
    let refused = world.events_of("ticket.refused").await;
    assert_eq!(refused.len(), 8, "every refusal is an event");
}

#[tokio::test]
async fn without_a_contact_for_the_area_or_for_other_there_is_no_ticket() {
    let world = World::new().await;
    world.wants_notices();
    let before = world.rows();
    let send = |category: &str| {
        let body = incident(json!({ "category": category }));
        world.post(&world.admin, &tickets(), &body).send()
    };
    let lacks = |area: &str| {
        format!(
            "There is no admin contact for {area}: an admin sets one before a request can be filed."
        )
    };
    for (category, area) in [
        ("Apps", "App packaging, nor for Other"),
        ("Devices", "Devices, nor for Other"),
        ("Printers", "Other"),
    ] {
        by_rule(&send(category).await, 409, "category", &lacks(area));
    }
    assert_eq!(before, world.rows());
    world.contact("devices", "Dora", "dora@mmd.local", "1").await;
    send("Devices").await.expect(200);
    by_rule(&send("Apps").await, 409, "category", &lacks("App packaging, nor for Other"));
    world.contact("other", "Otto", "otto@mmd.local", "2").await;
    send("Apps").await.expect(200);
    let told = world.told("ticket.created");
    let people: Vec<_> = told.iter().map(|notice| notice.2[1].as_str()).collect();
    assert_eq!(people, ["dora@mmd.local", "otto@mmd.local"]);

    // A hand-over waits without one, for nothing typed is lost; it is filed with one.
    let bare = World::new().await;
    bare.wants_notices();
    let sam = bare.member("sam@mmd.local", &["support"]).await;
    let body = incident(json!({ "severity": 2 }));
    let id = kept(&bare.post(&sam, &tickets(), &body).send().await.expect(403));
    assert_eq!(bare.told("ticket.handedOver")[0].2, [ADMIN]);
    let refused = bare.step(&bare.admin, &id, "file", &json!({})).send().await;
    by_rule(&refused, 409, "category", &lacks("Devices, nor for Other"));
    bare.contact("other", "Otto", "otto@mmd.local", "2").await;
    bare.step(&bare.admin, &id, "file", &json!({})).send().await.expect(200);
}

#[tokio::test]
async fn an_incident_whose_devices_are_all_in_the_test_group_is_refused_and_a_change_is_not() {
    let world = World::with_contacts().await;
    let (_one, _two, _three) =
        (world.device("T1").await, world.device("T2").await, world.device("B1").await);
    world.db().execute("update devices set ring = 'Test' where name like 'T%'", []).unwrap();
    let send = |differs: Value| world.post(&world.admin, &tickets(), &incident(differs)).send();
    let message =
        "Devices in the Test group get no incident support: ask for a change or for information.";
    for devices in [json!(["T1"]), json!(["t1", "T2"])] {
        let refused = send(json!({ "@mmd.devices": devices })).await;
        by_rule(&refused, 403, "@mmd.devices", message);
    }
    assert_eq!(world.count("select count(*) from tickets"), 0);
    send(json!({ "@mmd.devices": ["T1", "B1"] })).await.expect(200);
    for ty in ["ChangeRequest", "RequestForInformation"] {
        send(json!({ "type": ty, "@mmd.devices": ["T1"] })).await.expect(200);
    }
    let unknown = send(json!({ "@mmd.devices": ["B1", "B2"] })).await.expect(404);
    assert_eq!(unknown.error(), "This device does not exist.");
    assert_eq!(unknown.json()["error"]["details"][0]["message"], "There is no device `B2`.");
}

#[tokio::test]
async fn an_incident_that_comes_from_an_elevation_is_about_its_device_also_in_the_test_group() {
    let world = World::with_contacts().await;
    let (_test, _broad) = (world.device("T1").await, world.device("B1").await);
    let elevation = world.open(&world.admin, "T1").await;
    // Moved to the Test group after the elevation: before, there would have been none.
    world.db().execute("update devices set ring = 'Test' where name = 'T1'", []).unwrap();
    let send = |differs: Value| world.post(&world.admin, &tickets(), &incident(differs)).send();
    let message =
        "Devices in the Test group get no incident support: ask for a change or for information.";
    for severity in [2, 4] {
        let body = json!({ "@mmd.elevation": elevation, "severity": severity });
        by_rule(&send(body).await, 403, "@mmd.devices", message);
    }
    // Nor is it handed over: no admin could file it.
    let sam = world.member("sam@mmd.local", &["support"]).await;
    let own = json!({ "@mmd.elevation": elevation, "severity": 2 });
    let refused = world.post(&sam, &tickets(), &incident(own)).send().await.expect(403);
    assert!(!refused.text().contains("kept"), "{}", refused.text());
    assert_eq!(world.count("select count(*) from tickets"), 0);
    // A change is supported, and so is an incident of another device that links to it.
    send(json!({ "@mmd.elevation": elevation, "type": "ChangeRequest" })).await.expect(200);
    let of_both = json!({ "@mmd.elevation": elevation, "@mmd.devices": ["B1"] });
    send(of_both).await.expect(200);
}

#[tokio::test]
async fn where_no_sink_tells_anybody_the_refusal_says_whom_to_call() {
    let world = World::new().await;
    world.contact("Devices", "Dora Devices", "dora@mmd.local", "+1 555 0101").await;
    let sam = world.member("sam@mmd.local", &["support"]).await;
    let body = incident(json!({ "severity": 3 }));
    let answer = world.post(&sam, &tickets(), &body).send().await.expect(403);
    let id = kept(&answer);
    let message = format!(
        "An admin files severity B: this request is kept as {id}, and nobody was notified \
         automatically: call an admin."
    );
    let whole = json!({ "error": {
        "code": "403",
        "message": message,
        "details": [
            { "code": "rule", "message": message, "target": "severity" },
            { "code": "kept", "message": format!("The request is kept as {id}."), "target": id },
            { "code": "call", "message": "Dora Devices, +1 555 0101", "target": "dora@mmd.local" },
            { "code": "call", "message": ADMIN, "target": ADMIN },
        ],
    } });
    assert_eq!(answer.json(), whole);
    assert_eq!(world.count("select count(*) from outbox"), 0);
    // The request is there all the same, and the admin finds it.
    let waiting = world.get(&world.admin, &format!("{}/handOvers", tickets())).send().await;
    assert_eq!(waiting.expect(200).json()["value"][0]["id"], id);
    // Severity asked for on a ticket that is filed says the same.
    let filed = world.filed(&sam, json!({})).await;
    let edit = world.ticket(&sam, "PATCH", &filed, "").json(&json!({ "severity": 2 }));
    let refused = edit.send().await.expect(403);
    let message = "An admin chooses severity A: nothing was changed, and nobody was notified \
                   automatically: call an admin.";
    assert_eq!(refused.error(), message);
    assert_eq!(refused.json()["error"]["details"][1]["code"], "call");
    // And so does what happened, later.
    for (id, action) in [(&id, "ticket.handedOver"), (&filed, "ticket.severityAsked")] {
        let timeline = world.ticket(&sam, "GET", id, "/timeline").annotated().send().await;
        let steps = timeline.expect(200).json()["value"].clone();
        let step = steps.as_array().unwrap().iter().find(|step| step["action"] == action).unwrap();
        assert_eq!(step["detail"]["told"], json!([]), "{action}");
    }
}
