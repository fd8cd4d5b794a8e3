//! The audit trails of several tenants on their way to one sink: none waits for another.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use mmd::service::{
    outbox,
    store::tenants::{self, Tenant},
};
use serde_json::json;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::{
    agent::FakeAgent,
    audit::{audit_webhook, burst_of, eventually, running, trail, world_member},
    harness::{World, minutes},
    receiver::{Receiver, Reply, Seen, world},
};

/// A second tenant, older than the first one, without an event.
async fn another_tenant(world: &World) -> Uuid {
    let id = Uuid::from_u128(7);
    let long_ago = world.now() - minutes(60);
    let tenant = Tenant {
        id,
        name: "Fabrikam".into(),
        domain: "fabrikam.com".into(),
        partner_id: None,
        sample: false,
    };
    let insert = move |c: &rusqlite::Connection| tenants::insert(c, &tenant, long_ago);
    world.app.store.write(insert).await.unwrap();
    id
}

#[tokio::test]
async fn a_tenant_whose_events_are_refused_holds_up_no_other_and_refuses_it_no_password() {
    let receiver = Receiver::start();
    let world = world(&audit_webhook(&receiver, "mandatory = true")).await;
    let agent = world.device("D1").await;
    let other = another_tenant(&world).await;
    burst_of(&world, other, 3).await;
    receiver.answers(move |seen| match seen.json()["tenant"] == json!(other) {
        true => Reply::Status(500),
        false => Reply::Status(200),
    });
    let at_work = running(&world);
    world.open(&world.admin, "D1").await;
    for _ in 0..3 {
        let answer = world.read(&world.admin, "D1").send().await.expect(200).json();
        assert_eq!(answer["password"], agent.password());
    }
    let refused = outbox::audit::confirm(&world.app, other, 3).await;
    assert_eq!(refused, Err("siem".to_owned()));
    // Its own admins hear of it, and nobody else's.
    let follower = &world.app.outbox.followers()[0];
    assert!(follower.is_failing(other) && !follower.is_failing(world.tenant));
    // Whoever is refused waits, and what comes of others does not wait with it.
    world.invite(&world_member(&world, 1).await).await;
    let last = trail(&world).await.pop().unwrap();
    eventually("the other tenant's trail", || {
        receiver.seen().iter().any(|s| s.body == last.as_bytes()).then_some(())
    })
    .await;
    receiver.answers(|_| Reply::Status(200));
    assert_eq!(outbox::audit::confirm(&world.app, other, 3).await, Ok(()));
    assert!(!follower.is_failing(other));
    world.app.stop_waits();
    at_work.await.unwrap();
}

/// Reads the password, and not after a wait.
async fn reads_at_once(world: &World, agent: &FakeAgent) {
    let begun = Instant::now();
    let answer = world.read(&world.admin, "D1").send().await.expect(200).json();
    assert_eq!(answer["password"], agent.password());
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(2), "{took:?}");
}

/// The numbers of a tenant's events, as they came.
fn numbers(seen: &[Seen], tenant: Uuid) -> Vec<u64> {
    let events = seen.iter().map(Seen::json).filter(|event| event["tenant"] == json!(tenant));
    events.map(|event| event["seq"].as_u64().unwrap()).collect()
}

fn behind(world: &World, tenant: Uuid) -> u64 {
    world.app.outbox.followers()[0].behind(&world.db(), tenant).unwrap()
}

