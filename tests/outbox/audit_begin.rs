//! Where an audit sink that is new begins, and that it is known again.

use mmd::service::{outbox, store::deliveries};
use serde_json::{Value, json};

use crate::{
    audit::trail,
    receiver::{Receiver, world},
    rig::{Service, wait_for},
};

fn file_sink(name: &str, path: &std::path::Path, more: &str) -> String {
    let path = path.display();
    format!("[[audit.sink]]\nname='{name}'\nkind='file'\npath='{path}'\n{more}\n")
}

fn lines(path: &std::path::Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn a_new_sink_begins_now_or_at_the_first_event_and_the_trail_says_which() {
    let dir = tempfile::tempdir().unwrap();
    let (now, first) = (dir.path().join("now"), dir.path().join("first"));
    let others = dir.path().join("others");
    let other_tenant = "tenant = '6f1f3a0e-1111-4222-8333-444455556666'";
    let toml = format!(
        "{}{}{}",
        file_sink("others", &others, other_tenant),
        file_sink("recent", &now, ""),
        file_sink("whole", &first, "begin = 'first'")
    );
    // The tenant and its first member were there before.
    let world = world(&toml).await;
    let before =
        u64::try_from(world.count("select min(seq) from audit where action = 'audit.sinkAdded'"));
    let before = before.unwrap() - 1;
    assert!(before > 0);
    world.member("sam@mmd.local", &["support"]).await;
    world.deliver().await;
    let all: Vec<Value> =
        trail(&world).await.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines(&first), all);
    let recent = lines(&now);
    assert_eq!(recent, all[usize::try_from(before).unwrap()..]);
    assert_eq!(
        json!([recent[0]["action"], recent[0]["who"], recent[0]["detail"]]),
        json!(["audit.sinkAdded", "system", { "sink": "recent", "after": before }])
    );
    assert_eq!(recent[1]["detail"], json!({ "sink": "whole", "after": 0 }));
    // Another tenant's sink is none of this one's business.
    assert_eq!(world.events_of("audit.sinkAdded").await.len(), 2);
    assert_eq!(lines(&others), [] as [Value; 0]);
}

#[tokio::test]
async fn a_sink_that_was_never_reached_or_was_left_out_for_a_while_goes_on_where_it_was() {
    let receiver = Receiver::start();
    let hook = receiver.webhook("siem", "").replace("[[sink]]", "[[audit.sink]]");
    let world = world(&hook).await;
    // Nothing was sent before the next start, and before the one after that.
    world.member("sam@mmd.local", &["support"]).await;
    outbox::register(&world.app).await.unwrap();
    let now = world.now();
    let left_out = move |c: &rusqlite::Connection| deliveries::register(c, &[], now);
    world.app.store.write(left_out).await.unwrap();
    world.member("eve@mmd.local", &["support"]).await;
    outbox::register(&world.app).await.unwrap();
    world.deliver().await;
    let seen: Vec<Value> = receiver.seen().iter().map(|seen| seen.json()).collect();
    let begun = seen[0]["seq"].as_u64().unwrap();
    assert_eq!(seen[0]["action"], "audit.sinkAdded");
    let seqs: Vec<_> = seen.iter().map(|event| event["seq"].as_u64().unwrap()).collect();
    let tip = u64::try_from(world.count("select max(seq) from audit")).unwrap();
    assert_eq!(seqs, (begun..=tip).collect::<Vec<_>>());
    assert_eq!(world.events_of("audit.sinkAdded").await.len(), 1, "it is new once");
}

#[test]
fn a_new_service_and_a_new_tenant_are_told_from_their_first_event_on() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("audit.jsonl");
    let mut service = Service::start_with(&file_sink("lines", &path, ""));
    let first = |tenant: &Value| {
        wait_for("the tenant's first event", || {
            lines(&path).into_iter().find(|event| event["tenant"] == *tenant && event["seq"] == 1)
        })
    };
    let own = service.admin.mmd(&["status", "--json"]).exits(0).json()["tenant"].clone();
    first(&own);
    let data = service.data_dir();
    let data = data.to_str().unwrap();
    let add =
        ["serve", "tenant", "add", "Fabrikam", "--domain", "fabrikam.com", "--data-dir", data];
    service.admin.mmd(&add).exits(0);
    let listed = ["serve", "tenant", "list", "--data-dir", data, "--json"];
    let listed = service.admin.mmd(&listed).exits(0).json();
    let fabrikam = listed.as_array().unwrap().iter().find(|t| t["domain"] == "fabrikam.com");
    let fabrikam = fabrikam.expect("the tenant")["id"].clone();
    // Whoever added it was another process: the service looks at its next event, or start.
    service.kill();
    service.restart(None);
    first(&fabrikam);
}
