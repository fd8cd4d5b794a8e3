//! Tickets of ours as incidents in ServiceNow, filed and handed over as people do.

use mmd::api::BASE;
use serde_json::{Value, json};

use crate::{
    harness::{World, incident},
    receiver::world,
    servicenow::Instance,
};

/// A service that tells `instance`, and somebody who may file severity C only.
async fn desk(instance: &Instance) -> (World, String) {
    let world = world(&instance.basic()).await;
    world.contact("Other", "Otto Other", "otto@mmd.local", "+1 555 0102").await;
    let sam = world.member("sam@mmd.local", &["support"]).await;
    (world, sam)
}

/// Hands a request of severity A over. Returns its id.
async fn handed_over(world: &World, token: &str) -> String {
    let body = incident(json!({ "severity": 2 }));
    let kept = world.post(token, &format!("{BASE}/tickets"), &body).send().await.expect(403);
    let kept = kept.json();
    let details = kept["error"]["details"].as_array().unwrap();
    let kept = details.iter().find(|detail| detail["code"] == "kept").unwrap();
    kept["target"].as_str().unwrap().to_owned()
}

/// The first lines of a record's work notes.
fn notes(record: &Value) -> Vec<&str> {
    let notes = record["work_notes"].as_array().unwrap().iter();
    notes.map(|note| note.as_str().unwrap().lines().next().unwrap()).collect()
}

#[tokio::test]
async fn a_hand_over_becomes_one_record_with_one_note_once_it_is_filed() {
    let instance = Instance::start();
    let (world, sam) = desk(&instance).await;
    let id = handed_over(&world, &sam).await;
    let attach = world.ticket(&sam, "POST", &id, "/attachments?name=log").raw("x");
    attach.send().await.expect(201);
    world.deliver_all().await;
    assert_eq!(instance.records(), [] as [Value; 0], "it is no incident before it is filed");
    assert_eq!(world.count("select count(*) from deliveries where state = 'delivered'"), 1);

    world.step(&world.admin, &id, "file", &json!({})).send().await.expect(200);
    world.deliver_all().await;
    let records = instance.records();
    assert_eq!(records.len(), 1);
    assert_eq!(notes(&records[0]), ["mmd ticket.created"]);
    assert_eq!(
        json!([records[0]["correlation_id"], records[0]["urgency"], records[0]["impact"]]),
        json!([id, "1", "1"])
    );

    // An edit brings the urgency along, and makes no second record.
    let edit = world.ticket(&world.admin, "PATCH", &id, "").json(&json!({ "severity": 3 }));
    edit.send().await.expect(200);
    world.deliver_all().await;
    let records = instance.records();
    assert_eq!(records.len(), 1);
    assert_eq!(notes(&records[0]), ["mmd ticket.created", "mmd ticket.edited"]);
    assert_eq!((&records[0]["urgency"], &records[0]["impact"]), (&json!("2"), &json!("2")));
    let lower = world.step(&world.admin, &id, "lower", &json!({})).send().await;
    lower.expect(200);
    world.deliver_all().await;
    assert_eq!(instance.records()[0]["urgency"], "3");
    assert!(world.deliveries("dead").await.is_empty());
}

#[tokio::test]
async fn a_withdrawn_hand_over_makes_no_record_and_no_dead_letter() {
    let instance = Instance::start();
    let (world, sam) = desk(&instance).await;
    let id = handed_over(&world, &sam).await;
    world.step(&sam, &id, "withdraw", &json!({})).send().await.expect(204);
    world.deliver_all().await;
    assert_eq!(instance.records(), [] as [Value; 0]);
    assert_eq!(world.count("select count(*) from deliveries"), 0);
    assert!(instance.receiver.seen().is_empty(), "there is nothing to look up");
}

#[tokio::test]
async fn an_incident_tells_no_admin_so_the_writer_is_told_to_call_one() {
    let instance = Instance::start();
    let (world, sam) = desk(&instance).await;
    let filed = world.filed(&sam, json!({})).await;
    let body = incident(json!({ "severity": 2 }));
    let nobody = "nobody was notified automatically: call an admin.";
    // Asked for twice, it is not "queued before" either.
    for _ in 0..2 {
        let asked = world.ticket(&sam, "PATCH", &filed, "").json(&json!({ "severity": 2 }));
        let asked = asked.send().await.expect(403);
        assert!(asked.error().ends_with(nobody), "{}", asked.error());
    }
    let kept = world.post(&sam, &format!("{BASE}/tickets"), &body).send().await.expect(403);
    assert!(kept.error().ends_with(nobody), "{}", kept.error());
    let details = kept.json()["error"]["details"].clone();
    let called = details.as_array().unwrap().iter().filter(|detail| detail["code"] == "call");
    assert_eq!(called.count(), 2, "{details}");
    for event in ["ticket.handedOver", "ticket.severityAsked"] {
        let recorded = world.events_of(event).await;
        assert_eq!((recorded.len(), &recorded[0]["detail"]["told"]), (1, &json!([])), "{event}");
    }
    world.deliver_all().await;
    assert_eq!(notes(&instance.records()[0]), ["mmd ticket.created"]);
}
