//! JSON lines at the end of a file (0600): on disk before they count as sent.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::sink::Stored;
use crate::{
    domain::delivery::Failure,
    error::{IoContext, Result},
};

/// A file that events are appended to.
pub struct Lines {
    path: PathBuf,
    open: Option<File>,
}

impl Lines {
    /// Checks that the file can be appended to; makes it where it is missing.
    pub fn open(path: &Path) -> Result<Self> {
        let shown = path.display();
        let file = append(path).or_failed(|| format!("`path`: {shown} cannot be written"))?;
        Ok(Self { path: path.to_owned(), open: Some(file) })
    }

    /// Appends events, durably. After a failure the file is as it was before.
    pub fn append(&mut self, events: &[Stored]) -> Result<(), Failure> {
        let written = self.write(events);
        if written.is_err() {
            self.open = None;
        }
        written.map_err(|error| Failure::again(format!("the file cannot be written: {error}")))
    }

    fn write(&mut self, events: &[Stored]) -> io::Result<()> {
        // Whoever rotates the file moves it away: what the path names counts.
        if !self.open.as_ref().is_some_and(|file| is_at(file, &self.path)) {
            self.open = None;
        }
        let file = match &mut self.open {
            Some(file) => file,
            closed => closed.insert(append(&self.path)?),
        };
        let before = file.metadata()?.len();
        let mut lines = Vec::new();
        for (_, body) in events {
            lines.extend_from_slice(body);
            lines.push(b'\n');
        }
        let written = file.write_all(&lines).and_then(|()| file.sync_data());
        if written.is_err() {
            // A line that was begun would be taken for an event; it is sent whole again.
            let _ = file.set_len(before);
        }
        written
    }
}

/// Opens the file for appending, without the beginning of a line that a crash has left behind.
fn append(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let length = file.metadata()?.len();
    let mut kept = length;
    let mut byte = [0];
    while kept > 0 {
        file.seek(SeekFrom::Start(kept - 1))?;
        file.read_exact(&mut byte)?;
        if byte == *b"\n" {
            break;
        }
        kept -= 1;
    }
    if kept < length {
        file.set_len(kept)?;
    }
    Ok(file)
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(open), Ok(named)) => (open.dev(), open.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

/// Elsewhere an open file cannot be moved away.
#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(seq: u64) -> Stored {
        (seq, format!("{{\"seq\":{seq}}}").into_bytes())
    }

    #[test]
    fn lines_are_appended_to_what_the_path_names() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("audit.jsonl");
        let mut lines = Lines::open(&path).unwrap();
        lines.append(&[event(1), event(2)]).unwrap();
        std::fs::rename(&path, dir.path().join("audit.1")).unwrap();
        lines.append(&[event(3)]).unwrap();
        let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
        assert_eq!(read("audit.1"), "{\"seq\":1}\n{\"seq\":2}\n");
        assert_eq!(read("audit.jsonl"), "{\"seq\":3}\n");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn the_beginning_of_a_line_that_a_crash_left_is_taken_away() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("audit.jsonl");
        for (torn, kept) in [("{\"seq\":1}\n{\"se", "{\"seq\":1}\n"), ("{\"se", ""), ("", "")] {
            std::fs::write(&path, torn).unwrap();
            let mut lines = Lines::open(&path).unwrap();
            lines.append(&[event(2)]).unwrap();
            let now = std::fs::read_to_string(&path).unwrap();
            assert_eq!(now, format!("{kept}{{\"seq\":2}}\n"));
        }
    }

    #[test]
    fn a_directory_that_is_gone_is_a_failure_that_passes() {
        let dir = tempfile::tempdir().unwrap();
        let inner = dir.path().join("log");
        std::fs::create_dir(&inner).unwrap();
        let mut lines = Lines::open(&inner.join("audit.jsonl")).unwrap();
        std::fs::remove_dir_all(&inner).unwrap();
        assert!(lines.append(&[event(1)]).is_err());
        std::fs::create_dir(&inner).unwrap();
        lines.append(&[event(1)]).unwrap();
    }
}
