//! What this system knows about its local accounts: `/etc/passwd`, `group`, `shadow`, `login.defs`.
//!
//! Read only, and read as files: the name service would mix in accounts of directories, whose
//! passwords are not ours to change.

use std::{collections::BTreeSet, fs::File, io, path::PathBuf};

use zeroize::Zeroizing;

use crate::{
    durable,
    error::{Error, IoContext, Result},
};

/// Local databases of many thousand accounts stay far below.
const LIMIT: u64 = 16 * 1024 * 1024;
/// What systems call the group whose members may use `sudo` or its like.
const ADMINISTRATORS: [&str; 3] = ["sudo", "wheel", "admin"];
/// Where `login.defs` does not say where people's accounts begin.
const UID_MIN: u32 = 1000;

/// The directory of the databases: `/etc`, elsewhere only in tests.
#[derive(Debug)]
pub struct Database(PathBuf);

/// A local account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its name.
    pub name: String,
    /// Its user id.
    pub uid: u32,
    /// Its primary group.
    gid: u32,
    /// Its shell.
    pub shell: String,
    /// Whether its password is kept in `/etc/shadow`.
    pub shadowed: bool,
}

/// The password field of `/etc/shadow`; wiped when dropped.
pub struct Stored(Zeroizing<Vec<u8>>);

impl Stored {
    /// The field as it stands.
    pub fn field(&self) -> &[u8] {
        &self.0
    }

    /// Whether somebody locked an account that has a password. The bare `!`, `!!` and `*` of an
    /// account that never had one are no lock: the first rotation gives it one.
    pub fn is_locked(&self) -> bool {
        self.0.starts_with(b"!") && self.0.iter().any(|byte| !matches!(byte, b'!' | b'*'))
    }

    /// Whether there is a hash that a password could match.
    pub fn is_set(&self) -> bool {
        !matches!(self.0.first(), None | Some(b'!' | b'*'))
    }
}

impl Database {
    /// This system's.
    pub fn system() -> Self {
        Self(PathBuf::from("/etc"))
    }

    /// That of a test.
    #[cfg(test)]
    pub fn at(directory: &std::path::Path) -> Self {
        Self(directory.to_owned())
    }

    /// The local accounts.
    pub fn users(&self) -> Result<Vec<User>> {
        Ok(parse_users(&self.text("passwd")?))
    }

    /// The lowest user id of a person's account.
    pub fn uid_min(&self) -> Result<u32> {
        Ok(self.optional("login.defs")?.and_then(|text| parse_uid_min(&text)).unwrap_or(UID_MIN))
    }

    /// Who has administrators' rights: the members of the administrators' groups, and whoever
    /// shares root's user id.
    pub fn administrators(&self) -> Result<BTreeSet<String>> {
        Ok(parse_administrators(&self.text("group")?, &self.users()?))
    }

    /// What is stored for the password of `name`.
    pub fn stored(&self, name: &str) -> Result<Stored> {
        let path = self.0.join("shadow");
        let failed = || format!("cannot read {}", path.display());
        let bytes = durable::read(&path, LIMIT).or_failed(failed)?.map(Zeroizing::new);
        let bytes = bytes.ok_or_else(|| Error::failed(failed()).cause("there is none"))?;
        parse_stored(&bytes, name)
            .ok_or_else(|| Error::failed(format!("`{name}` has no entry in {}", path.display())))
    }

    /// Makes the stored passwords durable: the file, and the directory that it was renamed in.
    pub fn sync(&self) -> io::Result<()> {
        File::open(self.0.join("shadow"))?.sync_data()?;
        durable::sync_dir(&self.0)
    }

    fn text(&self, file: &str) -> Result<String> {
        self.optional(file)?
            .ok_or_else(|| Error::failed(format!("there is no {}", self.0.join(file).display())))
    }

    /// Full names may be in any encoding; what we look for is ASCII.
    fn optional(&self, file: &str) -> Result<Option<String>> {
        let path = self.0.join(file);
        let bytes =
            durable::read(&path, LIMIT).or_failed(|| format!("cannot read {}", path.display()))?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }
}

