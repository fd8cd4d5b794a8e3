//! What time brings, by a clock that is moved by hand.

use mmd::{
    domain::rotation::Reason,
    service::{
        jobs::{settle, sweep},
        settings::Settings,
    },
};
use serde_json::{Value, json};

use crate::{
    call::Answer,
    harness::{ADMIN, World, days, hash_of, hours, minutes},
};

async fn extend(world: &World, id: &str, seconds: u64) -> Answer {
    let path = format!("elevationRequests/{id}/extend");
    world.post(&world.admin, &path, &json!({ "seconds": seconds })).send().await
}

const NONE: &str = "There is no open elevation request for this device.";

#[tokio::test]
async fn a_request_runs_out_after_its_window_and_its_password_is_owed_a_rotation() {
    let world = World::new().await;
    let mut agent = world.device("D1").await;
    let id = world.open(&world.admin, "D1").await;
    world.read(&world.admin, "D1").send().await.expect(200);
    world.pass(hours(2) - minutes(1)).await;
    world.read(&world.admin, "D1").send().await.expect(200);
    assert_eq!(agent.contact(&world).await.due, None);
    world.pass(minutes(1)).await;

    world.read(&world.admin, "D1").send().await.refuses(404, NONE);
    let ended = world.request(&world.admin, &id).await;
    assert_eq!(ended["actionsTaken"], "Expired");
    assert_eq!(ended["closingAgentUpn"], "");
    assert_eq!(ended["requestClosureTime"], "2026-03-02T11:00:00Z");
    assert_eq!(ended["@mmd.state"], "expired");
    assert_eq!(ended["@mmd.closing"]["rotationOwedSince"], "2026-03-02T11:00:00Z");
    let again = world.close(&world.admin, &id).send().await;
    again.refuses(400, "This elevation request was already closed.");

    let orders = agent.contact(&world).await;
    assert_eq!(orders.due, Some(Reason::Owed));
    // Whoever ran out of time gets two minutes, also when nobody else is in.
    assert_eq!(orders.ended[0].notice_seconds, 120);
    world.pass(minutes(1)).await;
    assert_eq!(agent.contact(&world).await.ended[0].notice_seconds, 60);
    world.pass(hours(1)).await;
    assert_eq!(agent.contact(&world).await.ended[0].notice_seconds, 0);
    agent.rotate(&world).await;
    assert_eq!(agent.contact(&world).await.due, None);
}

#[tokio::test]
async fn an_end_that_was_seen_once_is_an_end_though_the_clock_goes_back() {
    let world = World::new().await;
    let mut agent = world.device("D1").await;
    let id = world.open(&world.admin, "D1").await;
    world.read(&world.admin, "D1").send().await.expect(200);
    // No job has run: the call itself sees that the time is over.
    world.clock.advance(hours(2));
    world.read(&world.admin, "D1").send().await.refuses(404, NONE);
    world.clock.advance(-hours(1));
    world.read(&world.admin, "D1").send().await.refuses(404, NONE);
    assert_eq!(extend(&world, &id, 3600).await.status, 400);
    assert_eq!(agent.contact(&world).await.due, Some(Reason::Owed));
    // The same for whoever closes, or extends, too late.
    agent.rotate(&world).await;
    let late = world.open(&world.admin, "D1").await;
    world.clock.advance(hours(2));
    world.close(&world.admin, &late).send().await.expect(400);
    world.clock.advance(-hours(1));
    assert_eq!(world.request(&world.admin, &late).await["@mmd.state"], "expired");
}

#[tokio::test]
async fn every_one_of_many_requests_that_ran_out_together_has_ended() {
    let world = World::new().await;
    let _agent = world.device("D1").await;
    let id = world.open(&world.admin, "D1").await;
    world.clock.advance(minutes(-1));
    // Earlier ends than that of the one that is read on.
    world
        .db()
        .execute_batch(&format!(
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < 1200)
             insert into requests select printf('00000000-0000-4000-8000-%012d', i), tenant,
                 partner_id, device, device_name, 'app:bot', 'app:bot', 1, ticket_id, title,
                 category, subcategory, plan, actions, closer, created, ends - 1000000, renewed,
                 closed, expired, password_at, opened_with, aftermath_due, closing
             from requests, n where id = '{id}'"
        ))
        .unwrap();
    world.clock.advance(hours(3));
    world.read(&world.admin, "D1").send().await.refuses(404, NONE);
    assert_eq!(world.count("select count(*) from requests where closed is null"), 0);
}

