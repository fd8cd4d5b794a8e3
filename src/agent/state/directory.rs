//! The state directory itself: made for its owner alone, refused when others get at it, locked.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
    time::Duration,
};

use crate::{
    durable,
    error::{Error, IoContext, Kind, Result},
};

/// The lock's file.
pub(super) const LOCK: &str = "lock";
/// An agent that is just ending is waited for.
const PATIENCE: Duration = Duration::from_millis(500);

/// Makes the directory, 0700. One that was there stays as it is, unless it is ours and empty: then
/// nobody can have put or read anything in it, and it is closed to others.
pub(super) fn make(path: &Path) -> io::Result<()> {
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
pub(super) fn check(path: &Path) -> Result<()> {
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
pub(super) fn lock(directory: &Path) -> Result<File> {
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

/// Whether an agent holds the lock.
pub(super) fn is_locked(directory: &Path) -> Result<bool> {
    let failed = || format!("cannot look at {}", directory.display());
    let path = directory.join(LOCK);
    // Looking must not make a lock file, which would then belong to whoever looked.
    if !path.try_exists().or_failed(failed)? {
        return Ok(false);
    }
    let file = durable::lock_file(&path).or_failed(failed)?;
    durable::lock_within(&file, Duration::ZERO).map(|free| !free).or_failed(failed)
}
