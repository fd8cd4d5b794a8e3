//! The published operations 11 to 15, sent as they are documented.

use mmd::{api::BASE, domain::ticket::is_id};
use serde_json::{Value, json};

use crate::{
    documented::{collection, entity},
    harness::{ADMIN, ORIGIN, World, incident, minutes},
};

const TICKET: [&str; 26] = [
    "title",
    "description",
    "isPartner",
    "type",
    "category",
    "subcategory",
    "compromiseIndicator",
    "usersOrDevicesImpacted",
    "relatedAlerts",
    "businessImpact",
    "issueFirstNoticed",
    "issueReproduced",
    "endUserSupportEngaged",
    "troubleshootingSteps",
    "nextActionOwner",
    "nextActionTime",
    "reproSteps",
    "id",
    "severity",
    "state",
    "createdDateTime",
    "resolvedDateTime",
    "contact",
    "emails",
    "attachments",
    "notes",
];

/// The documented members of a ticket, in order.
pub fn members() -> &'static [&'static str] {
    &TICKET
}

fn tickets() -> String {
    format!("{BASE}/tickets")
}

/// The answer that the documentation gives for a body, with the ids of the real one.
fn documented(body: &Value, made: &Value) -> Value {
    let or_null = |name: &str| body.get(name).cloned().unwrap_or(Value::Null);
    json!({
        "@odata.context": format!("{ORIGIN}{BASE}/$metadata#Tickets/$entity"),
        "title": body["title"],
        "description": body["description"],
        "isPartner": false,
        "type": body["type"],
        "category": body["category"],
        "subcategory": body["subcategory"],
        "compromiseIndicator": null,
        "usersOrDevicesImpacted": or_null("usersOrDevicesImpacted"),
        "relatedAlerts": null,
        "businessImpact": or_null("businessImpact"),
        "issueFirstNoticed": or_null("issueFirstNoticed"),
        "issueReproduced": or_null("issueReproduced"),
        "endUserSupportEngaged": or_null("endUserSupportEngaged"),
        "troubleshootingSteps": or_null("troubleshootingSteps"),
        "nextActionOwner": "Microsoft",
        "nextActionTime": null,
        "reproSteps": null,
        "id": made["id"],
        "severity": 4,
        "state": "active",
        "createdDateTime": "2026-03-02T09:00:00Z",
        "resolvedDateTime": null,
        "contact": {
            "id": made["contact"]["id"],
            "givenName": "John",
            "surname": "Doe",
            "email": "jd@contoso.com",
            "phoneNumber": body["contact"]["phoneNumber"],
            "preferredLanguageId": "",
        },
        "emails": [],
        "attachments": [],
        "notes": [],
    })
}

#[tokio::test]
async fn the_documented_requests_are_answered_with_exactly_the_documented_members() {
    let world = World::with_contacts().await;
    let program = world.program_token("bot", &[]).await;
    let bare = |ty: &str, subcategory: &str| {
        json!({
            "title": "Title",
            "description": "Description of ticket",
            "type": ty,
            "category": "Devices",
            "subcategory": subcategory,
            "severity": 4,
            "contact": {
                "givenName": "John", "surname": "Doe", "email": "jd@contoso.com",
                "phoneNumber": "phone number",
            },
        })
    };
    let bodies = [
        bare("RequestForInformation", "Hardware"),
        // Kept verbatim, with its leading space.
        bare("ChangeRequest", " Deployment groups assignment"),
        incident(json!({})),
    ];
    for body in &bodies {
        let made = world.post(&program, &tickets(), body).send().await.expect(200).json();
        entity(&made, "Tickets/$entity", members());
        // As text: the members' order counts, also inside.
        assert_eq!(made.to_string(), documented(body, &made).to_string());
        let id = made["id"].as_str().unwrap();
        assert!(is_id(id), "{id}");
        let contact = made["contact"]["id"].as_str().unwrap();
        assert!(contact.parse::<uuid::Uuid>().is_ok());
        let shown = world.ticket(&program, "GET", id, "").send().await.expect(200).json();
        assert_eq!(shown.to_string(), made.to_string());
        // As a client that encodes everything writes it.
        let encoded = format!("{BASE}/tickets%28%27{id}%27%29");
        assert_eq!(world.get(&program, &encoded).send().await.expect(200).json(), made);
    }
    let listed = world.get(&program, &tickets()).send().await.expect(200).json();
    let rows = collection(&listed, "Tickets");
    assert_eq!(rows.len(), 3);
    for row in rows {
        // Each as it stands alone, but for the context, which is the list's.
        let alone = world.ticket(&program, "GET", row["id"].as_str().unwrap(), "").send().await;
        let mut alone = alone.expect(200).json();
        alone.as_object_mut().unwrap().shift_remove("@odata.context");
        assert_eq!(row.to_string(), alone.to_string());
    }
    let plain = world.get(&program, &tickets()).send().await.expect(200);
    assert!(!plain.text().contains("\"@mmd."), "annotations come only to who asks");
}