#[tokio::test]
async fn an_end_that_a_call_sees_first_wakes_the_agent() {
    let mut settings = Settings::default();
    settings.rotation.interval = hours(24);
    let world = World::with(settings).await;
    let mut agent = world.device("D1").await;
    let id = world.open(&world.admin, "D1").await;
    world.clock.advance(hours(2) - minutes(1));
    agent.contact(&world).await;
    let patience = std::time::Duration::from_secs(20);
    let waits = agent.contact_with(&world, 55, json!({}));
    let reads = async {
        world.clock.advance(minutes(1));
        world.read(&world.admin, "D1").send().await
    };
    let (answer, read) = tokio::join!(tokio::time::timeout(patience, waits), reads);
    read.expect(404);
    let orders = answer.expect("the agent is told at once").expect(200).json();
    assert_eq!(orders["ended"][0]["request"], id);
}

#[tokio::test]
async fn a_request_is_extended_within_its_bound_and_then_no_more() {
    let world = World::new().await;
    let _agent = world.device("D1").await;
    let id = world.open(&world.admin, "D1").await;
    world.pass(hours(1)).await;
    let until = |answer: Answer| answer.expect(200).json()["@mmd.validUntil"].clone();
    let path = format!("elevationRequests/{id}/extend");
    let body = json!({ "Seconds": 7200 });
    let extended = world.post(&world.admin, &path, &body).annotated().send().await;
    assert_eq!(until(extended), "2026-03-02T12:00:00Z");
    let refused = extend(&world, &id, 60).await.expect(403);
    assert_eq!(refused.error(), "This request holds until 2026-03-02T12:00:00Z already.");
    let body = json!({ "seconds": 24 * 3600 });
    let extended = world.post(&world.admin, &path, &body).annotated().send().await;
    assert_eq!(until(extended), "2026-03-02T17:00:00Z");
    world.pass(hours(6)).await;
    let refused = extend(&world, &id, 3 * 3600).await.expect(403);
    assert_eq!(refused.error(), "This request cannot be extended beyond 2026-03-02T17:00:00Z.");
    assert_eq!(refused.json()["error"]["details"][0]["code"], "rule");
    for wrong in [json!(0), json!(-1), json!(1.5), json!("60"), json!(null), json!(u64::MAX)] {
        let call = world.post(&world.admin, &path, &json!({ "seconds": wrong }));
        call.send().await.expect(400);
    }
    world.pass(hours(1)).await;
    let over = extend(&world, &id, 60).await;
    over.refuses(400, "This elevation request was already closed.");
    let bob = world.member("bob@mmd.local", &["support"]).await;
    let bobs = world.open(&bob, "D1").await;
    let refused = extend(&world, &bobs, 9000).await;
    assert_eq!(refused.expect(403).error(), "This request is bob@mmd.local's to extend.");
}

#[tokio::test]
async fn a_closed_request_is_hidden_after_ninety_days_and_then_swept() {
    let world = World::new().await;
    let mut agent = world.device("D1").await;
    let id = world.open(&world.admin, "D1").await;
    world.read(&world.admin, "D1").send().await.expect(200);
    world.close(&world.admin, &id).send().await.expect(204);
    agent.rotate(&world).await;
    let program = world.program("bot", &[]).await;
    world.pass(days(90) - minutes(1)).await;
    let scope = "https://mmd.test/.default";
    let answer = world.token_answer(&program.0, &program.1, scope).await.expect(200).json();
    let program = answer["access_token"].as_str().unwrap();
    let listed = async || -> usize {
        let list = world.get(program, "elevationRequests").send().await.expect(200).json();
        list["value"].as_array().unwrap().len()
    };
    let path = format!("elevationRequests/{id}");
    assert_eq!(listed().await, 1);
    world.pass(minutes(1)).await;
    assert_eq!(listed().await, 0);
    world.get(program, &path).send().await.refuses(404, "This elevation request does not exist.");
    sweep(&world.app).await.unwrap();
    assert_eq!(world.count("select count(*) from requests"), 0);
    assert_eq!(world.count("select count(*) from views"), 0);
    // The password that was seen outlives its request by a moment only.
    world.pass(minutes(1)).await;
    sweep(&world.app).await.unwrap();
    assert_eq!(world.count("select count(*) from generations where number = 1"), 0);
    assert_eq!(world.count("select count(*) from generations where number = 2"), 1);
}

