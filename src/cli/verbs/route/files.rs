//! Which table speaks: `--table`, else `route.toml` in the config folder, else the built-in one.
//! A table that the service publishes will stand between the last two.

use std::{
    fs::File,
    io::{ErrorKind, Read},
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

/// The table that speaks.
///
/// # Errors
/// When the file that counts is there and cannot be used: another one never takes its place.
pub(super) fn table(named: Option<&Path>, config: Option<&Path>) -> Result<Table> {
    if let Some(path) = named {
        return of_file(path);
    }
    if let Some(own) = config.map(|config| config.join(TABLE_FILE))
        && let Some(bytes) = bytes(&own)?
    {
        return read::read(&bytes).map_err(|fault| faulty(&own, &fault));
    }
    read::built_in().map_err(|fault| Error::failed(fault.to_string()))
}

fn of_file(path: &Path) -> Result<Table> {
    read::read(&must(path)?).map_err(|fault| faulty(path, &fault))
}

/// The bytes of a file that has to be there; of a large one only so many that it is refused.
pub(super) fn must(path: &Path) -> Result<Vec<u8>> {
    bytes(path)?.ok_or_else(|| {
        Error::usage(format!("there is no file `{}`", path.display()))
            .hint("`mmd route table --json` prints the table that speaks without it")
    })
}

fn bytes(path: &Path) -> Result<Option<Vec<u8>>> {
    let sentence = || format!("the table `{}` cannot be read", path.display());
    let file = match File::open(path) {
        // A link whose file is gone is there: it does not fall back to another table.
        Err(error) if error.kind() == ErrorKind::NotFound => match path.symlink_metadata() {
            Ok(_) => return Err(Error::usage(sentence()).cause("it links to what is not there")),
            Err(_) => return Ok(None),
        },
        other => other.or_failed(sentence)?,
    };
    if file.metadata().is_ok_and(|known| known.is_dir()) {
        return Err(Error::usage(sentence()).cause("it is a directory"));
    }
    let mut bytes = Vec::new();
    file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).or_failed(sentence)?;
    Ok(Some(bytes))
}

/// The error for a file that is no table.
pub(super) fn faulty(path: &Path, fault: &Fault) -> Error {
    Error::usage(format!("the table `{}` cannot be used", path.display()))
        .cause(fault)
        .hint("nothing of it was used; `mmd route table --json` shows what a rule says")
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
    }
}
