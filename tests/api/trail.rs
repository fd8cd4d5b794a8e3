//! The audit trail over everything that happens: it verifies, and it holds no secret.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use mmd::{
    api::audit::Head,
    domain::{
        audit::{Broken, Verifying, hex},
        rotation::At,
    },
    service::store::audit::{By, Record},
};
use serde_json::json;

use crate::{
    agent::FakeAgent,
    harness::{ADMIN, World, hours, request_for},
};

async fn head(world: &World) -> Head {
    let answer = world.get(&world.admin, "audit/head").send().await.expect(200);
    serde_json::from_slice(&answer.body).unwrap()
}

async fn lines(world: &World, query: &str) -> Vec<String> {
    let answer = world.get(&world.admin, &format!("audit/events{query}")).send().await.expect(200);
    assert_eq!(answer.header("content-type"), Some("application/jsonl"));
    answer.text().lines().map(str::to_owned).collect()
}

/// Follows the whole trail past `heads`. Returns how many events there are.
async fn verify(world: &World, heads: &[&Head]) -> Result<u64, Broken> {
    let heads = heads.iter().map(|&head| head.clone()).collect();
    let mut verifying = Verifying::new(world.tenant, heads)?;
    for line in lines(world, "").await {
        verifying.event(line.as_bytes())?;
    }
    verifying.finish().map(|(seq, _)| seq)
}

/// A day at work: everything that makes an event, done and refused. Returns a head from its middle.
async fn a_day(world: &World) -> Head {
    let mut agent = world.device("D1").await;
    let sam = world.member("sam@mmd.local", &["support"]).await;
    let desk = world.member("desk@mmd.local", &["desk"]).await;
    let program = world.program_token("bot", &[]).await;
    let unused = world.invite("desk@mmd.local").await;
    let wrong = json!({ "code": format!("{}{}", &unused[..7], "A".repeat(20)), "tokenHash": "0".repeat(64) });
    world.call("POST", "/invite/redeem").json(&wrong).send().await.expect(403);
    world.read(&desk, "D1").send().await.expect(403);

    let id = world.open(&sam, "D1").await;
    world.open(&program, "D1").await;
    world.read(&sam, "D1").send().await.expect(200);
    world.read(&program, "D1").send().await.expect(200);
    world.close(&world.admin, &id).send().await.expect(204);
    agent.rotate(world).await;
    agent.aftermath(world, &id, &["D1\\eve"]).await.expect(204);
    let middle = head(world).await;

    world.post(&world.admin, "devices/D1/rotate", &json!({})).send().await.expect(202);
    agent.contact(world).await;
    let (attempt, _) = agent.escrow(world).await;
    let last = agent.highest - 1;
    agent.contact_with(world, 0, json!({ "failed": [attempt, last] })).await.expect(200);
    agent.at = At::Drifted;
    agent.contact(world).await;
    agent.rotate(world).await;
    agent.contact_with(world, 0, json!({ "stopped": "locked" })).await.expect(200);
    let second = world.open(&sam, "D1").await;
    let mut body = request_for("D1");
    body["@mmd.overridden"] = json!("editing the registry");
    world.post(&world.admin, "elevationRequests", &body).send().await.expect(201);
    world.post(&program, "elevationRequests", &request_for("D1")).send().await.expect(403);
    let extend = format!("elevationRequests/{second}/extend");
    world.pass(hours(1)).await;
    world.post(&sam, &extend, &json!({ "seconds": 7200 })).send().await.expect(200);
    world.pass(hours(9)).await;

    let code = world.enrollment("D1").await;
    let mut anew = FakeAgent::new(world);
    world.enroll(&code, &anew.key, "windows").await.expect(200);
    world.enroll(&code, "another", "windows").await.expect(403);
    anew.rotate(world).await;
    let remove = world.call("DELETE", "members/sam@mmd.local").token(&world.admin);
    remove.send().await.expect(200);
    middle
}

#[tokio::test]
async fn the_trail_of_a_day_verifies_and_extends_a_head_from_its_middle() {
    let world = World::new().await;
    let middle = a_day(&world).await;
    world.read(&world.admin, "D1").send().await.expect(404);
    let end = head(&world).await;
    let seq = verify(&world, &[&middle, &end]).await.unwrap();
    assert!(seq == end.seq && middle.seq < seq && middle.key == end.key);

    let events = world.events().await;
    let mut actions: Vec<_> =
        events.iter().map(|event| event["action"].as_str().unwrap()).collect();
    actions.sort_unstable();
    actions.dedup();
    let expected = [
        "access.refused",
        "app.added",
        "device.administratorsChanged",
        "device.enrolled",
        "elevation.closed",
        "elevation.expired",
        "elevation.extended",
        "elevation.opened",
        "elevation.refused",
        "enrollment.made",
        "enrollment.refused",
        "invite.made",
        "member.added",
        "member.removed",
        "password.viewed",
        "rotation.asked",
        "rotation.confirmed",
        "rotation.drifted",
        "rotation.failed",
        "rotation.owed",
        "rotation.restored",
        "rotation.stopped",
        "signIn.done",
        "signIn.refused",
    ];
    assert_eq!(actions, expected);
    let overridden = events.iter().find(|event| !event["detail"]["overridden"].is_null());
    assert_eq!(overridden.unwrap()["detail"]["overridden"], "editing the registry");
}

