//! An account that only a JSON file knows: what sample tenants and tests rotate.
//!
//! It behaves like a real one as far as the protocol can see: the password is stored as a salted
//! hash, a sign-in is checked against it and counts as a session, and ending sessions ends those.
//! Nothing outside the file is touched.

use std::{
    collections::BTreeSet,
    fs::File,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{Account, Check, Fingerprint, Warning, check_password, hex};
use crate::{
    durable,
    error::{Error, IoContext, Result},
    secret::Secret,
};

const LIMIT: u64 = 64 * 1024;
/// Holders of the lock only read and write one small file.
const PATIENCE: Duration = Duration::from_secs(10);
/// Notices are kept for whoever looks at the sample, not for ever.
const NOTICES: usize = 20;

/// What the file holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored {
    account: String,
    /// `None` until a password is set for the first time.
    #[serde(default)]
    password: Option<Hashed>,
    #[serde(default)]
    administrators: BTreeSet<String>,
    #[serde(default)]
    sessions: usize,
    #[serde(default)]
    notices: Vec<String>,
}

/// A salted SHA-256. A slow hash protects passwords that people choose; these are 16 random
/// characters, about 98 bits, which no search through fast hashes finds either.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Hashed {
    salt: String,
    hash: String,
}

impl Hashed {
    fn new(password: &Secret) -> Result<Self> {
        let mut salt = [0; 16];
        getrandom::fill(&mut salt)
            .map_err(|error| Error::failed("the system has no random numbers").cause(error))?;
        let salt = hex(&salt);
        Ok(Self { hash: digest(&salt, password), salt })
    }

    fn check(&self, password: &Secret) -> Check {
        let equal = digest(&self.salt, password).as_bytes().ct_eq(self.hash.as_bytes());
        if equal.into() { Check::Opens } else { Check::Refused }
    }
}

fn digest(salt: &str, password: &Secret) -> String {
    let digest = Sha256::new()
        .chain_update(b"mmd file account 1\0")
        .chain_update(salt)
        .chain_update(b"\0")
        .chain_update(password.expose())
        .finalize();
    hex(&digest)
}

/// The `file` back-end's account.
#[derive(Debug)]
pub struct FileAccount {
    path: PathBuf,
    name: String,
}

impl FileAccount {
    /// Opens the account `name` in the file `path`, which is made if need be: without a password,
    /// with the account as the only administrator.
    ///
    /// # Errors
    /// When the file cannot be made or is damaged, or `name` is empty.
    pub fn open(path: &Path, name: &str) -> Result<Self> {
        if name.is_empty() {
            return Err(Error::usage("an account needs a name"));
        }
        let account = Self { path: path.to_owned(), name: name.to_owned() };
        let _lock = lock(path)?;
        if load(path)?.is_none() {
            let fresh = Stored {
                account: name.to_owned(),
                password: None,
                administrators: BTreeSet::from([name.to_owned()]),
                sessions: 0,
                notices: Vec::new(),
            };
            save(path, &fresh)?;
        }
        Ok(account)
    }

    /// The record, of this account and no other.
    fn stored(&self) -> Result<Stored> {
        let stored = load(&self.path)?.ok_or_else(|| missing(&self.path))?;
        if stored.account == self.name {
            Ok(stored)
        } else {
            let path = self.path.display();
            Err(Error::not_found(format!("there is no account `{}` in {path}", self.name))
                .hint(format!("use `--account {}`, or another file", stored.account)))
        }
    }

    /// Changes the record durably; writers exclude each other, or one would undo the other's.
    fn change<T>(&self, change: impl FnOnce(&mut Stored) -> Result<T>) -> Result<T> {
        let _lock = lock(&self.path)?;
        let mut stored = self.stored()?;
        let before = stored.clone();
        let result = change(&mut stored)?;
        if stored != before {
            save(&self.path, &stored)?;
        }
        Ok(result)
    }
}

impl Account for FileAccount {
    fn name(&self) -> &str {
        &self.name
    }

