//! Operations 9 and 10: personas, and which devices have which.

use serde_json::{Value, json};

use crate::{call::Answer, documented::collection, harness::World};

#[track_caller]
fn refuses(answer: &Answer, status: u16, message: &str) {
    let whole =
        format!(r#"{{"errorCode":"{status}","message":"{message}","instanceAnnotations":[]}}"#);
    assert_eq!((answer.status, answer.text()), (status, whole.as_str()));
}

#[tokio::test]
async fn profiles_are_listed_and_reassigned_as_documented() {
    let world = World::new().await;
    let (_one, _two) = (world.device("D1").await, world.device("D2").await);
    let program = world.program_token("bot", &["devices"]).await;
    let listed = world.get(&program, "profiles").send().await.expect(200).json();
    let profiles = ["SensitiveData", "Standard", "PowerUser"];
    let expected: Vec<_> =
        profiles.iter().map(|id| json!({ "id": id, "status": "Enabled" })).collect();
    assert_eq!(collection(&listed, "Profile"), &expected);

    let mut ids = vec![];
    for name in ["D1", "D2"] {
        let device = world.get(&program, &format!("devices/{name}")).send().await.json();
        ids.push(device["aadDeviceId"].as_str().unwrap().to_owned());
    }
    let reassign = |token: &str, query: &str, body: Value| {
        let path = format!("profiles/reassignProfile?{query}");
        world.call("PATCH", &path).token(token).json(&body).send()
    };
    let persona = async |name: &str| {
        let device = world.get(&program, &format!("devices/{name}")).send().await.json();
        device["persona"].clone()
    };
    let done = reassign(&program, "persona=PowerUser&wipe=false", json!(ids)).await.expect(200);
    assert_eq!(done.text(), "Successfully start reassigning devices to profile PowerUser");
    assert!(done.header("content-type").unwrap().starts_with("text/plain"));
    assert_eq!(
        (persona("D1").await, persona("D2").await),
        (json!("PowerUser"), json!("PowerUser"))
    );
    assert_eq!(world.events_of("device.reassigned").await.len(), 2);

    // The persona is judged first, then wipe, then the ids.
    let lacks = format!(
        "Kiosk not enabled for tenant {}, only SensitiveData,Standard,PowerUser are enabled",
        world.tenant
    );
    let unknown = "This persona is not supported.";
    let nothing = json!("nothing");
    refuses(&reassign(&program, "persona=Kiosk&wipe=true", nothing.clone()).await, 400, &lacks);
    for query in ["persona=Boss&wipe=true", "wipe=true", "", "persona=kiosk"] {
        refuses(&reassign(&program, query, nothing.clone()).await, 400, unknown);
    }
    let wipe = "This service cannot reset devices.";
    refuses(&reassign(&program, "persona=Standard&wipe=true", nothing.clone()).await, 501, wipe);
    let wrong = reassign(&program, "persona=Standard&wipe=maybe", nothing.clone()).await;
    refuses(&wrong, 400, "`wipe` must be true or false.");
    let wrong = reassign(&program, "persona=Standard&wipe=False", nothing).await;
    refuses(&wrong, 400, "The body is not a JSON array.");
    let wrong = reassign(&program, "persona=Standard", json!([])).await;
    refuses(&wrong, 400, "The body must be an array of 1 to 1000 aadDeviceIds.");
    let wrong = reassign(&program, "persona=Standard", json!([1])).await;
    refuses(&wrong, 400, "The body must be an array of aadDeviceId strings.");
    for unknown in [uuid::Uuid::new_v4().to_string(), "D1".to_owned(), "'".to_owned()] {
        let answer = reassign(&program, "persona=Standard", json!([ids[0], unknown])).await;
        refuses(&answer, 404, "This device does not exist.");
    }
    assert_eq!(persona("D1").await, "PowerUser", "an unknown id changes nothing");

    // An admin does it too, and nobody else of the team.
    reassign(&world.admin, "persona=Standard", json!([ids[0]])).await.expect(200);
    assert_eq!((persona("D1").await, persona("D2").await), (json!("Standard"), json!("PowerUser")));
    let sam = world.member("sam@mmd.local", &["support"]).await;
    reassign(&sam, "persona=Standard", json!(ids)).await.expect(403);
    let bare = world.program_token("tickets-only", &["tickets"]).await;
    reassign(&bare, "persona=Standard", json!(ids)).await.expect(403);

    let put = |token: &str, persona: &str, status: &str| {
        let call = world.call("PUT", &format!("profiles/{persona}")).token(token);
        call.json(&json!({ "status": status })).send()
    };
    put(&sam, "Kiosk", "Enabled").await.expect(403);
    put(&world.admin, "Boss", "Enabled").await.expect(404);
    put(&world.admin, "Kiosk", "On").await.expect(400);
    put(&world.admin, "Kiosk", "Enabled").await.expect(200);
    reassign(&program, "persona=Kiosk", json!([ids[0]])).await.expect(200);
    assert_eq!(persona("D1").await, "Kiosk");
    put(&world.admin, "Kiosk", "Disabled").await.expect(200);
    refuses(&reassign(&program, "persona=Kiosk", json!(ids)).await, 400, &lacks);
}
