//! The audit trail on its way out: whole, in order, as the bytes that the chain hashes; and no
//! password that a mandatory sink has not heard of.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use mmd::service::{
    Parts, Service, outbox,
    store::audit::{By, Record},
};
use serde_json::{Value, json};
use tokio::{
    sync::{Notify, Semaphore},
    task::JoinHandle,
};
use uuid::Uuid;

use crate::{
    harness::{World, minutes},
    receiver::{Receiver, Reply, world},
};

/// The trail as the chain has it, one event a line.
pub async fn trail(world: &World) -> Vec<String> {
    let answer = world.get(&world.admin, "audit/events").send().await.expect(200);
    answer.text().lines().map(str::to_owned).collect()
}

/// Looks again and again until `look` finds something.
pub async fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "{what} did not happen");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The sinks at work, as in a service that runs.
pub fn running(world: &World) -> JoinHandle<()> {
    tokio::spawn(outbox::run(world.app.clone()))
}

#[tokio::test]
async fn a_file_gets_the_stored_bytes_of_every_event_also_after_it_was_moved_away() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("audit.jsonl");
    let toml = format!(
        "[[audit.sink]]\nname='lines'\nkind='file'\nbegin='first'\npath='{}'",
        path.display()
    );
    let world = world(&toml).await;
    let _agent = world.device("D1").await;
    world.deliver().await;
    let first = trail(&world).await;
    let read = || std::fs::read_to_string(&path).unwrap();
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines(&read()), first);
    let before = read();
    std::fs::rename(&path, dir.path().join("audit.1")).unwrap();
    let id = world.open(&world.admin, "D1").await;
    world.close(&world.admin, &id).send().await.expect(204);
    world.deliver().await;
    let all = trail(&world).await;
    assert_eq!(lines(&read()), all[first.len()..]);
    assert_eq!(std::fs::read_to_string(dir.path().join("audit.1")).unwrap(), before);
    assert_eq!(
        world.count("select seq from audit_cursors where sink = 'lines'"),
        i64::try_from(all.len()).unwrap()
    );
}

pub fn audit_webhook(receiver: &Receiver, more: &str) -> String {
    let hook = receiver.webhook("siem", more);
    hook.replace("[[sink]]", "[[audit.sink]]\nbegin = 'first'")
}

#[tokio::test]
async fn a_webhook_gets_one_event_a_request_and_goes_on_where_it_failed() {
    let receiver = Receiver::start();
    let world = world(&audit_webhook(&receiver, "")).await;
    let _agent = world.device("D1").await;
    let mut count = 0;
    receiver.answers(move |_| {
        count += 1;
        if count == 3 { Reply::Status(500) } else { Reply::Status(200) }
    });
    world.deliver().await;
    assert_eq!(receiver.seen().len(), 3, "nothing goes out past an event that failed");
    world.deliver().await;
    let all = trail(&world).await;
    let seen = receiver.seen();
    let bodies: Vec<_> = seen.iter().map(|s| String::from_utf8(s.body.clone()).unwrap()).collect();
    let mut expected = all.clone();
    expected.insert(2, all[2].clone());
    assert_eq!(bodies, expected);
    let hash = mmd::domain::audit::hash(&seen[2].body);
    let id = format!("{}-3-{}", world.tenant, &hash[..16]);
    assert_eq!(seen[2].header("webhook-id"), id, "a restored trail has other events at its places");
    assert_eq!(seen[2].header("webhook-id"), seen[3].header("webhook-id"));
}

#[tokio::test]
async fn a_password_waits_for_the_mandatory_sink_and_leaves_once_it_has_the_event() {
    let receiver = Receiver::start();
    let world = world(&audit_webhook(&receiver, "mandatory = true")).await;
    let _agent = world.device("D1").await;
    let at_work = running(&world);
    let id = world.open(&world.admin, "D1").await;
    let answer = world.read(&world.admin, "D1").send().await.expect(200).json();
    assert!(answer["password"].is_string());
    // Heard of before the password was answered, not after.
    let heard: Vec<Value> = receiver.seen().iter().map(|s| s.json()).collect();
    assert!(heard.iter().any(|e| e["action"] == "password.viewed" && e["request"] == *id));
    assert_eq!(world.request(&world.admin, &id).await["viewerUpns"], json!(["admin@mmd.local"]));
    world.app.stop_waits();
    at_work.await.unwrap();
}

