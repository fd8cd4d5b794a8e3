//! Which table speaks: `--table`, else `route.toml` in the config folder, else the built-in one.
//! A table that the service publishes will stand between the last two.

use std::{
    fs::File,
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
    let Some(bytes) = bytes(&own)? else { return Ok(None) };
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
    bytes(path)?.ok_or_else(|| {
        Error::usage(format!("there is no file `{}`", path.display()))
            .hint("`mmd route table --table built-in --json` shows what a rule says")
    })
}

fn bytes(path: &Path) -> Result<Option<Vec<u8>>> {
    let sentence = || format!("the table `{}` cannot be read", path.display());
    let known = match path.metadata() {
        // A link whose file is gone is there: it does not fall back to another table.
        Err(error) if error.kind() == ErrorKind::NotFound => match path.symlink_metadata() {
            Ok(_) => return Err(Error::usage(sentence()).cause("it links to what is not there")),
            Err(_) => return Ok(None),
        },
        other => other.or_failed(sentence)?,
    };
    if known.is_dir() {
        return Err(Error::usage(sentence()).cause("it is a directory"));
    }
    // To open a pipe that nobody writes to would wait for ever.
    if !known.is_file() {
        return Err(Error::usage(sentence())
            .cause("it is no regular file")
            .hint("`-` reads a table from standard input"));
    }
    File::open(path).and_then(limited).or_failed(sentence).map(Some)
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
        }
        // What nobody writes to would be waited for.
        let error = table(Some(Path::new("/dev/null")), None).unwrap_err();
        assert_eq!((error.kind.exit(), error.causes[0].as_str()), (2, "it is no regular file"));
    }
}
