//! The accounts whose password rotates, whatever the operating system.
//!
//! An [`Account`] is one local account behind a back-end. Its calls block: the agent's loop makes
//! them on a thread of their own. No call lets a password out: not into an argument, an
//! environment, an output or an error.

pub mod file;
#[cfg(target_os = "linux")]
mod linux;

use std::{collections::BTreeSet, fmt, path::PathBuf, str::FromStr};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    error::{Error, Result},
    secret::Secret,
};

/// One account of this device.
pub trait Account: Send {
    /// The account's name, as the service knows it.
    fn name(&self) -> &str;

    /// What is typed at the sign-in prompt: `mmdadmin` on Linux, `.\mmdadmin` on Windows.
    fn login_name(&self) -> String {
        self.name().to_owned()
    }

    /// Says whether this account may be rotated at all, and what its owner should know.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::error::Kind::NotFound) for an account that does not exist,
    /// [`Kind::Refused`](crate::error::Kind::Refused) for one that must be left alone, otherwise
    /// what is missing on this device.
    fn preflight(&self) -> Result<Vec<Warning>>;

    /// A fingerprint of what the system stores for the password: it changes with every change of
    /// the password, by anybody, and says nothing about the password itself. A change that a
    /// killed agent left under way is waited for. Also of an account that must be left alone.
    ///
    /// # Errors
    /// When the system's record cannot be read.
    fn fingerprint(&self) -> Result<Fingerprint>;

    /// Sets the password, durably.
    ///
    /// # Errors
    /// When the system refuses or does not finish in time. The password may have been set all the
    /// same: only [`Account::fingerprint`] and [`Account::opens`] tell.
    fn set_password(&self, password: &Secret) -> Result<()>;

    /// Whether `password` opens the account, by a real sign-in check.
    ///
    /// # Errors
    /// Whatever keeps the check from an answer: no helper, an account that is locked, has expired
    /// or has no password. An error is never a refusal.
    fn opens(&self, password: &Secret) -> Result<Check>;

    /// Who has administrators' rights on this device.
    ///
    /// # Errors
    /// When the system's record cannot be read.
    fn administrators(&self) -> Result<BTreeSet<String>>;

    /// Ends the account's sessions and processes and returns how many were ended.
    ///
    /// # Errors
    /// When some are still there after repeated attempts.
    fn end_sessions(&self) -> Result<usize>;

    /// Writes a notice to whoever is signed in as this account, as far as that works.
    fn notify(&self, text: &str);
}

/// What a sign-in check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// The password opens the account.
    Opens,
    /// The system checked the password and it is another one.
    Refused,
}

/// What the owner of an account should know before it is rotated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// The account is in none of the administrators' groups: its password elevates nobody.
    NotAdministrator {
        /// The account.
        account: String,
    },
    /// The account's shell lets nobody in.
    NoShell {
        /// The account.
        account: String,
        /// Its shell.
        shell: String,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAdministrator { account } => {
                write!(f, "`{account}` is outside the administrators' group: it elevates nobody")
            }
            Self::NoShell { account, shell } => {
                write!(f, "`{account}` has the shell {shell}: nobody can sign in with it")
            }
        }
    }
}

/// SHA-256, in hexadecimal, of what the system stores for a password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The fingerprint of `stored` for `account`. The prefix keeps it from being equal to any
    /// other digest of the same bytes.
    fn of(account: &str, stored: &[u8]) -> Self {
        let digest = Sha256::new()
            .chain_update(b"mmd agent account fingerprint 1\0")
            .chain_update(account)
            .chain_update(b"\0")
            .chain_update(stored)
            .finalize();
        Self(hex(&digest))
    }

    /// The fingerprint as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where an account lives: `linux` or `file:PATH` on the command line and in `config.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Backend {
    /// A local account of this Linux system.
    Linux,
    /// An account that only a JSON file knows, for sample tenants and tests.
    File(PathBuf),
}

impl Backend {
    /// The back-end for this platform's own accounts.
    ///
    /// # Errors
    /// On a platform whose accounts the agent cannot rotate yet.
    pub fn platform() -> Result<Self> {
        if cfg!(target_os = "linux") { Ok(Self::Linux) } else { Err(not_here()) }
    }
}

impl FromStr for Backend {
    type Err = Error;

    /// Paths become absolute: what is kept has to mean the same in another working directory.
    fn from_str(text: &str) -> Result<Self> {
        match text.split_once(':') {
            None if text == "linux" => Ok(Self::Linux),
            Some(("file", path)) if !path.is_empty() => std::path::absolute(path)
                .map(Self::File)
                .map_err(|error| Error::usage(format!("no such path: {path}")).cause(error)),
            _ => Err(Error::usage(format!("`{text}` is no account back-end"))
                .hint("use `--backend linux`, or `--backend file:PATH` in a sample tenant")),
        }
    }
}

impl TryFrom<String> for Backend {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Backend> for String {
    fn from(backend: Backend) -> Self {
        backend.to_string()
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Linux => f.write_str("linux"),
            Self::File(path) => write!(f, "file:{}", path.display()),
        }
    }
}

/// Opens the account `name` of `backend`; the `file` back-end makes its file on first use. Whether
/// the account may be rotated is for [`Account::preflight`] to say.
///
/// # Errors
/// For a back-end of another platform; when the `file` back-end's file cannot be read or made.
pub fn open(backend: &Backend, name: &str) -> Result<Box<dyn Account>> {
    match backend {
        #[cfg(target_os = "linux")]
        Backend::Linux => Ok(Box::new(linux::LinuxAccount::new(name))),
        #[cfg(not(target_os = "linux"))]
        Backend::Linux => Err(not_here()),
        Backend::File(path) => Ok(Box::new(file::FileAccount::open(path, name)?)),
    }
}

fn not_here() -> Error {
    Error::failed(format!("accounts of {} are still to come", std::env::consts::OS))
        .hint("in a sample tenant: `--backend file:PATH`")
}

/// Passwords that no back-end could pass on: empty, too long, or with characters that end a line.
fn check_password(password: &Secret) -> Result<()> {
    let text = password.expose();
    // `unix_chkpwd` reads at most 200 bytes; ours have 16.
    if text.is_empty() || text.len() > 128 || text.chars().any(char::is_control) {
        return Err(Error::usage("a password has 1 to 128 bytes and no control characters"));
    }
    Ok(())
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_ends_are_written_as_they_are_read() {
        for text in ["linux", "file:/var/lib/a.json", "file:/odd:name"] {
            assert_eq!(text.parse::<Backend>().unwrap().to_string(), text);
        }
        for text in ["", "file:", "Linux", "windows", "file", "linux:x"] {
            assert!(text.parse::<Backend>().is_err(), "{text}");
        }
        let here = std::env::current_dir().unwrap().join("a.json");
        assert_eq!("file:a.json".parse::<Backend>().unwrap(), Backend::File(here));
    }

    #[test]
    fn fingerprints_tell_accounts_and_hashes_apart() {
        let one = Fingerprint::of("a", b"$y$1");
        assert_eq!(one, Fingerprint::of("a", b"$y$1"));
        assert_ne!(one, Fingerprint::of("a", b"$y$2"));
        assert_ne!(one, Fingerprint::of("b", b"$y$1"));
        assert_eq!(one.as_str().len(), 64);
    }

    #[test]
    fn passwords_that_end_a_line_are_refused() {
        for bad in ["", "a\nroot:b", "a\0b", &"x".repeat(129)] {
            assert!(check_password(&Secret::new(bad.into())).is_err());
        }
        assert!(check_password(&Secret::new("Ab3+cdefghijkmnp".into())).is_ok());
    }
}
