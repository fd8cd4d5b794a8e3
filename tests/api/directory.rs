//! Operations 5 to 8: devices and the people who use them.

use serde_json::json;

use crate::{
    call::keys,
    documented::{DEVICE, collection, entity},
    harness::World,
};

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
