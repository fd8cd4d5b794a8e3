//! Files that survive a crash: replaced whole, on disk before the call returns.
//!
//! Everything is made durable by `fdatasync`, of the file and then of its directory, and by
//! nothing else: a crash test can stop the process at each of these calls and so reach every
//! state that a power cut can leave behind.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

/// How often a lock that somebody else holds is tried again.
const LOCK_POLL: Duration = Duration::from_millis(20);

/// Replaces `path` by a file (0600) of `bytes`, durably: afterwards it holds the old content or
/// the new, whole, never a mixture.
///
/// Writers of the same path have to exclude each other; they share the name of the temporary file,
/// so that crashes leave at most one behind.
///
/// # Errors
/// Those of the file system; `path` is then unchanged or already replaced, but not known to be
/// durable.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    swap(path, bytes, File::sync_data)?;
    sync_dir(parent(path))
}

/// As [`replace`], but not durable: after a power cut the file may be the old one, or empty. For
/// what can be found out again.
///
/// # Errors
/// Those of the file system; `path` is then unchanged.
pub fn replace_soon(path: &Path, bytes: &[u8]) -> io::Result<()> {
    swap(path, bytes, |_| Ok(()))
}

fn swap(path: &Path, bytes: &[u8], settle: impl Fn(&File) -> io::Result<()>) -> io::Result<()> {
    let temporary = beside(path, ".new")?;
    remove_if_there(&temporary)?;
    // Made anew, so that neither a link nor the mode of a file that was planted there counts.
    let mut file = private_file(&temporary)?;
    let written = file.write_all(bytes).and_then(|()| settle(&file));
    drop(file);
    if let Err(error) = written.and_then(|()| fs::rename(&temporary, path)) {
        // The temporary file may hold a key; the error that matters is the first one.
        let _ = fs::remove_file(&temporary);
        return Err(error);
    }
    Ok(())
}

/// Removes `path` durably; one that is not there is fine.
///
/// # Errors
/// Those of the file system.
pub fn remove(path: &Path) -> io::Result<()> {
    remove_if_there(path)?;
    sync_dir(parent(path))
}

/// Reads `path`, or `None` when there is no such file.
///
/// # Errors
/// Those of the file system, and [`io::ErrorKind::FileTooLarge`] over `limit` bytes.
pub fn read(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("larger than {limit} bytes"),
        ));
    }
    Ok(Some(bytes))
}

/// Makes the entries of a directory durable. Only Unix needs and offers this.
///
/// # Errors
/// Those of the file system.
pub fn sync_dir(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory)?.sync_data() } else { Ok(()) }
}

/// Makes the entry of `path` in its directory durable.
///
/// # Errors
/// Those of the file system.
pub fn sync_parent(path: &Path) -> io::Result<()> {
    sync_dir(parent(path))
}

/// Makes a file (0600) that is not there yet, for writing.
///
/// # Errors
/// Those of the file system.
pub fn private_file(path: &Path) -> io::Result<File> {
    private().write(true).create_new(true).open(path)
}

/// Opens a lock file (0600), made if need be; nothing is ever written to it here.
///
/// # Errors
/// Those of the file system.
pub fn lock_file(path: &Path) -> io::Result<File> {
    private().read(true).write(true).create(true).truncate(false).open(path)
}

/// Takes the exclusive kernel lock of `file`, waiting at most `patience`; `false` when somebody
/// else still holds it then. The lock goes with the last copy of the open file, so no crash leaves
/// one behind.
///
/// # Errors
/// When the file system cannot lock.
pub fn lock_within(file: &File, patience: Duration) -> io::Result<bool> {
    let deadline = Instant::now() + patience;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) if Instant::now() >= deadline => return Ok(false),
            Err(TryLockError::WouldBlock) => thread::sleep(LOCK_POLL),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

/// The hidden file beside `path` that shares its name.
///
/// # Errors
/// When `path` ends without a file name.
pub fn beside(path: &Path, suffix: &str) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(suffix);
    Ok(path.with_file_name(hidden))
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The directory of `path`; a bare file name lies in the current one.
pub(super) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Options for files that only their owner may read.
#[cfg(unix)]
fn private() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

/// Elsewhere files inherit who may read them.
#[cfg(not(unix))]
fn private() -> OpenOptions {
    OpenOptions::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacing_leaves_one_private_file() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("journal.json");
        replace(&path, b"one").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(read(&path, 10).unwrap().as_deref(), Some(&b"two"[..]));
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_planted_in_the_way_is_not_followed() {
        let scratch = tempfile::tempdir().unwrap();
        let victim = scratch.path().join("victim");
        fs::write(&victim, "precious").unwrap();
        std::os::unix::fs::symlink(&victim, scratch.path().join(".a.new")).unwrap();
        replace(&scratch.path().join("a"), b"new").unwrap();
        assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
        assert_eq!(fs::read_to_string(scratch.path().join("a")).unwrap(), "new");
    }

    #[test]
    fn reading_is_bounded() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("a");
        assert_eq!(read(&path, 3).unwrap(), None);
        replace(&path, b"four").unwrap();
        assert_eq!(read(&path, 3).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(read(&path, 4).unwrap().as_deref(), Some(&b"four"[..]));
    }

    #[test]
    fn a_lock_is_exclusive_and_ends_with_its_holder() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("lock");
        let (first, second) = (lock_file(&path).unwrap(), lock_file(&path).unwrap());
        assert!(lock_within(&first, Duration::ZERO).unwrap());
        assert!(!lock_within(&second, Duration::from_millis(30)).unwrap());
        drop(first);
        assert!(lock_within(&second, Duration::ZERO).unwrap());
    }
}