#[tokio::test]
async fn without_the_mandatory_sink_there_is_no_password_and_no_view() {
    let receiver = Receiver::start();
    let hooks = Receiver::start();
    let both =
        format!("{}{}", audit_webhook(&receiver, "mandatory = true"), hooks.webhook("h", ""));
    let world = world(&both).await;
    let mut agent = world.device("D1").await;
    let at_work = running(&world);
    let id = world.open(&world.admin, "D1").await;
    receiver.answers(|_| Reply::Status(503));
    let refused = world.read(&world.admin, "D1").send().await;
    let sentence = "The audit sink `siem` does not take events now, so no password was handed out.";
    refused.refuses(503, sentence);
    assert_eq!(refused.header("retry-after"), Some("5"));
    assert!(world.events_of("password.viewed").await.is_empty());
    let refused = world.events_of("password.refused").await;
    assert_eq!(
        (&refused[0]["device"], &refused[0]["detail"]),
        (&json!("D1"), &json!({ "sink": "siem" }))
    );
    assert_eq!(world.count("select count(*) from views"), 0);
    assert_eq!(world.request(&world.admin, &id).await["viewerUpns"], json!([]));

    // It takes everything but the view: the secret stays, the view is taken back, the trail says so.
    receiver.answers(|seen| match seen.json()["action"] == "password.viewed" {
        true => Reply::Status(500),
        false => Reply::Status(200),
    });
    world.read(&world.admin, "D1").send().await.refuses(503, sentence);
    assert_eq!(world.count("select count(*) from views"), 0);
    assert_eq!(world.events_of("password.viewed").await.len(), 1);
    let withheld = world.events_of("password.withheld").await;
    assert_eq!((&withheld[0]["request"], &withheld[0]["result"]), (&json!(id), &json!("refused")));

    receiver.answers(|_| Reply::Status(200));
    let answer = world.read(&world.admin, "D1").send().await.expect(200).json();
    assert_eq!(answer["password"], agent.password());
    assert_eq!(world.count("select count(*) from views"), 1);
    let told = eventually("the view is told", || {
        let seen = hooks.seen();
        seen.iter().any(|s| s.event() == "elevation.viewed").then_some(seen)
    });
    let viewed = told.await.iter().filter(|s| s.event() == "elevation.viewed").count();
    assert_eq!(viewed, 1, "what was withheld was not told as a view");
    // In the end the sink has the whole trail, in order.
    world.close(&world.admin, &id).send().await.expect(204);
    agent.rotate(&world).await;
    let all = trail(&world).await;
    let last = all.last().unwrap().clone();
    eventually("the whole trail", || {
        receiver.seen().iter().any(|s| s.body == last.as_bytes()).then_some(())
    })
    .await;
    world.app.stop_waits();
    at_work.await.unwrap();
}

#[tokio::test]
async fn who_may_no_more_once_the_mandatory_sink_has_the_view_is_handed_nothing() {
    let receiver = Receiver::start();
    let hooks = Receiver::start();
    let both =
        format!("{}{}", audit_webhook(&receiver, "mandatory = true"), hooks.webhook("h", ""));
    let world = world(&both).await;
    let mut agent = world.device("D1").await;
    let at_work = running(&world);
    for status in [401, 403, 404, 409] {
        let before = agent.password().to_owned();
        let eve = world.member("eve@c", &["support", "desk"]).await;
        let id = world.open(&eve, "D1").await;
        let (held, was_held) = (Arc::new(Semaphore::new(0)), Arc::new(Notify::new()));
        let (permits, seen) = (held.clone(), was_held.clone());
        receiver.answers(move |event| match event.json()["action"] == "password.viewed" {
            true => {
                seen.notify_one();
                Reply::Hold(permits.clone(), 200)
            }
            false => Reply::Status(200),
        });
        let ends = async {
            was_held.notified().await;
            let take = async |roles| {
                let body = json!({ "upns": ["eve@c"], "roles": roles });
                world.post(&world.admin, "team/remove", &body).send().await.expect(200);
            };
            match status {
                401 => take(json!([])).await,
                403 => take(json!(["support"])).await,
                404 => _ = world.close(&world.admin, &id).send().await.expect(204),
                _ => {
                    let rotate = world.post(&world.admin, "devices/D1/rotate", &json!({}));
                    rotate.send().await.expect(202);
                    agent.rotate(&world).await;
                }
            }
            held.add_permits(1_000_000);
        };
        let (answer, ()) = tokio::join!(world.read(&eve, "D1").send(), ends);
        assert_eq!(answer.status, status, "{}", answer.text());
        assert!(!answer.text().contains(&before));
        assert_eq!(world.count("select count(*) from views"), 0);
    }
    let withheld = world.events_of("password.withheld").await;
    let why: Vec<_> = withheld.iter().map(|event| event["detail"]["why"].clone()).collect();
    let why = Value::from(why);
    assert!(withheld.iter().all(|event| event["result"] == "refused"), "{why}");
    assert_eq!(why.as_array().unwrap().len(), 4, "{why}");
    assert!(hooks.seen().iter().all(|s| s.event() != "elevation.viewed"), "nobody has seen it");
    world.app.stop_waits();
    at_work.await.unwrap();
}