    fn preflight(&self) -> Result<Vec<Warning>> {
        let stored = self.stored()?;
        let outside = !stored.administrators.contains(&self.name);
        let warning = || Warning::NotAdministrator { account: self.name.clone() };
        Ok(outside.then(warning).into_iter().collect())
    }

    fn fingerprint(&self) -> Result<Fingerprint> {
        let stored = match self.stored()?.password {
            Some(Hashed { salt, hash }) => format!("{salt}${hash}"),
            None => String::new(),
        };
        Ok(Fingerprint::of(&self.name, stored.as_bytes()))
    }

    fn set_password(&self, password: &Secret) -> Result<()> {
        check_password(password)?;
        let hashed = Hashed::new(password)?;
        self.change(|stored| {
            stored.password = Some(hashed);
            Ok(())
        })
    }

    fn opens(&self, password: &Secret) -> Result<Check> {
        match self.stored()?.password {
            Some(hashed) => Ok(hashed.check(password)),
            None => Err(Error::failed(format!("`{}` has no password yet", self.name))),
        }
    }

    fn administrators(&self) -> Result<BTreeSet<String>> {
        Ok(self.stored()?.administrators)
    }

    fn end_sessions(&self) -> Result<usize> {
        self.change(|stored| Ok(std::mem::take(&mut stored.sessions)))
    }

    fn notify(&self, text: &str) {
        // Best effort by contract: nobody reads a notice that cannot be kept.
        let _ = self.change(|stored| {
            stored.notices.push(text.to_owned());
            let excess = stored.notices.len().saturating_sub(NOTICES);
            stored.notices.drain(..excess);
            Ok(())
        });
    }
}

/// Signs in at the sample device whose account is in `path`, as a person at its prompt would: a
/// wrong name is refused like a wrong password, and who gets in has a session.
///
/// # Errors
/// [`Kind::NotFound`](crate::error::Kind::NotFound) without such a file; when it is damaged.
pub fn try_sign_in(path: &Path, account: &str, password: &Secret) -> Result<Check> {
    // Asked before the lock is taken, which would make a file of its own.
    let owner = load(path)?.ok_or_else(|| missing(path))?.account;
    FileAccount { path: path.to_owned(), name: owner }.change(|stored| {
        let check = match &stored.password {
            Some(hashed) if stored.account == account => hashed.check(password),
            _ => Check::Refused,
        };
        stored.sessions += usize::from(check == Check::Opens);
        Ok(check)
    })
}

fn load(path: &Path) -> Result<Option<Stored>> {
    let shown = path.display();
    let bytes = durable::read(path, LIMIT).or_failed(|| format!("cannot read {shown}"))?;
    bytes
        .map(|bytes| {
            // The system's own words would quote what the file holds.
            serde_json::from_slice(&bytes).map_err(|error| {
                Error::failed(format!("{shown} is not a file of the `file` back-end"))
                    .cause(format!("line {}, column {}", error.line(), error.column()))
            })
        })
        .transpose()
}

fn save(path: &Path, stored: &Stored) -> Result<()> {
    let failed = || format!("cannot write {}", path.display());
    let mut bytes =
        serde_json::to_vec_pretty(stored).map_err(|error| Error::failed(failed()).cause(error))?;
    bytes.push(b'\n');
    durable::replace(path, &bytes).or_failed(failed)
}

/// The lock lies beside the file, because the file itself is replaced with every change.
fn lock(path: &Path) -> Result<File> {
    let failed = || format!("cannot lock {}", path.display());
    let file = durable::beside(path, ".lock").and_then(|path| durable::lock_file(&path));
    let file = file.or_failed(failed)?;
    if durable::lock_within(&file, PATIENCE).or_failed(failed)? {
        Ok(file)
    } else {
        Err(Error::failed(failed()).cause("another process holds it"))
    }
}