#[tokio::test]
async fn an_old_password_rotates_unless_somebody_holds_it() {
    let world = World::new().await;
    let mut agent = world.device("D1").await;
    world.pass(hours(2) - minutes(1)).await;
    assert_eq!(agent.contact(&world).await.due, None);
    world.open(&world.admin, "D1").await;
    world.read(&world.admin, "D1").send().await.expect(200);
    world.pass(minutes(1)).await;
    assert_eq!(agent.contact(&world).await.due, None, "it waits for whoever is in");
    let refused = agent.escrow_as(&world, uuid::Uuid::new_v4(), "Abcdefgh-1234567").await;
    assert_eq!(refused.expect(409).json()["error"]["details"][0]["code"], "notDue");
    world.pass(hours(2)).await;
    assert_eq!(agent.contact(&world).await.due, Some(Reason::Owed));
    agent.rotate(&world).await;
    world.pass(hours(2)).await;
    // What has aged stays due, wherever the clock goes.
    world.clock.advance(-hours(5));
    assert_eq!(agent.contact(&world).await.due, Some(Reason::Age));
    agent.rotate(&world).await;
    let quiet = world.get(&world.admin, "audit/head").send().await.expect(200).json();
    assert_eq!(quiet["quietRotations"], 1, "nobody saw that one");
}

async fn redeem(world: &World, code: &str, token: &str) -> Answer {
    let body = json!({ "code": code, "tokenHash": hash_of(token) });
    world.call("POST", "/invite/redeem").json(&body).send().await
}

const BAD_INVITE: &str = "This invite is not valid, or no longer.";

/// The same code with another secret half.
fn wrong(code: &str) -> String {
    format!("{}-{}", &code[..6], "X".repeat(20))
}

#[tokio::test]
async fn an_invite_ends_after_a_day_and_ten_wrong_tries_end_it_sooner() {
    let world = World::new().await;
    let put = world.call("PUT", "members/bob@mmd.local").token(&world.admin);
    put.json(&json!({ "roles": [] })).send().await.expect(200);
    let code = world.invite("bob@mmd.local").await;
    world.pass(days(1)).await;
    redeem(&world, &code, "t").await.refuses(403, BAD_INVITE);
    world.clock.advance(-hours(1));
    redeem(&world, &code, "t").await.refuses(403, BAD_INVITE);

    let code = world.invite("bob@mmd.local").await;
    for _ in 0..9 {
        redeem(&world, &wrong(&code), "t").await.refuses(403, BAD_INVITE);
    }
    let spaced = format!(" {}\n", code.to_lowercase());
    redeem(&world, &spaced, "t").await.expect(200);

    let code = world.invite("bob@mmd.local").await;
    for _ in 0..10 {
        redeem(&world, &wrong(&code), "t2").await.refuses(403, BAD_INVITE);
    }
    redeem(&world, &code, "t2").await.refuses(403, BAD_INVITE);
    // A new one ends the one before.
    let first = world.invite("bob@mmd.local").await;
    let second = world.invite("bob@mmd.local").await;
    redeem(&world, &first, "t3").await.refuses(403, BAD_INVITE);
    redeem(&world, &second, "t3").await.expect(200);
    for nonsense in ["", "-", "ABC", "ABCDEF-", "ÄÖÜ-ß"] {
        redeem(&world, nonsense, "t4").await.refuses(403, BAD_INVITE);
    }
}

