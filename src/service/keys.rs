//! Keys that are not in the database: the one that seals passwords, and the one that signs heads.

use std::path::{Path, PathBuf};

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use ed25519_dalek::SigningKey;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    domain::{
        audit::{hash, hex, unhex},
        password::random_bytes,
        rotation::Generation,
    },
    durable,
    error::{Error, IoContext, Result},
    secret::Secret,
};

const NONCE: usize = 24;

/// Seals passwords at rest, each bound to its tenant, device and generation, so that a sealed
/// password that is moved to another row opens nothing.
pub struct Sealer {
    cipher: XChaCha20Poly1305,
    /// True where the key lies beside the database: a copy of the directory holds both.
    pub beside_the_data: bool,
}

impl Sealer {
    /// Reads the key from `key_file`, or from the data directory, where it is made if need be.
    /// In a directory that was in use before, a missing key is lost, not new: `may_make` is false.
    pub fn open(data_dir: &Path, key_file: Option<&Path>, may_make: bool) -> Result<Self> {
        let (path, beside_the_data) = match key_file {
            Some(path) => (path.to_owned(), false),
            None => (data_dir.join("master.key"), true),
        };
        let key = key(&path, beside_the_data && may_make)?;
        Ok(Self { cipher: XChaCha20Poly1305::new((&*key).into()), beside_the_data })
    }

    /// Seals `password`.
    pub fn seal(
        &self,
        tenant: Uuid,
        device: Uuid,
        generation: Generation,
        password: &Secret,
    ) -> Result<Vec<u8>> {
        let nonce: [u8; NONCE] = random_bytes();
        let aad = bound_to(tenant, device, generation);
        let payload = Payload { msg: password.expose().as_bytes(), aad: aad.as_bytes() };
        let sealed = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| Error::failed("a password cannot be sealed"))?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Opens what [`seal`](Self::seal) made.
    pub fn open_sealed(
        &self,
        tenant: Uuid,
        device: Uuid,
        generation: Generation,
        sealed: &[u8],
    ) -> Result<Secret> {
        let wrong = || Error::failed("a sealed password cannot be opened with this key");
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or_else(wrong)?;
        let aad = bound_to(tenant, device, generation);
        let payload = Payload { msg: sealed, aad: aad.as_bytes() };
        let plain = self.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| wrong())?;
        String::from_utf8(plain).map(Secret::new).map_err(|_| wrong())
    }
}

fn bound_to(tenant: Uuid, device: Uuid, generation: Generation) -> String {
    format!("mmd password\n{tenant}\n{device}\n{generation}")
}

/// The key that signs heads, made in the data directory if need be.
pub fn head_key(data_dir: &Path) -> Result<SigningKey> {
    Ok(SigningKey::from_bytes(&*key(&data_dir.join("head.key"), true)?))
}

/// The token of a process that embeds the service. Only who can read the data directory can make
/// it, and it changes with every start, of which `nonce` is the name.
pub fn session_token(data_dir: &Path, nonce: &str) -> Result<Secret> {
    let key = key(&data_dir.join("session.key"), true)?;
    let text = Zeroizing::new(format!("mmd embedded session\n{}\n{nonce}", hex(&*key)));
    Ok(Secret::new(format!("mmd_{}", hash(text.as_bytes()))))
}

/// Reads a key file of 64 hexadecimal digits.
fn key(path: &PathBuf, made_if_missing: bool) -> Result<Zeroizing<[u8; 32]>> {
    let read = std::fs::read_to_string(path).map(Zeroizing::new);
    let text = match read {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && made_if_missing => {
            let key = Zeroizing::new(random_bytes::<32>());
            let text = Zeroizing::new(format!("{}\n", hex(&*key)));
            durable::replace(path, text.as_bytes())
                .or_failed(|| format!("the key file {} cannot be made", path.display()))?;
            return Ok(key);
        }
        read => read.or_failed(|| format!("the key file {} cannot be read", path.display()))?,
    };
    unhex::<32>(text.trim()).map(Zeroizing::new).ok_or_else(|| {
        Error::failed(format!("the key file {} does not hold a key", path.display()))
            .cause("64 hexadecimal digits are expected")
            .hint("make one with `openssl rand -hex 32`, and keep a copy: without it no stored password can be read")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_password_opens_only_where_it_belongs() {
        let dir = tempfile::tempdir().unwrap();
        let sealer = Sealer::open(dir.path(), None, true).unwrap();
        let (tenant, device) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let sealed = sealer.seal(tenant, device, 3, &Secret::new("hunter2".into())).unwrap();
        assert!(!sealed.windows(7).any(|w| w == b"hunter2"));
        let again = Sealer::open(dir.path(), None, false).unwrap();
        assert!(again.open_sealed(tenant, device, 3, &sealed).unwrap().matches("hunter2"));
        assert!(again.open_sealed(tenant, device, 4, &sealed).is_err());
        assert!(again.open_sealed(device, device, 3, &sealed).is_err());
        assert!(again.open_sealed(tenant, device, 3, &sealed[..10]).is_err());
    }

    #[test]
    fn a_key_file_that_was_named_is_never_made() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Sealer::open(dir.path(), Some(&dir.path().join("absent")), true).is_err());
    }
}
