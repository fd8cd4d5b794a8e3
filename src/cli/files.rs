//! Files that only their owner may read, written whole or not at all.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use crate::error::{Error, IoContext, Result};

/// Makes `dir` and what lies above it; `dir` itself is closed to others (0700).
pub fn private_dir(dir: &Path) -> Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).or_failed(|| format!("the directory `{}` cannot be made", dir.display()))
}

/// Replaces `path` with `bytes` (0600): a reader sees the old file or the new one, never a part,
/// and after a crash one of the two is there.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    replace_private(path, bytes, true)
}

/// As [`write_private`], but a power cut may undo it: nobody waits for the disk.
pub fn write_private_quickly(path: &Path, bytes: &[u8]) -> Result<()> {
    replace_private(path, bytes, false)
}

fn replace_private(path: &Path, bytes: &[u8], durable: bool) -> Result<()> {
    let sentence = || format!("the file `{}` cannot be written", path.display());
    let dir = path.parent().ok_or_else(|| Error::failed(sentence()))?;
    private_dir(dir)?;
    let temporary = temporary_beside(path)?;
    let written = private_file(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        if durable { file.sync_all() } else { Ok(()) }
    });
    let replaced = written.and_then(|()| fs::rename(&temporary, path));
    if replaced.is_err() {
        // The write has failed already; what is left of it is only litter.
        let _ = fs::remove_file(&temporary);
    }
    replaced.or_failed(sentence)?;
    // The rename is durable once the directory is; not every file system can say so.
    if durable && let Ok(dir) = File::open(dir) {
        let _ = dir.sync_all();
    }
    Ok(())
}

/// The contents of `path`, or `None` where there is no such file.
pub fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(error).or_failed(|| format!("the file `{}` cannot be read", path.display()))
        }
    }
}

/// Removes `path`; true when it was there.
pub fn remove_if_there(path: &Path) -> Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => {
            Err(error).or_failed(|| format!("the file `{}` cannot be removed", path.display()))
        }
    }
}

/// Refuses a file that others than its owner may read or write.
#[cfg(unix)]
pub fn check_private(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        other => other.or_failed(|| format!("the file `{}` cannot be read", path.display()))?,
    };
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let path = path.display();
    Err(Error::failed(format!("the file `{path}` is open to others"))
        .cause(format!("its mode is {mode:04o}, not 0600"))
        .hint(format!("run `chmod 600 {path}`, and sign in anew if others may have read it")))
}

/// Elsewhere the directory's access list decides, and a person's own directories are theirs alone.
#[cfg(not(unix))]
pub fn check_private(_: &Path) -> Result<()> {
    Ok(())
}

/// Holds off other processes of ours that change the same files, until it is dropped.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "held for its drop, which unlocks")] File);

impl Lock {
    /// Waits for the lock file `path`.
    pub fn take(path: &Path) -> Result<Self> {
        Self::open(path)?
            .and_then(|file| file.lock().map(|()| Self(file)))
            .or_failed(|| untakeable(path))
    }

    /// Takes the lock file `path`, unless somebody else has it.
    pub fn try_take(path: &Path) -> Result<Option<Self>> {
        Self::open(path)?
            .and_then(|file| match file.try_lock() {
                Ok(()) => Ok(Some(Self(file))),
                Err(TryLockError::WouldBlock) => Ok(None),
                Err(TryLockError::Error(error)) => Err(error),
            })
            .or_failed(|| untakeable(path))
    }

    fn open(path: &Path) -> Result<std::io::Result<File>> {
        if let Some(dir) = path.parent() {
            private_dir(dir)?;
        }
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(options.open(path))
    }
}

fn untakeable(path: &Path) -> String {
    format!("the lock `{}` cannot be taken", path.display())
}

fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A name that nobody else uses, so that two processes do not write into one file.
fn temporary_beside(path: &Path) -> Result<PathBuf> {
    let mut random = [0; 8];
    getrandom::fill(&mut random)
        .map_err(|error| Error::failed("the system gives no random numbers").cause(error))?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{:016x}.tmp", u64::from_ne_bytes(random)));
    Ok(path.with_file_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_closed_to_others() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a/b/file");
        assert_eq!(read_if_there(&path).unwrap(), None);
        check_private(&path).unwrap();
        write_private(&path, b"one").unwrap();
        write_private(&path, b"two").unwrap();
        assert_eq!(read_if_there(&path).unwrap(), Some(b"two".to_vec()));
        check_private(&path).unwrap();
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no litter");
        assert!(remove_if_there(&path).unwrap());
        assert!(!remove_if_there(&path).unwrap());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_open_to_others_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("token");
        write_private(&path, b"x").unwrap();
        for mode in [0o640, 0o604, 0o666] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let error = check_private(&path).unwrap_err();
            assert_eq!(error.causes, [format!("its mode is {mode:04o}, not 0600")]);
        }
    }

    #[test]
    fn a_lock_holds_off_the_next_until_it_is_dropped() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("lock");
        let first = Lock::take(&path).unwrap();
        let (sender, receiver) = std::sync::mpsc::channel();
        let next = path.clone();
        let thread = std::thread::spawn(move || {
            let _second = Lock::take(&next).unwrap();
            sender.send(()).unwrap();
        });
        assert!(File::open(&path).unwrap().try_lock().is_err());
        assert!(Lock::try_take(&path).unwrap().is_none());
        assert!(receiver.try_recv().is_err());
        drop(first);
        receiver.recv().unwrap();
        thread.join().unwrap();
        assert!(Lock::try_take(&path).unwrap().is_some());
    }
}
