//! Secrets of sinks: files that only their owner may read, read anew for each use, so that a
//! changed one counts at once.

use std::path::{Path, PathBuf};

use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use crate::{
    error::{Error, IoContext, Result},
    secret::Secret,
};

/// The largest secret's file, in bytes.
const LARGEST: u64 = 16 * 1024;

/// A file that holds a secret.
#[derive(Debug, Clone)]
pub struct SecretFile {
    path: PathBuf,
    member: &'static str,
}

impl SecretFile {
    /// The file that `member` of the configuration names. It is not read yet.
    pub fn new(member: &'static str, path: &Path) -> Self {
        Self { path: path.to_owned(), member }
    }

    /// The secret, without the white space around it.
    pub fn read(&self) -> Result<Secret> {
        let (member, path) = (self.member, self.path.display());
        let cannot = || format!("`{member}`: the file {path} cannot be read");
        closed(&self.path).or_failed(cannot)?.map_err(|mode| {
            Error::failed(format!("`{member}`: the file {path} is open to others"))
                .cause(format!("its mode is {mode:04o}, not 0600"))
                .hint(format!("run `chmod 600 {path}`, and replace the secret if it was seen"))
        })?;
        let bytes = crate::durable::read(&self.path, LARGEST).or_failed(cannot)?;
        let bytes = Zeroizing::new(
            bytes.ok_or_else(|| Error::failed(format!("`{member}`: there is no file {path}")))?,
        );
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| Error::failed(format!("`{member}`: the file {path} is not text")))?;
        let secret = Secret::new(text.trim().to_owned());
        if secret.is_empty() {
            return Err(Error::failed(format!("`{member}`: the file {path} is empty")));
        }
        Ok(secret)
    }

    /// The bytes of a signing secret: `whsec_` and base64 of 24 to 64 bytes (Standard Webhooks).
    pub fn signing_key(&self) -> Result<Zeroizing<Vec<u8>>> {
        let secret = self.read()?;
        let key =
            secret.expose().strip_prefix("whsec_").and_then(|text| STANDARD.decode(text).ok());
        let key = key.map(Zeroizing::new).filter(|key| (24..=64).contains(&key.len()));
        key.ok_or_else(|| {
            let (member, path) = (self.member, self.path.display());
            Error::failed(format!("`{member}`: the file {path} holds no signing secret"))
                .cause("`whsec_` and 24 to 64 bytes in base64 are expected")
                .hint(format!(
                    "make one: `(umask 077; echo whsec_$(openssl rand -base64 32) > {path})`"
                ))
        })
    }
}

/// Whether nobody but the owner may read the file; its mode otherwise.
#[cfg(unix)]
fn closed(path: &Path) -> std::io::Result<Result<(), u32>> {
    use std::os::unix::fs::PermissionsExt;
    let mode = match std::fs::metadata(path) {
        // Said when it is read.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Ok(())),
        other => other?.permissions().mode() & 0o777,
    };
    Ok(if mode & 0o077 == 0 { Ok(()) } else { Err(mode) })
}

/// Elsewhere the directory's access list decides.
#[cfg(not(unix))]
fn closed(_: &Path) -> std::io::Result<Result<(), u32>> {
    Ok(Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_secret_is_read_from_a_closed_file_and_anew_each_time() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret");
        let file = SecretFile::new("secret_file", &path);
        let said = file.read().unwrap_err().to_string();
        assert!(said.starts_with("`secret_file`: there is no file"), "{said}");
        crate::durable::replace(&path, b"one\n").unwrap();
        assert!(file.read().unwrap().matches("one"));
        crate::durable::replace(&path, b" two ").unwrap();
        assert!(file.read().unwrap().matches("two"));
        for mode in [0o640, 0o604, 0o622] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert!(file.read().unwrap_err().message.contains("is open to others"));
        }
        crate::durable::replace(&path, b"\n").unwrap();
        assert!(file.read().unwrap_err().message.contains("is empty"));
    }

    #[test]
    fn a_signing_secret_has_its_prefix_and_enough_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret");
        let file = SecretFile::new("secret_file", &path);
        crate::durable::replace(&path, b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        assert_eq!(file.signing_key().unwrap().len(), 24);
        for bad in ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8G", "whsec_!"] {
            crate::durable::replace(&path, bad.as_bytes()).unwrap();
            let error = file.signing_key().unwrap_err();
            assert!(!format!("{error:?}").contains("MfKQ"), "the text is not quoted");
        }
    }
}
