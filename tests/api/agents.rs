//! What agents are told, and what becomes of what they say.

use mmd::domain::rotation::{At, Reason};
use serde_json::json;
use uuid::Uuid;

use crate::{
    agent::FakeAgent,
    call::Answer,
    harness::{World, hours, minutes},
};

/// The code by which an agent tells a refusal.
#[track_caller]
pub fn refused(answer: &Answer, status: u16, code: &str) -> String {
    let body = answer.json();
    assert_eq!((answer.status, &body["error"]["details"][0]["code"]), (status, &json!(code)));
    body["error"]["details"][0]["message"].as_str().unwrap().to_owned()
}

async fn state_of(world: &World, device: &str) -> serde_json::Value {
    let answer = world.get(&world.admin, &format!("devices/{device}")).annotated().send().await;
    answer.expect(200).json()["@mmd.rotation"].clone()
}

#[tokio::test]
async fn an_unknown_key_is_told_so_and_nothing_else() {
    let world = World::new().await;
    let stranger = FakeAgent::new(&world);
    let answers = [
        stranger.contact_with(&world, 55, json!({})).await,
        stranger.escrow_as(&world, Uuid::new_v4(), "Abcdefgh-1234567").await,
        stranger.aftermath(&world, &Uuid::new_v4().to_string(), &[]).await,
    ];
    for answer in &answers {
        refused(answer, 401, "key");
    }
    let bare = world.call("POST", "/agent/v1/contact").json(&json!({})).send().await;
    assert_eq!(bare.expect(401).header("www-authenticate"), Some("Bearer"));
    // A person's token opens nothing here, and an agent's key nothing there.
    let agent = world.device("D1").await;
    let call = world.post(
        &world.admin,
        "/agent/v1/contact",
        &json!({
            "instance": agent.instance, "at": { "is": "nothing" }, "highest": 0,
        }),
    );
    refused(&call.send().await, 401, "key");
    world.get(&agent.key, "devices").send().await.expect(401);
}

#[tokio::test]
async fn an_escrow_is_numbered_once_for_each_attempt_and_only_when_due() {
    let world = World::new().await;
    let mut agent = world.enrolled("D1").await;
    assert_eq!(agent.contact(&world).await.due, Some(Reason::First));
    assert_eq!(state_of(&world, "D1").await["state"], "never");
    let attempt = Uuid::new_v4();
    for _ in 0..3 {
        let answer = agent.escrow_as(&world, attempt, "Abcdefgh-1234567").await.expect(200);
        assert_eq!(answer.json(), json!({ "generation": 1 }));
    }
    assert_eq!(world.count("select count(*) from generations"), 1);
    for short in ["", "1234567", &"x".repeat(257)] {
        agent.escrow_as(&world, Uuid::new_v4(), short).await.expect(400);
    }
    agent.highest = 1;
    assert!(agent.confirm(&world, attempt, 1).await);
    assert!(!agent.confirm(&world, attempt, 1).await, "it was known");
    refused(&agent.escrow_as(&world, Uuid::new_v4(), "Abcdefgh-1234567").await, 409, "notDue");
    assert_eq!(agent.escrow_as(&world, attempt, "other-password").await.status, 200);
    agent.highest = u64::MAX;
    world.post(&world.admin, "devices/D1/rotate", &json!({})).send().await.expect(202);
    agent.escrow_as(&world, Uuid::new_v4(), "Abcdefgh-1234567").await.expect(400);
    agent.contact_with(&world, 0, json!({})).await.expect(400);
    agent.highest = 1;
    assert_eq!(agent.rotate(&world).await, 2);
}

#[tokio::test]
async fn an_escrow_needs_a_contact_of_the_same_process() {
    let world = World::new().await;
    let mut agent = world.enrolled("D1").await;
    let attempt = Uuid::new_v4();
    refused(&agent.escrow_as(&world, attempt, "Abcdefgh-1234567").await, 409, "unknownInstance");
    agent.contact(&world).await;
    let (attempt, generation) = agent.escrow(&world).await;
    // A process that was restarted confirms at once what the one before it has verified.
    agent.instance = Uuid::new_v4();
    assert!(agent.confirm(&world, attempt, generation).await);
    assert_eq!(agent.contact(&world).await.due, None);
}

