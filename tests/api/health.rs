//! What a service says of itself: to its admins, and to those who watch it.

use mmd::service::{
    settings::Settings,
    store::tenants::{self, Tenant},
};
use serde_json::json;
use uuid::Uuid;

use crate::harness::World;

#[tokio::test]
async fn admins_and_auditors_are_warned_and_nobody_else() {
    let world = World::new().await;
    let key = json!({
        "code": "sealingKeyBesideData",
        "message": "The key that seals passwords lies beside the database.",
        "hint": "Keep it on another volume, and name it in `MMD_MASTER_KEY_FILE`.",
    });
    let health = world.get(&world.admin, "health").send().await.expect(200).json();
    assert_eq!(health, json!({ "warnings": [key] }));
    let auditor = world.member("ada@mmd.local", &["auditor"]).await;
    world.get(&auditor, "health").send().await.expect(200);
    for role in ["desk", "support", "operations"] {
        let token = world.member(&format!("{role}@mmd.local"), &[role]).await;
        world.get(&token, "health").send().await.expect(403);
    }
    world.call("GET", "health").send().await.expect(401);
    let program = world.program_token("bot", &[]).await;
    world.get(&program, "health").send().await.expect(403);
}

#[tokio::test]
async fn agents_that_have_given_up_are_told() {
    let world = World::new().await;
    let _agent = world.device("D1").await;
    world.db().execute("update agents set stopped = 'too many failed'", []).unwrap();
    let health = world.get(&world.admin, "health").send().await.expect(200).json();
    assert_eq!(health["warnings"][1]["code"], "agentsStopped");
    let message = "Agents that make no new passwords, after too many failed: 1.";
    assert_eq!(health["warnings"][1]["message"], message);
}

#[tokio::test]
async fn an_escalation_team_that_is_not_smaller_than_the_desk_is_told() {
    let world = World::new().await;
    let warned = async || {
        let health = world.get(&world.admin, "health").send().await.expect(200).json();
        let warnings = health["warnings"].as_array().unwrap().clone();
        warnings.into_iter().find(|warning| warning["code"] == "escalationTeamTooLarge")
    };
    // The first member alone is never too many.
    assert_eq!(warned().await, None);
    world.member("sam@mmd.local", &["support"]).await;
    let expected = json!({
        "code": "escalationTeamTooLarge",
        "message": "The escalation team is not smaller than the desk: 2 members may elevate \
                    (role `support`), beside 0 who only take calls (role `desk`).",
        "hint": "`mmd team list` shows who holds which role.",
    });
    assert_eq!(warned().await, Some(expected));
    for n in 0..3 {
        world.member(&format!("desk{n}@mmd.local"), &["desk"]).await;
    }
    assert_eq!(warned().await, None);
}

async fn metrics(world: &World) -> String {
    world.call("GET", "/metrics").send().await.expect(200).text().to_owned()
}

/// How many requests were refused so far.
fn refused(metrics: &str) -> u64 {
    let counter = "mmd_http_requests_total{status=\"4xx\"} ";
    let line = metrics.lines().find_map(|line| line.strip_prefix(counter));
    line.expect("the counter").parse().expect("a number")
}

#[tokio::test]
async fn metrics_count_and_name_nobody() {
    let world = World::new().await;
    let mut agent = world.device("D1").await;
    let id = world.open(&world.admin, "D1").await;
    world.read(&world.admin, "D1").send().await.expect(200);
    let before = refused(&metrics(&world).await);
    world.get(&world.admin, "devices/nothing").send().await.expect(404);
    let text = metrics(&world).await;
    assert_eq!(refused(&text), before + 1);
    for line in [
        format!("mmd_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION")),
        "mmd_http_requests_total{status=\"5xx\"} 0".into(),
        "mmd_devices 1".into(),
        "mmd_elevations_open 1".into(),
        "mmd_rotations{state=\"owed\"} 0".into(),
        "mmd_agents_stopped 0".into(),
        "# TYPE mmd_rotations gauge".into(),
    ] {
        assert!(text.lines().any(|told| told == line), "{line} in:\n{text}");
    }
    world.close(&world.admin, &id).send().await.expect(204);
    let owed = metrics(&world).await;
    assert!(owed.contains("mmd_elevations_open 0\n"), "{owed}");
    assert!(owed.contains("mmd_rotations{state=\"owed\"} 1\n"), "{owed}");
    agent.rotate(&world).await;
    let paid = metrics(&world).await;
    assert!(paid.contains("mmd_rotations{state=\"owed\"} 0\n"), "{paid}");
    for secret in world.secrets().iter().map(String::as_str).chain(["D1", "admin", "mmd.local"]) {
        assert!(!owed.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_sink_of_a_tenant_that_does_not_exist_is_warned_of() {
    let dir = tempfile::tempdir().unwrap();
    let nobody = Uuid::from_u128(0x6f1f_3a0e);
    let trail = |name: &str, tenant: &str| {
        let path = dir.path().join(name);
        format!(
            "[[audit.sink]]\nname = '{name}'\nkind = 'file'\npath = '{}'\nmandatory = true\n{tenant}\n",
            path.display()
        )
    };
    let named = format!("tenant = '{nobody}'");
    let toml = format!("{}{}", trail("lines", &named), trail("all", ""));
    let world = World::with(toml::from_str::<Settings>(&toml).unwrap()).await;
    let warned = async || {
        let health = world.get(&world.admin, "health").send().await.expect(200).json();
        let all = health["warnings"].as_array().unwrap().clone();
        all.into_iter().filter(|one| one["code"] == "sinkTenantUnknown").collect::<Vec<_>>()
    };
    let told = warned().await;
    assert_eq!(told.len(), 1, "{told:?}");
    let message =
        "The [[audit.sink]] `lines` is for a tenant that does not exist, and is sent nothing.";
    assert_eq!(told[0]["message"], message);
    assert!(!told[0].to_string().contains(&nobody.to_string()), "{}", told[0]);
    // The log at the start names the tenant too.
    let logged = world.app.sinks_of_unknown_tenants().await.unwrap();
    assert_eq!(logged, [("[[audit.sink]] `lines`".to_owned(), nobody)]);

    let tenant = Tenant {
        id: nobody,
        name: "Fabrikam".into(),
        domain: "fabrikam.com".into(),
        partner_id: None,
        sample: false,
    };
    let now = world.now();
    let insert = move |c: &rusqlite::Connection| tenants::insert(c, &tenant, now);
    world.app.store.write(insert).await.unwrap();
    assert_eq!(warned().await, [] as [serde_json::Value; 0], "it came later");
}
