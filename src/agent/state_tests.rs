use std::fs;

use super::*;
use crate::error::Kind;

fn config() -> Config {
    Config {
        service: "https://127.0.0.1:8443".into(),
        own_ca: true,
        tenant: "t1".into(),
        device_id: "d1".into(),
        device_name: "CONTOSO-1".into(),
        account: "mmdadmin".into(),
        backend: Backend::File("/var/lib/it.json".into()),
    }
}

#[test]
fn what_is_saved_is_there_after_reopening() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("deep/agent");
    let state = StateDir::create(&path).unwrap();
    assert_eq!(state.config().unwrap_err().kind, Kind::NotFound);
    assert_eq!(state.key().unwrap_err().kind, Kind::NotFound);
    assert_eq!(state.load_json::<Vec<u32>>("journal.json").unwrap(), None);
    state.save_key(&Secret::new("k3y".into())).unwrap();
    state.save_ca(b"PEM").unwrap();
    state.save_json("journal.json", &vec![1, 2]).unwrap();
    state.save_config(&config()).unwrap();
    drop(state);
    let state = StateDir::open(&path).unwrap();
    assert_eq!(state.config().unwrap(), config());
    assert!(state.key().unwrap().matches("k3y"));
    assert_eq!(state.ca_pem(&config()).unwrap().as_deref(), Some(&b"PEM"[..]));
    assert_eq!(state.load_json::<Vec<u32>>("journal.json").unwrap(), Some(vec![1, 2]));
    state.forget_config().unwrap();
    assert_eq!(state.config().unwrap_err().kind, Kind::NotFound);
}

#[test]
fn one_agent_at_a_time_and_readers_beside_it() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("agent");
    let state = StateDir::create(&path).unwrap();
    state.save_config(&config()).unwrap();
    let refused = StateDir::open(&path).unwrap_err();
    assert_eq!(
        refused.message,
        format!("another agent runs on this state directory (process {})", std::process::id())
    );
    assert_eq!(StateView::open(&path).unwrap().config().unwrap(), config());
    drop(state);
    StateDir::open(&path).unwrap();
}

#[test]
fn damaged_files_are_named() {
    let scratch = tempfile::tempdir().unwrap();
    let state = StateDir::create(&scratch.path().join("agent")).unwrap();
    state.write("journal.json", b"{\"generation\": 1").unwrap();
    let error = state.load_json::<serde_json::Value>("journal.json").unwrap_err();
    assert!(error.message.ends_with("journal.json is damaged"), "{error}");
    state.write("config.toml", b"service = 1").unwrap();
    assert!(state.config().unwrap_err().message.ends_with("config.toml is damaged"));
    state.write("key", b" \n").unwrap();
    assert!(state.key().unwrap_err().message.ends_with("key is damaged"));
    assert!(state.ca_pem(&config()).unwrap_err().message.ends_with("ca.pem is gone"));
}

#[test]
fn names_stay_in_the_directory_and_sizes_within_bounds() {
    let scratch = tempfile::tempdir().unwrap();
    let state = StateDir::create(&scratch.path().join("agent")).unwrap();
    for name in ["", "..", "../x", "a/b", ".hidden", "lock", "a\0b"] {
        assert!(state.write(name, b"x").is_err(), "{name:?}");
        assert!(state.read(name).is_err(), "{name:?}");
    }
    assert!(state.write("large", &vec![0; 1024 * 1024 + 1]).is_err());
    fs::write(state.path().join("large"), vec![0; 1024 * 1024 + 1]).unwrap();
    assert!(state.read("large").is_err());
}

#[cfg(unix)]
#[test]
fn a_directory_open_to_others_is_refused_unless_it_is_empty() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("agent");
    fs::create_dir(&path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(StateDir::open(&path).unwrap_err().kind, Kind::Refused);

    let state = StateDir::create(&path).unwrap();
    state.save_key(&Secret::new("k".into())).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o700);
    assert_eq!(mode(&path.join("key")), 0o600);
    assert_eq!(mode(&path.join("lock")), 0o600);
    drop(state);

    fs::set_permissions(&path, fs::Permissions::from_mode(0o710)).unwrap();
    let refused = StateDir::create(&path).unwrap_err();
    assert_eq!(refused.hints, [format!("close it: `chmod 700 {}`", path.display())]);
    assert_eq!(mode(&path), 0o710);
}

#[test]
fn a_missing_directory_says_how_to_enrol() {
    let scratch = tempfile::tempdir().unwrap();
    let missing = StateDir::open(&scratch.path().join("none")).unwrap_err();
    assert_eq!(missing.kind, Kind::NotFound);
    assert!(missing.hints[0].contains("mmd agent enroll"));
}