#[tokio::test]
async fn a_tenant_whose_long_trail_drains_slowly_or_not_at_all_costs_another_nothing() {
    const LONG: u64 = 300;
    let receiver = Receiver::start();
    let world = world(&audit_webhook(&receiver, "mandatory = true")).await;
    let agent = world.device("D1").await;
    let other = another_tenant(&world).await;
    burst_of(&world, other, LONG).await;
    // What comes of the other tenant is answered one by one, as permits come.
    let permits = Arc::new(Semaphore::new(0));
    let held = permits.clone();
    receiver.answers(move |seen| match seen.json()["tenant"] == json!(other) {
        true => Reply::Hold(held.clone(), 200),
        false => Reply::Status(200),
    });
    let at_work = running(&world);
    world.open(&world.admin, "D1").await;
    eventually("an event of the other tenant", || {
        (!numbers(&receiver.seen(), other).is_empty()).then_some(())
    })
    .await;
    // It stands still.
    reads_at_once(&world, &agent).await;
    assert_eq!(behind(&world, other), LONG);
    // It drains, slowly.
    let slowly = permits.clone();
    let drip = tokio::spawn(async move {
        loop {
            slowly.add_permits(1);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    eventually("some way", || (behind(&world, other) < LONG).then_some(())).await;
    reads_at_once(&world, &agent).await;
    // An event that is refused once is tried again at once, whatever is left of the other's.
    let (mut refused, held) = (false, permits.clone());
    receiver.answers(move |seen| {
        if seen.json()["tenant"] == json!(other) {
            return Reply::Hold(held.clone(), 200);
        }
        match std::mem::replace(&mut refused, true) {
            false => Reply::Status(500),
            true => Reply::Status(200),
        }
    });
    world.read(&world.admin, "D1").send().await.expect(503);
    reads_at_once(&world, &agent).await;
    assert!(behind(&world, other) > 0, "the other tenant's trail is still on its way");
    drip.abort();
    permits.add_permits(10_000);
    eventually("the whole trail", || (behind(&world, other) == 0).then_some(())).await;
    assert_eq!(numbers(&receiver.seen(), other), (1..=LONG).collect::<Vec<_>>());
    world.app.stop_waits();
    at_work.await.unwrap();
}

#[tokio::test]
async fn a_tenant_that_comes_while_the_service_runs_is_followed_by_the_sinks_that_are_for_it() {
    let receiver = Receiver::start();
    let elsewhere = Receiver::start();
    let own = "tenant = '6f1f3a0e-1111-4222-8333-444455556666'";
    let bound = audit_webhook(&elsewhere, own).replace("'siem'", "'bound'");
    let both = format!("{}{bound}", audit_webhook(&receiver, "mandatory = true"));
    let world = world(&both).await;
    let at_work = running(&world);
    let last = trail(&world).await.pop().unwrap();
    eventually("the first tenant's trail", || {
        receiver.seen().iter().any(|s| s.body == last.as_bytes()).then_some(())
    })
    .await;
    let other = another_tenant(&world).await;
    burst_of(&world, other, 3).await;
    assert_eq!(outbox::audit::confirm(&world.app, other, 3).await, Ok(()));
    assert_eq!(numbers(&receiver.seen(), other), [1, 2, 3]);
    burst_of(&world, other, 1).await;
    eventually("the next event", || (behind(&world, other) == 0).then_some(())).await;
    assert_eq!(numbers(&receiver.seen(), other), [1, 2, 3, 4]);
    assert!(elsewhere.seen().is_empty());
    world.app.stop_waits();
    at_work.await.unwrap();
}

#[tokio::test]
async fn lines_of_two_tenants_in_one_file_are_whole_and_each_trail_is_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("audit.jsonl");
    let file = format!("kind='file'\nbegin='first'\npath='{}'", path.display());
    let world = world(&format!("[[audit.sink]]\nname='lines'\n{file}")).await;
    let other = another_tenant(&world).await;
    let at_work = running(&world);
    for _ in 0..20 {
        burst_of(&world, other, 30).await;
        burst_of(&world, world.tenant, 30).await;
    }
    let all = trail(&world).await;
    let lines = || std::fs::read_to_string(&path).unwrap();
    let of = |tenant: Uuid| {
        let tenant = tenant.to_string();
        lines().lines().filter(|line| line.contains(&tenant)).map(str::to_owned).collect::<Vec<_>>()
    };
    eventually("both trails", || (lines().lines().count() == all.len() + 600).then_some(())).await;
    assert_eq!(of(world.tenant), all);
    let seqs = of(other).into_iter().map(|line| {
        serde_json::from_str::<serde_json::Value>(&line).unwrap()["seq"].as_u64().unwrap()
    });
    assert_eq!(seqs.collect::<Vec<_>>(), (1..=600).collect::<Vec<_>>());
    world.app.stop_waits();
    at_work.await.unwrap();
}
