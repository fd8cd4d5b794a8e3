//! Tenants: made and changed on the service's machine, and what follows from who leads.

use mmd::{
    api::BASE,
    error::Kind,
    service::administration::{Lead, NewTenant, TenantChange},
};
use serde_json::json;
use uuid::Uuid;

use crate::harness::{World, request_for};

fn new(name: &str, domain: &str, lead: Lead) -> NewTenant {
    NewTenant { name: name.into(), domain: domain.into(), lead, admin: None }
}

#[tokio::test]
async fn a_partner_led_tenant_has_its_own_admin_and_its_partners_id_in_requests() {
    let world = World::new().await;
    let lead = Lead::Partner("MMD.local".into());
    let made = world.app.add_tenant(new("Fabrikam", "fabrikam.com", lead)).await.unwrap();
    assert_eq!((made.partner(), made.is_partner_led()), (world.tenant, true));
    let code = world.app.admin_invite(Some(made.id.to_string()), None).await.unwrap().1;
    let admin = world.redeem(code.code.expose()).await;
    let me = world.me(&admin).await;
    assert_eq!(
        (&me["user"], &me["roles"], &me["tenantName"]),
        (&json!("admin@fabrikam.com"), &json!(["support", "admin"]), &json!("Fabrikam"))
    );
    assert_eq!(
        me["tenants"],
        json!([{ "id": made.id, "name": "Fabrikam", "domain": "fabrikam.com" }])
    );
    let at = |path: &str| format!("{BASE}/tenants/{}/{path}", made.id);
    let body = json!({ "deviceName": "D1" });
    world.post(&admin, &at("enrollments"), &body).send().await.expect(201);
    let request = world.post(&admin, &at("elevationRequests"), &request_for("D1"));
    let request = request.send().await.expect(201).json();
    assert_eq!(
        (&request["tenantId"], &request["partnerId"]),
        (&json!(made.id), &json!(world.tenant))
    );

    // Whose people somebody is, is told by their domain.
    let people = async || {
        for upn in ["ana@Fabrikam.com", "pat@mmd.local"] {
            let put = world.call("PUT", &at(&format!("members/{upn}"))).token(&admin);
            put.json(&json!({ "roles": ["support"] })).send().await;
        }
        let list = world.get(&admin, &at("members")).send().await.expect(200).json();
        let told = |member: &serde_json::Value| (member["upn"].clone(), member["partner"].clone());
        list["value"].as_array().unwrap().iter().map(told).collect::<Vec<_>>()
    };
    let named = |partner: bool| {
        [("admin@fabrikam.com", false), ("ana@Fabrikam.com", false), ("pat@mmd.local", partner)]
            .map(|(upn, partner)| (json!(upn), json!(partner)))
    };
    assert_eq!(people().await, named(true));

    // A service that runs knows a change at once; what was opened before keeps what it said.
    let change = TenantChange { lead: Some(Lead::Customer), ..TenantChange::default() };
    let (changed, any) = world.app.set_tenant("fabrikam.com".into(), change.clone()).await.unwrap();
    assert!(any && !changed.is_partner_led());
    assert_eq!(people().await, named(false));
    let (_, again) = world.app.set_tenant("fabrikam.com".into(), change).await.unwrap();
    assert!(!again);
    let close =
        world.call("PATCH", &at(&format!("elevationRequests/{}", request["id"].as_str().unwrap())));
    close.token(&admin).json(&json!({ "ActionsTaken": "x" })).send().await.expect(204);
    let request = world.post(&admin, &at("elevationRequests"), &request_for("D1"));
    assert_eq!(request.send().await.expect(201).json()["partnerId"], json!(made.id));

    let events = world.get(&admin, &at("audit/events")).send().await.expect(200);
    let events: Vec<serde_json::Value> =
        events.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |action: &str| events.iter().filter(|event| event["action"] == action).count();
    assert_eq!((of("tenant.added"), of("tenant.changed")), (1, 1));
    assert_eq!(events[0]["detail"]["partnerId"], json!(world.tenant));
    assert_eq!(world.events_of("tenant.added").await.len(), 0, "it is the other one's event");
}

#[tokio::test]
async fn the_partners_people_in_a_partner_led_tenant_are_told_from_its_own() {
    let world = World::new().await;
    let put = async |token: &str, path: &str| {
        let put = world.call("PUT", path).token(token);
        put.json(&json!({ "roles": ["desk"] })).send().await.expect(200).json()
    };
    let kim = put(&world.admin, "members/kim@freelance.example").await;
    assert_eq!(kim["member"]["partner"], false, "nobody leads the partner");
    let lead = Lead::Partner("mmd.local".into());
    let made = world.app.add_tenant(new("Fabrikam", "fabrikam.com", lead)).await.unwrap();
    let code = world.app.admin_invite(Some(made.id.to_string()), None).await.unwrap().1;
    let admin = world.redeem(code.code.expose()).await;
    let at = |upn: &str| format!("{BASE}/tenants/{}/members/{upn}", made.id);
    for (upn, partner) in [
        ("ana@MMD.local", true),
        ("kim@freelance.example", true),
        ("bob@fabrikam.com", false),
        ("eve@sub.mmd.local", false),
        ("eve@notmmd.local", false),
    ] {
        assert_eq!(put(&admin, &at(upn)).await["member"]["partner"], partner, "{upn}");
    }
    let change = TenantChange { lead: Some(Lead::Customer), ..TenantChange::default() };
    world.app.set_tenant("fabrikam.com".into(), change).await.unwrap();
    let ana = world.get(&admin, &at("ana@mmd.local")).send().await.expect(200).json();
    assert_eq!(ana["partner"], false);
}

