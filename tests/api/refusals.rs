//! The documented refusals, word for word, and those that are ours.

use serde_json::json;

use crate::harness::{World, request_for};

#[tokio::test]
async fn documented_refusals_have_their_documented_words_and_nothing_else() {
    let world = World::new().await;
    let _agent = world.device("D1").await;
    let program = world.program_token("bot", &[]).await;
    let create = |device: &str| world.post(&program, "elevationRequests", &request_for(device));
    let mut ids = vec![];
    for _ in 0..3 {
        ids.push(world.open(&program, "D1").await);
    }
    let full = "This device has too many open elevation requests.";
    create("D1").send().await.refuses(403, full);
    create("D2").send().await.refuses(404, "This device does not exist.");

    world.close(&program, &ids[0]).send().await.expect(204);
    let again = world.close(&program, &ids[0]).send().await;
    again.refuses(400, "This elevation request was already closed.");
    let unknown = "This elevation request does not exist.";
    for id in ["00000000-0000-4000-8000-000000000000", "nonsense", "%00", "'"] {
        world.close(&program, id).send().await.refuses(404, unknown);
        let path = format!("elevationRequests/{id}");
        world.get(&program, &path).send().await.refuses(404, unknown);
    }

    let none = "There is no open elevation request for this device.";
    let read =
        |token: &str, device: &str| world.get(token, &format!("devices/{device}/elevationDetails"));
    read(&world.admin, "D1").send().await.refuses(404, none);
    read(&program, "D2").send().await.refuses(404, "This device does not exist.");
    for id in &ids[1..] {
        world.close(&program, id).send().await.expect(204);
    }
    read(&program, "D1").send().await.refuses(404, none);

    let body = json!({ "deviceName": "T1", "ring": "Test" });
    world.post(&world.admin, "enrollments", &body).send().await.expect(201);
    create("T1").send().await.refuses(403, "Devices in the Test group cannot be elevated.");
    let refused = world.events_of("elevation.refused").await;
    let why: Vec<_> = refused.iter().map(|event| event["detail"]["why"].clone()).collect();
    assert_eq!(why, [full, "Devices in the Test group cannot be elevated."]);
    assert!(refused.iter().all(|event| event["result"] == "refused"));

    let body = json!({ "deviceName": "New" });
    world.post(&world.admin, "enrollments", &body).send().await.expect(201);
    world.open(&program, "New").await;
    let early = read(&program, "New").send().await;
    early.refuses(409, "This device has not set a password yet.");
    assert_eq!(early.header("retry-after"), Some("5"));
}

#[tokio::test]
async fn an_error_names_the_fields_at_fault_and_holds_nothing_more() {
    let world = World::new().await;
    let _agent = world.device("D1").await;
    let mut body = request_for("D1");
    body["title"] = json!(" ");
    body["category"] = json!(7);
    let refused = world.post(&world.admin, "elevationRequests", &body).send().await.expect(400);
    assert_eq!(
        refused.json(),
        json!({ "error": {
            "code": "400",
            "message": "`title` must not be blank.",
            "details": [
                { "code": "required", "message": "`title` must not be blank.", "target": "title" },
                { "code": "wrongType", "message": "`category` must be a string.", "target": "category" },
            ],
        } })
    );
}
