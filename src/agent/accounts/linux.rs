//! A local account of this Linux system.
//!
//! The password is set by `chpasswd` and checked by `unix_chkpwd`, the helper by which PAM's own
//! `pam_unix` checks it; both get it on standard input. What they stored is read from `/etc/shadow`
//! and never written by us. Accounts that come from a directory (LDAP, SSSD) are not local and are
//! refused: their password is not this device's to change.

mod database;
mod sessions;
mod terminals;
mod tool;

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io,
    path::Path,
    time::Duration,
};

use database::{Database, Stored, User};
use zeroize::Zeroizing;

use super::{Account, Check, Fingerprint, Warning, check_password};
use crate::{
    durable,
    error::{Error, IoContext, Kind, Result},
    secret::Secret,
};

/// `chpasswd` itself gives up after 15 s when somebody else holds the password file.
const CHANGE_TIMEOUT: Duration = Duration::from_secs(60);
/// A check computes one hash; the slowest in use take a second or two.
const CHECK_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a change that a killed agent left behind is waited for.
const ORPHAN_PATIENCE: Duration = Duration::from_secs(20);

/// The codes of PAM that `unix_chkpwd` answers with.
mod pam {
    pub const SUCCESS: i32 = 0;
    pub const AUTH_ERR: i32 = 7;
    pub const USER_UNKNOWN: i32 = 10;
    pub const AUTHINFO_UNAVAIL: i32 = 9;
    pub const NEW_AUTHTOK_REQD: i32 = 12;
    pub const ACCT_EXPIRED: i32 = 13;
    /// From the check of expiry: too early for another change. No obstacle to a sign-in.
    pub const AUTHTOK_ERR: i32 = 20;
    pub const AUTHTOK_EXPIRED: i32 = 27;
}

/// A local account, looked up anew at every call: users come and go beside a running agent.
#[derive(Debug)]
pub struct LinuxAccount {
    name: String,
    database: Database,
}

impl LinuxAccount {
    /// The account `name`; whether it exists is found out at the first call.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), database: Database::system() }
    }

    /// The account among `users`, whether the agent may touch it or not.
    fn entry(&self, users: &[User]) -> Result<User> {
        let name = &self.name;
        users.iter().find(|user| user.name == *name).cloned().ok_or_else(|| {
            Error::not_found(format!("there is no local account `{name}`"))
                .cause("accounts from a directory (LDAP, SSSD) are changed there, not here")
                .hint(format!("make it: `useradd --create-home {name}`"))
        })
    }

    /// The account, when it is one that the agent may touch. Every call that changes something
    /// asks anew: a name may have come to mean root since enrolment.
    fn user(&self) -> Result<User> {
        let name = &self.name;
        let users = self.database.users()?;
        let user = self.entry(&users)?;
        let refused = |why: &str| Err(Error::new(Kind::Refused, format!("`{name}` {why}")));
        if user.uid == 0 {
            return refused("is root (user id 0), which is never rotated");
        }
        if user.uid < self.database.uid_min()? || user.uid == 65534 || name == "nobody" {
            return refused("is a system account: nobody signs in with it");
        }
        let ours = [rustix::process::getuid(), rustix::process::geteuid()];
        if ours.iter().any(|id| id.as_raw() == user.uid) {
            return refused("is the account that the agent runs as");
        }
        // Sessions are ended by user id, and would end for the other one too.
        if let Some(twin) = users.iter().find(|other| other.uid == user.uid && other.name != *name)
        {
            return refused(&format!("shares its user id with `{}`", twin.name));
        }
        if !user.shadowed {
            return refused("keeps its password outside `/etc/shadow`");
        }
        Ok(user)
    }

    /// What the system stores for the password.
    fn stored(&self) -> Result<Stored> {
        require_root()?;
        self.database.stored(&self.name)
    }

    /// Refuses an account that an administrator has locked: setting a password would unlock it.
    fn require_unlocked(&self, stored: &Stored) -> Result<()> {
        if stored.is_locked() {
            let name = &self.name;
            return Err(Error::new(Kind::Refused, format!("`{name}` is locked"))
                .hint(format!("unlock it: `usermod --unlock {name}`")));
        }
        Ok(())
    }

    /// Keeps changes and looks apart, over processes too.
    ///
    /// `chpasswd` inherits the lock, so one that outlives a killed agent still holds it: the next
    /// agent would otherwise look just before the password changes and report what is not so.
    /// A lock that lasts longer than any change is not waited for: that would lock us out.
    fn guard(&self, user: &User) -> Result<Guard> {
        require_root()?;
        let path = format!("/run/mmd-account-{}.lock", user.uid);
        let failed = || format!("cannot lock {path}");
        let file = durable::lock_file(Path::new(&path)).or_failed(failed)?;
        durable::lock_within(&file, ORPHAN_PATIENCE).or_failed(failed)?;
        Ok(Guard(file))
    }

    /// Asks PAM's helper whether the account itself still lets anybody in.
    fn require_valid(&self) -> Result<()> {
        let finished = tool::run("unix_chkpwd", &[&self.name, "chkexpiry"], None, CHECK_TIMEOUT)?;
        let name = &self.name;
        let why = match finished.code {
            Some(pam::SUCCESS | pam::AUTHTOK_ERR) => return Ok(()),
            Some(pam::ACCT_EXPIRED) => format!("`{name}` has expired"),
            Some(pam::AUTHTOK_EXPIRED) => format!("the password of `{name}` has expired"),
            Some(pam::NEW_AUTHTOK_REQD) => {
                format!("`{name}` has to change its password at the next sign-in")
            }
            _ => return Err(self.unanswered(&finished)),
        };
        Err(Error::failed(why).hint(format!("look at it: `chage --list {name}`")))
    }

    fn unanswered(&self, finished: &tool::Finished) -> Error {
        let why = match finished.code {
            Some(pam::USER_UNKNOWN | pam::AUTHINFO_UNAVAIL) => "the account is unknown to it",
            _ => "no answer of it counts as a refusal",
        };
        Error::failed(format!("`unix_chkpwd` could not check `{}`", self.name))
            .cause(format!("{}; {why}", finished.describe()))
    }
}

