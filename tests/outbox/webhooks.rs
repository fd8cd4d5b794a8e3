//! Signed webhooks: everything arrives, signed, in the order of its subject; what fails is tried
//! again, and what is given up holds up nothing.

use std::process::{Command, Stdio};

use jiff::SignedDuration;
use mmd::service::{
    jobs,
    store::outbox::{self, Notice},
};
use serde_json::{Value, json};

use crate::{
    common,
    harness::{ADMIN, World, days, hours, minutes},
    receiver::{Receiver, Reply, SECRET, Seen, world},
};

fn seconds(n: i64) -> SignedDuration {
    SignedDuration::from_secs(n)
}

/// The event and subject of each request that came.
fn told(seen: &[Seen]) -> Vec<(String, String)> {
    let subject = |seen: &Seen| seen.json()["data"]["id"].as_str().unwrap().to_owned();
    seen.iter().map(|seen| (seen.event(), subject(seen))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|&(event, id)| (event.to_owned(), id.to_owned())).collect()
}

/// Waits until it is so, at most half a minute.
async fn wait_until(so: impl Fn() -> bool) {
    let end = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while !so() {
        assert!(std::time::Instant::now() < end, "it did not come to pass");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

/// Signs by another implementation: Python's.
fn python_signs(secret: &str, signed: &str) -> Option<String> {
    const SIGN: &str = "import sys,hmac,hashlib,base64\n\
        key=base64.b64decode(sys.argv[1].removeprefix('whsec_'))\n\
        digest=hmac.new(key,sys.stdin.buffer.read(),hashlib.sha256).digest()\n\
        print('v1,'+base64.b64encode(digest).decode())";
    let mut python = Command::new("/usr/bin/python3")
        .args(["-c", SIGN, secret])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    std::io::Write::write_all(&mut python.stdin.take()?, signed.as_bytes()).ok()?;
    let said = python.wait_with_output().ok()?;
    Some(String::from_utf8(said.stdout).ok()?.trim().to_owned())
}

#[tokio::test]
async fn an_elevations_story_is_told_whole_in_order_and_signed() {
    let receiver = Receiver::start();
    let world = world(&receiver.webhook("hooks", "")).await;
    let _agent = world.device("D1").await;
    let id = world.open(&world.admin, "D1").await;
    world.read(&world.admin, "D1").send().await.expect(200);
    world.close(&world.admin, &id).send().await.expect(204);
    world.deliver().await;
    let seen = receiver.seen();
    let story = [("elevation.opened", &*id), ("elevation.viewed", &id), ("elevation.closed", &id)];
    assert_eq!(told(&seen), pairs(&story));
    let tenant = world.tenant;
    assert_eq!(
        seen[0].json(),
        json!({
            "type": "elevation.opened",
            "timestamp": "2026-03-02T09:00:00Z",
            "data": {
                "id": id, "tenantId": tenant, "deviceName": "D1",
                "partnerTicketId": "INC0012345", "requestedBy": ADMIN, "state": "open",
                "by": ADMIN, "at": "2026-03-02T09:00:00Z", "validUntil": "2026-03-02T11:00:00Z",
            },
        })
    );
    assert_eq!(seen[2].json()["data"]["state"], "closed");
    let whole: Vec<_> = seen.iter().map(|s| String::from_utf8_lossy(&s.body)).collect();
    for text in ["Repair the installation", "Restarted the service", "Excel"] {
        assert!(!whole.concat().contains(text), "what somebody wrote stays here");
    }
    for one in &seen {
        assert_eq!((one.method.as_str(), one.path.as_str()), ("POST", "/hook"));
        assert_eq!(one.header("content-type"), "application/json");
        assert_eq!(one.header("webhook-timestamp"), world.now().as_second().to_string());
        let (id, at) = (one.header("webhook-id"), one.header("webhook-timestamp"));
        let signed = format!("{id}.{at}.{}", String::from_utf8_lossy(&one.body));
        match python_signs(SECRET, &signed) {
            Some(signature) => assert_eq!(one.header("webhook-signature"), signature),
            None => common::missing("/usr/bin/python3"),
        }
    }
    // Nothing is told twice, and nothing is left to do.
    world.deliver().await;
    assert_eq!(receiver.seen().len(), 3);
    assert_eq!(world.deliveries("delivered").await.len(), 3);
    assert!(world.deliveries("pending").await.is_empty());
}

#[tokio::test]
async fn who_hears_of_an_elevation_is_told_no_later_end_than_it_has() {
    let receiver = Receiver::start();
    let world = world(&receiver.webhook("hooks", "")).await;
    let _agent = world.device("D1").await;
    let sam = world.member("sam@c", &["support"]).await;
    let until = json!({ "upns": ["sam@c"], "until": "2026-03-02T10:00:00Z" });
    world.post(&world.admin, "team/add", &until).send().await.expect(200);
    world.open(&sam, "D1").await;
    world.read(&sam, "D1").send().await.expect(200);
    world.deliver().await;
    let ends: Vec<_> =
        receiver.seen().iter().map(|s| s.json()["data"]["validUntil"].clone()).collect();
    assert_eq!(ends, ["2026-03-02T10:00:00Z"; 2]);
}

#[tokio::test]
async fn while_a_secret_is_replaced_both_sign_and_a_changed_file_counts_at_once() {
    let receiver = Receiver::start();
    let other = format!("whsec_{}", "QUFB".repeat(8));
    let next = receiver.authority.secret("next", &other);
    let world = world(&receiver.webhook("hooks", &format!("next_secret_file = '{next}'"))).await;
    let _agent = world.device("D1").await;
    let id = world.open(&world.admin, "D1").await;
    world.deliver().await;
    let signatures = |seen: &Seen| -> Vec<String> {
        seen.header("webhook-signature").split(' ').map(str::to_owned).collect()
    };
    let first = receiver.take();
    let both = signatures(&first[0]);
    assert!(both.len() == 2 && both[0] != both[1] && both.iter().all(|s| s.starts_with("v1,")));
    // The old secret goes: its file gets the new one.
    receiver.authority.secret("hooks", &other);
    world.close(&world.admin, &id).send().await.expect(204);
    world.deliver().await;
    let second = signatures(&receiver.take()[0]);
    assert_eq!(second[0], second[1], "the file was read anew");
}

#[tokio::test]
async fn a_receiver_that_is_away_gets_everything_later_in_order_and_holds_up_no_other_subject() {
    let receiver = Receiver::start();
    let world = world(&receiver.webhook("hooks", "")).await;
    let (_a, _b) = (world.device("D1").await, world.device("D2").await);
    let first = world.open(&world.admin, "D1").await;
    let failing = first.clone();
    receiver.answers(move |seen| match seen.json()["data"]["id"] == *failing {
        true => Reply::Status(503),
        false => Reply::Status(200),
    });
    world.deliver().await;
    world.close(&world.admin, &first).send().await.expect(204);
    let second = world.open(&world.admin, "D2").await;
    world.close(&world.admin, &second).send().await.expect(204);
    world.deliver().await;
    let seen = receiver.take();
    let others: Vec<_> = told(&seen).into_iter().filter(|(_, id)| *id == second).collect();
    let story = [("elevation.opened", &*second), ("elevation.closed", &second)];
    assert_eq!(others, pairs(&story));
    let own: Vec<_> = told(&seen).into_iter().filter(|(_, id)| *id == first).collect();
    assert!(own.iter().all(|(event, _)| event == "elevation.opened"), "the close waits: {own:?}");
    let pending = world.deliveries("pending").await;
    assert_eq!(pending.len(), 2);
    assert_eq!(pending[0]["lastError"], "it answered 503 Service Unavailable");
    assert_eq!(pending[1]["nextAttempt"], Value::Null, "it waits behind the first");

    let id = seen.iter().find(|s| s.json()["data"]["id"] == *first).unwrap().header("webhook-id");
    receiver.answers(|_| Reply::Status(200));
    world.pass(hours(1)).await;
    world.deliver().await;
    let seen = receiver.take();
    let story = [("elevation.opened", &*first), ("elevation.closed", &first)];
    assert_eq!(told(&seen), pairs(&story));
    assert_eq!(seen[0].header("webhook-id"), id, "a repeat is known by its id");
}

#[tokio::test]
async fn attempts_come_further_and_further_apart_and_an_asked_for_wait_is_honoured() {
    let receiver = Receiver::start();
    let world = world(&receiver.webhook("hooks", "")).await;
    let _agent = world.device("D1").await;
    receiver.answers(|_| Reply::Wait(429, "120"));
    world.open(&world.admin, "D1").await;
    world.deliver().await;
    world.clock.advance(seconds(119));
    world.deliver().await;
    assert_eq!(receiver.take().len(), 1, "not before the wait is over");
    world.clock.advance(seconds(1));
    receiver.answers(|_| Reply::Status(500));
    world.deliver().await;
    assert!(!receiver.take().is_empty());
    // Full jitter: each attempt falls anywhere into the doubled step, at the most an hour.
    let mut longest = SignedDuration::ZERO;
    for _ in 0..16 {
        let pending = world.deliveries("pending").await;
        let next: jiff::Timestamp = pending[0]["nextAttempt"].as_str().unwrap().parse().unwrap();
        let wait = next.duration_since(world.now());
        assert!(wait <= hours(1), "{wait:?}");
        longest = longest.max(wait);
        world.clock.advance(wait.max(seconds(1)));
        world.deliver().await;
    }
    assert!(longest > minutes(1), "{longest:?}");
}

#[tokio::test]
async fn a_receivers_limit_counts_for_all_that_is_sent_to_it_and_for_no_other_sink() {
    let (limited, free) = (Receiver::start(), Receiver::start());
    let toml = format!("{}{}", limited.webhook("limited", ""), free.webhook("free", ""));
    let world = world(&toml).await;
    for (status, wait) in [(429, "30"), (503, "30")] {
        limited.answers(move |_| Reply::Wait(status, wait));
        for subject in ["MMD-1", "MMD-2", "MMD-3"] {
            world.put(subject, 0).await;
            world.deliver().await;
            world.clock.advance(seconds(1));
        }
        assert_eq!((limited.take().len(), free.take().len()), (1, 3), "{status}");
        let pending = world.deliveries("pending").await;
        let when = (world.now() + seconds(27)).to_string();
        assert!(pending.len() == 3 && pending[0]["nextAttempt"] == when, "{pending:?}");
        world.clock.advance(seconds(26));
        world.deliver().await;
        assert_eq!(limited.take().len(), 0, "{status}");
        limited.answers(|_| Reply::Status(200));
        world.clock.advance(seconds(1));
        world.deliver().await;
        let came = told(&limited.take()).into_iter().map(|(_, subject)| subject);
        let mut came: Vec<_> = came.collect();
        came.sort();
        assert_eq!(came, ["MMD-1", "MMD-2", "MMD-3"], "{status}");
    }
    // A wait for one event is that event's.
    limited.answers(|seen| match seen.json()["data"]["id"] == "MMD-1" {
        true => Reply::Wait(500, "30"),
        false => Reply::Status(200),
    });
    world.put("MMD-1", 1).await;
    world.put("MMD-2", 1).await;
    world.deliver().await;
    assert_eq!(limited.take().len(), 2);
}

#[tokio::test]
async fn after_a_receivers_wait_one_goes_first_and_the_others_only_once_it_is_taken() {
    let receiver = Receiver::start();
    let world = world(&receiver.webhook("hooks", "")).await;
    receiver.answers(|_| Reply::Wait(429, "30"));
    let subjects: Vec<_> = (0..8).map(|n| format!("MMD-{n}")).collect();
    for subject in &subjects {
        world.put(subject, 0).await;
    }
    world.deliver().await;
    assert_eq!(receiver.take().len(), 1);
    // What goes at once does so in the loop of a service at work.
    let at_work = tokio::spawn(mmd::service::outbox::run(world.app.clone()));
    world.clock.advance(seconds(30));
    wait_until(|| !receiver.seen().is_empty()).await;
    let failed = "select count(*) from deliveries where attempts > 0";
    wait_until(|| world.count(failed) > 1).await;
    assert_eq!(receiver.take().len(), 1, "it is still limited, and hears no more");
    receiver.answers(|_| Reply::Status(200));
    world.clock.advance(seconds(30));
    wait_until(|| receiver.seen().len() == subjects.len()).await;
    world.app.stop_waits();
    at_work.await.unwrap();
}

#[tokio::test]
async fn an_admin_who_sends_a_dead_letter_again_does_not_wait_for_what_the_receiver_once_said() {
    let receiver = Receiver::start();
    let world = world(&receiver.webhook("hooks", "")).await;
    receiver.answers(|seen| match seen.json()["data"]["id"] == "MMD-1" {
        true => Reply::Status(410),
        false => Reply::Wait(429, "86400"),
    });
    for subject in ["MMD-1", "MMD-2"] {
        world.put(subject, 0).await;
        world.deliver().await;
    }
    receiver.take();
    receiver.answers(|_| Reply::Status(200));
    world.deliver().await;
    assert_eq!(receiver.take().len(), 0);
    let dead = world.deliveries("dead").await;
    let path = format!("deliveries/{}/retry", dead[0]["id"].as_str().unwrap());
    world.post(&world.admin, &path, &json!({})).send().await.expect(200);
    world.deliver().await;
    assert_eq!(told(&receiver.take()), [("ticket.note".to_owned(), "MMD-1".to_owned())]);
}

#[tokio::test]
async fn a_dead_letter_is_shown_lets_the_next_one_by_and_can_be_sent_again() {
    let receiver = Receiver::start();
    let world = world(&receiver.webhook("hooks", "")).await;
    let _agent = world.device("D1").await;
    let auditor = world.member("ann@mmd.local", &["auditor"]).await;
    let support = world.member("sam@mmd.local", &["support"]).await;
    let id = world.open(&world.admin, "D1").await;
    receiver.answers(|seen| match seen.event().as_str() {
        "elevation.opened" => Reply::Status(410),
        _ => Reply::Status(200),
    });
    world.close(&world.admin, &id).send().await.expect(204);
    world.deliver().await;
    let story = [("elevation.opened", &*id), ("elevation.closed", &id)];
    assert_eq!(told(&receiver.take()), pairs(&story));
    let dead = world.deliveries("dead").await;
    let shown = &dead[0];
    assert_eq!(
        *shown,
        json!({
            "id": shown["id"], "notice": shown["notice"], "sink": "hooks",
            "event": "elevation.opened", "subject": id, "state": "dead", "attempts": 1,
            "created": "2026-03-02T09:00:00Z", "nextAttempt": null,
            "ended": "2026-03-02T09:00:00Z", "lastError": "it answered 410 Gone",
        })
    );
    let counts = world.app.store.read(mmd::service::store::deliveries::counts).await.unwrap();
    let counts: Vec<_> = counts.iter().map(|c| (&*c.sink, c.state.as_str(), c.count)).collect();
    assert_eq!(counts, [("hooks", "dead", 1), ("hooks", "delivered", 1)]);

    let path = format!("deliveries/{}/retry", shown["id"].as_str().unwrap());
    world.get(&auditor, "deliveries?state=dead").send().await.expect(200);
    world.get(&support, "deliveries").send().await.expect(403);
    world.post(&auditor, &path, &json!({})).send().await.expect(403);
    world.get(&world.admin, "deliveries?state=lost").send().await.expect(400);
    receiver.answers(|_| Reply::Status(200));
    let again = world.post(&world.admin, &path, &json!({})).send().await.expect(200).json();
    assert_eq!((&again["state"], &again["attempts"]), (&json!("pending"), &json!(0)));
    world.post(&world.admin, &path, &json!({})).send().await.expect(200);
    world.deliver().await;
    assert_eq!(told(&receiver.take()), pairs(&story[..1]));
    let done = world.post(&world.admin, &path, &json!({})).send().await;
    done.refuses(409, "This delivery has reached its receiver.");
    let nobody = format!("deliveries/{}/retry", world.tenant);
    let unknown = world.post(&world.admin, &nobody, &json!({})).send().await;
    unknown.refuses(404, "This delivery does not exist.");
    assert_eq!(world.events_of("delivery.retried").await.len(), 1);

    // Delivered ones are kept a week.
    world.clock.advance(days(7));
    jobs::sweep(&world.app).await.unwrap();
    assert_eq!(world.count("select count(*) from deliveries"), 0);
    assert_eq!(world.count("select count(*) from outbox"), 0);
}

#[tokio::test]
async fn what_cannot_be_delivered_is_given_up_after_three_days() {
    let receiver = Receiver::start();
    let world = world(&receiver.webhook("hooks", "")).await;
    let _agent = world.device("D1").await;
    receiver.answers(|_| Reply::Status(500));
    world.open(&world.admin, "D1").await;
    for _ in 0..80 {
        world.deliver().await;
        world.clock.advance(hours(1));
    }
    let dead = world.deliveries("dead").await;
    let why = dead[0]["lastError"].as_str().unwrap();
    assert!(why.starts_with("given up after "), "{why}");
    assert!(why.ends_with("attempts: it answered 500 Internal Server Error"), "{why}");
    let age: jiff::Timestamp = dead[0]["ended"].as_str().unwrap().parse().unwrap();
    let born: jiff::Timestamp = dead[0]["created"].as_str().unwrap().parse().unwrap();
    assert!((hours(72)..=hours(74)).contains(&age.duration_since(born)));
}

#[tokio::test]
async fn a_sink_gets_the_events_and_the_tenant_that_it_asks_for_and_without_sinks_nothing_is_kept()
{
    let receiver = Receiver::start();
    let closes = receiver.webhook("closes", "events = ['elevation.closed']");
    let tickets = receiver.webhook("tickets", "events = ['ticket.*']");
    let tenant = "tenant = '6f1f3a0e-1111-4222-8333-444455556666'";
    let others = receiver.webhook("others", tenant);
    let some = world(&format!("{closes}{tickets}{others}")).await;
    let none = World::new().await;
    for world in [&some, &none] {
        let _agent = world.device("D1").await;
        let id = world.open(&world.admin, "D1").await;
        world.close(&world.admin, &id).send().await.expect(204);
        world.deliver().await;
    }
    let events: Vec<_> = receiver.seen().iter().map(Seen::event).collect();
    assert_eq!(events, ["elevation.closed"]);
    assert_eq!(none.count("select count(*) from outbox"), 0);
    assert_eq!(some.count("select count(*) from outbox"), 1);
}

#[tokio::test]
async fn what_waits_for_a_sink_that_is_no_more_becomes_a_dead_letter() {
    let receiver = Receiver::start();
    let world = world(&receiver.webhook("hooks", "")).await;
    let _agent = world.device("D1").await;
    world.open(&world.admin, "D1").await;
    let now = world.now();
    let register =
        move |c: &rusqlite::Connection| mmd::service::store::deliveries::register(c, &[], now);
    world.app.store.write(register).await.unwrap();
    let dead = world.deliveries("dead").await;
    assert_eq!(dead[0]["lastError"], "the configuration has no such sink any more");
    let path = format!("deliveries/{}/retry", dead[0]["id"].as_str().unwrap());
    let rename = |name: &str| {
        world.db().execute("update deliveries set sink = $1", [name]).unwrap();
    };
    rename("gone");
    let refused = world.post(&world.admin, &path, &json!({})).send().await;
    refused.refuses(409, "The configuration has no sink `gone` any more.");
    rename("hooks");
    // Configured again, at the next start, it can be sent after all; a start that changes nothing
    // leaves what is pending alone.
    mmd::service::outbox::register(&world.app).await.unwrap();
    world.post(&world.admin, &path, &json!({})).send().await.expect(200);
    mmd::service::outbox::register(&world.app).await.unwrap();
    world.deliver().await;
    assert_eq!(receiver.seen().len(), 1);
}

#[tokio::test]
async fn a_receiver_that_fails_at_random_sees_every_event_in_order() {
    let receiver = Receiver::start();
    let world = world(&receiver.webhook("hooks", "")).await;
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    receiver.answers(move |_| match random() % 5 {
        0 => Reply::Status(500),
        1 => Reply::Status(404),
        2 => Reply::Lost,
        3 => Reply::Wait(429, "7"),
        _ => Reply::Status(200),
    });
    let mut ids = Vec::new();
    for n in 0..6 {
        let name = format!("D{n}");
        let _agent = world.device(&name).await;
        let id = world.open(&world.admin, &name).await;
        world.deliver().await;
        world.read(&world.admin, &name).send().await.expect(200);
        world.close(&world.admin, &id).send().await.expect(204);
        ids.push(id);
    }
    for _ in 0..200 {
        world.deliver().await;
        if world.deliveries("pending").await.is_empty() {
            break;
        }
        world.clock.advance(minutes(10));
    }
    assert!(world.deliveries("dead").await.is_empty());
    let seen = receiver.seen();
    assert!(seen.len() > 18, "some came more than once");
    for id in ids {
        let mut own: Vec<_> = seen.iter().filter(|s| s.json()["data"]["id"] == *id).collect();
        // Repeats dropped by id, what is left is the story.
        let mut known = std::collections::BTreeSet::new();
        own.retain(|s| known.insert(s.header("webhook-id").to_owned()));
        let events: Vec<_> = own.iter().map(|s| s.event()).collect();
        assert_eq!(events, ["elevation.opened", "elevation.viewed", "elevation.closed"]);
    }
}

#[tokio::test]
async fn what_is_committed_goes_out_at_once_many_subjects_at_a_time_and_each_in_order() {
    const SUBJECTS: usize = 20;
    const EVENTS: u64 = 10;
    let receiver = Receiver::start();
    let world = world(&receiver.webhook("hooks", "")).await;
    let at_work = tokio::spawn(mmd::service::outbox::run(world.app.clone()));
    let (tenant, now) = (world.tenant, world.now());
    let put = move |c: &rusqlite::Connection| {
        for n in 0..EVENTS {
            for subject in 0..SUBJECTS {
                let subject = format!("MMD-{subject}");
                let data = json!({ "id": subject, "n": n });
                let notice = Notice { event: "ticket.note", subject, data, recipients: vec![] };
                outbox::put(c, tenant, &notice, now)?;
            }
        }
        Ok(())
    };
    world.app.store.write(put).await.unwrap();
    let all = SUBJECTS * usize::try_from(EVENTS).unwrap();
    let end = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while receiver.seen().len() < all {
        assert!(std::time::Instant::now() < end, "{} of {all}", receiver.seen().len());
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    world.app.stop_waits();
    at_work.await.unwrap();
    assert_eq!(world.count("select count(*) from deliveries where state <> 'delivered'"), 0);
    let seen = receiver.seen();
    for subject in 0..SUBJECTS {
        let subject = format!("MMD-{subject}");
        let own = seen.iter().map(Seen::json).filter(|body| body["data"]["id"] == *subject);
        let order: Vec<_> = own.map(|body| body["data"]["n"].as_u64().unwrap()).collect();
        assert_eq!(order, (0..EVENTS).collect::<Vec<_>>(), "{subject}");
    }
}