#[tokio::test]
async fn a_sink_that_nobody_runs_refuses_and_one_that_is_not_mandatory_never_does() {
    let receiver = Receiver::start();
    receiver.answers(|_| Reply::Status(500));
    let world = world(&audit_webhook(&receiver, "")).await;
    let _agent = world.device("D1").await;
    let at_work = running(&world);
    world.open(&world.admin, "D1").await;
    world.read(&world.admin, "D1").send().await.expect(200);
    world.app.stop_waits();
    at_work.await.unwrap();

    let file = tempfile::tempdir().unwrap();
    let path = file.path().join("audit.jsonl");
    let mandatory = crate::receiver::world(&format!(
        "[[audit.sink]]\nname='lines'\nkind='file'\nmandatory=true\npath='{}'",
        path.display()
    ))
    .await;
    let _agent = mandatory.device("D1").await;
    mandatory.open(&mandatory.admin, "D1").await;
    mandatory.read(&mandatory.admin, "D1").send().await.expect(503);
    mandatory.clock.advance(minutes(1));
    let at_work = running(&mandatory);
    mandatory.read(&mandatory.admin, "D1").send().await.expect(200);
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written.contains("password.viewed"));
    mandatory.app.stop_waits();
    at_work.await.unwrap();
}

/// A view is in the trail, and the sink has it: whoever is told of views must hear of it, though
/// nothing is left of the service that was about to tell.
#[test]
fn a_service_that_ends_while_the_mandatory_sink_takes_a_view_tells_of_it_at_its_next_start() {
    let receiver = Receiver::start();
    let hooks = Receiver::start();
    let toml =
        format!("{}{}", audit_webhook(&receiver, "mandatory = true"), hooks.webhook("h", ""));
    let first = tokio::runtime::Runtime::new().unwrap();
    let (scene, id) = first.block_on(async {
        let world = world(&toml).await;
        let _agent = world.device("D1").await;
        drop(running(&world));
        let id = world.open(&world.admin, "D1").await;
        receiver.answers(|seen| match seen.json()["action"] == "password.viewed" {
            true => Reply::Hold(Arc::new(Semaphore::new(0)), 200),
            false => Reply::Status(200),
        });
        let viewed = || {
            let seen = receiver.seen();
            seen.iter().any(|s| s.json()["action"] == "password.viewed").then_some(())
        };
        tokio::select! {
            answer = world.read(&world.admin, "D1").send() => panic!("{}", answer.text()),
            () = eventually("the view at the sink", viewed) => {}
        }
        // What comes of the same request meanwhile does not overtake the view.
        world.close(&world.admin, &id).send().await.expect(204);
        (world, id)
    });
    // As by a power cut: what was under way does not go on.
    first.shutdown_background();
    assert_eq!(scene.count("select count(*) from views"), 1);
    assert!(hooks.seen().iter().all(|seen| seen.event() == "elevation.opened"));

    let second = tokio::runtime::Runtime::new().unwrap();
    second.block_on(async {
        let app = Service::open(Parts {
            data_dir: scene.path("mmd.db").parent().unwrap(),
            origin: crate::harness::ORIGIN.to_owned(),
            settings: toml::from_str(&toml).unwrap(),
            clock: scene.clock.clone(),
            master_key_file: None,
            embedded: None,
        })
        .unwrap();
        outbox::register(&app).await.unwrap();
        receiver.answers(|_| Reply::Status(200));
        outbox::settle(&app).await.unwrap();
        outbox::register(&app).await.unwrap();
        outbox::settle(&app).await.unwrap();
    });
    let told: Vec<_> = hooks.seen().iter().map(|seen| (seen.event(), seen.json())).collect();
    let mut events: Vec<_> = told.iter().map(|(event, _)| event.as_str()).collect();
    events.dedup();
    assert_eq!(events, ["elevation.opened", "elevation.viewed", "elevation.closed"]);
    assert!(told.iter().all(|(_, body)| body["data"]["id"] == *id));
}

#[tokio::test]
async fn a_password_does_not_wait_for_what_comes_after_it() {
    let receiver = Receiver::start();
    let world = world(&audit_webhook(&receiver, "mandatory = true")).await;
    let _agent = world.device("D1").await;
    // The sink stands still in the middle of what it is sent.
    let let_go = Arc::new(Semaphore::new(0));
    let permits = let_go.clone();
    let stuck = world.count("select max(seq) from audit");
    for n in 0..30 {
        world.invite(&world_member(&world, n).await).await;
    }
    receiver.answers(move |seen| match seen.json()["seq"].as_i64().unwrap() > stuck {
        true => Reply::Hold(permits.clone(), 200),
        false => Reply::Status(200),
    });
    let at_work = running(&world);
    let taken = u64::try_from(stuck).unwrap();
    let confirm = outbox::audit::confirm(&world.app, world.tenant, taken);
    assert_eq!(confirm.await, Ok(()), "it was acknowledged before the sink stood still");
    let_go.add_permits(10_000);
    world.app.stop_waits();
    at_work.await.unwrap();
}

