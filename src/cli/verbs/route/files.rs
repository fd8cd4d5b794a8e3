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
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other.or_failed(sentence)?,
    };
    let mut bytes = Vec::new();
    file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).or_failed(sentence)?;
    Ok(Some(bytes))
}

/// The error for a file that is no table.
pub(super) fn faulty(path: &Path, fault: &Fault) -> Error {
    Error::usage(format!("the table `{}` cannot be used", path.display()))
        .cause(fault)
        .hint("`mmd route check FILE` tells whether it is whole; nothing of it was used")
}
