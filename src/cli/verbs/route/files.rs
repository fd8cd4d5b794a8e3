//! Which table speaks: `--table`, else `route.toml` in the config folder, else the built-in one.
//! A table that the service publishes will stand between the last two.

use std::{
    fmt::Display,
    fs::{File, Metadata},
    io::{ErrorKind, Read, stdin},
    path::Path,
};

use crate::{
    domain::route::{
        read::{self, Fault, MAX_BYTES},
        table::Table,
    },
    error::{Error, IoContext, Result},
};

/// The organisation's own table, in the config folder.
pub const TABLE_FILE: &str = "route.toml";

/// How `--table` names the built-in one; a file of that name is `./built-in`.
const BUILT_IN: &str = "built-in";

/// The table that speaks.
///
/// # Errors
/// When the file that counts is there and cannot be used: another one never takes its place.
pub(super) fn table(named: Option<&Path>, config: Option<&Path>) -> Result<Table> {
    match named {
        Some(name) if name == Path::new(BUILT_IN) => return built_in(),
        Some(path) => return read::read(&must(path)?).map_err(|fault| faulty(path, &fault)),
        None => {}
    }
    match config.map(own_table).transpose()?.flatten() {
        Some(own) => Ok(own),
        None => built_in(),
    }
}

/// The table in the config folder, where there is one.
///
/// # Errors
/// When it is there and cannot be used.
pub fn own_table(config: &Path) -> Result<Option<Table>> {
    let own = config.join(TABLE_FILE);
    // Every command would wait for whoever writes to a pipe there.
    let Some(bytes) = bytes(&own, |_| false)? else { return Ok(None) };
    read::read(&bytes).map(Some).map_err(|fault| faulty(&own, &fault))
}

fn built_in() -> Result<Table> {
    read::built_in().map_err(|fault| Error::failed(fault.to_string()))
}

/// Whether `path` stands for standard input.
pub(super) fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

/// The bytes of a file that has to be there, or of standard input for `-`; of many only so many
/// that they are refused.
pub(super) fn must(path: &Path) -> Result<Vec<u8>> {
    if is_standard_input(path) {
        let sentence = || "the table cannot be read from standard input".to_owned();
        return limited(stdin().lock()).or_failed(sentence);
    }
    bytes(path, is_pipe)?.ok_or_else(|| {
        Error::usage(format!("there is no file `{}`", path.display()))
            .hint("`mmd route table --table built-in --json` shows what a rule says")
    })
}

/// The bytes of a file, or of what `may_be_read` says is as good as one.
fn bytes(path: &Path, may_be_read: fn(&Metadata) -> bool) -> Result<Option<Vec<u8>>> {
    let unread = |cause: &dyn Display| {
        Error::usage(format!("the table `{}` cannot be read", path.display()))
            .cause(cause)
            .hint("`--table built-in` decides by the built-in table")
    };
    let known = match path.metadata() {
        // A link whose file is gone is there: it does not fall back to another table.
        Err(error) if error.kind() == ErrorKind::NotFound => match path.symlink_metadata() {
            Ok(_) => return Err(unread(&"it links to what is not there")),
            Err(_) => return Ok(None),
        },
        other => other.map_err(|error| unread(&error))?,
    };
    if known.is_dir() {
        return Err(unread(&"it is a directory"));
    }
    if !known.is_file() && !may_be_read(&known) {
        return Err(unread(&"it is no regular file"));
    }
    File::open(path).and_then(limited).map(Some).map_err(|error| unread(&error))
}

/// What `--table <(generator)` names.
#[cfg(unix)]
fn is_pipe(known: &Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&known.file_type())
}

#[cfg(not(unix))]
fn is_pipe(_: &Metadata) -> bool {
    false
}

fn limited(source: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The error for a file that is no table.
pub(super) fn faulty(path: &Path, fault: &Fault) -> Error {
    Error::usage(format!("the table `{}` cannot be used", path.display()))
        .cause(fault)
        .hint("nothing of it was used; `--table built-in` decides by the built-in table, and `mmd route table --table built-in --json` shows what a rule says")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_link_to_nothing_and_a_directory_are_wrong_tables_and_no_other_one_speaks() {
        let dir = tempfile::tempdir().unwrap();
        let own = dir.path().join(TABLE_FILE);
        assert!(table(None, Some(dir.path())).is_ok(), "there is none, so the built-in one speaks");
        std::os::unix::fs::symlink(dir.path().join("gone"), &own).unwrap();
        for (named, config) in [(None, Some(dir.path())), (Some(own.as_path()), None)] {
            let error = table(named, config).unwrap_err();
            assert_eq!(error.kind.exit(), 2);
            assert_eq!(error.causes, ["it links to what is not there"]);
        }
        std::fs::remove_file(&own).unwrap();
        std::fs::create_dir(&own).unwrap();
        for (named, config) in [(None, Some(dir.path())), (Some(own.as_path()), None)] {
            let error = table(named, config).unwrap_err();
            assert_eq!((error.kind.exit(), error.causes[0].as_str()), (2, "it is a directory"));
            assert_eq!(error.hints, ["`--table built-in` decides by the built-in table"]);
        }
        std::fs::remove_dir(&own).unwrap();
        std::os::unix::fs::symlink(&own, &own).unwrap();
        for (named, config) in [(None, Some(dir.path())), (Some(own.as_path()), None)] {
            assert_eq!(table(named, config).unwrap_err().kind.exit(), 2, "what links to itself");
        }
        let error = table(Some(Path::new("/dev/null")), None).unwrap_err();
        assert_eq!((error.kind.exit(), error.causes[0].as_str()), (2, "it is no regular file"));
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_that_is_named_is_read_to_its_end_and_one_in_the_config_folder_is_not_opened() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join(TABLE_FILE);
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::from(0o600)).unwrap();
        let error = table(None, Some(dir.path())).unwrap_err();
        assert_eq!((error.kind.exit(), error.causes[0].as_str()), (2, "it is no regular file"));

        let example = include_str!("../../../../tests/data/route.toml");
        for (text, is_table) in [(example.to_owned(), true), (example.repeat(200), false)] {
            let to = pipe.clone();
            // Who writes too much is left alone with it.
            let writer = std::thread::spawn(move || std::fs::write(to, text));
            assert_eq!(table(Some(&pipe), None).is_ok(), is_table);
            let _ = writer.join().unwrap();
        }
    }
}
