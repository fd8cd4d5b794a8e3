//! The order of a subject's events, also beside dead letters that are sent again, and how long
//! delivery goes on.

use std::sync::Arc;

use jiff::Timestamp;
use mmd::service::store::{
    deliveries,
    outbox::{self, Notice},
};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::{
    audit::eventually,
    harness::{World, hours, minutes},
    receiver::{Receiver, Reply, Seen, world},
};

impl World {
    /// Puts out event number `n` of `subject`.
    pub async fn put(&self, subject: &str, n: u64) {
        let (tenant, now) = (self.tenant, self.now());
        let data = json!({ "id": subject, "n": n });
        let subject = subject.to_owned();
        let notice = Notice { event: "ticket.note", subject, data, recipients: vec![] };
        let put = move |c: &rusqlite::Connection| outbox::put(c, tenant, &notice, now);
        self.app.store.write(put).await.unwrap();
    }

    /// Sends a dead letter again.
    pub async fn retry(&self, dead: &Value) {
        let path = format!("deliveries/{}/retry", dead["id"].as_str().unwrap());
        self.post(&self.admin, &path, &json!({})).send().await.expect(200);
    }
}

/// The numbers of a subject's events, as they came.
fn came(seen: &[Seen], subject: &str) -> Vec<u64> {
    let bodies = seen.iter().map(Seen::json).filter(|body| body["data"]["id"] == subject);
    bodies.map(|body| body["data"]["n"].as_u64().unwrap()).collect()
}

fn number(seen: &Seen) -> u64 {
    seen.json()["data"]["n"].as_u64().unwrap()
}

#[tokio::test]
async fn a_dead_letter_that_is_sent_again_leaves_the_order_of_what_is_pending_alone() {
    let receiver = Receiver::start();
    let world = world(&receiver.webhook("hooks", "")).await;
    receiver.answers(|seen| Reply::Status(if number(seen) == 0 { 410 } else { 503 }));
    for n in 0..4 {
        world.put("MMD-1", n).await;
    }
    world.deliver().await;
    let first_came = came(&receiver.take(), "MMD-1");
    assert_eq!(first_came[..2], [0, 1], "what follows a dead letter goes on");
    assert!(first_came[1..].iter().all(|&n| n == 1), "and waits for its own first: {first_came:?}");
    let dead = world.deliveries("dead").await;
    world.retry(&dead[0]).await;

    // It is tried at once, fails for now, and neither holds up nor lets by what is pending.
    receiver.answers(|_| Reply::Status(503));
    world.deliver().await;
    let tried = receiver.take();
    assert_eq!(number(&tried[0]), 0, "at once");
    let pending = world.deliveries("pending").await;
    let next: Vec<_> = pending.iter().map(|one| !one["nextAttempt"].is_null()).collect();
    assert_eq!(next, [true, true, false, false], "the third and the fourth still wait");

    receiver.answers(|_| Reply::Status(200));
    world.clock.advance(hours(1));
    world.deliver().await;
    assert_eq!(came(&receiver.take(), "MMD-1"), [0, 1, 2, 3]);
    assert!(world.deliveries("pending").await.is_empty());
}

#[tokio::test]
async fn dead_letters_of_one_subject_that_are_sent_again_go_in_their_order() {
    let receiver = Receiver::start();
    let world = world(&receiver.webhook("hooks", "")).await;
    receiver.answers(|_| Reply::Status(410));
    for n in 0..3 {
        world.put("MMD-1", n).await;
    }
    world.deliver().await;
    receiver.take();
    let dead = world.deliveries("dead").await;
    for one in dead.iter().rev() {
        world.retry(one).await;
        world.clock.advance(minutes(1));
    }
    receiver.answers(|_| Reply::Status(200));
    world.deliver().await;
    assert_eq!(came(&receiver.take(), "MMD-1"), [0, 1, 2]);
}