fn parse_users(text: &str) -> Vec<User> {
    let user = |line: &str| {
        let fields: Vec<_> = line.split(':').collect();
        let [name, password, uid, gid, _, _, shell] = fields[..] else { return None };
        // `+` and `-` at the start let a directory's accounts in or keep them out.
        if name.is_empty() || name.starts_with(['+', '-', '#']) {
            return None;
        }
        Some(User {
            name: name.to_owned(),
            uid: uid.parse().ok()?,
            gid: gid.parse().ok()?,
            shell: shell.to_owned(),
            shadowed: password == "x",
        })
    };
    text.lines().filter_map(user).collect()
}

fn parse_uid_min(text: &str) -> Option<u32> {
    text.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        if words.next()? == "UID_MIN" { words.next()?.parse().ok() } else { None }
    })
}

fn parse_administrators(groups: &str, users: &[User]) -> BTreeSet<String> {
    let twins = users.iter().filter(|user| user.uid == 0 && user.name != "root");
    let mut found: BTreeSet<String> = twins.map(|user| user.name.clone()).collect();
    for line in groups.lines() {
        let fields: Vec<_> = line.split(':').collect();
        let [group, _, gid, members] = fields[..] else { continue };
        if !ADMINISTRATORS.contains(&group) {
            continue;
        }
        let listed = members.split(',').map(str::trim).filter(|name| !name.is_empty());
        found.extend(listed.map(str::to_owned));
        let primary = users.iter().filter(|user| gid.parse() == Ok(user.gid));
        found.extend(primary.map(|user| user.name.clone()));
    }
    found
}

fn parse_stored(bytes: &[u8], name: &str) -> Option<Stored> {
    bytes.split(|byte| *byte == b'\n').find_map(|line| {
        let mut fields = line.split(|byte| *byte == b':');
        let found = fields.next()? == name.as_bytes();
        let field = fields.next()?;
        found.then(|| Stored(Zeroizing::new(field.to_vec())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\n\
        toor:x:0:0::/root:/bin/sh\n\
        +ldapuser::::::\n\
        ana:x:1000:1000:Ana,,,:/home/ana:/bin/bash\n\
        old:$1$abc:1001:27::/home/old:/bin/sh\n\
        broken:x:1002\n";

    #[test]
    fn only_whole_local_entries_are_accounts() {
        let users = parse_users(PASSWD);
        let names: Vec<_> = users.iter().map(|user| user.name.as_str()).collect();
        assert_eq!(names, ["root", "toor", "ana", "old"]);
        assert_eq!((users[2].uid, users[2].shell.as_str()), (1000, "/bin/bash"));
        assert_eq!((users[2].shadowed, users[3].shadowed), (true, false));
    }

    #[test]
    fn administrators_are_members_primary_members_and_roots_twins() {
        let groups = "root:x:0:\nsudo:x:27:ana, eve\nsudoers:x:50:mallory\nwheel:x:10:\nadm:x:4:x";
        let expected = ["ana", "eve", "old", "toor"].map(String::from);
        assert_eq!(parse_administrators(groups, &parse_users(PASSWD)), BTreeSet::from(expected));
        assert_eq!(parse_administrators("", &[]), BTreeSet::new());
    }

    #[test]
    fn the_shadow_field_is_found_by_the_whole_name() {
        let shadow = b"root:*:1:0:::::\nan:no:1::\nana:$y$j9T$s$h:20000:0:99999:7:::\nmmd:!:::";
        assert_eq!(parse_stored(shadow, "ana").unwrap().field(), b"$y$j9T$s$h");
        assert_eq!(parse_stored(shadow, "mmd").unwrap().field(), b"!");
        assert!(parse_stored(shadow, "anaa").is_none());
        assert!(parse_stored(shadow, "").is_none());
    }

    #[test]
    fn locks_are_told_from_passwords_never_set() {
        let state = |field: &str| {
            let stored = Stored(Zeroizing::new(field.as_bytes().to_vec()));
            (stored.is_set(), stored.is_locked())
        };
        for never in ["", "!", "!!", "*", "!*"] {
            assert_eq!(state(never), (false, false), "{never}");
        }
        assert_eq!(state("$y$j9T$s$h"), (true, false));
        assert_eq!(state("!$y$j9T$s$h"), (false, true));
        assert_eq!(state("!!$6$s$h"), (false, true));
    }

    #[test]
    fn the_lowest_id_of_people_is_the_systems() {
        assert_eq!(parse_uid_min("# UID_MIN 5\nSYS_UID_MIN 100\nUID_MIN\t\t 500\n"), Some(500));
        assert_eq!(parse_uid_min("UID_MIN x\n"), None);
        assert_eq!(parse_uid_min(""), None);
    }
}
