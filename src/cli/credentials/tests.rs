//! Stores with a keyring that lives in memory; the real one is tested in `tests/keyring.rs`.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::*;
use crate::error::Kind;

const SERVICE: &str = "https://mmd.example";

#[derive(Clone, Default)]
struct Memory {
    keys: Arc<Mutex<BTreeMap<String, Secret>>>,
    calls: Arc<AtomicUsize>,
}

impl KeyRing for Memory {
    fn get(&self, name: &str) -> Result<Option<Secret>> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        Ok(self.keys.lock().unwrap().get(name).cloned())
    }

    fn set(&self, name: &str, key: &Secret) -> Result<()> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.keys.lock().unwrap().insert(name.into(), key.clone());
        Ok(())
    }

    fn delete(&self, name: &str) -> Result<()> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.keys.lock().unwrap().remove(name);
        Ok(())
    }
}

/// A machine without a keyring.
struct Missing;

impl KeyRing for Missing {
    fn get(&self, _: &str) -> Result<Option<Secret>> {
        Err(Error::failed("no keyring"))
    }

    fn set(&self, _: &str, _: &Secret) -> Result<()> {
        Err(Error::failed("no keyring"))
    }

    fn delete(&self, _: &str) -> Result<()> {
        Err(Error::failed("no keyring"))
    }
}

fn environment(variables: &[(&str, &str)]) -> Environment {
    Environment::of(variables.iter().copied()).unwrap()
}

fn on(home: &Path, keys: impl KeyRing + 'static) -> Arc<Credentials> {
    Arc::new(Credentials::on(&Environment::default(), home, Box::new(keys)).unwrap())
}

fn secret(text: &str) -> Secret {
    Secret::new(text.into())
}

#[test]
fn a_token_is_sealed_and_comes_back_with_its_source() {
    let home = tempfile::tempdir().unwrap();
    let keys = Memory::default();
    let credentials = on(home.path(), keys.clone());
    assert!(credentials.read(Some("work"), SERVICE).unwrap().is_none());

    let long = "mmd_".to_owned() + &"x".repeat(9000);
    credentials.save("work", SERVICE, &secret("mmd_first"), StoreKind::Keyring).unwrap();
    let source = credentials.save("work", SERVICE, &secret(&long), StoreKind::Keyring).unwrap();
    assert_eq!(source.to_string(), "keyring");
    let token = on(home.path(), keys.clone()).read(Some("work"), SERVICE).unwrap().unwrap();
    assert!(token.secret.matches(&long));
    assert_eq!(token.source, TokenSource::Keyring);

    let file = std::fs::read(home.path().join("credentials/work.sealed")).unwrap();
    assert!(!file.windows(4).any(|bytes| bytes == b"mmd_"));
    assert_eq!(keys.keys.lock().unwrap()["work"].expose().len(), 44, "a key, not a token");

    assert!(credentials.delete("work").unwrap());
    assert!(!credentials.delete("work").unwrap());
    assert!(keys.keys.lock().unwrap().is_empty());
}

#[test]
fn a_sealed_token_opens_only_with_its_key_and_under_its_name() {
    let home = tempfile::tempdir().unwrap();
    let keys = Memory::default();
    let credentials = on(home.path(), keys.clone());
    credentials.save("a", SERVICE, &secret("of a"), StoreKind::Keyring).unwrap();
    let key = keys.keys.lock().unwrap()["a"].clone();
    keys.keys.lock().unwrap().insert("b".into(), key);
    let path = |name: &str| home.path().join("credentials").join(format!("{name}.sealed"));
    std::fs::copy(path("a"), path("b")).unwrap();
    let cause = |name| {
        let error = credentials.read(Some(name), SERVICE).unwrap_err();
        assert_eq!((error.kind, error.hints.len()), (Kind::SignIn, 1));
        error.causes[0].clone()
    };
    assert_eq!(cause("b"), "its file and the key in the keyring do not fit");
    keys.keys.lock().unwrap().insert("b".into(), secret("no base64"));
    assert_eq!(cause("b"), "the keyring has no key for it");
    std::fs::write(path("a"), [FORM_OF_LATER]).unwrap();
    assert_eq!(cause("a"), "its file has a form that this version does not know");
    std::fs::write(path("a"), [1, 2, 3]).unwrap();
    assert_eq!(cause("a"), "its file and the key in the keyring do not fit");
    credentials.save("a", SERVICE, &secret("again"), StoreKind::Keyring).unwrap();
    assert!(credentials.read(Some("a"), SERVICE).unwrap().unwrap().secret.matches("again"));
}

const FORM_OF_LATER: u8 = 2;

#[test]
fn a_token_in_a_file_wakes_no_keyring() {
    let home = tempfile::tempdir().unwrap();
    let credentials = on(home.path(), Missing);
    let source = credentials.save("work", SERVICE, &secret("mmd_file"), StoreKind::File).unwrap();
    let path = home.path().join("credentials/work.token");
    assert_eq!(source, TokenSource::File(path.clone()));
    let token = credentials.read(Some("work"), SERVICE).unwrap().unwrap();
    assert!(token.secret.matches("mmd_file"));
    assert_eq!(credentials.stored_in("work"), Some(StoreKind::File));

    let error = credentials.save("work", SERVICE, &secret("x"), StoreKind::Keyring).unwrap_err();
    assert_eq!(error.message, "no keyring");
    assert!(credentials.read(Some("work"), SERVICE).unwrap().is_some(), "nothing is lost");
    assert!(credentials.delete("work").unwrap());
}

