//! The agent's state directory: who this device is, its key, and the journal of its rotation.
//!
//! The directory belongs to the agent's user alone (0700) and is used by one agent at a time, by a
//! kernel lock that ends with the process, however it ends. Every write is durable before it
//! returns. [`StateDir`] writes; [`StateView`] only reads, also beside a running agent.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    ops::Deref,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{accounts::Backend, durable};
use crate::{
    error::{Error, IoContext, Kind, Result},
    secret::Secret,
};

/// No file of the state comes near this; a larger one is not ours.
const LIMIT: u64 = 1024 * 1024;
/// An agent that is just ending is waited for.
const PATIENCE: Duration = Duration::from_millis(500);

const CONFIG: &str = "config.toml";
const KEY: &str = "key";
const CA: &str = "ca.pem";
const LOCK: &str = "lock";

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
    /// [`Kind::NotFound`] when there is none; refused when others can read or write it.
    pub fn open(path: &Path) -> Result<Self> {
        check(path)?;
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
    /// [`Kind::NotFound`] before enrolment; when the file is damaged.
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
    /// [`Kind::NotFound`] before enrolment; when it is damaged.
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
        let failed = || format!("cannot look at {}", self.path.display());
        let path = self.path.join(LOCK);
        // Looking must not make a lock file, which would then belong to whoever looked.
        if !path.try_exists().or_failed(failed)? {
            return Ok(false);
        }
        let file = durable::lock_file(&path).or_failed(failed)?;
        durable::lock_within(&file, Duration::ZERO).map(|free| !free).or_failed(failed)
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
        make(path).or_failed(|| format!("cannot make the state directory {}", path.display()))?;
        Self::open(path)
    }

    /// Locks a directory that is there.
    ///
    /// # Errors
    /// [`Kind::NotFound`] when it is not; refused when others can read or write it; when another
    /// agent holds it.
    pub fn open(path: &Path) -> Result<Self> {
        let view = StateView::open(path)?;
        let lock = lock(path)?;
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

/// Makes the directory, 0700. One that was there stays as it is, unless it is ours and empty: then
/// nobody can have put or read anything in it, and it is closed to others.
fn make(path: &Path) -> io::Result<()> {
    fs::create_dir_all(durable::parent(path))?;
    match make_private(path) {
        Ok(()) => durable::sync_dir(durable::parent(path)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => close_if_empty(path),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn make_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(unix)]
fn close_if_empty(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let about = fs::metadata(path)?;
    let ours = about.is_dir() && about.uid() == rustix::process::geteuid().as_raw();
    // One that is in use is left alone, however open it is: `check` says what is wrong with it.
    if !ours || about.mode() & 0o077 == 0 || fs::read_dir(path)?.next().is_some() {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
    match fs::read_dir(path)?.next() {
        None => Ok(()),
        Some(_) => Err(io::Error::other("somebody else put a file into it")),
    }
}

/// Elsewhere directories inherit who may read them.
#[cfg(not(unix))]
fn make_private(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

#[cfg(not(unix))]
fn close_if_empty(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Refuses a directory that others own, read or write: it holds the device's key.
fn check(path: &Path) -> Result<()> {
    let shown = path.display();
    let about = match fs::metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Error::not_found(format!("there is no state directory {shown}"))
                .hint("enrol the device: `mmd agent enroll --service URL --state-dir DIR`"));
        }
        Err(error) => return Err(Error::failed(format!("cannot look at {shown}")).cause(error)),
    };
    if !about.is_dir() {
        return Err(Error::new(Kind::Usage, format!("{shown} is not a directory")));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if about.uid() != rustix::process::geteuid().as_raw() {
            return Err(Error::new(Kind::Refused, format!("{shown} belongs to another user"))
                .hint("run the agent as the user who enrolled the device"));
        }
        if about.mode() & 0o077 != 0 {
            return Err(Error::new(Kind::Refused, format!("other users can look into {shown}"))
                .hint(format!("close it: `chmod 700 {shown}`")));
        }
    }
    Ok(())
}

/// Takes the directory's lock for the life of the file, and leaves this process's id in it.
fn lock(directory: &Path) -> Result<File> {
    let path = directory.join(LOCK);
    let failed = || format!("cannot lock {}", directory.display());
    let mut file = durable::lock_file(&path).or_failed(failed)?;
    if durable::lock_within(&file, PATIENCE).or_failed(failed)? {
        file.set_len(0).and_then(|()| write!(file, "{}", std::process::id())).or_failed(failed)?;
        return Ok(file);
    }
    // Only told: the number is not used to signal anybody.
    let mut holder = String::new();
    let read =
        file.seek(SeekFrom::Start(0)).and_then(|_| file.take(20).read_to_string(&mut holder));
    let holder = match (read, holder.trim().parse::<u32>()) {
        (Ok(_), Ok(id)) => format!(" (process {id})"),
        _ => String::new(),
    };
    Err(Error::failed(format!("another agent runs on this state directory{holder}"))
        .hint("look at it: `mmd agent status --state-dir DIR`"))
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