#[tokio::test]
async fn what_was_overridden_is_recorded_when_the_own_request_is_used_again() {
    let world = World::new().await;
    let _agent = world.device("D1").await;
    let id = world.open(&world.admin, "D1").await;
    let mut body = request_for("D1");
    world.post(&world.admin, "elevationRequests", &body).send().await.expect(200);
    assert!(world.events_of("elevation.reused").await.is_empty());
    body["@mmd.overridden"] = json!("editing the registry");
    world.post(&world.admin, "elevationRequests", &body).send().await.expect(200);
    let events = world.events_of("elevation.reused").await;
    assert_eq!(events.len(), 1);
    assert_eq!((&events[0]["request"], &events[0]["device"]), (&json!(id), &json!("D1")));
    assert_eq!(events[0]["detail"]["overridden"], "editing the registry");
}

#[tokio::test]
async fn no_secret_is_in_the_trail_in_the_log_or_in_any_file_beside_the_keys() {
    let log = Log::default();
    // For the whole process, because the store's writer logs from a thread of its own.
    let logging = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE);
    let sink = log.clone();
    logging.with_writer(move || sink.clone()).init();
    let world = World::new().await;
    a_day(&world).await;
    let mut secrets = world.secrets();
    // The public half of a code finds its record; the other half is the secret.
    let halves =
        secrets.iter().filter_map(|s| s.split_once('-')).filter(|(public, _)| public.len() == 6);
    let halves: Vec<_> = halves.map(|(_, half)| half.to_owned()).collect();
    assert!(halves.len() >= 5);
    secrets.extend(halves);
    let written: Vec<_> = secrets.iter().map(|secret| hex(secret.as_bytes())).collect();
    secrets.extend(written);

    let mut places = vec![("the trail".to_owned(), lines(&world, "").await.concat().into_bytes())];
    let logged = log.0.lock().unwrap().clone();
    assert!(String::from_utf8_lossy(&logged).contains("elevationDetails"), "the log was written");
    places.push(("the log".to_owned(), logged));
    for round in ["before", "after"] {
        for entry in std::fs::read_dir(world.path("")).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() && path.extension().is_none_or(|kind| kind != "key") {
                let name = format!("{} {round} a checkpoint", path.display());
                places.push((name, std::fs::read(path).unwrap()));
            }
        }
        world.db().query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(())).unwrap();
    }
    assert!(places.len() >= 5);
    let holds = |bytes: &[u8], text: &str| String::from_utf8_lossy(bytes).contains(text);
    let plain = "Repair the installation";
    assert!(places.iter().any(|(_, bytes)| holds(bytes, plain)), "the search finds what is there");
    for (name, bytes) in &places {
        // The standard library searches text faster than bytes, and secrets are ASCII.
        let text = String::from_utf8_lossy(bytes);
        for secret in &secrets {
            assert!(!text.contains(secret), "a secret lies in {name}");
        }
    }
}

/// Everything that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_row_that_was_changed_or_dropped_is_found() {
    let world = World::new().await;
    let middle = a_day(&world).await;
    let end = head(&world).await;
    let replace = |seq: u64, from: &str, to: &str| {
        let sql = "update audit set body = cast(replace(cast(body as text), $1, $2) as blob) where seq = $3";
        world.db().execute(sql, rusqlite::params![from, to, seq.cast_signed()]).unwrap();
    };
    let who = world.events().await[2]["who"].as_str().unwrap().to_owned();
    replace(3, &who, "mallory@mmd.local");
    assert_eq!(verify(&world, &[]).await, Err(Broken::Link(4)));
    replace(3, "mallory@mmd.local", &who);
    verify(&world, &[&middle, &end]).await.unwrap();

    // The last event hangs on the head alone.
    replace(end.seq, "done", "gone");
    assert!(verify(&world, &[]).await.is_ok());
    assert_eq!(verify(&world, &[&middle, &end]).await, Err(Broken::Rewritten(end.seq)));
    replace(end.seq, "gone", "done");

    world.db().execute("delete from audit where seq > $1", [middle.seq.cast_signed()]).unwrap();
    let short = Broken::Short { head: end.seq, found: middle.seq };
    assert_eq!(verify(&world, &[&middle, &end]).await, Err(short));
    world.db().execute("delete from audit where seq = 5", []).unwrap();
    assert_eq!(verify(&world, &[]).await, Err(Broken::Order { expected: 5, found: 6 }));
}

#[tokio::test]
async fn a_long_trail_is_read_whole_in_parts_and_by_choice() {
    let world = World::new().await;
    let (tenant, now) = (world.tenant, world.now());
    let before = world.events().await.len();
    let append = move |c: &rusqlite::Connection| {
        for n in 0..1_200_u32 {
            let by = By { who: format!("person{}@mmd.local", n % 3), from: None, call: None };
            let device = if n % 2 == 0 { "D1" } else { "D2" };
            let action = if n % 2 == 0 { "a.b" } else { "ab.c" };
            Record::new(&by, action).device(device).append(c, tenant, now)?;
        }
        Ok(())
    };
    world.app.store.write(append).await.unwrap();
    let all = lines(&world, "").await;
    assert_eq!(all.len(), before + 1_200);
    assert_eq!(verify(&world, &[]).await, Ok((before + 1_200) as u64));
    assert_eq!(lines(&world, "?after=700").await, all[700..]);
    assert_eq!(lines(&world, "?limit=501").await, all[..501]);
    assert_eq!(lines(&world, "?limit=0").await, [""; 0]);
    assert_eq!(lines(&world, "?latest=3").await, all[all.len() - 3..]);
    assert_eq!(lines(&world, "?device=d1&who=PERSON1@mmd.local").await.len(), 200);
    assert_eq!(lines(&world, "?action=a.b").await.len(), 600);
    assert_eq!(lines(&world, "?action=a.").await.len(), 600, "a family, and no other's");
    assert_eq!(lines(&world, "?action=a").await.len(), 0);
    assert_eq!(lines(&world, "?device=D1&latest=2&after=1").await.len(), 2);
    let members = lines(&world, &format!("?who={ADMIN}")).await.len();
    assert!(members >= 1);
}
