//! What an operator sees of deliveries: `/metrics`, and the warnings that `mmd doctor` shows.

use serde_json::json;

use crate::{
    harness::{World, minutes},
    receiver::{Receiver, Reply, world},
    rig::{Home, Service, wait_for},
};

async fn metrics(world: &World) -> String {
    world.call("GET", "/metrics").send().await.expect(200).text().to_owned()
}

/// The warning of this code.
async fn warning(world: &World, code: &str) -> Option<serde_json::Value> {
    let health = world.get(&world.admin, "health").send().await.expect(200).json();
    health["warnings"].as_array().unwrap().iter().find(|w| w["code"] == code).cloned()
}

#[tokio::test]
async fn what_waits_and_what_was_given_up_is_counted_for_each_sink() {
    let hooks = Receiver::start();
    let other = Receiver::start();
    let both = format!("{}{}", hooks.webhook("hooks", ""), other.webhook("other", ""));
    let world = world(&both).await;
    let line = |sink: &str, state: &str, count: u32| {
        format!("mmd_deliveries{{sink=\"{sink}\",state=\"{state}\"}} {count}")
    };
    let shows = async |hooks: [u32; 2], other: [u32; 2]| {
        let text = metrics(&world).await;
        let told: Vec<_> = text.lines().filter(|l| l.starts_with("mmd_deliveries{")).collect();
        let expected = [
            line("hooks", "dead", hooks[0]),
            line("hooks", "pending", hooks[1]),
            line("other", "dead", other[0]),
            line("other", "pending", other[1]),
        ];
        assert_eq!(told, expected, "{text}");
        assert!(text.contains("# TYPE mmd_deliveries gauge\n"), "{text}");
    };
    shows([0, 0], [0, 0]).await;
    assert_eq!(warning(&world, "deadLetters").await, None);
    let _agent = world.device("D1").await;
    let id = world.open(&world.admin, "D1").await;
    world.close(&world.admin, &id).send().await.expect(204);
    shows([0, 2], [0, 2]).await;
    hooks.answers(|_| Reply::Status(410));
    other.answers(|_| Reply::Status(503));
    world.deliver().await;
    shows([2, 0], [0, 2]).await;
    let warned = warning(&world, "deadLetters").await.expect("a warning");
    assert_eq!(warned["message"], "Notices that were given up and reached nobody: 2.");
    assert_eq!(
        warned["hint"],
        "`mmd doctor deliveries list` shows each with its reason, and `mmd doctor deliveries \
         retry ID` sends one again."
    );
    for text in [metrics(&world).await.as_str(), &warned.to_string()] {
        assert!(!text.contains(&id) && !text.contains("D1"), "{text}");
    }
    // Sent again, and taken: there is nothing to look after any more.
    hooks.answers(|_| Reply::Status(200));
    for dead in world.deliveries("dead").await {
        let path = format!("deliveries/{}/retry", dead["id"].as_str().unwrap());
        world.post(&world.admin, &path, &json!({})).send().await.expect(200);
    }
    world.deliver().await;
    shows([0, 0], [0, 2]).await;
    assert_eq!(warning(&world, "deadLetters").await, None);
}

#[tokio::test]
async fn what_is_late_or_fails_again_and_again_is_warned_of_before_it_is_given_up() {
    let (hooks, slow) = (Receiver::start(), Receiver::start());
    let both = format!("{}{}", hooks.webhook("hooks", ""), slow.webhook("slow", ""));
    let world = world(&both).await;
    hooks.answers(|_| Reply::Status(502));
    slow.answers(|_| Reply::Wait(429, "600"));
    world.put("MMD-1", 0).await;
    world.put("MMD-2", 0).await;
    let warned = async || {
        let health = world.get(&world.admin, "health").send().await.expect(200).json();
        let warnings = health["warnings"].as_array().unwrap().clone();
        let late = warnings.into_iter().filter(|one| one["code"] == "noticesNotDelivered");
        late.map(|one| json!([one["message"], one["hint"]])).collect::<Vec<_>>()
    };
    let words = |sink: &str, count: u32, why: &str| {
        json!([
            format!(
                "Notices that the sink `{sink}` has not delivered, and tries again: {count}, the \
                 oldest since 2026-03-02T09:00:00Z; the last attempt: {why}."
            ),
            format!(
                "`mmd doctor deliveries list --state pending --sink {sink}` shows whom they are \
                 for: call where it is urgent."
            ),
        ])
    };
    // What has failed once or twice is on its way.
    for _ in 0..2 {
        assert_eq!(warned().await, [] as [serde_json::Value; 0]);
        world.deliver().await;
        world.clock.advance(minutes(1));
    }
    world.deliver().await;
    let bad = words("hooks", 2, "it answered 502 Bad Gateway");
    assert_eq!(warned().await, std::slice::from_ref(&bad));
    world.clock.advance(minutes(3));
    let late = words("slow", 2, "it answered 429 Too Many Requests");
    assert_eq!(warned().await, [bad, late.clone()]);
    hooks.answers(|_| Reply::Status(200));
    world.deliver().await;
    assert_eq!(warned().await, [late]);
}

