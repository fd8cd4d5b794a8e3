//! The agent's state directory: who this device is, its key, and the journal of its rotation.
//!
//! The directory belongs to the agent's user alone (0700) and is used by one agent at a time, by a
//! kernel lock that ends with the process, however it ends. Every write is durable before it
//! returns. [`StateDir`] writes; [`StateView`] only reads, also beside a running agent.

mod directory;

use std::{
    fs::File,
    ops::Deref,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use directory::LOCK;

use super::accounts::Backend;
use crate::{
    durable,
    error::{Error, IoContext, Result},
    secret::Secret,
};

/// No file of the state comes near this; a larger one is not ours.
const LIMIT: u64 = 1024 * 1024;

const CONFIG: &str = "config.toml";
const KEY: &str = "key";
const CA: &str = "ca.pem";

/// Who this device is and which account it looks after: `config.toml`, written by enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The service's origin, `https://…`.
    pub service: String,
    /// Whether the service is trusted by the `ca.pem` beside this file instead of the system's
    /// authorities. Recorded here so that a lost file is an error, not a silent other trust.
    #[serde(default)]
    pub own_ca: bool,
    /// The tenant's id.
    pub tenant: String,
    /// The device's id at the service.
    pub device_id: String,
    /// The device's name.
    pub device_name: String,
    /// The account whose password rotates.
    pub account: String,
    /// Where that account lives.
    pub backend: Backend,
}

/// The state directory, read-only and without its lock: for `mmd agent status`.
#[derive(Debug)]
pub struct StateView {
    path: PathBuf,
}

impl StateView {
    /// Looks at the state directory `path`.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::error::Kind::NotFound) when there is none; refused when others can read or write it.
    pub fn open(path: &Path) -> Result<Self> {
        directory::check(path)?;
        Ok(Self { path: path.to_owned() })
    }

    /// Where the directory is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the file `name` holds; `None` when there is none.
    ///
    /// # Errors
    /// When it cannot be read, or is over 1 MiB.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let path = self.file(name)?;
        durable::read(&path, LIMIT).or_failed(|| format!("cannot read {}", path.display()))
    }

    /// What the JSON file `name` holds; `None` when there is none.
    ///
    /// # Errors
    /// When it cannot be read or is damaged.
    pub fn load_json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        self.read(name)?
            .map(|bytes| {
                serde_json::from_slice(&bytes).map_err(|error| self.damaged(name).cause(error))
            })
            .transpose()
    }

    /// Who this device is.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::error::Kind::NotFound) before enrolment; when the file is damaged.
    pub fn config(&self) -> Result<Config> {
        let bytes = self.read(CONFIG)?.ok_or_else(|| {
            Error::not_found(format!("no device is enrolled in {}", self.path.display()))
                .hint("enrol it: `mmd agent enroll --service URL --state-dir DIR`")
        })?;
        let text = String::from_utf8(bytes).map_err(|error| self.damaged(CONFIG).cause(error))?;
        toml::from_str(&text).map_err(|error| self.damaged(CONFIG).cause(error.message()))
    }

    /// The agent's key: what proves to the service that this device speaks.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::error::Kind::NotFound) before enrolment; when it is damaged.
    pub fn key(&self) -> Result<Secret> {
        let bytes = self.read(KEY)?.ok_or_else(|| {
            Error::not_found(format!("there is no agent's key in {}", self.path.display()))
                .hint("enrol the device again: `mmd agent enroll`")
        })?;
        // The bytes move into the secret: a copy would not be wiped. They are in no error either.
        let mut key = String::from_utf8(bytes).map_err(|_| self.damaged(KEY))?;
        key.truncate(key.trim_end().len());
        if key.is_empty() { Err(self.damaged(KEY)) } else { Ok(Secret::new(key)) }
    }

    /// The certificate authority that this device trusts instead of the system's, in PEM.
    ///
    /// # Errors
    /// When `config` has one and it is gone.
    pub fn ca_pem(&self, config: &Config) -> Result<Option<Vec<u8>>> {
        if !config.own_ca {
            return Ok(None);
        }
        self.read(CA)?.map(Some).ok_or_else(|| {
            Error::failed(format!("{} is gone", self.path.join(CA).display()))
                .hint("enrol the device again: `mmd agent enroll --ca-file FILE`")
        })
    }

    /// Whether an agent holds the directory's lock.
    ///
    /// # Errors
    /// When the lock cannot be tried.
    pub fn is_in_use(&self) -> Result<bool> {
        directory::is_locked(&self.path)
    }

    /// The path of the file `name`, which has to lie in the directory itself.
    fn file(&self, name: &str) -> Result<PathBuf> {
        let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if name.is_empty() || name.starts_with('.') || name == LOCK || !name.chars().all(fine) {
            return Err(Error::failed(format!("`{name}` is no file name of the agent's state")));
        }
        Ok(self.path.join(name))
    }

    fn damaged(&self, name: &str) -> Error {
        Error::failed(format!("{} is damaged", self.path.join(name).display()))
            .hint("enrol the device again: `mmd agent enroll`")
    }
}