#[cfg(unix)]
#[test]
fn a_token_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let credentials = on(home.path(), Missing);
    credentials.save("work", SERVICE, &secret("mmd_file"), StoreKind::File).unwrap();
    let path = home.path().join("credentials/work.token");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let error = credentials.read(Some("work"), SERVICE).unwrap_err();
    assert_eq!(error.causes, ["its mode is 0644, not 0600"]);
}

#[test]
fn a_token_lies_in_one_store_only() {
    let home = tempfile::tempdir().unwrap();
    let keys = Memory::default();
    let credentials = on(home.path(), keys.clone());
    credentials.save("work", SERVICE, &secret("sealed"), StoreKind::Keyring).unwrap();
    credentials.save("work", SERVICE, &secret("plain"), StoreKind::File).unwrap();
    assert!(keys.keys.lock().unwrap().is_empty());
    credentials.save("work", SERVICE, &secret("sealed again"), StoreKind::Keyring).unwrap();
    assert_eq!(credentials.stored_in("work"), Some(StoreKind::Keyring));
    assert!(
        credentials.read(Some("work"), SERVICE).unwrap().unwrap().secret.matches("sealed again")
    );
    assert!(credentials.save("../x", SERVICE, &secret("x"), StoreKind::File).is_err());
}

#[test]
fn the_environment_comes_first_and_asks_nobody() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("given");
    std::fs::write(&path, "mmd_given\n").unwrap();
    let keys = Memory::default();
    on(home.path(), keys.clone())
        .save("work", SERVICE, &secret("saved"), StoreKind::Keyring)
        .unwrap();
    let calls = keys.calls.load(Ordering::SeqCst);
    let file = ("MMD_TOKEN_FILE", path.to_str().unwrap());
    for (variables, text, source) in [
        (vec![file], "mmd_given", format!("MMD_TOKEN_FILE ({})", path.display())),
        (vec![file, ("MMD_TOKEN", "mmd_env")], "mmd_env", "MMD_TOKEN".into()),
    ] {
        let variables = environment(&variables);
        let credentials = Credentials::on(&variables, home.path(), Box::new(keys.clone())).unwrap();
        assert_eq!(credentials.given().unwrap().source.to_string(), source);
        let token = Arc::new(credentials)
            .start_reading(Some("work".into()), SERVICE.into())
            .join()
            .unwrap()
            .unwrap();
        assert!(token.secret.matches(text));
    }
    assert_eq!(keys.calls.load(Ordering::SeqCst), calls);

    let read = on(home.path(), keys).start_reading(Some("work".into()), SERVICE.into()).join();
    assert!(read.unwrap().unwrap().secret.matches("saved"));
    let nobody = on(home.path(), Missing).start_reading(None, SERVICE.into()).join();
    assert!(nobody.unwrap().is_none());
}

#[test]
fn a_token_is_for_the_service_that_it_was_saved_for_and_no_other() {
    let home = tempfile::tempdir().unwrap();
    let credentials = on(home.path(), Memory::default());
    let session = Session {
        service: SERVICE.into(),
        access: secret("access"),
        refresh: None,
        expires: None,
        issuer: "https://id.example".into(),
        client_id: "mmd".into(),
        scopes: vec![],
        resource: None,
        flow: Flow::Browser,
    };
    for kind in [StoreKind::File, StoreKind::Keyring] {
        credentials.save("own", SERVICE, &secret("mmd_own"), kind).unwrap();
        credentials.save_session("provider", &session, kind).unwrap();
        for profile in ["own", "provider"] {
            let at = |service| credentials.read(Some(profile), service).unwrap();
            assert!(at(SERVICE).is_some());
            for other in ["https://mmd.example:8443", "https://evil.example", ""] {
                assert!(at(other).is_none(), "{profile} at {other}");
            }
            assert_eq!(credentials.saved(profile).unwrap().unwrap().service, SERVICE);
        }
    }
    // One that does not say whose it is, is nobody's.
    std::fs::write(home.path().join("credentials/bare.token"), "mmd_bare").unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(
        home.path().join("credentials/bare.token"),
        std::os::unix::fs::PermissionsExt::from_mode(0o600),
    )
    .unwrap();
    assert!(credentials.read(Some("bare"), SERVICE).unwrap().is_none());
}

#[test]
fn those_who_save_at_once_lose_nothing() {
    let home = tempfile::tempdir().unwrap();
    let keys = Memory::default();
    std::thread::scope(|scope| {
        for number in 0..8 {
            let credentials = on(home.path(), keys.clone());
            scope.spawn(move || {
                let token = secret(&format!("token {number}"));
                credentials.save("work", SERVICE, &token, StoreKind::Keyring).unwrap();
                assert!(credentials.read(Some("work"), SERVICE).unwrap().is_some());
            });
        }
    });
    assert!(on(home.path(), keys).read(Some("work"), SERVICE).unwrap().is_some());
}
