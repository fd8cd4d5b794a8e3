//! `mmd doctor`, with a service and without.

use std::fs;

use serde_json::{Value, json};

use crate::rig::{Home, Said, Service};

/// Each check with its state.
fn states(said: &Said) -> Vec<(String, String)> {
    let text = |check: &Value, member: &str| check[member].as_str().expect("text").to_owned();
    let checks = said.json()["checks"].as_array().expect("checks").clone();
    checks.iter().map(|check| (text(check, "name"), text(check, "state"))).collect()
}

fn state<'a>(states: &'a [(String, String)], name: &str) -> &'a str {
    states.iter().find(|(found, _)| found == name).map_or("", |(_, state)| state)
}

#[test]
fn a_machine_with_nothing_on_it_is_well() {
    let home = Home::new();
    let said = home.mmd(&["doctor", "--json"]).exits(0);
    assert!(states(&said).iter().all(|(_, state)| state == "ok"), "{}", said.stdout);
    assert_eq!(said.stderr, "");
}

#[test]
fn a_service_is_looked_at_from_its_certificate_to_its_keys() {
    let mut service = Service::start();
    let said = service.admin.mmd(&["doctor", "--json"]).exits(0);
    let all = states(&said);
    for (name, expected) in [
        ("configuration", "ok"),
        ("profile", "ok"),
        ("files", "ok"),
        // In a file, because a scratch home has no keyring.
        ("token", "warning"),
        ("service", "ok"),
        ("certificate", "ok"),
        ("clock", "ok"),
        ("sign-in", "ok"),
        ("service's health", "warning"),
    ] {
        assert_eq!(state(&all, name), expected, "{name}: {}", said.stdout);
    }

    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let token = service.admin.path().join(".local/share/mmd/credentials/default.token");
        fs::set_permissions(&token, fs::Permissions::from_mode(0o644)).expect("a mode");
        let said = service.admin.mmd(&["doctor", "--json"]).exits(1);
        assert_eq!(state(&states(&said), "files"), "failed");
        fs::set_permissions(&token, fs::Permissions::from_mode(0o600)).expect("a mode");
    }

    service.kill();
    let said = service.admin.mmd(&["doctor", "--json", "--timeout", "5s"]).exits(1);
    assert_eq!(state(&states(&said), "service"), "failed");
    let error: Value = serde_json::from_str(said.stderr.trim()).expect("an error object");
    assert_eq!(error["error"]["code"], json!("failed"));
}
