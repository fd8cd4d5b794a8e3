//! Admin contacts per area.

use serde_json::{Value, json};

use crate::{
    documented::collection,
    harness::{ADMIN, World},
};

#[tokio::test]
async fn an_area_has_one_contact_and_only_an_admin_sets_it() {
    let world = World::with_contacts().await;
    let desk = world.member("desk@mmd.local", &["desk"]).await;
    let sam = world.member("sam@mmd.local", &["support"]).await;
    let contact = |area: &str, name: &str, email: &str, number: &str| {
        json!({
            "area": area, "name": name, "email": email, "phoneNumber": number, "setBy": ADMIN,
            "setAt": "2026-03-02T09:00:00Z",
        })
    };
    let dora = contact("Devices", "Dora Devices", "dora@mmd.local", "+1 555 0101");
    let otto = contact("Other", "Otto Other", "otto@mmd.local", "+1 555 0102");
    // Everybody sees whom to call.
    let listed = world.get(&desk, "contacts").send().await.expect(200).json();
    assert_eq!(collection(&listed, "AdminContacts"), &vec![dora, otto.clone()]);
    let put = |token: &str, area: &str, body: Value| {
        world.call("PUT", &format!("contacts/{area}")).token(token).json(&body).send()
    };
    let body = json!({ "Name": "Ann", "Email": "ann@mmd.local", "PhoneNumber": "1" });
    let ann = contact("App packaging", "Ann", "ann@mmd.local", "1");
    for area in ["App%20packaging", "app-packaging"] {
        assert_eq!(put(&world.admin, area, body.clone()).await.expect(200).json(), ann);
    }
    assert_eq!(world.events_of("contact.set").await.len(), 3, "the same again is no event");
    for token in [&desk, &sam] {
        let refused = put(token, "devices", body.clone()).await.expect(403);
        assert_eq!(refused.error(), "This needs the role `admin`.");
        let remove = world.call("DELETE", "contacts/devices").token(token).send().await;
        remove.expect(403);
    }
    let before = world.rows();
    put(&world.admin, "printers", body.clone()).await.expect(404);
    for (member, value) in [
        ("name", json!("")),
        ("name", json!("a\nb")),
        ("email", json!("ann")),
        ("email", json!("ann@x, bob@y")),
        ("email", json!("ann..lee@mmd.local")),
        ("phoneNumber", json!(1)),
        ("phoneNumber", json!(null)),
    ] {
        let mut body = body.clone();
        // A member is the same one in either casing; this one comes last.
        body.as_object_mut().unwrap().retain(|name, _| !name.eq_ignore_ascii_case(member));
        body[member] = value;
        let answer = put(&world.admin, "devices", body).await.expect(400).json();
        assert_eq!(answer["error"]["details"][0]["target"], member);
    }
    assert_eq!(before, world.rows());
    let remove =
        |area: &str| world.call("DELETE", &format!("contacts/{area}")).token(&world.admin).send();
    remove("devices").await.expect(204);
    remove("devices").await.refuses(404, "There is no admin contact for Devices.");
    let listed = world.get(&desk, "contacts").send().await.expect(200).json();
    assert_eq!(collection(&listed, "AdminContacts"), &vec![ann, otto]);
}
