//! What cannot be recorded is not done.

use serde_json::json;

use crate::harness::{World, request_for};

/// Makes every write to the audit trail fail.
fn break_the_trail(world: &World) {
    world
        .db()
        .execute_batch(
            "create trigger broken before insert on audit
             begin select raise(abort, 'on purpose'); end",
        )
        .unwrap();
}

fn mend_the_trail(world: &World) {
    world.db().execute_batch("drop trigger broken").unwrap();
}

#[tokio::test]
async fn without_a_record_no_password_leaves_and_nothing_changes() {
    let world = World::new().await;
    let agent = world.device("D1").await;
    let _other = world.device("D2").await;
    let id = world.open(&world.admin, "D1").await;
    let before = (world.rows(), world.request(&world.admin, &id).await);
    break_the_trail(&world);

    let sentence = "The service cannot record this now, so nothing was done.";
    let read = world.read(&world.admin, "D1").send().await;
    read.refuses(503, sentence);
    assert!(!read.text().contains(agent.password()));
    let create = world.post(&world.admin, "elevationRequests", &request_for("D2"));
    create.header("idempotency-key", "k").send().await.refuses(503, sentence);
    world.close(&world.admin, &id).send().await.refuses(503, sentence);
    let extend = format!("elevationRequests/{id}/extend");
    let extend = world.post(&world.admin, &extend, &json!({ "seconds": 9000 }));
    extend.send().await.refuses(503, sentence);
    let rotate = world.post(&world.admin, "devices/D1/rotate", &json!({}));
    rotate.send().await.refuses(503, sentence);
    let enroll = world.post(&world.admin, "enrollments", &json!({ "deviceName": "D3" }));
    enroll.send().await.refuses(503, sentence);
    let put = world.call("PUT", "members/eve@mmd.local").token(&world.admin);
    put.json(&json!({ "roles": ["support"] })).send().await.refuses(503, sentence);
    let app = world.post(&world.admin, "apps", &json!({ "name": "bot" }));
    app.send().await.refuses(503, sentence);
    assert_eq!(before, (world.rows(), world.request(&world.admin, &id).await));

    mend_the_trail(&world);
    world.read(&world.admin, "D1").send().await.expect(200);
    world.close(&world.admin, &id).send().await.expect(204);
}

#[tokio::test]
async fn a_transaction_that_is_rolled_back_whole_takes_nothing_else_with_it() {
    let world = World::new().await;
    let _agent = world.device("D1").await;
    let id = world.open(&world.admin, "D1").await;
    world
        .db()
        .execute_batch(
            "create trigger broken before insert on audit
             begin select raise(rollback, 'on purpose'); end",
        )
        .unwrap();
    let reads = (0..4).map(|_| world.read(&world.admin, "D1").send());
    for answer in futures_util::future::join_all(reads).await {
        answer.expect(503);
    }
    mend_the_trail(&world);
    assert_eq!(world.request(&world.admin, &id).await["viewerUpns"], json!([]));
    world.read(&world.admin, "D1").send().await.expect(200);
}
