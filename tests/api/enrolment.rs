//! How a device comes in, comes in again, and is told from its copy.

use mmd::domain::rotation::Reason;
use serde_json::json;
use uuid::Uuid;

use crate::{
    agent::FakeAgent,
    agents::refused,
    harness::{World, hash_of},
};

#[tokio::test]
async fn a_copied_disk_is_found_by_a_challenge_and_refused_until_it_is_enrolled_anew() {
    let world = World::new().await;
    let mut first = world.device("D1").await;
    let mut second = FakeAgent { key: first.key.clone(), ..FakeAgent::new(&world) };
    (second.at, second.confirmed) = (first.at, first.confirmed);
    second.highest = first.highest;
    second.contact(&world).await;
    let challenge = refused(&first.contact_with(&world, 0, json!({})).await, 409, "challenge");
    // Without the answer the first may be a late message of a dead process: nothing is proven.
    refused(&first.contact_with(&world, 0, json!({})).await, 409, "challenge");
    second.contact(&world).await;
    let body = json!({
        "instance": first.instance, "attempt": Uuid::new_v4(), "generation": 1,
    });
    assert_eq!(refused(&first.say(&world, "confirm", &body).await, 409, "challenge"), challenge);
    let answer = first.contact_with(&world, 0, json!({ "challenge": challenge })).await;
    refused(&answer, 409, "copied");
    refused(&second.contact_with(&world, 0, json!({})).await, 409, "copied");
    refused(&second.escrow_as(&world, Uuid::new_v4(), "Abcdefgh-1234567").await, 409, "copied");
    assert_eq!(world.events_of("device.copied").await.len(), 1);

    // What they last confirmed is still handed out.
    world.open(&world.admin, "D1").await;
    let read = world.read(&world.admin, "D1").send().await.expect(200).json();
    assert_eq!(read["password"], first.password());

    let code = world.enrollment("D1").await;
    let mut anew = FakeAgent::new(&world);
    world.enroll(&code, &anew.key, "windows").await.expect(200);
    anew.contact(&world).await;
    for old in [&mut first, &mut second] {
        refused(&old.contact_with(&world, 0, json!({})).await, 401, "key");
    }
}

#[tokio::test]
async fn a_new_enrolment_ends_the_old_key_and_old_passwords_stay_candidates_until_a_confirmation() {
    let world = World::new().await;
    let mut old = world.device("D1").await;
    world.post(&world.admin, "devices/D1/rotate", &json!({})).send().await.expect(202);
    old.contact(&world).await;
    old.escrow(&world).await;
    let code = world.enrollment("D1").await;
    assert_eq!(old.contact(&world).await.due, Some(Reason::Asked), "a code alone ends nothing");
    let mut new = FakeAgent::new(&world);
    world.enroll(&code, &new.key, "windows").await.expect(200);
    refused(&old.contact_with(&world, 0, json!({})).await, 401, "key");

    world.open(&world.admin, "D1").await;
    let read = world.read(&world.admin, "D1").send().await.expect(200).json();
    assert_eq!(
        (&read["status"], &read["password"]),
        (&json!("PasswordPending"), &json!(old.passwords[&2]))
    );
    assert_eq!(read["@mmd.candidates"][0]["password"], old.passwords[&1]);
    let orders = new.contact(&world).await;
    assert!(orders.due.is_some(), "a new agent knows no password of its own");
    let third = new.rotate(&world).await;
    assert_eq!(third, 3, "numbers are never used twice");
    let read = world.read(&world.admin, "D1").send().await.expect(200).json();
    assert_eq!(
        (&read["status"], &read["password"]),
        (&json!("PasswordSucceeded"), &json!(new.password()))
    );
    assert_eq!(read.get("@mmd.candidates"), None);
}

#[tokio::test]
async fn an_enrolment_says_what_is_wrong_with_it_and_uses_no_code_up() {
    let world = World::new().await;
    let code = world.enrollment("D1").await;
    let sentence = "The `file` back-end opens no real account: it enrols only in sample tenants.";
    world.enroll(&code, "k", "file:/tmp/account").await.refuses(403, sentence);
    let body = |member: &str, value: serde_json::Value| {
        let mut body = json!({
            "code": code, "keyHash": hash_of("k"), "account": "mmdadmin",
            "loginName": "mmdadmin", "backend": "linux",
        });
        body[member] = value;
        body
    };
    for (member, value) in [
        ("keyHash", json!("abc")),
        ("keyHash", json!("zz".repeat(32))),
        ("account", json!(" ")),
        ("account", json!("x".repeat(257))),
        ("loginName", json!(7)),
        ("backend", json!(null)),
        ("backend", json!("b".repeat(1025))),
        ("code", json!(null)),
        ("account", json!("a\u{0}b")),
    ] {
        let call = world.call("POST", "/agent/v1/enroll").json(&body(member, value.clone()));
        assert_eq!(call.send().await.status, 400, "{member} {value}");
    }
    assert_eq!(world.count("select count(*) from agents"), 0);
    let mut whole = body("serialNumber", json!(" To be filled by O.E.M. "));
    whole["osVersion"] = json!("v".repeat(5_000));
    world.call("POST", "/agent/v1/enroll").json(&whole).send().await.expect(200);
    let device = world.get(&world.admin, "devices/D1").send().await.expect(200).json();
    assert_eq!(device["serialNumber"], json!(null), "a blank one is none");
    assert_eq!(device["osVersion"].as_str().unwrap().len(), 200);
    // One key is one device.
    let code = world.enrollment("D2").await;
    let twice = world.enroll(&code, "k", "linux").await;
    twice.refuses(409, "This key is in use already: make a new one.");
    world.enroll(&code, "k2", "linux").await.expect(200);

    world.db().execute("update tenants set sample = 1", []).unwrap();
    let code = world.enrollment("D3").await;
    world.enroll(&code, "k3", "file:/tmp/account").await.expect(200);
}
