//! A sign-in whose tokens are sealed with a key from a real keyring, and a machine without one.

use std::process::Command;

use serde_json::json;

use crate::{
    common,
    provider::{Person, World},
    rig::{Said, finish},
};

/// Runs `script` in a session of its own that `set_up` prepares; `$MMD` is the program, and `$URL`
/// and `$CA` are the service.
fn in_session(ana: &Person<'_>, set_up: &str, script: &str) -> Option<Said> {
    for tool in ["dbus-run-session", "gnome-keyring-daemon"] {
        if Command::new(tool).arg("--version").output().is_err() {
            common::missing(tool);
            return None;
        }
    }
    let inner = ana.login_command(&[], &[]);
    let service = &ana.world.service;
    let mut command = Command::new("dbus-run-session");
    command.args(["--", "sh", "-c", &format!("{set_up}\n{script}")]).env_clear();
    for (name, value) in inner.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    command
        .env("XDG_RUNTIME_DIR", ana.home.path())
        .env("MMD", env!("CARGO_BIN_EXE_mmd"))
        .env("URL", &service.url)
        .env("CA", &service.ca_file)
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    Some(finish(command, None))
}

const UNLOCKED: &str =
    "printf pass | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1";

#[test]
fn a_sign_in_is_kept_sealed_for_the_next_process_until_it_is_ended() {
    let Some(world) = World::start(json!({ "access": 5 })) else { return };
    let ana = world.member("ana@mmd.local");
    // Tokens of 5 s are renewed at every use: each process reads, renews and seals.
    let script = r#"
        set -e
        "$MMD" login "$URL" --ca-file "$CA" --json
        "$MMD" status --json
        "$MMD" status --json
        ls "$HOME/.local/share/mmd/credentials" >&2
        head -c 1 "$HOME/.local/share/mmd/credentials/default.sealed" | od -An -tu1 >&2
        if grep -aq eyJ "$HOME/.local/share/mmd/credentials/default.sealed"; then exit 9; fi
        "$MMD" logout --json
        ! "$MMD" status
    "#;
    let Some(said) = in_session(&ana, UNLOCKED, script) else { return };
    let said = said.exits(0);
    let values: Vec<serde_json::Value> = serde_json::Deserializer::from_str(&said.stdout)
        .into_iter()
        .collect::<Result<_, _>>()
        .unwrap();
    let sources: Vec<_> = values.iter().take(3).map(|value| &value["tokenSource"]).collect();
    assert_eq!(sources, ["keyring"; 3], "{}", said.stderr);
    assert_eq!(values[3], json!({ "profile": "default", "revoked": true }));
    assert!(said.stderr.contains("default.sealed"), "{}", said.stderr);
    assert!(said.stderr.contains("nobody is signed in"), "{}", said.stderr);
}

#[test]
fn without_a_keyring_the_sign_in_says_so_and_leaves_nothing() {
    let Some(world) = World::start(json!({})) else { return };
    let ana = world.member("ana@mmd.local");
    let set_up = "export DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent/bus";
    let script = r#""$MMD" login "$URL" --ca-file "$CA""#;
    let Some(said) = in_session(&ana, set_up, script) else { return };
    let said = said.exits(1);
    assert!(said.stderr.contains("the keyring of this machine cannot be used"), "{}", said.stderr);
    assert!(said.stderr.contains("--store file` keeps the token"), "{}", said.stderr);
    assert!(!ana.home.path().join("browser.log").exists(), "found out before the browser opens");
    assert!(!ana.home.path().join(".config/mmd/config.toml").exists());
    ana.login(&[], &[]).exits(0);
}

#[test]
fn a_sign_in_that_a_locked_keyring_hides_is_kept_until_it_can_be_ended() {
    let Some(world) = World::start(json!({})) else { return };
    let ana = world.member("ana@mmd.local");
    let script = r#"
        set -e
        sealed="$HOME/.local/share/mmd/credentials/default.sealed"
        login() { "$MMD" login "$URL" --ca-file "$CA" 2>/dev/null; }
        lock() {
            dbus-send --session --print-reply --dest=org.freedesktop.secrets \
                /org/freedesktop/secrets org.freedesktop.Secret.Service.Lock \
                array:objpath:/org/freedesktop/secrets/collection/login >/dev/null
        }
        login
        printf x >"$sealed"
        "$MMD" logout --json
        test ! -e "$sealed"
        echo "locked:" >&2
        login
        cp "$sealed" "$HOME/copy"
        lock
        code=0; "$MMD" logout --json || code=$?
        test $code = 1
        cmp "$sealed" "$HOME/copy"
        echo "unlocked:" >&2
        printf pass | gnome-keyring-daemon --replace --unlock --components=secrets >/dev/null 2>&1
        "$MMD" logout --json
        test ! -e "$sealed"
        echo "forgotten:" >&2
        login
        lock
        "$MMD" logout --yes --json
        test ! -e "$sealed"
    "#;
    let Some(said) = in_session(&ana, UNLOCKED, script) else { return };
    let said = said.exits(0);
    let values: Vec<serde_json::Value> = serde_json::Deserializer::from_str(&said.stdout)
        .into_iter()
        .collect::<Result<_, _>>()
        .unwrap();
    let values: Vec<_> = values.iter().map(|value| value["revoked"].as_bool().unwrap()).collect();
    assert_eq!(values, [false, true, false], "{}", said.stderr);
    let (lost, rest) = said.stderr.split_once("\nlocked:").unwrap();
    let (locked, rest) = rest.split_once("\nunlocked:").unwrap();
    let (unlocked, forgotten) = rest.split_once("\nforgotten:").unwrap();
    assert!(
        locked.contains("unlock the keyring, then again: `mmd logout --profile default`"),
        "{locked}"
    );
    assert!(!locked.contains("signed out"), "{locked}");
    assert!(!unlocked.contains("warning:"), "{unlocked}");
    for (told, why) in [(lost, "is lost"), (forgotten, "cannot be used")] {
        for part in [why, "the service still takes it", "`mmd team tokens revoke ID`"] {
            assert!(told.contains(part), "{part}: {told}");
        }
    }
}
