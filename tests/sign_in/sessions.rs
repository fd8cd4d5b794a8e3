//! What comes after a sign-in: renewal, two processes at once, the end.

use serde_json::json;

use crate::{
    provider::World,
    rig::{Said, finish},
};

const LONG_AGO: &str = "2020-01-01T00:00:00Z";

#[test]
fn a_sign_in_renews_itself_before_its_end_and_when_it_is_refused() {
    let Some(world) = World::start(json!({})) else { return };
    let ana = world.member("ana@mmd.local");
    ana.login(&[], &[]).exits(0);
    let first = ana.saved();

    // By this machine's clock it has run out.
    ana.change("expires", json!(LONG_AGO));
    let said = ana.mmd(&["status"]).exits(0);
    assert_eq!(said.stderr, "", "silently");
    let second = ana.saved();
    assert_ne!(first["refresh"], second["refresh"], "a refresh token is good once");
    assert_ne!(first["access"], second["access"]);
    assert_ne!(second["expires"], LONG_AGO);

    // By the service's word it is no good: a clock that is behind.
    ana.change("access", json!("eyJhbGciOiJSUzI1NiJ9.e30.c2ln"));
    ana.mmd(&["status"]).exits(0);
    assert_ne!(second["refresh"], ana.saved()["refresh"]);

    ana.change("expires", json!(LONG_AGO));
    ana.change("refresh", json!("long-gone"));
    let said = ana.mmd(&["status"]).exits(3);
    assert!(said.stderr.contains("the sign-in has run out"), "{}", said.stderr);
    assert!(said.stderr.contains("hint: sign in again: `mmd login`"), "{}", said.stderr);
    assert!(!said.stderr.contains("long-gone"));
}

#[test]
fn a_renewal_that_its_command_does_not_wait_for_is_not_lost() {
    // Later than advice waits for what is only good to know.
    let Some(world) = World::start(json!({ "renewal": 4000 })) else { return };
    let ana = world.member("ana@mmd.local");
    world.service.admin.mmd(&["device", "enroll", "HR-1"]).exits(0);
    ana.login(&[], &[]).exits(0);
    ana.change("expires", json!(LONG_AGO));
    let before = ana.saved();
    let said = ana.mmd(&["route", "the printer is broken", "--device", "HR-1"]);
    assert!(said.stderr.contains("the service does not answer in time"), "{said:?}");
    let after = ana.saved();
    assert_ne!(before["refresh"], after["refresh"], "the provider has taken the old one back");
    assert_ne!(after["expires"], LONG_AGO);
    ana.mmd(&["status"]).exits(0);
    ana.change("expires", json!(LONG_AGO));
    ana.mmd(&["status"]).exits(0);
    assert_ne!(after["refresh"], ana.saved()["refresh"]);
}

#[test]
fn processes_that_renew_at_once_do_not_lose_the_session() {
    let Some(world) = World::start(json!({})) else { return };
    let ana = world.member("ana@mmd.local");
    ana.login(&[], &[]).exits(0);
    for _ in 0..3 {
        ana.change("expires", json!(LONG_AGO));
        let before = ana.saved();
        // The provider ends a session whose refresh token comes twice.
        let said: Vec<Said> = std::thread::scope(|scope| {
            let running: Vec<_> =
                (0..6).map(|_| scope.spawn(|| ana.mmd(&["status", "--json"]))).collect();
            running.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        for said in said {
            assert_eq!(said.exits(0).json()["user"], "ana@mmd.local");
        }
        assert_ne!(before["refresh"], ana.saved()["refresh"]);
    }
}

#[test]
fn signing_out_ends_the_session_at_the_provider() {
    let Some(world) = World::start(json!({})) else { return };
    let ana = world.member("ana@mmd.local");
    ana.login(&[], &[]).exits(0);
    let session = ana.saved();
    let said = ana.mmd(&["logout", "--json"]).exits(0);
    assert_eq!(said.json(), json!({ "profile": "default", "revoked": true }));
    assert!(!ana.token_file().exists());
    ana.mmd(&["status"]).exits(3);

    // Who has kept a copy renews nothing with it.
    std::fs::write(ana.token_file(), session.to_string()).unwrap();
    ana.change("expires", json!(LONG_AGO));
    ana.mmd(&["status"]).exits(1);
    std::fs::set_permissions(ana.token_file(), private()).unwrap();
    ana.mmd(&["status"]).exits(3);
}

fn private() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o600)
}

#[test]
fn a_provider_that_is_away_is_told_and_changes_nothing() {
    let Some(world) = World::start(json!({})) else { return };
    let ana = world.member("ana@mmd.local");
    ana.login(&[], &[]).exits(0);
    ana.change("expires", json!(LONG_AGO));
    let before = ana.saved();
    world.process.lock().unwrap().kill();
    let said = ana.mmd(&["status"]).exits(7);
    assert!(said.stderr.contains(&world.issuer), "{}", said.stderr);
    assert_eq!(before, ana.saved());
    let said = ana.login(&[], &[]).exits(7);
    assert!(said.stderr.contains(&world.issuer), "{}", said.stderr);
    assert_eq!(before, ana.saved());
    let said = finish(ana.command(&["logout"]), None).exits(0);
    assert!(said.stderr.contains("could not be told"), "{}", said.stderr);
    assert!(!ana.token_file().exists());
}