#[tokio::test]
async fn members_come_in_either_casing_and_the_type_with_a_space() {
    let world = World::with_contacts().await;
    let program = world.program_token("bot", &["tickets"]).await;
    let body = json!({
        "Title": " t ", "Description": "d", "Type": "Change Request", "Category": "Apps",
        "Subcategory": "Other ", "Severity": 4,
        "Contact": { "GivenName": "J", "Surname": "D", "Email": "a@b", "PhoneNumber": "1" },
    });
    let made = world.post(&program, &tickets(), &body).send().await.expect(200).json();
    assert_eq!(
        json!([made["title"], made["type"], made["subcategory"], made["contact"]["email"]]),
        json!([" t ", "ChangeRequest", "Other ", "a@b"])
    );
}

#[tokio::test]
async fn notes_are_added_and_listed_as_documented() {
    let world = World::with_contacts().await;
    let program = world.program_token("bot", &["tickets"]).await;
    let id = world.filed(&program, json!({})).await;
    for text in ["This is the test note 1 to add", "  <b>2</b>\n"] {
        let added = world.ticket(&program, "POST", &id, "/addNote").json(&json!({ "text": text }));
        let added = added.send().await.expect(204);
        assert_eq!((added.text(), added.header("content-type")), ("", None));
        world.pass(minutes(1)).await;
    }
    let listed = world.ticket(&program, "GET", &id, "/notes").send().await.expect(200).json();
    let note = |number: u32, text: &str| {
        let time = format!("2026-03-02T09:0{number}:00Z");
        json!({
            "id": number, "type": "post", "renderType": "html", "createdDateTime": time,
            "modifiedDateTime": time, "text": text, "sender": "app:bot",
        })
    };
    let expected = json!({
        "@odata.context": format!("{ORIGIN}{BASE}/$metadata#Tickets('{id}')/notes"),
        "value": [note(0, "This is the test note 1 to add"), note(1, "  <b>2</b>\n")],
    });
    assert_eq!(listed.to_string(), expected.to_string(), "the members' order counts too");
}

#[tokio::test]
async fn annotations_say_what_is_promised_and_where_it_lies() {
    let world = World::with_contacts().await;
    let _agent = world.device("D1").await;
    let elevation = world.open(&world.admin, "D1").await;
    let body = incident(json!({ "severity": 2, "@mmd.elevation": elevation }));
    let made = world.post(&world.admin, &tickets(), &body).annotated().send().await;
    let made = made.expect(200).json();
    let more = [
        "@mmd.state",
        "@mmd.respondBy",
        "@mmd.overdue",
        "@mmd.hours",
        "@mmd.destination",
        "@mmd.filedBy",
        "@mmd.devices",
        "@mmd.links",
        "@mmd.adminContact",
    ];
    entity(&made, "Tickets/$entity", &[members(), &more].concat());
    let contact = json!({
        "area": "Devices", "name": "Dora Devices", "email": "dora@mmd.local",
        "phoneNumber": "+1 555 0101", "setBy": ADMIN, "setAt": "2026-03-02T09:00:00Z",
    });
    let expected = json!([
        "new",
        "2026-03-02T10:00:00Z",
        false,
        "all-day",
        "operations",
        ADMIN,
        ["D1"],
        [{ "elevation": elevation, "device": "D1" }],
        contact,
    ]);
    assert_eq!(json!(more.map(|name| &made[name])), expected);
    // Both show it.
    let request = world.request(&world.admin, &elevation).await;
    assert_eq!(request["@mmd.links"], json!([{ "ticket": made["id"] }]));
    let plain = world.get(&world.admin, &format!("elevationRequests/{elevation}")).send().await;
    assert!(!plain.expect(200).text().contains("\"@mmd."));
    // An elevation that is not there, or is not the caller's to see, links nothing.
    let desk = world.member("desk@mmd.local", &["desk"]).await;
    for (token, elevation) in
        [(&world.admin, uuid::Uuid::new_v4().to_string()), (&desk, elevation.clone())]
    {
        let body = incident(json!({ "severity": 2, "@mmd.elevation": elevation }));
        let answer = world.post(token, &tickets(), &body).send().await;
        answer.refuses(404, "This elevation request does not exist.");
    }
}

#[tokio::test]
async fn a_retry_never_files_twice() {
    let world = World::with_contacts().await;
    let body = incident(json!({}));
    let send = |key: &'static str, body: Value| {
        let call = world.post(&world.admin, &tickets(), &body).header("idempotency-key", key);
        call.send()
    };
    let first = send("k", body.clone()).await.expect(200);
    world.pass(minutes(5)).await;
    let again = send("k", body.clone()).await.expect(200);
    assert_eq!(first.text(), again.text());
    let mut other = body.clone();
    other["title"] = json!("Other");
    let message = "This `Idempotency-Key` was used for another body.";
    send("k", other).await.refuses(409, message);
    assert_eq!(world.count("select count(*) from tickets"), 1);
    assert_eq!(world.told("ticket.created").len(), 1);
    send("k2", body).await.expect(200);
    assert_eq!(world.count("select count(*) from tickets"), 2);

    let id = first.json()["id"].as_str().unwrap().to_owned();
    for _ in 0..2 {
        let note =
            world.ticket(&world.admin, "POST", &id, "/addNote").json(&json!({ "text": "x" }));
        note.header("idempotency-key", "n").send().await.expect(204);
        let resolve = world.step(&world.admin, &id, "resolve", &json!({ "text": "done" }));
        resolve.header("idempotency-key", "r").send().await.expect(200);
    }
    assert_eq!(world.count("select count(*) from ticket_notes"), 2);
    assert_eq!(world.told("ticket.resolved").len(), 1);
}