#[tokio::test]
async fn a_lost_answer_to_an_invite_is_asked_for_again_within_ten_minutes() {
    let world = World::new().await;
    let put = world.call("PUT", "members/bob@mmd.local").token(&world.admin);
    put.json(&json!({ "roles": [] })).send().await.expect(200);
    let code = world.invite("bob@mmd.local").await;
    let first = redeem(&world, &code, "t").await.expect(200);
    let expected: Value = json!({
        "upn": "bob@mmd.local", "tenantId": world.tenant, "expires": "2026-05-31T09:00:00Z"
    });
    assert_eq!(first.json(), expected);
    world.pass(minutes(10) - minutes(1)).await;
    assert_eq!(redeem(&world, &code, "t").await.expect(200).body, first.body);
    redeem(&world, &code, "another").await.refuses(403, BAD_INVITE);
    world.pass(minutes(1)).await;
    redeem(&world, &code, "t").await.refuses(403, BAD_INVITE);
    assert_eq!(world.me("t").await["user"], "bob@mmd.local");
}

#[tokio::test]
async fn an_enrolment_code_ends_after_a_day_and_ten_wrong_tries_end_it_sooner() {
    let world = World::new().await;
    let bad = "This enrolment code is not valid, or no longer.";
    let code = world.enrollment("D1").await;
    world.pass(days(1)).await;
    world.enroll(&code, "k1", "linux").await.refuses(403, bad);
    world.clock.advance(-hours(1));
    world.enroll(&code, "k1", "linux").await.refuses(403, bad);

    let code = world.enrollment("D1").await;
    for _ in 0..10 {
        world.enroll(&wrong(&code), "k1", "linux").await.refuses(403, bad);
    }
    world.enroll(&code, "k1", "linux").await.refuses(403, bad);

    let code = world.enrollment("D1").await;
    let first = world.enroll(&code, "k1", "linux").await.expect(200);
    world.pass(hours(30)).await;
    assert_eq!(world.enroll(&code, "k1", "linux").await.expect(200).body, first.body);
    world.enroll(&code, "k2", "linux").await.refuses(403, bad);
    let refused = world.events_of("enrollment.refused").await;
    assert_eq!((refused.len(), &refused[0]["device"]), (12, &json!("D1")));
}

#[tokio::test]
async fn a_token_ends_by_age_and_by_want_of_use_and_stays_ended() {
    let world = World::new().await;
    let me = "/support/odata/v1/me";
    let idle = world.member("idle@mmd.local", &[]).await;
    let busy = world.member("busy@mmd.local", &[]).await;
    for _ in 0..3 {
        world.pass(days(29)).await;
        world.get(&busy, me).send().await.expect(200);
        world.get(&world.admin, me).send().await.expect(200);
    }
    world.get(&idle, me).send().await.expect(401);
    world.clock.advance(-days(60));
    world.get(&idle, me).send().await.expect(401);
    world.clock.advance(days(60));
    world.pass(days(3) - minutes(1)).await;
    world.get(&busy, me).send().await.expect(200);
    world.pass(minutes(1)).await;
    world.get(&busy, me).send().await.expect(401);
    world.clock.advance(-days(1));
    world.get(&busy, me).send().await.expect(401);
}

#[tokio::test]
async fn a_programs_token_lives_for_an_hour_less_a_second() {
    let world = World::new().await;
    let program = world.program_token("bot", &[]).await;
    world.clock.advance(jiff::SignedDuration::from_secs(3598));
    assert_eq!(world.me(&program).await["user"], "app:bot");
    world.clock.advance(jiff::SignedDuration::from_secs(1));
    let answer = world.get(&program, "devices").send().await.expect(401);
    assert!(answer.header("www-authenticate").is_some_and(|c| c.contains("invalid_token")));
    assert_eq!(answer.error(), "The sign-in is not known, or has ended.");
}

#[tokio::test]
async fn heads_are_signed_when_an_hour_or_a_thousand_events_have_passed() {
    let world = World::new().await;
    settle(&world.app).await.unwrap();
    assert_eq!(world.count("select count(*) from heads"), 1);
    let _agent = world.device("D1").await;
    settle(&world.app).await.unwrap();
    assert_eq!(world.count("select count(*) from heads"), 1);
    world.pass(hours(1)).await;
    assert_eq!(world.count("select count(*) from heads"), 2);
    world.pass(hours(5)).await;
    assert_eq!(world.count("select count(*) from heads"), 2, "nothing has come since");
    assert_eq!(world.me(&world.admin).await["user"], ADMIN);
}