#[tokio::test]
async fn what_would_confuse_two_tenants_is_refused() {
    let world = World::new().await;
    let elsewhere = Uuid::new_v4();
    let partner = Lead::Partner(elsewhere.to_string());
    let made = world.app.add_tenant(new("Fabrikam", "fabrikam.com", partner)).await.unwrap();
    assert_eq!(made.partner(), elsewhere);
    let before = world.count("select count(*) from tenants");
    for (wrong, kind) in [
        (new("Again", "FABRIKAM.com", Lead::Customer), Kind::Refused),
        (new(" ", "woodgrove.com", Lead::Customer), Kind::Usage),
        (new("a\nb", "woodgrove.com", Lead::Customer), Kind::Usage),
        (new("Woodgrove", "wood grove", Lead::Customer), Kind::Usage),
        (new("Woodgrove", &Uuid::new_v4().to_string(), Lead::Customer), Kind::Usage),
        (new("Woodgrove", "woodgrove.com", Lead::Partner("nobody.com".into())), Kind::NotFound),
    ] {
        let refused = world.app.add_tenant(wrong.clone()).await.unwrap_err();
        assert_eq!(refused.kind, kind, "{wrong:?}: {refused}");
    }
    let admin = NewTenant { admin: Some("nonsense".into()), ..new("W", "w.com", Lead::Customer) };
    assert_eq!(world.app.add_tenant(admin).await.unwrap_err().kind, Kind::Usage);
    assert_eq!(world.count("select count(*) from tenants"), before, "nothing half-made");
    let own = TenantChange {
        lead: Some(Lead::Partner("fabrikam.com".into())),
        ..TenantChange::default()
    };
    let refused = world.app.set_tenant("fabrikam.com".into(), own).await.unwrap_err();
    assert_eq!(refused.message, "A tenant is not its own partner.");
    let led_by = |lead: &str| TenantChange {
        lead: Some(Lead::Partner(lead.into())),
        ..TenantChange::default()
    };
    // Neither by way of others.
    let woodgrove = new("Woodgrove", "woodgrove.com", Lead::Partner("fabrikam.com".into()));
    world.app.add_tenant(woodgrove).await.unwrap();
    let tailspin = new("Tailspin", "tailspin.com", Lead::Partner("woodgrove.com".into()));
    world.app.add_tenant(tailspin).await.unwrap();
    for partner in ["woodgrove.com", "tailspin.com"] {
        let refused = world.app.set_tenant("fabrikam.com".into(), led_by(partner)).await;
        let refused = refused.unwrap_err();
        assert_eq!(refused.kind, Kind::Usage);
        assert_eq!(
            refused.message,
            format!("`{partner}` has this tenant for its partner: one leads the other, not both.")
        );
    }
    world.app.set_tenant("tailspin.com".into(), led_by("fabrikam.com")).await.unwrap();
    let unknown = world.app.set_tenant("x.com".into(), TenantChange::default()).await.unwrap_err();
    assert_eq!(unknown.kind, Kind::NotFound);
}

#[tokio::test]
async fn no_tenants_name_is_another_ones_domain_or_id() {
    let world = World::new().await;
    let add = |name: &str, domain: &str| world.app.add_tenant(new(name, domain, Lead::Customer));
    let two = add("Two", "two.com").await.unwrap();
    let kind = |error: mmd::error::Error| error.kind;
    assert_eq!(kind(add("TWO.com", "three.com").await.unwrap_err()), Kind::Refused);
    assert_eq!(kind(add("Three", "two").await.unwrap_err()), Kind::Refused);
    assert_eq!(kind(add(&two.id.to_string(), "three.com").await.unwrap_err()), Kind::Usage);
    add("Three", "three.com").await.unwrap();
    let renamed = TenantChange { name: Some("two.com".into()), ..TenantChange::default() };
    let refused = world.app.set_tenant("three.com".into(), renamed).await.unwrap_err();
    assert_eq!(kind(refused), Kind::Refused);
    // Its own domain may be its name.
    let renamed = TenantChange { name: Some("three.com".into()), ..TenantChange::default() };
    assert!(world.app.set_tenant("three.com".into(), renamed).await.unwrap().1);
}

#[tokio::test]
async fn the_admin_who_is_let_in_by_default_is_the_one_of_old() {
    let world = World::new().await;
    world.clock.advance(crate::harness::minutes(1));
    world.member("aaa@mmd.local", &["admin"]).await;
    // A member for longer, and an admin since later; and one whose membership ends.
    world.member("bob@mmd.local", &["support"]).await;
    world.clock.advance(crate::harness::minutes(1));
    let bob = world.member("bob@mmd.local", &["admin"]).await;
    let invited = async || world.app.admin_invite(None, None).await.unwrap().0;
    assert_eq!(invited().await, crate::harness::ADMIN);
    let change = async |path: &str, body| {
        world.post(&bob, path, &body).send().await.expect(200);
    };
    let until = "2026-03-02T12:00:00Z";
    change("team/add", json!({ "upns": ["aaa@mmd.local"], "until": until })).await;
    change("team/remove", json!({ "upns": [crate::harness::ADMIN], "roles": ["admin"] })).await;
    assert_eq!(invited().await, "bob@mmd.local");
}