impl Account for LinuxAccount {
    fn name(&self) -> &str {
        &self.name
    }

    fn preflight(&self) -> Result<Vec<Warning>> {
        let user = self.user()?;
        let stored = self.stored()?;
        self.require_unlocked(&stored)?;
        tool::find("chpasswd")?;
        tool::find("unix_chkpwd")?;
        let mut warnings = Vec::new();
        if !self.administrators()?.contains(&self.name) {
            warnings.push(Warning::NotAdministrator { account: self.name.clone() });
        }
        if user.shell.ends_with("/nologin") || user.shell.ends_with("/false") {
            warnings.push(Warning::NoShell { account: self.name.clone(), shell: user.shell });
        }
        Ok(warnings)
    }

    /// Reads only, so it asks for no leave: an account that must be left alone has a state all the
    /// same, which the service is to hear.
    fn fingerprint(&self) -> Result<Fingerprint> {
        let _guard = self.guard(&self.entry(&self.database.users()?)?)?;
        Ok(Fingerprint::of(&self.name, self.stored()?.field()))
    }

    fn set_password(&self, password: &Secret) -> Result<()> {
        check_password(password)?;
        let guard = self.guard(&self.user()?)?;
        self.require_unlocked(&self.stored()?)?;
        let line = Zeroizing::new(format!("{}:{}\n", self.name, password.expose()));
        let held = guard.0.try_clone().or_failed(|| "cannot pass the account's lock on".into())?;
        let input = tool::Input { bytes: line.as_bytes(), secret: password, held: Some(held) };
        // No option: the system's own method of hashing is what its sign-in understands.
        let finished = tool::run("chpasswd", &[], Some(input), CHANGE_TIMEOUT)?;
        if finished.code != Some(0) {
            return Err(Error::failed(format!("`chpasswd` did not set `{}`", self.name))
                .cause(finished.describe()));
        }
        // `chpasswd` syncs the file it writes but not the directory that it is renamed in.
        self.database.sync().or_failed(|| "the new password may not survive a power cut".into())
    }