#[tokio::test]
async fn an_audit_sink_that_takes_nothing_is_counted_and_warned_of() {
    let receiver = Receiver::start();
    let sink = receiver.webhook("siem", "").replace("[[sink]]", "[[audit.sink]]");
    let world = world(&sink).await;
    world.deliver().await;
    let behind = async |expected: i64| {
        let text = metrics(&world).await;
        let line = format!("mmd_audit_behind{{sink=\"siem\"}} {expected}\n");
        assert!(text.contains(&line), "{line} in {text}");
    };
    behind(0).await;
    assert_eq!(warning(&world, "auditSinkBehind").await, None);
    receiver.answers(|_| Reply::Status(500));
    let before = world.count("select max(seq) from audit");
    world.member("sam@mmd.local", &["support"]).await;
    let events = world.count("select max(seq) from audit") - before;
    assert!(events > 0);
    // Behind, but nobody has been refused yet: no warning for what is only on its way.
    behind(events).await;
    assert_eq!(warning(&world, "auditSinkBehind").await, None);
    world.deliver().await;
    let warned = warning(&world, "auditSinkBehind").await.expect("a warning");
    let message = format!("The audit sink `siem` takes no events now; it lacks {events}.");
    assert_eq!(warned["message"], message);
    receiver.answers(|_| Reply::Status(200));
    world.deliver().await;
    behind(0).await;
    assert_eq!(warning(&world, "auditSinkBehind").await, None);
}

#[test]
fn an_admin_is_told_of_dead_letters_by_doctor_and_sends_them_again() {
    let receiver = Receiver::start();
    receiver.answers(|_| Reply::Status(410));
    let service = Service::start_with(&receiver.webhook("hooks", ""));
    let admin = &service.admin;
    let set = ["team", "contacts", "set", "other", "--phone", "+1 555 0102"];
    let contact = ["--given-name", "Otto", "--surname", "Other", "--email", "otto@mmd.local"];
    admin.mmd(&[&set[..], &contact[..]].concat()).exits(0);
    let file = [
        "escalate",
        "--severity",
        "C",
        "--type",
        "Incident",
        "--category",
        "Other",
        "--subcategory",
        "Other",
        "--title",
        "It does not start",
        "--description",
        "At all.",
        "--given-name",
        "Ana",
        "--surname",
        "Ruiz",
        "--email",
        "ana@mmd.local",
        "--phone",
        "+1",
        "--json",
    ];
    let ticket = admin.mmd(&file).exits(0).json()["ticket"]["id"].clone();
    let list = ["doctor", "deliveries", "list", "--json"];
    let dead = wait_for("a dead letter", || {
        let listed = admin.mmd(&list).exits(0).json();
        (listed != json!([])).then_some(listed)
    });
    assert_eq!(
        json!([dead[0]["subject"], dead[0]["event"], dead[0]["state"], dead[0]["lastError"]]),
        json!([ticket, "ticket.created", "dead", "it answered 410 Gone"])
    );
    let doctor = admin.mmd(&["doctor"]).exits(0);
    let hint = "service's health: `mmd doctor deliveries list` shows each with its reason, and \
                `mmd doctor deliveries retry ID` sends one again.";
    assert!(doctor.stderr.contains(hint), "{}", doctor.stderr);
    receiver.answers(|_| Reply::Status(200));
    let id = dead[0]["id"].as_str().unwrap();
    let retry = ["doctor", "deliveries", "retry", &id[..8]];
    let said = admin.mmd(&retry).exits(0);
    assert!(
        said.stdout.starts_with(&format!("{id}\thooks\t\tticket.created\t")),
        "{}",
        said.stdout
    );
    wait_for("its delivery", || {
        let all = ["doctor", "deliveries", "list", "--state", "delivered", "--json"];
        (admin.mmd(&all).exits(0).json()[0]["id"] == *id).then_some(())
    });
    admin.mmd(&retry).exits(5);
    admin.mmd(&["doctor", "deliveries", "retry", id]).exits(6);
    assert_eq!(admin.mmd(&list).exits(0).json(), json!([]));
    let sam = service.member("sam@mmd.local", "support");
    sam.mmd(&list).exits(4);
    // Nobody's own sample is asked for it.
    let home = Home::new();
    home.mmd(&list).exits(2);
}