#[tokio::test]
async fn what_a_device_found_after_the_end_is_shown_to_whoever_closed() {
    let world = World::new().await;
    let mut agent = world.device("D1").await;
    let id = world.open(&world.admin, "D1").await;
    world.read(&world.admin, "D1").send().await.expect(200);
    let early = agent.aftermath(&world, &id, &["D1\\eve"]).await;
    early.expect(204);
    assert_eq!(world.events_of("device.administratorsChanged").await.len(), 0, "it is still open");
    world.close(&world.admin, &id).send().await.expect(204);
    let ended = &agent.contact(&world).await.ended;
    assert_eq!((ended[0].request.to_string(), ended[0].notice_seconds), (id.clone(), 0));
    agent.rotate(&world).await;

    agent.aftermath(&world, &id, &["D1\\eve"]).await.expect(204);
    agent.aftermath(&world, &id, &["D1\\mallory"]).await.expect(204);
    let closing = &world.request(&world.admin, &id).await["@mmd.closing"];
    assert_eq!(
        *closing,
        json!({
            "deviceLastSeen": "2026-03-02T09:00:00Z",
            "administratorsAdded": ["D1\\eve"],
            "drifted": false,
        })
    );
    let events = world.events_of("device.administratorsChanged").await;
    assert_eq!((events.len(), &events[0]["detail"]["added"]), (1, &json!(["D1\\eve"])));
    assert!(agent.contact(&world).await.ended.is_empty());
    let other = world.device("D2").await;
    let foreign = other.aftermath(&world, &id, &[]).await;
    foreign.refuses(404, "This request is not this device's.");
    let many: Vec<String> = (0..500).map(|n| format!("{n}{}", "x".repeat(300))).collect();
    let id = world.open(&world.admin, "D1").await;
    world.close(&world.admin, &id).send().await.expect(204);
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    agent.aftermath(&world, &id, &many).await.expect(204);
    let closing = &world.request(&world.admin, &id).await["@mmd.closing"];
    let kept = closing["administratorsAdded"].as_array().unwrap();
    assert_eq!((kept.len(), kept[0].as_str().unwrap().len()), (100, 100));
}

#[tokio::test]
async fn a_password_that_somebody_else_set_is_an_event_shown_at_the_close_and_rotated_at_once() {
    let world = World::new().await;
    let mut agent = world.device("D1").await;
    let id = world.open(&world.admin, "D1").await;
    world.read(&world.admin, "D1").send().await.expect(200);
    agent.at = At::Drifted;
    assert_eq!(agent.contact(&world).await.due, Some(Reason::Drifted));
    assert_eq!(agent.contact(&world).await.due, Some(Reason::Drifted));
    assert_eq!(world.events_of("rotation.drifted").await.len(), 1);
    assert_eq!(world.request(&world.admin, &id).await["@mmd.status"], "PasswordPending");
    agent.rotate(&world).await;
    world.close(&world.admin, &id).send().await.expect(204);
    assert_eq!(agent.contact(&world).await.due, None, "what was seen opens nothing any more");
    agent.aftermath(&world, &id, &[]).await.expect(204);
    assert_eq!(world.request(&world.admin, &id).await["@mmd.closing"]["drifted"], true);
}

#[tokio::test]
async fn a_failed_attempt_and_a_torn_one_are_told_apart() {
    let world = World::new().await;
    let mut agent = world.device("D1").await;
    world.open(&world.admin, "D1").await;
    world.post(&world.admin, "devices/D1/rotate", &json!({})).send().await.expect(202);
    agent.contact(&world).await;
    let (attempt, _) = agent.escrow(&world).await;
    agent.contact_with(&world, 0, json!({ "failed": [attempt, 1] })).await.expect(200);
    let read = world.read(&world.admin, "D1").send().await.expect(200).json();
    assert_eq!((&read["status"], &read["@mmd.generation"]), (&json!("PasswordFailed"), &json!(1)));
    assert_eq!(state_of(&world, "D1").await["state"], "failed");
    assert_eq!(world.events_of("rotation.failed").await[0]["generation"], 2);
    // What was never the password is not the one before the current.
    agent.rotate(&world).await;
    let older = world.get(&world.admin, "devices/D1/elevationDetails?older=true").annotated();
    assert_eq!(older.send().await.expect(200).json()["@mmd.generation"], 1);

    world.post(&world.admin, "devices/D1/rotate", &json!({})).send().await.expect(202);
    agent.contact(&world).await;
    agent.escrow(&world).await;
    agent.at = At::Torn;
    agent.contact(&world).await;
    assert_eq!(world.events_of("rotation.torn").await.len(), 1);
    let read = world.read(&world.admin, "D1").send().await.expect(200).json();
    assert_eq!(
        (&read["@mmd.generation"], &read["@mmd.candidates"][0]["generation"]),
        (&json!(4), &json!(3))
    );
    let sure = "devices/D1/elevationDetails?confirmed=true";
    let sure = world.get(&world.admin, sure).send().await;
    sure.refuses(409, "This device has not confirmed its password yet.");
}

