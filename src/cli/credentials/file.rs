//! Tokens in plain files, for machines without a keyring: 0600, and refused when others can read
//! them.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::Store;
use crate::{
    cli::files,
    error::{Error, Result},
    secret::Secret,
};

/// One `PROFILE.token` for each profile.
#[derive(Debug, Clone)]
pub struct FileStore {
    directory: PathBuf,
}

impl FileStore {
    /// In `directory`, which need not exist yet.
    pub fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned() }
    }

    /// The file of a profile.
    pub fn path(&self, profile: &str) -> PathBuf {
        self.directory.join(format!("{profile}.token"))
    }
}

impl Store for FileStore {
    fn get(&self, profile: &str) -> Result<Option<Secret>> {
        let path = self.path(profile);
        files::check_private(&path)?;
        let Some(bytes) = files::read_if_there(&path)? else { return Ok(None) };
        let bytes = Zeroizing::new(bytes);
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| Error::failed(format!("the file `{}` holds no token", path.display())))?;
        Ok(Some(Secret::new(text.trim().to_owned())).filter(|token| !token.is_empty()))
    }

    fn set(&self, profile: &str, token: &Secret) -> Result<()> {
        files::write_private(&self.path(profile), token.expose().as_bytes())
    }

    fn delete(&self, profile: &str) -> Result<bool> {
        files::remove_if_there(&self.path(profile))
    }
}