/// The state directory of the one agent that uses it; the lock lasts as long as this value.
#[derive(Debug)]
pub struct StateDir {
    view: StateView,
    _lock: File,
}

impl Deref for StateDir {
    type Target = StateView;

    fn deref(&self) -> &StateView {
        &self.view
    }
}

impl StateDir {
    /// Makes the directory if need be and locks it: for enrolment.
    ///
    /// # Errors
    /// As [`StateDir::open`].
    pub fn create(path: &Path) -> Result<Self> {
        directory::make(path)
            .or_failed(|| format!("cannot make the state directory {}", path.display()))?;
        Self::open(path)
    }

    /// Locks a directory that is there.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::error::Kind::NotFound) when it is not; refused when others can read or write it; when another
    /// agent holds it.
    pub fn open(path: &Path) -> Result<Self> {
        let view = StateView::open(path)?;
        let lock = directory::lock(path)?;
        Ok(Self { view, _lock: lock })
    }

    /// Writes the file `name` durably; afterwards it holds the old bytes or the new.
    ///
    /// # Errors
    /// When it cannot be written, or is over 1 MiB.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.file(name)?;
        let failed = || format!("cannot write {}", path.display());
        if bytes.len() as u64 > LIMIT {
            return Err(Error::failed(failed()).cause(format!("larger than {LIMIT} bytes")));
        }
        durable::replace(&path, bytes).or_failed(failed)
    }

    /// Removes the file `name` durably; one that is not there is fine.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn remove(&self, name: &str) -> Result<()> {
        let path = self.file(name)?;
        durable::remove(&path).or_failed(|| format!("cannot remove {}", path.display()))
    }

    /// Writes `value` as the JSON file `name`, durably.
    ///
    /// # Errors
    /// As [`StateDir::write`].
    pub fn save_json<T: Serialize>(&self, name: &str, value: &T) -> Result<()> {
        let mut bytes = serde_json::to_vec_pretty(value)
            .map_err(|error| Error::failed(format!("cannot write {name}")).cause(error))?;
        bytes.push(b'\n');
        self.write(name, &bytes)
    }

    /// Writes `value` as the JSON file `name`, whole but not durably: for what nothing depends on.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn note_json<T: Serialize>(&self, name: &str, value: &T) -> Result<()> {
        let path = self.file(name)?;
        let failed = || format!("cannot write {}", path.display());
        let mut bytes =
            serde_json::to_vec(value).map_err(|error| Error::failed(failed()).cause(error))?;
        bytes.push(b'\n');
        durable::replace_soon(&path, &bytes).or_failed(failed)
    }

    /// Writes who this device is. Enrolment does this last: without it the device is not enrolled.
    ///
    /// # Errors
    /// As [`StateDir::write`].
    pub fn save_config(&self, config: &Config) -> Result<()> {
        let text = toml::to_string(config)
            .map_err(|error| Error::failed(format!("cannot write {CONFIG}")).cause(error))?;
        self.write(CONFIG, text.as_bytes())
    }

    /// Takes the device's identity away, first thing of enrolling anew: a crash on the way then
    /// leaves a device that is not enrolled, never a new key shown to the old service.
    ///
    /// # Errors
    /// As [`StateDir::remove`].
    pub fn forget_config(&self) -> Result<()> {
        self.remove(CONFIG)
    }

    /// Writes the agent's key.
    ///
    /// # Errors
    /// As [`StateDir::write`].
    pub fn save_key(&self, key: &Secret) -> Result<()> {
        self.write(KEY, key.expose().as_bytes())
    }

    /// Keeps a copy of the service's certificate authority; the caller's file may go away.
    ///
    /// # Errors
    /// As [`StateDir::write`].
    pub fn save_ca(&self, pem: &[u8]) -> Result<()> {
        self.write(CA, pem)
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
