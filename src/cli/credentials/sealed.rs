//! Tokens in files sealed with a key from the keyring.
//!
//! The keyring holds one small key for each profile and is written once; tokens, which may be long
//! and change often, lie in files that are replaced whole. So a store with narrow entries holds
//! any token, and processes that write at once lose nothing.

use std::path::{Path, PathBuf};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use zeroize::Zeroizing;

use super::{Store, keyring::KeyRing};
use crate::{
    cli::{files, verbs::words::option},
    error::{Error, Kind, Result},
    secret::Secret,
};

/// The first byte of a sealed file: its form. A nonce and the sealed token follow.
const FORM: u8 = 1;
const NONCE: usize = 24;
const KEY: usize = 32;

/// One `PROFILE.sealed` for each profile.
pub struct SealedStore {
    directory: PathBuf,
    keys: Box<dyn KeyRing>,
}

impl SealedStore {
    /// In `directory`, with keys from `keys`.
    pub fn new(directory: &Path, keys: Box<dyn KeyRing>) -> Self {
        Self { directory: directory.to_owned(), keys }
    }

    /// The file of a profile.
    pub fn path(&self, profile: &str) -> PathBuf {
        self.directory.join(format!("{profile}.sealed"))
    }

    /// The cipher of a profile, if the keyring has a key for it.
    fn cipher(&self, profile: &str) -> Result<Option<XChaCha20Poly1305>> {
        let Some(key) = self.keys.get(profile)? else { return Ok(None) };
        let key = BASE64.decode(key.expose()).map(Zeroizing::new).ok();
        Ok(key.and_then(|key| XChaCha20Poly1305::new_from_slice(&key).ok()))
    }

    fn new_key(&self, profile: &str) -> Result<XChaCha20Poly1305> {
        let mut key = Zeroizing::new([0; KEY]);
        random(&mut *key)?;
        self.keys.set(profile, &Secret::new(BASE64.encode(*key)))?;
        XChaCha20Poly1305::new_from_slice(&*key).map_err(|_| unsealable())
    }
}

impl Store for SealedStore {
    fn get(&self, profile: &str) -> Result<Option<Secret>> {
        let Some(bytes) = files::read_if_there(&self.path(profile))? else { return Ok(None) };
        let lost = |cause: &str| {
            Error::new(Kind::SignIn, format!("the sign-in of the profile `{profile}` is lost"))
                .cause(cause)
                .hint(format!("run `mmd login {}`", option("--profile", profile)))
        };
        let cipher = self.cipher(profile)?.ok_or_else(|| lost("the keyring has no key for it"))?;
        let [FORM, rest @ ..] = bytes.as_slice() else {
            return Err(lost("its file has a form that this version does not know"));
        };
        let broken = || lost("its file and the key in the keyring do not fit");
        let (nonce, sealed) = rest.split_at_checked(NONCE).ok_or_else(broken)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| broken())?;
        let payload = Payload { msg: sealed, aad: profile.as_bytes() };
        let text = cipher.decrypt(&nonce, payload).map_err(|_| broken())?;
        String::from_utf8(text).map(|text| Some(Secret::new(text))).map_err(|_| broken())
    }

    fn set(&self, profile: &str, token: &Secret) -> Result<()> {
        let cipher = match self.cipher(profile)? {
            Some(cipher) => cipher,
            None => self.new_key(profile)?,
        };
        let mut nonce = [0; NONCE];
        random(&mut nonce)?;
        // Bound to the profile: a file that was moved to another one's name does not open.
        let payload = Payload { msg: token.expose().as_bytes(), aad: profile.as_bytes() };
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| unsealable())?;
        let bytes = [&[FORM], nonce.as_slice(), &sealed].concat();
        files::write_private(&self.path(profile), &bytes)
    }

    fn delete(&self, profile: &str) -> Result<bool> {
        let there = files::remove_if_there(&self.path(profile))?;
        if there {
            // Without its file the key opens nothing: a keyring that cannot be used now must not
            // keep anybody from signing out.
            let _ = self.keys.delete(profile);
        }
        Ok(there)
    }
}

fn random(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes)
        .map_err(|error| Error::failed("the system gives no random numbers").cause(error))
}

fn unsealable() -> Error {
    Error::failed("the token cannot be sealed")
}
