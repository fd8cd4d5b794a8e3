//! Sign-ins in a real keyring: gnome-keyring on a message bus of its own.
#![cfg(target_os = "linux")]

mod common;

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use mmd::{
    cli::{
        credentials::{Credentials, StoreKind, TokenSource},
        settings::Environment,
    },
    error::Kind,
    secret::Secret,
};

/// The service that tokens are for.
const SERVICE: &str = "https://mmd.example";

/// Set in the process that runs inside of the session; names its scratch home.
const INSIDE: &str = "MMD_TEST_KEYRING_HOME";

/// Runs the test called `name` of this file once more, in a session that `set_up` prepares.
fn run_inside(name: &str, set_up: &str) {
    for tool in ["dbus-run-session", "gnome-keyring-daemon"] {
        // Both know `--version`, and do nothing else with it.
        if Command::new(tool).arg("--version").output().is_err() {
            return common::missing(tool);
        }
    }
    let home = tempfile::tempdir().unwrap();
    let script = format!("{set_up}\nexec \"$0\" --exact {name} --nocapture");
    // Its output is kept back: a runner's closing line inside of another's would be counted twice.
    let ended = Command::new("dbus-run-session")
        .args(["--", "sh", "-c", &script])
        .arg(std::env::current_exe().unwrap())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", home.path())
        .env(INSIDE, home.path())
        .output()
        .unwrap();
    let said = [ended.stdout, ended.stderr].concat();
    assert!(ended.status.success(), "{name}: {}", String::from_utf8_lossy(&said));
}

fn inside() -> Option<PathBuf> {
    std::env::var_os(INSIDE).map(PathBuf::from)
}

/// A new process's view of the credentials.
fn credentials(home: &Path) -> Arc<Credentials> {
    Arc::new(Credentials::new(&Environment::default(), home).unwrap())
}

#[test]
fn a_sign_in_survives_in_an_unlocked_keyring() {
    let Some(home) = inside() else {
        return run_inside(
            "a_sign_in_survives_in_an_unlocked_keyring",
            "printf 'pass' | gnome-keyring-daemon --unlock --components=secrets >/dev/null",
        );
    };
    let token = Secret::new("mmd_".to_owned() + &"t".repeat(9000));
    credentials(&home).save("work", SERVICE, &token, StoreKind::Keyring).unwrap();
    let read = credentials(&home)
        .start_reading(Some("work".into()), SERVICE.into())
        .join()
        .unwrap()
        .unwrap();
    assert!(read.secret.matches(token.expose()));
    assert_eq!(read.source, TokenSource::Keyring);

    let held = keyring::Entry::new("mmd", "work").unwrap();
    assert_eq!(held.get_password().unwrap().len(), 44, "a key and no token");
    assert!(credentials(&home).delete("work").unwrap());
    assert!(matches!(held.get_password(), Err(keyring::Error::NoEntry)));
    assert!(credentials(&home).read(Some("work"), SERVICE).unwrap().is_none());
}

#[test]
fn a_key_that_somebody_removed_is_a_lost_sign_in() {
    let Some(home) = inside() else {
        return run_inside(
            "a_key_that_somebody_removed_is_a_lost_sign_in",
            "printf 'pass' | gnome-keyring-daemon --unlock --components=secrets >/dev/null",
        );
    };
    credentials(&home).save("work", SERVICE, &Secret::new("t".into()), StoreKind::Keyring).unwrap();
    keyring::Entry::new("mmd", "work").unwrap().delete_credential().unwrap();
    let error = credentials(&home).read(Some("work"), SERVICE).unwrap_err();
    assert_eq!(error.kind, Kind::SignIn);
    assert_eq!(error.hints, ["run `mmd login --profile work`"]);
}

#[test]
fn without_a_keyring_the_ways_on_are_named() {
    // The bus can start a keyring by itself; this one knows of none.
    let Some(home) = inside() else {
        return run_inside(
            "without_a_keyring_the_ways_on_are_named",
            "export DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent/bus",
        );
    };
    let token = Secret::new("mmd_secret".into());
    let error = credentials(&home).save("work", SERVICE, &token, StoreKind::Keyring).unwrap_err();
    assert_eq!(error.kind, Kind::Failed);
    assert_eq!(error.message, "the keyring of this machine cannot be used");
    assert_eq!(error.causes.len(), 1, "{error:?}");
    assert!(error.hints.iter().any(|hint| hint.contains("`MMD_TOKEN`")));
    assert!(error.hints.iter().any(|hint| hint.contains("`mmd login --store file`")));
    assert!(!format!("{error:?}").contains("mmd_secret"));

    credentials(&home).save("work", SERVICE, &token, StoreKind::File).unwrap();
    assert!(
        credentials(&home)
            .read(Some("work"), SERVICE)
            .unwrap()
            .unwrap()
            .secret
            .matches("mmd_secret")
    );
}

#[test]
fn a_locked_keyring_is_an_error_and_no_endless_wait() {
    // Started without a password, it asks for one in a dialog, and there is nobody to see it.
    let Some(home) = inside() else {
        return run_inside(
            "a_locked_keyring_is_an_error_and_no_endless_wait",
            "gnome-keyring-daemon --start --components=secrets >/dev/null",
        );
    };
    let before = std::time::Instant::now();
    let token = Secret::new("mmd_secret".into());
    let error = credentials(&home).save("work", SERVICE, &token, StoreKind::Keyring).unwrap_err();
    assert!(before.elapsed().as_secs() < 10);
    assert_eq!(error.message, "the keyring of this machine cannot be used");
    assert_eq!(error.causes.len(), 1, "{error:?}");
}
