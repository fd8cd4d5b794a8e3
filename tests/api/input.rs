//! Bad input: refused with the reason, and nothing is changed by it.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::body::{Body, Bytes};
use mmd::api::BASE;
use serde_json::{Value, json};

use crate::harness::{World, request_for};

#[tokio::test]
async fn a_body_that_cannot_be_read_says_where_and_changes_nothing() {
    let world = World::new().await;
    let _agent = world.device("D1").await;
    let before = world.rows();
    let create = |body: Vec<u8>| {
        let call = world.call("POST", "elevationRequests").token(&world.admin);
        call.header("content-type", "application/json").raw(body).send()
    };
    let pasted = "{\n\u{202f}\u{202f}\"title\": \"x\"\n}";
    let sentence = "The body is not JSON: U+202F at offset 2 is no JSON white space.";
    create(pasted.into()).await.refuses(400, sentence);
    let sentence = "The body is not JSON, from offset 7 on.";
    create(b"{\"title\"".to_vec()).await.refuses(400, sentence);
    create(vec![]).await.refuses(400, "The body is not JSON, from offset 0 on.");
    create(b"[]".to_vec()).await.refuses(400, "The body is not a JSON object.");
    create(b"null".to_vec()).await.refuses(400, "The body is not a JSON object.");
    create(b"{\"title\":\"\xff\"}".to_vec()).await.expect(400).error();
    create(b"{}{}".to_vec()).await.expect(400).error();
    create(b"[".repeat(500_000)).await.expect(400).error();
    let mut big = request_for("D1");
    big["planOfAction"] = json!("x".repeat(10 << 20));
    create(big.to_string().into_bytes()).await.refuses(413, "The body is larger than 1 MiB.");
    assert_eq!(before, world.rows());
}

#[tokio::test]
async fn a_body_that_is_too_large_is_read_on_so_that_its_sender_hears_why() {
    let world = World::new().await;
    let left = Arc::new(AtomicUsize::new(0));
    // Nobody signed in is refused before the body is looked at.
    for (token, status) in [(world.admin.as_str(), 413), ("mmd_nobody", 401)] {
        left.store(3, Ordering::Relaxed);
        let counter = left.clone();
        let pieces = (0..3).map(move |_| {
            counter.fetch_sub(1, Ordering::Relaxed);
            Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; 1 << 20]))
        });
        let body = Body::from_stream(futures_util::stream::iter(pieces));
        let call = world.call("POST", &format!("{BASE}/tickets")).token(token);
        call.header("content-type", "application/json").raw(body).send().await.expect(status);
        assert_eq!(left.load(Ordering::Relaxed), 0, "{status}");
    }
}

#[tokio::test]
async fn a_member_that_does_not_fit_is_named_and_changes_nothing() {
    let world = World::new().await;
    let _agent = world.device("D1").await;
    let before = world.rows();
    let members =
        ["partnerTicketId", "deviceName", "title", "category", "subcategory", "planOfAction"];
    for member in members {
        for (value, code) in [
            (json!(null), "required"),
            (json!(""), "required"),
            (json!(" \u{a0}\t"), "required"),
            (json!(1), "wrongType"),
            (json!(["x"]), "wrongType"),
            (json!({ "a": 1 }), "wrongType"),
            (json!("\u{1f600}".repeat(10_001)), "tooLong"),
        ] {
            let mut body = request_for("D1");
            body[member] = value;
            let answer = world.post(&world.admin, "elevationRequests", &body).send().await;
            let detail = &answer.expect(400).json()["error"]["details"][0];
            assert_eq!((&detail["target"], &detail["code"]), (&json!(member), &json!(code)));
        }
        let mut body = request_for("D1");
        body[member] = json!("a\u{0}b");
        let answer = world.post(&world.admin, "elevationRequests", &body).send().await;
        answer.refuses(400, "A string in the body holds U+0000.");
        body.as_object_mut().unwrap().remove(member);
        world.post(&world.admin, "elevationRequests", &body).send().await.expect(400);
    }
    assert_eq!(before, world.rows());

    let id = world.open(&world.admin, "D1").await;
    let close = |body: Value| {
        let call = world.call("PATCH", &format!("elevationRequests/{id}")).token(&world.admin);
        call.json(&body).send()
    };
    for bad in [json!({}), json!({ "ActionsTaken": " " }), json!({ "actionsTaken": false })] {
        close(bad).await.expect(400).error();
    }
    close(json!({ "actionsTaken": "x".repeat(10_001) })).await.expect(400).error();
    assert_eq!(world.request(&world.admin, &id).await["@mmd.state"], "open");
    close(json!({ "ActionsTaken": "x".repeat(10_000), "more": 1 })).await.expect(204);
}

