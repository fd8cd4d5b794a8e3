//! The published operations 1 to 8, 16 and 17, sent as they are documented.

use mmd::api::BASE;
use serde_json::{Value, json};

use crate::{
    call::keys,
    harness::{ADMIN, ORIGIN, World, hours, minutes, request_for},
};

const REQUEST: [&str; 21] = [
    "id",
    "tenantId",
    "partnerId",
    "requestingAgentUpn",
    "partnerTicketId",
    "deviceName",
    "title",
    "category",
    "subcategory",
    "planOfAction",
    "actionsTaken",
    "closingAgentUpn",
    "requestCreationTime",
    "requestClosureTime",
    "requestRenewTime",
    "isSuccessfulRequest",
    "viewerUpns",
    "passwordLastUpdatedTime",
    "isDeleted",
    "ttl",
    "eTag",
];

const DETAIL: [&str; 10] = [
    "tenantId",
    "deviceName",
    "openedElevationRequestId",
    "aadDeviceId",
    "accountUpn",
    "password",
    "passwordLastUpdated",
    "status",
    "isPasswordChanged",
    "viewedBy",
];

pub const DEVICE: [&str; 25] = [
    "name",
    "intuneId",
    "manufacturer",
    "model",
    "serialNumber",
    "globalDeviceId",
    "enrolledIntoIntuneDateTimeUtc",
    "tenantId",
    "tenantName",
    "assignedUser",
    "userUpn",
    "userEmail",
    "complianceState",
    "osVersion",
    "primaryUpdateRing",
    "lastIntuneSyncDateTimeUtc",
    "ageInMonths",
    "planType",
    "persona",
    "aadDeviceId",
    "managementAgent",
    "operatingSystemEdition",
    "profileAssignmentStatus",
    "groups",
    "configurations",
];

fn context(set: &str) -> String {
    format!("{ORIGIN}{BASE}/$metadata#{set}")
}

/// An entity's own members, after its context.
#[track_caller]
pub fn entity(body: &Value, set: &str, members: &[&str]) {
    assert_eq!(body["@odata.context"], context(set));
    assert_eq!(keys(body), [&["@odata.context"], members].concat());
}

#[track_caller]
pub fn collection<'b>(body: &'b Value, set: &str) -> &'b Vec<Value> {
    entity(body, set, &["value"]);
    body["value"].as_array().unwrap()
}

#[tokio::test]
async fn a_request_is_created_as_documented_in_either_casing_and_answered_verbatim() {
    let world = World::new().await;
    let _agent = world.device("MMD-03690457680").await;
    world.pass(minutes(5)).await;
    let program = world.program_token("bot", &[]).await;
    let pascal = json!({
        "PartnerTicketId": " Deployment groups assignment",
        "DeviceName": "mmd-03690457680",
        "Title": "a \u{202f}b\u{1f600} \"c\" ",
        "Category": "Office",
        "Subcategory": "Excel",
        "PlanOfAction": "line 1\r\nline 2\t",
    });
    let made = world.post(&program, "elevationRequests", &pascal).send().await.expect(201).json();
    entity(&made, "ElevationRequests/$entity", &REQUEST);
    let tenant = world.tenant.to_string();
    let expected = json!({
        "@odata.context": context("ElevationRequests/$entity"),
        "id": made["id"],
        "tenantId": tenant,
        "partnerId": tenant,
        "requestingAgentUpn": "app:bot",
        "partnerTicketId": " Deployment groups assignment",
        "deviceName": "MMD-03690457680",
        "title": "a \u{202f}b\u{1f600} \"c\" ",
        "category": "Office",
        "subcategory": "Excel",
        "planOfAction": "line 1\r\nline 2\t",
        "actionsTaken": "",
        "closingAgentUpn": "",
        "requestCreationTime": "2026-03-02T09:05:00Z",
        "requestClosureTime": null,
        "requestRenewTime": null,
        "isSuccessfulRequest": true,
        "viewerUpns": [],
        "passwordLastUpdatedTime": "2026-03-02T09:00:00Z",
        "isDeleted": false,
        "ttl": 7_776_000,
        "eTag": null,
    });
    assert_eq!(made, expected);

    let shown = world.get(&program, &format!("elevationRequests/{}", made["id"].as_str().unwrap()));
    assert_eq!(shown.send().await.expect(200).json(), expected);
    let listed = world.get(&program, "elevationRequests").send().await.expect(200).json();
    let mut row = expected;
    row.as_object_mut().unwrap().shift_remove("@odata.context");
    assert_eq!(collection(&listed, "ElevationRequests"), &vec![row]);

    let camel = request_for("MMD-03690457680");
    world.post(&world.admin, "elevationRequests", &camel).send().await.expect(201);
}