/// Adds a member, for the events of it.
pub async fn world_member(world: &World, n: usize) -> String {
    let upn = format!("member{n}@mmd.local");
    let call = world.call("PUT", &format!("members/{upn}")).token(&world.admin);
    call.json(&json!({ "roles": ["desk"] })).send().await.expect(200);
    upn
}

#[tokio::test]
async fn a_password_is_read_at_once_while_a_burst_of_events_drains() {
    const BURST: u64 = 3_000;
    // To a sink that is not mandatory, and stands still: the password waits for nothing.
    let receiver = Receiver::start();
    let still = Arc::new(Semaphore::new(0));
    let permits = still.clone();
    let world = world(&audit_webhook(&receiver, "")).await;
    let _agent = world.device("D1").await;
    world.deliver().await;
    receiver.answers(move |_| Reply::Hold(permits.clone(), 200));
    let at_work = running(&world);
    burst(&world, BURST).await;
    world.open(&world.admin, "D1").await;
    let begun = Instant::now();
    world.read(&world.admin, "D1").send().await.expect(200);
    let took = begun.elapsed();
    let text = world.call("GET", "/metrics").send().await.expect(200).text().to_owned();
    let line = text.lines().find(|line| line.starts_with("mmd_audit_behind{")).unwrap();
    let behind: u64 = line.rsplit(' ').next().unwrap().parse().unwrap();
    assert!(behind >= BURST, "{line}");
    assert!(took < Duration::from_secs(1), "{took:?} while {behind} events waited");
    still.add_permits(1_000_000);
    world.app.stop_waits();
    at_work.await.unwrap();

    // To a mandatory file: it has the burst before the password, and in far less than its patience.
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("audit.jsonl");
    let mandatory = crate::receiver::world(&format!(
        "[[audit.sink]]\nname='lines'\nkind='file'\nmandatory=true\npath='{}'",
        path.display()
    ))
    .await;
    let _agent = mandatory.device("D1").await;
    let at_work = running(&mandatory);
    mandatory.open(&mandatory.admin, "D1").await;
    burst(&mandatory, BURST).await;
    let begun = Instant::now();
    mandatory.read(&mandatory.admin, "D1").send().await.expect(200);
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(2), "{took:?}");
    let lines = std::fs::read_to_string(&path).unwrap();
    assert!(lines.lines().count() as u64 > BURST, "the whole burst, and the view");
    assert!(lines.contains("password.viewed"));
    mandatory.app.stop_waits();
    at_work.await.unwrap();
}

#[tokio::test]
async fn what_waits_behind_a_view_that_is_taken_back_goes_at_once() {
    let receiver = Receiver::start();
    let hooks = Receiver::start();
    let both =
        format!("{}{}", audit_webhook(&receiver, "mandatory = true"), hooks.webhook("h", ""));
    let world = world(&both).await;
    let _agent = world.device("D1").await;
    let at_work = running(&world);
    let id = world.open(&world.admin, "D1").await;
    let refuse = Arc::new(Semaphore::new(0));
    let permits = refuse.clone();
    receiver.answers(move |seen| match seen.json()["action"] == "password.viewed" {
        true => Reply::Hold(permits.clone(), 500),
        false => Reply::Status(200),
    });
    let closed = async {
        let viewed = || {
            let seen = receiver.seen();
            seen.iter().any(|s| s.json()["action"] == "password.viewed").then_some(())
        };
        eventually("the view at the sink", viewed).await;
        world.close(&world.admin, &id).send().await.expect(204);
        refuse.add_permits(1);
    };
    let (answer, ()) = tokio::join!(world.read(&world.admin, "D1").send(), closed);
    answer.expect(503);
    eventually("the close is told", || {
        hooks.seen().iter().any(|s| s.event() == "elevation.closed").then_some(())
    })
    .await;
    assert!(hooks.seen().iter().all(|s| s.event() != "elevation.viewed"));
    refuse.add_permits(1_000);
    world.app.stop_waits();
    at_work.await.unwrap();
}

/// So many events in one transaction.
async fn burst(world: &World, events: u64) {
    burst_of(world, world.tenant, events).await;
}

pub async fn burst_of(world: &World, tenant: Uuid, events: u64) {
    let now = world.now();
    let write = move |c: &rusqlite::Connection| {
        for _ in 0..events {
            Record::new(&By::system(), "test.burst").append(c, tenant, now)?;
        }
        Ok(())
    };
    world.app.store.write(write).await.unwrap();
}