#[tokio::test]
async fn a_ticket_is_found_in_whatever_letters_its_id_is_typed() {
    let world = World::with_contacts().await;
    let id = world.filed(&world.admin, json!({})).await;
    let small = id.to_lowercase();
    let shown = world.ticket(&world.admin, "GET", &small, "").send().await.expect(200).json();
    assert_eq!(shown["id"], id);
    let note = json!({ "text": "typed by hand" });
    let noted = world.ticket(&world.admin, "POST", &small, "/addNote").json(&note);
    noted.send().await.expect(204);
    let notes = world.ticket(&world.admin, "GET", &id, "/notes").send().await.expect(200).json();
    assert_eq!(notes["value"].as_array().unwrap().len(), 1);
    let key = "one-and-the-same";
    let add = |id: &str| {
        let call = world.ticket(&world.admin, "POST", id, "/addNote").json(&note);
        call.header("idempotency-key", key).send()
    };
    add(&id).await.expect(204);
    add(&small).await.expect(204);
    let notes = world.ticket(&world.admin, "GET", &id, "/notes").send().await.expect(200).json();
    assert_eq!(notes["value"].as_array().unwrap().len(), 2, "a repeat in other letters is one");
}

#[tokio::test]
async fn who_sees_which_tickets() {
    let world = World::with_contacts().await;
    let desk = world.member("desk@mmd.local", &["desk"]).await;
    let theirs = world.filed(&world.admin, json!({})).await;
    // The desk's own: once of the team, no longer.
    let sam = world.member("sam@mmd.local", &["support"]).await;
    let own = world.filed(&sam, json!({})).await;
    world
        .db()
        .execute("update member_roles set role = 'desk' where upn_fold = 'sam@mmd.local'", [])
        .unwrap();
    for (token, sees) in [(&desk, vec![]), (&sam, vec![&own])] {
        // A filter must not widen what one sees.
        let all = "?$filter=severity%20eq%204%20or%20state%20eq%20'active'";
        for query in ["", all] {
            let listed = world.get(token, &format!("{}{query}", tickets())).send().await;
            let listed = listed.expect(200).json();
            let ids: Vec<_> =
                listed["value"].as_array().unwrap().iter().map(|row| &row["id"]).collect();
            assert_eq!(json!(ids), json!(sees));
        }
        world
            .ticket(token, "GET", &theirs, "")
            .send()
            .await
            .refuses(404, "This ticket does not exist.");
        world.ticket(token, "GET", &theirs, "/notes").send().await.expect(404);
        let note = world.ticket(token, "POST", &theirs, "/addNote").json(&json!({ "text": "x" }));
        note.send().await.expect(404);
    }
    for role in ["support", "operations", "auditor", "admin"] {
        let token = world.member(&format!("the-{role}@mmd.local"), &[role]).await;
        let listed = world.get(&token, &tickets()).send().await.expect(200).json();
        assert_eq!(listed["value"].as_array().unwrap().len(), 2, "{role}");
        let expected = if role == "support" { 403 } else { 200 };
        let queue = world.get(&token, &format!("{}/queue", tickets())).send().await;
        assert_eq!(queue.status, expected, "{role}");
    }
    let program = world.program_token("devices-only", &["devices"]).await;
    let refused = world.get(&program, &tickets()).send().await;
    refused.refuses(403, "This program is not allowed: it needs `tickets`.");
    // Another tenant's ticket is nobody's here; nor is an id that was never given.
    for id in ["MMD-0000000-AAAAA", "it''s", "", "%25", "x%2Fy"] {
        let answer = world.ticket(&world.admin, "GET", id, "").send().await;
        answer.refuses(404, "This ticket does not exist.");
    }
    let wrong = world.ticket(&world.admin, "DELETE", "a", "").send().await;
    wrong.refuses(405, "This address does not take this method.");
    for path in ["tickets('a'b')", "tickets(1)", "nonsense", "tickets('a')/nonsense"] {
        let answer = world.get(&world.admin, &format!("{BASE}/{path}")).send().await;
        answer.refuses(404, "There is nothing at this address.");
        world.call("GET", &format!("{BASE}/{path}")).send().await.expect(401);
        // Whatever the method: only a ticket knows which it takes.
        let answer = world.call("DELETE", &format!("{BASE}/{path}")).token(&world.admin);
        answer.send().await.refuses(404, "There is nothing at this address.");
    }
}
