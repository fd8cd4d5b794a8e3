//! Bad input to tickets: clear errors, and nothing half-filed.

use mmd::api::BASE;
use serde_json::{Value, json};

use crate::harness::{World, incident};

fn tickets() -> String {
    format!("{BASE}/tickets")
}

#[tokio::test]
async fn every_fault_of_a_ticket_is_named_and_nothing_is_filed() {
    let world = World::with_contacts().await;
    let sam = world.member("sam@mmd.local", &["support"]).await;
    let before = (world.rows(), world.count("select count(*) from outbox"));
    let severity =
        "`severity` must be the number 2 (A, critical), 3 (B, moderate) or 4 (C, minimal).";
    let types = "`type` does not fit: `Problem` is not a type: use Incident, \
                 RequestForInformation, ChangeRequest.";
    for (member, value, target, message) in [
        ("contact", json!(null), "contact", "`contact` is missing."),
        ("contact", json!("me"), "contact", "`contact` must be an object."),
        ("contact", json!({}), "contact.givenName", "`contact.givenName` is missing."),
        ("type", json!("Problem"), "type", types),
        ("type", json!(null), "type", "`type` is missing."),
        ("type", json!(1), "type", "`type` must be a string."),
        ("severity", json!(1), "severity", severity),
        ("severity", json!(5), "severity", severity),
        ("severity", json!(4.5), "severity", severity),
        ("severity", json!("high"), "severity", severity),
        ("severity", json!("4"), "severity", severity),
        ("severity", json!(null), "severity", "`severity` is missing: send 2 (A), 3 (B) or 4 (C)."),
        ("title", json!(" \u{202f}\u{a0}"), "title", "`title` must not be blank."),
        ("title", json!("\u{200b}\u{200b}"), "title", "`title` must not be blank."),
        ("description", json!("\u{feff}"), "description", "`description` must not be blank."),
        ("category", json!("\u{202e}"), "category", "`category` must not be blank."),
        (
            "title",
            json!("a\u{1b}[31m"),
            "title",
            "`title` holds the control character U+001B, its character 2.",
        ),
        (
            "title",
            json!("one\r\ntwo"),
            "title",
            "`title` holds the control character U+000D, its character 4.",
        ),
        (
            "category",
            json!("a\u{85}"),
            "category",
            "`category` holds the control character U+0085, its character 2.",
        ),
        (
            "title",
            json!("x".repeat(501)),
            "title",
            "`title` must not be longer than 500 characters.",
        ),
        ("description", json!(""), "description", "`description` must not be blank."),
        ("subcategory", json!([]), "subcategory", "`subcategory` must be a string."),
        (
            "usersOrDevicesImpacted",
            json!(-1),
            "usersOrDevicesImpacted",
            "`usersOrDevicesImpacted` must be a whole number from 0 to 2147483647.",
        ),
        (
            "issueFirstNoticed",
            json!("yesterday"),
            "issueFirstNoticed",
            "`issueFirstNoticed` must be a time such as 2021-10-06T07:00:00Z.",
        ),
        (
            "issueReproduced",
            json!("yes"),
            "issueReproduced",
            "`issueReproduced` must be true or false.",
        ),
        (
            "@mmd.hours",
            json!("sometimes"),
            "@mmd.hours",
            "`@mmd.hours` does not fit: `sometimes` is not a choice of hours: use all-day, \
             support-hours.",
        ),
        (
            "@mmd.devices",
            json!("D1"),
            "@mmd.devices",
            "`@mmd.devices` must be an array of at most 100 names.",
        ),
    ] {
        let body = incident(json!({ member: value }));
        let answer = world.post(&world.admin, &tickets(), &body).send().await.expect(400);
        assert_eq!(answer.error(), message);
        assert_eq!(answer.json()["error"]["details"][0]["target"], target);
    }
    for (member, value) in [
        ("email", json!("not an address")),
        ("email", json!("a@b, c@d")),
        ("email", json!("a@b\r\nBcc: c@d")),
        ("email", json!("a..b@c.de")),
        ("email", json!("a@-b-.co")),
        ("email", json!("a@b.c.")),
        ("phoneNumber", json!(" ")),
        ("surname", json!(null)),
        ("givenName", json!("x".repeat(201))),
    ] {
        let mut body = incident(json!({}));
        body["contact"][member] = value;
        let answer = world.post(&world.admin, &tickets(), &body).send().await.expect(400).json();
        assert_eq!(answer["error"]["details"][0]["target"], format!("contact.{member}"));
    }
    // All faults at once, the severity first: it decides who files.
    let answer = world.post(&world.admin, &tickets(), &json!({})).send().await.expect(400).json();
    let targets: Vec<_> =
        answer["error"]["details"].as_array().unwrap().iter().map(|d| &d["target"]).collect();
    let expected =
        ["severity", "type", "contact", "title", "description", "category", "subcategory"];
    assert_eq!(json!(targets), json!(expected));
    // Information and change requests are always severity C, whoever asks.
    for (ty, word) in
        [("ChangeRequest", "change request"), ("RequestForInformation", "request for information")]
    {
        for (token, severity) in [(&world.admin, 2), (&world.admin, 3), (&sam, 3)] {
            let body = incident(json!({ "type": ty, "severity": severity }));
            let answer = world.post(token, &tickets(), &body).send().await.expect(400);
            assert_eq!(answer.error(), format!("A {word} is always severity C: send 4."));
        }
    }
    assert_eq!(before, (world.rows(), world.count("select count(*) from outbox")));
}