#[tokio::test]
async fn a_password_is_handed_out_as_documented_and_the_request_closed() {
    let world = World::new().await;
    let agent = world.device("D1").await;
    let program = world.program_token("bot", &[]).await;
    let id = world.open(&program, "D1").await;
    let path = "devices/d1/elevationDetails";
    let detail = world.get(&program, path).send().await.expect(200).json();
    entity(&detail, "Microsoft.ManagedDesktop.DeviceElevationDetail", &DETAIL);
    let device = world.get(&program, "devices/D1").send().await.expect(200).json();
    let expected = json!({
        "@odata.context": context("Microsoft.ManagedDesktop.DeviceElevationDetail"),
        "tenantId": world.tenant.to_string(),
        "deviceName": "D1",
        "openedElevationRequestId": id,
        "aadDeviceId": device["aadDeviceId"],
        "accountUpn": "mmdadmin",
        "password": agent.password(),
        "passwordLastUpdated": "2026-03-02T09:00:00Z",
        "status": "PasswordSucceeded",
        "isPasswordChanged": false,
        "viewedBy": ["app:bot"],
    });
    assert_eq!(detail, expected);

    world.pass(minutes(1)).await;
    let closed = world.close(&program, &id).send().await.expect(204);
    assert_eq!((closed.text(), closed.header("content-type")), ("", None));
    let shown = world.get(&program, &format!("elevationRequests/{id}")).send().await.json();
    entity(&shown, "ElevationRequests/$entity", &REQUEST);
    assert_eq!(shown["actionsTaken"], "Restarted the service");
    assert_eq!(shown["closingAgentUpn"], "app:bot");
    assert_eq!(shown["requestClosureTime"], "2026-03-02T09:01:00Z");
    assert_eq!(shown["isSuccessfulRequest"], false);
    assert_eq!(shown["viewerUpns"], json!(["app:bot"]));
}

#[tokio::test]
async fn annotations_come_only_to_who_asks_for_them() {
    let world = World::new().await;
    let mut agent = world.device("D1").await;
    let body = request_for("D1");
    let create = || world.post(&world.admin, "elevationRequests", &body);
    let made = create().annotated().send().await.expect(201).json();
    let id = made["id"].as_str().unwrap();
    let before =
        ["@mmd.validUntil", "@mmd.state", "@mmd.status", "@mmd.generation", "@mmd.account"];
    entity(&made, "ElevationRequests/$entity", &[&REQUEST[..], &before].concat());
    let annotated = json!(["2026-03-02T11:00:00Z", "open", "PasswordSucceeded", 1, ".\\mmdadmin"]);
    assert_eq!(json!(before.map(|name| &made[name])), annotated);
    assert_eq!(made["viewerUpns"], json!([]), "a status is no view");

    let detail = world.read(&world.admin, "D1").send().await.expect(200).json();
    let more = ["@mmd.validUntil", "@mmd.generation", "@mmd.account"];
    let set = "Microsoft.ManagedDesktop.DeviceElevationDetail";
    entity(&detail, set, &[&DETAIL[..], &more].concat());
    assert_eq!(json!(more.map(|m| &detail[m])), json!(["2026-03-02T11:00:00Z", 1, ".\\mmdadmin"]));

    // With a second password in escrow, either may be on the device.
    world.post(&world.admin, "devices/D1/rotate", &json!({})).send().await.expect(202);
    agent.contact(&world).await;
    agent.escrow(&world).await;
    let detail = world.read(&world.admin, "D1").send().await.expect(200).json();
    entity(&detail, set, &[&DETAIL[..], &more, &["@mmd.candidates"]].concat());
    assert_eq!(detail["status"], "PasswordPending");
    assert_eq!(detail["password"], agent.passwords[&2]);
    let candidates = json!([{ "generation": 1, "password": agent.passwords[&1] }]);
    assert_eq!(detail["@mmd.candidates"], candidates);

    world.close(&world.admin, id).send().await.expect(204);
    let closed = world.request(&world.admin, id).await;
    let after = ["@mmd.validUntil", "@mmd.state", "@mmd.account", "@mmd.closing"];
    entity(&closed, "ElevationRequests/$entity", &[&REQUEST[..], &after].concat());
    assert_eq!(closed["@mmd.closing"]["rotationOwedSince"], "2026-03-02T09:00:00Z");

    for path in ["elevationRequests", "devices", "devices/D1", "users"] {
        let plain = world.get(&world.admin, path).send().await.expect(200);
        assert!(!plain.text().contains("\"@mmd."), "{path}: {}", plain.text());
        let other = world.get(&world.admin, path).header("prefer", "include-annotations=\"-*\"");
        assert!(!other.send().await.text().contains("\"@mmd."), "{path}");
    }
    let device = world.get(&world.admin, "devices/D1").annotated().send().await.json();
    entity(&device, "Devices/$entity", &[&DEVICE[..], &["@mmd.rotation"]].concat());
    assert_eq!(device["@mmd.rotation"]["state"], "owed");
}