/// Two at once could both look for an incident that neither has made yet.
#[tokio::test]
async fn never_are_two_events_of_one_subject_on_their_way_at_once() {
    let receiver = Receiver::start();
    let world = world(&receiver.webhook("hooks", "")).await;
    let let_go = Arc::new(Semaphore::new(0));
    let permits = let_go.clone();
    receiver.answers(move |seen| match (seen.json()["data"]["id"] == "MMD-1", number(seen)) {
        (true, 0) => Reply::Status(410),
        (true, _) => Reply::Hold(permits.clone(), 200),
        _ => Reply::Status(200),
    });
    let at_work = tokio::spawn(mmd::service::outbox::run(world.app.clone()));
    world.put("MMD-1", 0).await;
    world.put("MMD-1", 1).await;
    // The second is on its way, and stays there.
    eventually("the second", || (came(&receiver.seen(), "MMD-1") == [0, 1]).then_some(())).await;
    let dead = world.deliveries("dead").await;
    world.retry(&dead[0]).await;
    // Other subjects go on meanwhile, so the queue has been looked at again and again.
    for n in 0..10 {
        world.put("MMD-2", n).await;
        let there = || came(&receiver.seen(), "MMD-2").contains(&n).then_some(());
        eventually("another subject", there).await;
    }
    assert_eq!(came(&receiver.seen(), "MMD-1"), [0, 1], "the dead letter waits its turn");
    receiver.answers(|_| Reply::Status(200));
    let_go.add_permits(1);
    eventually("the dead letter", || (came(&receiver.seen(), "MMD-1") == [0, 1, 0]).then_some(()))
        .await;
    world.app.stop_waits();
    at_work.await.unwrap();
    assert_eq!(world.count("select count(*) from deliveries where state <> 'delivered'"), 0);
}

#[tokio::test]
async fn what_is_held_holds_up_its_subject_alone_and_not_for_ever() {
    let receiver = Receiver::start();
    let world = world(&receiver.webhook("hooks", "")).await;
    let (tenant, now) = (world.tenant, world.now());
    let hold = move |c: &rusqlite::Connection| {
        let data = json!({ "id": "MMD-1", "n": 0 });
        let subject = "MMD-1".to_owned();
        let notice = Notice { event: "ticket.note", subject, data, recipients: vec![] };
        Ok([0, 1, 2].map(|_| outbox::put_held(c, tenant, &notice, now).unwrap().unwrap()))
    };
    let [gone, told, forgotten] = world.app.store.write(hold).await.unwrap();
    world.put("MMD-1", 1).await;
    world.put("MMD-2", 2).await;
    world.deliver().await;
    assert_eq!(came(&receiver.seen(), "MMD-1"), [] as [u64; 0]);
    assert_eq!(came(&receiver.take(), "MMD-2"), [2], "another subject goes on");
    let decide = move |c: &rusqlite::Connection| {
        deliveries::take_back(c, gone, now)?;
        deliveries::release(c, told, now)
    };
    world.app.store.write(decide).await.unwrap();
    world.deliver().await;
    assert_eq!(came(&receiver.take(), "MMD-1"), [0], "one was forgotten, and one still holds");
    let left = format!("select count(*) from outbox where seq in ({gone}, {forgotten})");
    assert_eq!(world.count(&left), 1);
    // Whoever held it has not come back.
    world.pass(minutes(0)).await;
    world.deliver().await;
    assert!(receiver.take().is_empty());
    world.pass(minutes(1)).await;
    world.deliver().await;
    assert_eq!(came(&receiver.seen(), "MMD-1"), [0, 1]);
}

#[tokio::test]
async fn how_long_delivery_goes_on_counts_from_an_events_own_first_attempt() {
    let receiver = Receiver::start();
    let world = world(&receiver.webhook("hooks", "")).await;
    receiver.answers(|_| Reply::Status(500));
    world.put("MMD-1", 0).await;
    world.put("MMD-1", 1).await;
    let begun = world.now();
    let mut ends = Vec::new();
    for _ in 0..160 {
        world.deliver().await;
        ends = world.deliveries("dead").await;
        world.clock.advance(hours(1));
        if ends.len() == 2 {
            break;
        }
    }
    let age = |one: &Value| {
        let ended: Timestamp = one["ended"].as_str().unwrap().parse().unwrap();
        ended.duration_since(begun)
    };
    // The second waited for three days behind the first, and has three days of its own.
    assert!((hours(72)..=hours(74)).contains(&age(&ends[0])), "{ends:?}");
    assert!((hours(144)..=hours(148)).contains(&age(&ends[1])), "{ends:?}");

    // A service that was away for long gives nothing up for that.
    world.put("MMD-2", 0).await;
    world.clock.advance(hours(200));
    receiver.take();
    world.deliver().await;
    assert_eq!(came(&receiver.seen(), "MMD-2").len(), 1);
    assert_eq!(world.deliveries("dead").await.len(), 2);
    assert_eq!(world.deliveries("pending").await.len(), 1);

    // What is sent again has as much time as at first.
    world.retry(&ends[0]).await;
    for _ in 0..60 {
        world.deliver().await;
        world.clock.advance(hours(1));
    }
    let pending = world.deliveries("pending").await;
    assert!(pending.iter().any(|one| one["id"] == ends[0]["id"]), "{pending:?}");
}
