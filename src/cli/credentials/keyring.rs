//! The keyring of the operating system: one key for each profile, never a token.
//!
//! A keyring may be missing, locked behind a dialog that nobody sees, or lose what it was given.
//! So every call has a time-out, and what was saved is read back.

use std::{sync::mpsc, thread, time::Duration};

use crate::{
    error::{Error, Result},
    secret::Secret,
};

/// How long a keyring may take; a command must not hang behind a dialog on another screen.
const PATIENCE: Duration = Duration::from_secs(3);

/// The name that our entries carry.
const SERVICE: &str = "mmd";

/// Keeps a key for each name.
pub trait KeyRing: Send + Sync {
    /// The key of `name`, if there is one.
    fn get(&self, name: &str) -> Result<Option<Secret>>;

    /// Saves a key and makes sure that it is there.
    fn set(&self, name: &str, key: &Secret) -> Result<()>;

    /// Forgets a key; nothing happens where there is none.
    fn delete(&self, name: &str) -> Result<()>;
}

/// Secret Service, Keychain or Credential Manager.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsKeyring;

impl KeyRing for OsKeyring {
    fn get(&self, name: &str) -> Result<Option<Secret>> {
        let name = name.to_owned();
        within(PATIENCE, move || {
            if let Some(key) = at_hand(&name) {
                return Ok(Some(key));
            }
            match entry(&name)?.get_password() {
                Ok(key) => Ok(Some(Secret::new(key))),
                Err(keyring::Error::NoEntry) => Ok(None),
                Err(error) => Err(said(&error)),
            }
        })
    }

    fn set(&self, name: &str, key: &Secret) -> Result<()> {
        let (saved, key) = (name.to_owned(), key.clone());
        let back = within(PATIENCE, move || {
            let entry = entry(&saved)?;
            entry.set_password(key.expose()).map_err(|error| said(&error))?;
            let back = entry.get_password().map_err(|error| said(&error))?;
            Ok(key.matches(&zeroize::Zeroizing::new(back)))
        })?;
        if back { Ok(()) } else { Err(unusable("it does not give back what it was given")) }
    }

    fn delete(&self, name: &str) -> Result<()> {
        let name = name.to_owned();
        within(PATIENCE, move || match entry(&name)?.delete_credential() {
            Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
            Err(error) => Err(said(&error)),
        })
    }
}

/// The key, where an unlocked Secret Service holds just one. Anything else is left to `keyring`,
/// which unlocks, and has words for what goes wrong.
///
/// `keyring` agrees on a cipher for what passes over the bus, which takes both sides longer than
/// all the rest of a sign-in. The bus is a socket that only this user can open, and what passes is
/// the key of a file, no token: it goes in the clear.
#[cfg(target_os = "linux")]
fn at_hand(name: &str) -> Option<Secret> {
    use secret_service::{EncryptionType, blocking::SecretService};
    let service = SecretService::connect(EncryptionType::Plain).ok()?;
    let wanted = [("service", SERVICE), ("username", name)].into();
    let found = service.search_items(wanted).ok()?;
    let [item] = found.unlocked.as_slice() else { return None };
    let key = item.get_secret().ok().filter(|_| found.locked.is_empty())?;
    // Bytes that are no text are wiped before they go, as the text is.
    String::from_utf8(key)
        .map_err(|error| zeroize::Zeroizing::new(error.into_bytes()))
        .ok()
        .map(Secret::new)
}

#[cfg(not(target_os = "linux"))]
fn at_hand(_: &str) -> Option<Secret> {
    None
}

/// `Entry::new` only says that there is no store; why not is asked of the store itself.
fn entry(name: &str) -> std::result::Result<keyring::Entry, String> {
    keyring::Entry::store_status().as_ref().map_err(said)?;
    keyring::Entry::new(SERVICE, name).map_err(|error| said(&error))
}

/// An error in words. Not those of `BadEncoding` and its like with their bytes: these are secrets.
fn said(error: &keyring::Error) -> String {
    match error {
        keyring::Error::PlatformFailure(error) | keyring::Error::NoStorageAccess(error) => {
            error.to_string()
        }
        keyring::Error::BadEncoding(_) | keyring::Error::BadDataFormat(..) => {
            "it gives back something that is no key".into()
        }
        keyring::Error::Ambiguous(entries) => {
            format!("it holds {} entries where there should be one", entries.len())
        }
        other => other.to_string(),
    }
}

/// Runs `call` on a thread of its own: it may never return, and it may block on a runtime of its
/// own, which an async caller's thread does not allow.
fn within<T: Send + 'static>(
    patience: Duration,
    call: impl FnOnce() -> std::result::Result<T, String> + Send + 'static,
) -> Result<T> {
    let (sender, answer) = mpsc::channel();
    thread::spawn(move || sender.send(call()));
    match answer.recv_timeout(patience) {
        Ok(result) => result.map_err(unusable),
        Err(mpsc::RecvTimeoutError::Timeout) => Err(unusable(format!(
            "it did not answer within {} s; it may be locked",
            patience.as_secs()
        ))),
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(unusable("it failed")),
    }
}

/// What is said where there is no keyring, or none that answers.
pub const UNUSABLE: &str = "the keyring of this machine cannot be used";

fn unusable(cause: impl std::fmt::Display) -> Error {
    Error::failed(UNUSABLE).cause(cause).hint("set `MMD_TOKEN` to a token").hint(
        "or, where the service allows it, run `mmd login --store file` to keep it in a file \
             that only you can read",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyring_that_does_not_answer_is_given_up() {
        let (sender, never) = mpsc::channel::<()>();
        let error = within(Duration::from_millis(5), move || {
            let _ = never.recv();
            Ok(())
        })
        .unwrap_err();
        drop(sender);
        assert_eq!(error.message, "the keyring of this machine cannot be used");
        assert_eq!(error.causes, ["it did not answer within 0 s; it may be locked"]);
        assert!(error.hints[0].contains("`MMD_TOKEN`"));
        assert!(error.hints[1].contains("`mmd login --store file`"));
    }

    #[test]
    fn why_a_keyring_fails_is_said_without_what_it_holds() {
        let error = within(PATIENCE, || -> std::result::Result<(), _> {
            Err(said(&keyring::Error::BadEncoding(b"hunter2\xff".to_vec())))
        });
        assert_eq!(error.unwrap_err().causes, ["it gives back something that is no key"]);
        let error = within(PATIENCE, || -> std::result::Result<(), String> { panic!("lost") });
        assert_eq!(error.unwrap_err().causes, ["it failed"]);
    }
}