#[tokio::test]
async fn a_program_gets_its_token_by_the_documented_request() {
    let world = World::new().await;
    let (id, secret) = world.program("bot", &[]).await;
    let documented = "https://mwaas-services-customerapi-prod.azurewebsites.net";
    for scope in [
        format!("{documented}/.default"),
        format!("{documented}/.Default"),
        format!("{ORIGIN}/.default"),
    ] {
        let answer = world.token_answer(&id, &secret, &scope).await.expect(200).json();
        assert_eq!(keys(&answer), ["token_type", "expires_in", "access_token"]);
        assert_eq!(
            (&answer["token_type"], &answer["expires_in"]),
            (&json!("Bearer"), &json!("3599"))
        );
        let me = world.me(answer["access_token"].as_str().unwrap()).await;
        assert_eq!(me["user"], "app:bot");
    }
    let scope = format!("{documented}/.default");
    let wrong = world.token_answer(&id, "wrong", &scope).await.expect(401).json();
    assert_eq!(wrong["error"], "invalid_client");
    let wrong = world.token_answer("nobody", &secret, &scope).await.expect(401).json();
    assert_eq!(wrong["error"], "invalid_client");
    let wrong = world.token_answer(&id, &secret, "https://graph.microsoft.com/.default").await;
    assert_eq!(wrong.expect(400).json()["error"], "invalid_scope");
    let path = format!("/{}/oauth2/v2.0/token", world.tenant);
    let wrong = world.call("POST", &path).json(&json!({})).send().await.expect(400).json();
    assert_eq!(wrong["error"], "invalid_request");
}

#[tokio::test]
async fn times_are_utc_with_z_and_the_password_is_older_than_the_request() {
    let world = World::new().await;
    let _agent = world.device("D1").await;
    world.pass(hours(1)).await;
    let id = world.open(&world.admin, "D1").await;
    world.pass(minutes(1)).await;
    let path = format!("elevationRequests/{id}/extend");
    let renewed = world.post(&world.admin, &path, &json!({ "seconds": 7200 })).send().await;
    let renewed = renewed.expect(200).json();
    for member in ["requestCreationTime", "requestRenewTime", "passwordLastUpdatedTime"] {
        assert!(renewed[member].as_str().is_some_and(|time| time.ends_with('Z')), "{renewed}");
    }
    let time = |member: &str| renewed[member].as_str().unwrap().to_owned();
    assert!(time("passwordLastUpdatedTime") < time("requestCreationTime"));
    assert_eq!(renewed["requestingAgentUpn"], ADMIN);
}