    fn opens(&self, password: &Secret) -> Result<Check> {
        check_password(password)?;
        let _guard = self.guard(&self.user()?)?;
        let before = self.stored()?;
        // The helper answers all of these like a wrong password.
        self.require_unlocked(&before)?;
        if !before.is_set() {
            return Err(Error::failed(format!("`{}` has no password yet", self.name)));
        }
        self.require_valid()?;
        // Without the NUL at its end every password is a wrong one to the helper.
        let bytes = Zeroizing::new(format!("{}\0", password.expose()));
        let input = tool::Input { bytes: bytes.as_bytes(), secret: password, held: None };
        let arguments = [self.name.as_str(), "nonull"];
        let finished = tool::run("unix_chkpwd", &arguments, Some(input), CHECK_TIMEOUT)?;
        match finished.code {
            Some(pam::SUCCESS) => Ok(Check::Opens),
            Some(pam::AUTH_ERR) if self.stored()?.field() == before.field() => Ok(Check::Refused),
            Some(pam::AUTH_ERR) => {
                Err(Error::failed(format!("`{}` was changed while it was checked", self.name)))
            }
            _ => Err(self.unanswered(&finished)),
        }
    }

    fn administrators(&self) -> Result<BTreeSet<String>> {
        self.database.administrators()
    }

    fn end_sessions(&self) -> Result<usize> {
        let user = self.user()?;
        require_root()?;
        sessions::end(&user.name, user.uid)
    }

    fn notify(&self, text: &str) {
        if let Ok(user) = self.user() {
            terminals::write(user.uid, text);
        }
    }
}

/// The account's lock, given back when it goes: also from under a daemon that `chpasswd`'s PAM
/// modules may have started with a copy of it.
struct Guard(File);

impl Drop for Guard {
    fn drop(&mut self) {
        // The kernel gives it back at the latest with the last copy.
        let _ = self.0.unlock();
    }
}

/// Without root, the helper calls every password of another account a wrong one.
fn require_root() -> Result<()> {
    if rustix::process::geteuid().is_root() {
        return Ok(());
    }
    Err(Error::failed("the agent has to run as root to rotate an account of this system"))
}

/// Text of the system's, made harmless for a terminal or a log: one line without control
/// characters.
fn harmless(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The entries of a directory, by name; ones that go meanwhile are left out.
fn names(directory: &str) -> io::Result<Vec<String>> {
    let entries = fs::read_dir(directory)?.flatten();
    Ok(entries.filter_map(|entry| entry.file_name().into_string().ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_that_must_be_left_alone_can_still_be_looked_at() {
        if require_root().is_err() {
            return;
        }
        let directory = tempfile::tempdir().unwrap();
        // No other test's account, and no lock of another's.
        let uid = 3_999_999_901_u32;
        let users = format!("adm:x:{uid}:1::/:/bin/sh\ntwin:x:{uid}:1::/:/bin/sh\n");
        fs::write(directory.path().join("passwd"), users).unwrap();
        fs::write(directory.path().join("group"), "").unwrap();
        let stores = |hash: &str| {
            fs::write(directory.path().join("shadow"), format!("adm:{hash}:1::::::\n")).unwrap();
        };
        let account = |name: &str| LinuxAccount {
            name: name.into(),
            database: Database::at(directory.path()),
        };
        stores("$6$a$b");
        let before = account("adm").fingerprint().unwrap();
        stores("$6$a$c");
        assert_ne!(account("adm").fingerprint().unwrap(), before);

        let refused = account("adm").preflight().unwrap_err();
        assert_eq!(refused.message, "`adm` shares its user id with `twin`");
        let secret = Secret::new("correct horse".into());
        assert_eq!(account("adm").set_password(&secret).unwrap_err().kind, Kind::Refused);
        assert_eq!(account("adm").opens(&secret).unwrap_err().kind, Kind::Refused);
        assert_eq!(account("adm").end_sessions().unwrap_err().kind, Kind::Refused);
        assert_eq!(account("gone").fingerprint().unwrap_err().kind, Kind::NotFound);
        fs::remove_file(format!("/run/mmd-account-{uid}.lock")).unwrap();
    }
}