fn missing(path: &Path) -> Error {
    Error::not_found(format!("there is no file {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::error::Kind;

    fn secret(text: &str) -> Secret {
        Secret::new(text.into())
    }

    fn account() -> (tempfile::TempDir, PathBuf, FileAccount) {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("device.json");
        let account = FileAccount::open(&path, "mmdadmin").unwrap();
        (scratch, path, account)
    }

    #[test]
    fn only_the_password_that_was_set_opens() {
        let (_scratch, path, account) = account();
        assert_eq!(account.preflight().unwrap(), []);
        let before = account.fingerprint().unwrap();
        assert!(account.opens(&secret("first")).is_err(), "no password is no refusal");
        account.set_password(&secret("first")).unwrap();
        let first = account.fingerprint().unwrap();
        assert_ne!(before, first);
        assert_eq!(account.opens(&secret("first")).unwrap(), Check::Opens);
        assert_eq!(account.opens(&secret("First")).unwrap(), Check::Refused);
        account.set_password(&secret("second")).unwrap();
        assert_eq!(account.opens(&secret("first")).unwrap(), Check::Refused);
        let reopened = FileAccount::open(&path, "mmdadmin").unwrap();
        assert_eq!(reopened.opens(&secret("second")).unwrap(), Check::Opens);
        assert!(!fs::read_to_string(&path).unwrap().contains("second"));
    }

    #[test]
    fn the_same_password_leaves_another_fingerprint() {
        let (_scratch, _path, account) = account();
        account.set_password(&secret("same")).unwrap();
        let first = account.fingerprint().unwrap();
        account.set_password(&secret("same")).unwrap();
        assert_ne!(first, account.fingerprint().unwrap());
    }

    #[test]
    fn a_sign_in_is_a_session_until_it_is_ended() {
        let (_scratch, path, account) = account();
        assert_eq!(try_sign_in(&path, "mmdadmin", &secret("p")).unwrap(), Check::Refused);
        account.set_password(&secret("p")).unwrap();
        assert_eq!(try_sign_in(&path, "mmdadmin", &secret("p")).unwrap(), Check::Opens);
        assert_eq!(try_sign_in(&path, "mmdadmin", &secret("q")).unwrap(), Check::Refused);
        assert_eq!(try_sign_in(&path, "root", &secret("p")).unwrap(), Check::Refused);
        assert_eq!(account.end_sessions().unwrap(), 1);
        assert_eq!(account.end_sessions().unwrap(), 0);
    }

    #[test]
    fn signing_in_where_there_is_no_device_makes_nothing() {
        let scratch = tempfile::tempdir().unwrap();
        let error = try_sign_in(&scratch.path().join("none"), "a", &secret("p")).unwrap_err();
        assert_eq!(error.kind, Kind::NotFound);
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0);
    }

    #[test]
    fn another_account_or_a_damaged_file_is_left_alone() {
        let (_scratch, path, _account) = account();
        let other = FileAccount::open(&path, "other").unwrap();
        assert_eq!(other.preflight().unwrap_err().kind, Kind::NotFound);
        assert!(other.set_password(&secret("p")).is_err());
        fs::write(&path, "{\"account\": 7}").unwrap();
        assert!(FileAccount::open(&path, "mmdadmin").is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "{\"account\": 7}");
    }

    #[test]
    fn administrators_and_notices_are_kept() {
        let (_scratch, path, account) = account();
        let mut stored = load(&path).unwrap().unwrap();
        stored.administrators = BTreeSet::from(["eve".into()]);
        save(&path, &stored).unwrap();
        assert_eq!(account.administrators().unwrap(), BTreeSet::from(["eve".to_owned()]));
        let outside = Warning::NotAdministrator { account: "mmdadmin".into() };
        assert_eq!(account.preflight().unwrap(), [outside]);
        (0..25).for_each(|i| account.notify(&format!("notice {i}")));
        let notices = load(&path).unwrap().unwrap().notices;
        assert_eq!((notices.len(), notices[0].as_str()), (20, "notice 5"));
    }
}
