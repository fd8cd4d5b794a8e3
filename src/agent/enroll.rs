//! Enrolment: a one-time code is traded for a key of the device's own.
//!
//! The key is made here and only its hash leaves. It is on disk before the code is spent, beside
//! the code's own hash: whatever breaks off, running enrolment again with the same code sends the
//! same pair, which the service answers the same. A device that was enrolled before stays as it is
//! until the service has accepted the new key.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    accounts::{self, Backend, Warning, hex},
    engine::{BASELINES, HEARD, JOURNAL},
    facts,
    rotate::CHECKED,
    state::{Config, StateDir},
};
use crate::{
    api::agent::{Enroll, Enrolled},
    client::Client,
    domain::password::random_bytes,
    error::{Error, Result},
    secret::Secret,
};

/// The key of an enrolment under way.
const NEW_KEY: &str = "key.new";
/// Which enrolment it belongs to.
const ENROLLING: &str = "enrolling.json";

/// What a device is enrolled with.
#[derive(Debug)]
pub struct Enrolment {
    /// The one-time code or the enrolment key.
    pub code: Secret,
    /// The authority that the service's certificate is checked by, kept for the agent.
    pub ca_pem: Option<Vec<u8>>,
    /// The account whose password is to rotate.
    pub account: String,
    /// Where it lives; `file` is taken only in sample tenants, by the service's word.
    pub backend: Backend,
    /// The serial number, where another than the firmware's is meant.
    pub serial_number: Option<String>,
}

/// A device that was enrolled.
#[derive(Debug)]
pub struct Joined {
    /// What the service says of it.
    pub enrolled: Enrolled,
    /// What its owner should know.
    pub warnings: Vec<Warning>,
}

/// Which enrolment a new key belongs to, as hashes.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Enrolling {
    service: String,
    code: String,
    key: String,
}

/// Enrols this device at `client`'s service, into the state directory `path`.
///
/// # Errors
/// For an account that must not be rotated; when an agent runs on the directory; when the service
/// does not take the code or the back-end.
pub async fn enroll(path: &Path, client: &Client, enrolment: Enrolment) -> Result<Joined> {
    let Enrolment { code, ca_pem, account, backend, serial_number } = enrolment;
    let code = Secret::new(code.expose().trim().to_owned());
    if code.is_empty() {
        return Err(Error::usage("there is no enrolment code on standard input")
            .hint("get one: `mmd device enroll NAME`"));
    }
    let begin = Begin {
        path: path.to_owned(),
        service: client.origin().to_owned(),
        account: account.clone(),
        backend: backend.clone(),
    };
    let (begun, code) = blocking(move || begin.now(&code).map(|begun| (begun, code))).await?;
    let Begun { state, key, login_name, warnings } = begun;
    let is_real = !matches!(backend, Backend::File(_));
    let enroll = Enroll {
        code,
        key_hash: sha256(key.expose()),
        account: account.clone(),
        login_name,
        backend: kind(&backend).to_owned(),
        serial_number: serial_number.or_else(|| facts::serial_number().filter(|_| is_real)),
        os_version: facts::os_version().filter(|_| is_real),
    };
    let enrolled = client.enroll(&enroll).await?;
    let config = Config {
        service: client.origin().to_owned(),
        own_ca: ca_pem.is_some(),
        tenant: enrolled.tenant_id.to_string(),
        device_id: enrolled.device_id.to_string(),
        device_name: enrolled.device_name.clone(),
        account,
        backend,
    };
    blocking(move || finish(&state, &key, ca_pem.as_deref(), &config)).await?;
    Ok(Joined { enrolled, warnings })
}

/// Runs what waits for disks, locks and tools on a thread of its own.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(Error::failed("enrolment broke off").cause(error)))
}

/// What is looked at and written before the code is spent.
struct Begin {
    path: PathBuf,
    service: String,
    account: String,
    backend: Backend,
}

/// What that brought.
struct Begun {
    state: StateDir,
    key: Secret,
    login_name: String,
    warnings: Vec<Warning>,
}

impl Begin {
    fn now(&self, code: &Secret) -> Result<Begun> {
        let state = StateDir::create(&self.path)?;
        let account = accounts::open(&self.backend, &self.account)?;
        let warnings = account.preflight()?;
        let key = key_for(&state, &self.service, code)?;
        Ok(Begun { state, key, login_name: account.login_name(), warnings })
    }
}

/// The service has taken the new key, so the old one is dead. Without a configuration the device
/// is not enrolled, and no agent starts with half of this.
fn finish(state: &StateDir, key: &Secret, ca_pem: Option<&[u8]>, config: &Config) -> Result<()> {
    state.forget_config()?;
    // Generations of another enrolment mean nothing here; the service asks for a new password.
    for file in [JOURNAL, BASELINES, HEARD, CHECKED] {
        state.remove(file)?;
    }
    state.save_key(key)?;
    if let Some(pem) = ca_pem {
        state.save_ca(pem)?;
    }
    state.save_config(config)?;
    state.remove(NEW_KEY)?;
    state.remove(ENROLLING)
}

/// The key that this enrolment began with, or a new one, on disk.
fn key_for(state: &StateDir, service: &str, code: &Secret) -> Result<Secret> {
    let begun = state.read(NEW_KEY)?.and_then(|bytes| String::from_utf8(bytes).ok());
    if let Some(key) = begun.map(Secret::new) {
        // A damaged note is like none: another key costs nothing before the code is spent.
        let note = state.load_json::<Enrolling>(ENROLLING).ok().flatten();
        if note == Some(note_of(service, code, &key)) {
            return Ok(key);
        }
    }
    let key = new_key();
    state.write(NEW_KEY, key.expose().as_bytes())?;
    state.save_json(ENROLLING, &note_of(service, code, &key))?;
    Ok(key)
}

fn note_of(service: &str, code: &Secret, key: &Secret) -> Enrolling {
    Enrolling {
        service: service.to_owned(),
        code: sha256(code.expose()),
        key: sha256(key.expose()),
    }
}

/// 256 bits, told from other secrets by its beginning.
fn new_key() -> Secret {
    Secret::new(format!("mmda_{}", hex(&random_bytes::<32>())))
}

fn kind(backend: &Backend) -> &'static str {
    match backend {
        Backend::Linux => "linux",
        Backend::File(_) => "file",
    }
}

/// SHA-256 of `text`, in hexadecimal: what the service knows of a key.
fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text))
}

#[cfg(test)]
#[path = "enroll_tests.rs"]
mod tests;
