//! The published operations 1 to 8, 16 and 17, sent as they are documented.

use mmd::api::BASE;
use serde_json::{Value, json};

use crate::harness::{ADMIN, ORIGIN, World, hours, keys, minutes, request_for};

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

const DEVICE: [&str; 25] = [
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
fn entity(body: &Value, set: &str, members: &[&str]) {
    assert_eq!(body["@odata.context"], context(set));
    assert_eq!(keys(body), [&["@odata.context"], members].concat());
}

#[track_caller]
fn collection<'b>(body: &'b Value, set: &str) -> &'b Vec<Value> {
    entity(body, set, &["value"]);
    body["value"].as_array().unwrap()
}

/// A user with a device that has every fact, as an import leaves them.
fn import(world: &World, device: &str) {
    let facts = json!({
        "intuneId": "7f8c4e9a-0000-4000-8000-000000000001",
        "manufacturer": "Contoso",
        "model": "Book 3",
        "enrolled": "2025-03-02T09:00:00Z",
        "complianceState": "Compliant",
        "osVersion": "10.0.22631.3007",
        "lastSync": "2026-03-01T23:59:59.1234567Z",
        "planType": "Premium",
        "managementAgent": "Intune",
        "operatingSystemEdition": "Enterprise",
        "profileAssignmentStatus": "Successful",
        "groups": [{ "id": "g1", "displayName": "All", "description": null, "countMembers": 3 }],
        "configurations": [{
            "id": "c1", "type": "Policy", "name": "Base", "version": "1",
            "createdUtc": null, "lastModifiedUtc": null,
            "deploymentStatus": "Succeeded", "lastReportedStatusUtc": null,
        }],
    });
    let db = world.db();
    db.execute(
        "insert into users (tenant, upn, upn_fold, name, email)
         values ($1, 'Marta.Lopez@mmd.local', 'marta.lopez@mmd.local', 'Marta López', 'ml@mmd.local')",
        [world.tenant.to_string()],
    )
    .unwrap();
    db.execute(
        "update devices set facts = $1, user_fold = 'marta.lopez@mmd.local',
             serial_number = 'SN-4711', global_id = 'g:6825776' where name = $2",
        [facts.to_string(), device.to_owned()],
    )
    .unwrap();
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
async fn devices_and_users_are_answered_as_documented() {
    let world = World::new().await;
    let _agent = world.device("MMD-1").await;
    import(&world, "MMD-1");
    let program = world.program_token("bot", &["devices"]).await;

    let shown = world.get(&program, "devices/mmd-1").send().await.expect(200).json();
    entity(&shown, "Devices/$entity", &DEVICE);
    let mut expected = json!({
        "name": "MMD-1",
        "intuneId": "7f8c4e9a-0000-4000-8000-000000000001",
        "manufacturer": "Contoso",
        "model": "Book 3",
        "serialNumber": "SN-4711",
        "globalDeviceId": "g:6825776",
        "enrolledIntoIntuneDateTimeUtc": "2025-03-02T09:00:00Z",
        "tenantId": world.tenant.to_string(),
        "tenantName": "Default",
        "assignedUser": "Marta López",
        "userUpn": "Marta.Lopez@mmd.local",
        "userEmail": "ml@mmd.local",
        "complianceState": "Compliant",
        "osVersion": "10.0.22631.3007",
        "primaryUpdateRing": "Broad",
        "lastIntuneSyncDateTimeUtc": "2026-03-01T23:59:59.1234567Z",
        "ageInMonths": 12,
        "planType": "Premium",
        "persona": "Standard",
        "aadDeviceId": shown["aadDeviceId"],
        "managementAgent": "Intune",
        "operatingSystemEdition": "Enterprise",
        "profileAssignmentStatus": "Successful",
        "groups": [{ "id": "g1", "displayName": "All", "description": null, "countMembers": 3 }],
        "configurations": [{
            "id": "c1", "type": "Policy", "name": "Base", "version": "1",
            "createdUtc": null, "lastModifiedUtc": null,
            "deploymentStatus": "Succeeded", "lastReportedStatusUtc": null,
        }],
    });
    let mut bare = shown;
    bare.as_object_mut().unwrap().shift_remove("@odata.context");
    assert_eq!(bare, expected);

    // Lists leave groups and configurations empty.
    expected["groups"] = json!([]);
    expected["configurations"] = json!([]);
    for search in ["", "?$searchText=sn-4711", "?searchText=G:6825", "?$searchText=LOPEZ@mmd"] {
        let listed = world.get(&program, &format!("devices{search}")).send().await.expect(200);
        assert_eq!(collection(&listed.json(), "Devices"), &vec![expected.clone()], "{search}");
    }
    let none = world.get(&program, "devices?$searchText=%25").send().await.json();
    assert!(collection(&none, "Devices").is_empty(), "there are no wildcards");

    let user = json!({
        "name": "Marta López",
        "upn": "Marta.Lopez@mmd.local",
        "email": "ml@mmd.local",
        "groups": [],
        "devices": [{
            "serialNumber": "SN-4711",
            "name": "MMD-1",
            "model": "Book 3",
            "ring": "Broad",
            "lastIntuneSyncTime": "2026-03-01T23:59:59.1234567Z",
        }],
    });
    let found = [
        "users",
        "users?$searchText=sn-47",
        "users?$searchText=mmd-1",
        "users?searchText=L%C3%B3pez",
    ];
    for path in found.into_iter().chain(["users/marta.lopez@mmd.local"]) {
        let answer = world.get(&program, path).send().await.expect(200).json();
        assert_eq!(collection(&answer, "Users"), &vec![user.clone()], "{path}");
        assert_eq!(keys(&answer["value"][0]), keys(&user));
    }
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