#[tokio::test]
async fn wrong_encodings_and_pasted_examples_are_told_what_is_wrong() {
    let world = World::with_contacts().await;
    let before = world.rows();
    let send = |body: Vec<u8>| {
        let call = world.call("POST", &tickets()).token(&world.admin);
        call.header("content-type", "application/json").raw(body).send()
    };
    let pasted = incident(json!({})).to_string().replacen('{', "{\n\u{202f}\u{202f}", 1);
    let sentence = "The body is not JSON: U+202F at offset 2 is no JSON white space.";
    send(pasted.into_bytes()).await.refuses(400, sentence);
    let latin: Vec<u8> = incident(json!({ "title": "B?ro" }))
        .to_string()
        .bytes()
        .map(|byte| if byte == b'?' { 0xfc } else { byte })
        .collect();
    let at = latin.iter().position(|&byte| byte == 0xfc).unwrap();
    let sentence = format!("The body is not UTF-8: the byte at offset {at} is wrong.");
    send(latin).await.refuses(400, &sentence);
    let utf16: Vec<u8> = "{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    send(utf16).await.expect(400).error();
    send(incident(json!({ "title": "a\u{0}b" })).to_string().into_bytes())
        .await
        .refuses(400, "A string in the body holds U+0000.");
    assert_eq!(before, world.rows());
}

#[tokio::test]
async fn markup_is_text_and_comes_back_verbatim() {
    let world = World::with_contacts().await;
    let title = "<script>alert('1')</script> & \"quotes\" \u{202e}RTL é ☕ \u{202f}";
    let description = "tab\there\r\nline \u{1b}[31mred\u{1b}[0m <b>bold</b>";
    let id = world.filed(&world.admin, json!({ "title": title, "description": description })).await;
    let answer = world.ticket(&world.admin, "GET", &id, "").send().await.expect(200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let shown: Value = answer.json();
    assert_eq!((&shown["title"], &shown["description"]), (&json!(title), &json!(description)));
    for bad in [json!({}), json!({ "text": "  " }), json!({ "text": 1 }), json!({ "text": null })] {
        let note = world.ticket(&world.admin, "POST", &id, "/addNote").json(&bad);
        let answer = note.send().await.expect(400).json();
        assert_eq!(answer["error"]["details"][0]["target"], "text");
    }
    assert_eq!(world.count("select count(*) from ticket_notes"), 0);
}

#[tokio::test]
async fn no_write_takes_an_option_that_it_does_not_know() {
    let world = World::with_contacts().await;
    let sam = world.member("sam@mmd.local", &["support"]).await;
    let id = world.filed(&sam, json!({})).await;
    let before = world.rows();
    for (query, status) in [("?$foo=1", 400), ("?x=1&%24top=1", 400), ("?$select=title", 501)] {
        let create = world.post(&sam, &format!("{}{query}", tickets()), &incident(json!({})));
        create.send().await.expect(status);
        let edit = world.ticket(&sam, "PATCH", &id, query).json(&json!({ "description": "new" }));
        edit.send().await.expect(status);
        let member = world.call("PUT", &format!("members/ana@mmd.local{query}"));
        let member = member.token(&world.admin).json(&json!({ "roles": ["desk"] }));
        member.send().await.expect(status);
        let resolve = world.ticket(&sam, "POST", &id, &format!("/resolve{query}"));
        resolve.json(&json!({})).send().await.expect(status);
        let gone = world.call("DELETE", &format!("contacts/Other{query}")).token(&world.admin);
        gone.send().await.expect(status);
    }
    assert_eq!(world.rows(), before);
}