#[tokio::test]
async fn a_devices_name_may_be_anything_that_can_be_said_in_an_address() {
    let world = World::new().await;
    let names =
        ["O'Brien \"lab\"", "a/b\\c", "100%25", "Büro ☕", "a?b#c&d=e+f", "..", "{x}", "%s"];
    for name in names {
        let agent = world.device(name).await;
        let id = world.open(&world.admin, name).await;
        let path: String =
            percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC)
                .to_string();
        let shown = world.get(&world.admin, &format!("devices/{path}")).send().await;
        assert_eq!(shown.expect(200).json()["name"], name);
        let read = world.read(&world.admin, &path).send().await.expect(200).json();
        assert_eq!(
            (&read["deviceName"], &read["password"]),
            (&json!(name), &json!(agent.password()))
        );
        let filter = format!("deviceName eq '{}'", name.replace('\'', "''"));
        let filter =
            percent_encoding::utf8_percent_encode(&filter, percent_encoding::NON_ALPHANUMERIC);
        let list = world.get(&world.admin, &format!("elevationRequests?$filter={filter}"));
        assert_eq!(list.send().await.expect(200).json()["value"][0]["id"], id);
        let events = world.get(&world.admin, &format!("audit/events?device={path}")).send().await;
        assert!(events.expect(200).text().lines().count() >= 3, "{name}");
    }
    let unknown = "This device does not exist.";
    for path in ["%00", "%0A", "%2F", "'", "%25", "x".repeat(5_000).as_str()] {
        world.get(&world.admin, &format!("devices/{path}")).send().await.refuses(404, unknown);
    }
    world.get(&world.admin, "devices/%FF").send().await.expect(400).error();
    let before = world.rows();
    for bad in ["", " ", " a", "a ", "a\nb", "a\u{7f}", "a\u{0}", &"x".repeat(65)] {
        let body = json!({ "deviceName": bad });
        let answer = world.post(&world.admin, "enrollments", &body).send().await.expect(400);
        answer.error();
    }
    for ring in [json!("Slow"), json!("broad"), json!(1)] {
        let body = json!({ "deviceName": "R", "ring": ring });
        world.post(&world.admin, "enrollments", &body).send().await.expect(400).error();
    }
    assert_eq!(before, world.rows());
    // A name is one device, whatever the case.
    world.enrollment("A/B\\C").await;
    assert_eq!(before[4], world.rows()[4]);
}

#[tokio::test]
async fn agents_and_sign_ins_are_held_to_their_words_too() {
    let world = World::new().await;
    let agent = world.device("D1").await;
    let before = world.rows();
    for body in [
        json!({}),
        json!({ "instance": "x", "at": { "is": "nothing" }, "highest": 0 }),
        json!({ "instance": agent.instance, "at": "nothing", "highest": 0 }),
        json!({ "instance": agent.instance, "at": { "is": "confirmed" }, "highest": 0 }),
        json!({ "instance": agent.instance, "at": { "is": "nothing" }, "highest": -1 }),
        json!({ "instance": agent.instance, "at": { "is": "nothing" }, "highest": 1.5 }),
        json!({ "instance": agent.instance, "at": { "is": "nothing" }, "highest": 0, "failed": 1 }),
    ] {
        agent.say(&world, "contact", &body).await.expect(400).error();
        agent.say(&world, "escrow", &body).await.expect(400).error();
        agent.say(&world, "confirm", &body).await.expect(400).error();
        agent.say(&world, "aftermath", &body).await.expect(400).error();
    }
    agent.say(&world, "contact?wait=x", &json!({})).await.expect(400).error();
    agent.say(&world, "nothing", &json!({})).await.expect(404).error();
    let escrow = json!({
        "instance": agent.instance, "attempt": uuid::Uuid::new_v4(), "highest": 1,
        "password": 12_345_678,
    });
    agent.say(&world, "escrow", &escrow).await.expect(400);
    for body in [
        json!({}),
        json!({ "code": "x" }),
        json!({ "code": "x", "tokenHash": "y" }),
        json!({ "code": 1, "tokenHash": "a".repeat(64) }),
    ] {
        world.call("POST", "/invite/redeem").json(&body).send().await.expect(400).error();
    }
    let form = |body: &str| {
        let path = format!("/{}/oauth2/v2.0/token", world.tenant);
        let call = world.call("POST", &path);
        call.header("content-type", "application/x-www-form-urlencoded").raw(body.to_owned()).send()
    };
    for (body, error) in [
        ("", "unsupported_grant_type"),
        ("grant_type=password", "unsupported_grant_type"),
        ("grant_type=client_credentials", "invalid_scope"),
        (
            "grant_type=client_credentials&scope=https%3A%2F%2Fmmd.test%2F.default",
            "invalid_request",
        ),
        ("grant_type=client_credentials&grant_type=client_credentials", "invalid_request"),
    ] {
        assert_eq!(form(body).await.expect(400).json()["error"], error, "{body}");
    }
    assert_eq!(before, world.rows());
    let me = format!("{BASE}/me?$top=x");
    let refused = world.get(&world.admin, &me).send().await;
    refused.refuses(400, "`$top` is not an option of this address.");
}