#[tokio::test]
async fn an_agent_that_gave_up_says_why_in_bounds() {
    let world = World::new().await;
    let agent = world.device("D1").await;
    let why = format!("the account is locked{}", "!".repeat(10_000));
    for _ in 0..2 {
        agent.contact_with(&world, 0, json!({ "stopped": why })).await.expect(200);
    }
    let stopped = state_of(&world, "D1").await["stopped"].as_str().unwrap().to_owned();
    assert!(stopped.starts_with("the account is locked") && stopped.len() == 500);
    assert_eq!(world.events_of("rotation.stopped").await.len(), 1);
}

#[tokio::test]
async fn a_wait_for_a_settled_password_ends_with_the_confirmation() {
    let world = World::new().await;
    let mut agent = world.device("D1").await;
    let id = world.open(&world.admin, "D1").await;
    world.post(&world.admin, "devices/D1/rotate", &json!({})).send().await.expect(202);
    let path = format!("elevationRequests/{id}");
    let waits = world.get(&world.admin, &path).annotated().header("prefer", "wait=50").send();
    let patience = std::time::Duration::from_secs(20);
    let (shown, generation) =
        tokio::join!(tokio::time::timeout(patience, waits), agent.rotate(&world));
    let shown = shown.expect("the confirmation ends the wait").expect(200).json();
    assert_eq!(
        (&shown["@mmd.status"], &shown["@mmd.generation"]),
        (&json!("PasswordSucceeded"), &json!(generation))
    );
    // Who stops the service waits for nobody.
    let waits = agent.contact_with(&world, 55, json!({ "openRequests": [id] }));
    let (answer, ()) = tokio::join!(tokio::time::timeout(patience, waits), async {
        world.app.stop_waits();
    });
    answer.expect("a stop ends the wait").expect(200);
}

#[tokio::test]
async fn generations_that_nobody_saw_go_and_those_that_somebody_saw_stay() {
    let world = World::new().await;
    let mut agent = world.device("D1").await;
    let id = world.open(&world.admin, "D1").await;
    world.read(&world.admin, "D1").send().await.expect(200);
    world.close(&world.admin, &id).send().await.expect(204);
    for _ in 0..60 {
        world.post(&world.admin, "devices/D1/rotate", &json!({})).send().await.expect(202);
        agent.rotate(&world).await;
    }
    let kept = world.count("select count(*) from generations");
    assert_eq!(kept, 52, "the current one, fifty that nobody saw, and one that somebody saw");
    assert_eq!(world.count("select min(number) from generations"), 1);
    world.open(&world.admin, "D1").await;
    let path = "devices/D1/elevationDetails?generation=1";
    let read = world.get(&world.admin, path).send().await.expect(200).json();
    assert_eq!(read["password"], agent.passwords[&1]);
    let path = "devices/D1/elevationDetails?generation=2";
    let gone = world.get(&world.admin, path).send().await;
    gone.refuses(404, "This device has no such password on record.");
}

#[tokio::test]
async fn a_notice_is_given_while_others_are_in_and_counts_down() {
    let world = World::new().await;
    let mut agent = world.device("D1").await;
    let program = world.program_token("bot", &[]).await;
    let mine = world.open(&world.admin, "D1").await;
    world.open(&program, "D1").await;
    world.close(&world.admin, &mine).send().await.expect(204);
    assert_eq!(agent.contact(&world).await.ended[0].notice_seconds, 120);
    world.pass(minutes(1)).await;
    assert_eq!(agent.contact(&world).await.ended[0].notice_seconds, 60);
    world.clock.advance(-hours(1));
    assert_eq!(
        agent.contact(&world).await.ended[0].notice_seconds,
        120,
        "never more than a notice"
    );
}
