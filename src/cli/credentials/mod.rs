//! Tokens: where they lie, and where each one came from.
//!
//! `MMD_TOKEN`, then `MMD_TOKEN_FILE`, then what the profile's sign-in has saved. Which store that
//! was can be seen from the files alone, so a token in a file never wakes a keyring. A token and
//! its source travel together, so that an error can say whose token was refused.

mod file;
mod keyring;
mod renewal;
mod sealed;
mod session;

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    thread::{self, JoinHandle},
};

use self::session::Personal;
pub use self::{
    file::FileStore,
    keyring::{KeyRing, OsKeyring, UNUSABLE},
    renewal::{Renewal, Renewed, finish as finish_renewals},
    sealed::SealedStore,
    session::{Flow, Session},
};
use super::{
    files::{self, Lock},
    settings::{Environment, check_name, secret_file},
};
use crate::{
    error::{Error, Result},
    secret::Secret,
};

/// A token, and where it came from.
#[derive(Debug, Clone)]
pub struct Token {
    /// The token.
    pub secret: Secret,
    /// Where it came from.
    pub source: TokenSource,
    /// What renews it, for a sign-in at a provider.
    pub session: Option<Session>,
}

/// What a sign-in has saved.
#[derive(Debug, Clone)]
pub struct Saved {
    /// The origin of the service that it is for.
    pub service: String,
    /// The token.
    pub token: Token,
    /// True where the token was handed over: others may have it.
    pub handed: bool,
}

impl Saved {
    fn of(text: &Secret, source: TokenSource) -> Option<Self> {
        if let Some(session) = Session::of(text) {
            let (service, secret) = (session.service.clone(), session.access.clone());
            let token = Token { secret, source, session: Some(session) };
            return Some(Self { service, token, handed: false });
        }
        let Personal { service, token: secret, handed } = Personal::of(text)?;
        Some(Self { service, token: Token { secret, source, session: None }, handed })
    }
}

/// Where a token came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenSource {
    /// `MMD_TOKEN`.
    Env,
    /// The file that `MMD_TOKEN_FILE` names.
    EnvFile(PathBuf),
    /// A file sealed with a key from the keyring.
    Keyring,
    /// A file that only its owner may read.
    File(PathBuf),
}

impl TokenSource {
    /// The store that it is.
    pub fn kind(&self) -> StoreKind {
        match self {
            TokenSource::File(_) => StoreKind::File,
            _ => StoreKind::Keyring,
        }
    }
}

/// The words of `mmd status`.
impl fmt::Display for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TokenSource::Env => f.write_str("MMD_TOKEN"),
            TokenSource::EnvFile(path) => write!(f, "MMD_TOKEN_FILE ({})", path.display()),
            TokenSource::Keyring => f.write_str("keyring"),
            TokenSource::File(path) => write!(f, "file ({})", path.display()),
        }
    }
}

/// Where `login` saves a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StoreKind {
    /// In a file, sealed with a key from the keyring.
    #[default]
    Keyring,
    /// In a file that only its owner may read: `--store file`.
    File,
}

/// Somewhere that keeps one token for each profile.
pub trait Store: Send + Sync {
    /// The token of `profile`, if there is one.
    fn get(&self, profile: &str) -> Result<Option<Secret>>;

    /// Saves the token of `profile` in place of the one before.
    fn set(&self, profile: &str, token: &Secret) -> Result<()>;

    /// Forgets the token of `profile`; true when there was one.
    fn delete(&self, profile: &str) -> Result<bool>;
}

/// The tokens of this person on this machine.
pub struct Credentials {
    given: Option<Token>,
    directory: PathBuf,
    sealed: SealedStore,
    file: FileStore,
}

impl Credentials {
    /// With what the environment gives, and the stores under `data_dir`.
    pub fn new(environment: &Environment, data_dir: &Path) -> Result<Self> {
        Self::on(environment, data_dir, Box::new(OsKeyring))
    }

    fn on(environment: &Environment, data_dir: &Path, keys: Box<dyn KeyRing>) -> Result<Self> {
        let directory = data_dir.join("credentials");
        Ok(Self {
            given: given(environment)?,
            sealed: SealedStore::new(&directory, keys),
            file: FileStore::new(&directory),
            directory,
        })
    }

    /// The token that the environment gives; it beats what is saved, so `login` has no effect.
    pub fn given(&self) -> Option<&Token> {
        self.given.as_ref()
    }

    /// The token for the service at the origin `service`: the one that the environment gives, else
    /// the one saved with `profile`. One that was saved for another service is none: it must not
    /// travel to an address that it was not made for, whatever the settings say now.
    pub fn read(&self, profile: Option<&str>, service: &str) -> Result<Option<Token>> {
        if let Some(token) = &self.given {
            return Ok(Some(token.clone()));
        }
        let Some(profile) = profile else { return Ok(None) };
        let saved = self.saved(profile)?.filter(|saved| saved.service == service);
        Ok(saved.map(|saved| saved.token))
    }

    /// What was saved with `profile`, whichever service it is for.
    pub fn saved(&self, profile: &str) -> Result<Option<Saved>> {
        let (text, source) = match self.stored_in(profile) {
            Some(StoreKind::File) => {
                (self.file.get(profile)?, TokenSource::File(self.file.path(profile)))
            }
            Some(StoreKind::Keyring) => (self.sealed.get(profile)?, TokenSource::Keyring),
            None => return Ok(None),
        };
        Ok(text.and_then(|text| Saved::of(&text, source)))
    }

    /// Reads beside other work: a keyring may take a while to answer.
    pub fn start_reading(self: &Arc<Self>, profile: Option<String>, service: String) -> Reading {
        if self.given.is_some() || profile.is_none() {
            return Reading::Done(Box::new(self.read(profile.as_deref(), &service)));
        }
        let this = Arc::clone(self);
        Reading::Running(thread::spawn(move || this.read(profile.as_deref(), &service)))
    }

    /// Where the token of `profile` lies; asks no keyring.
    pub fn stored_in(&self, profile: &str) -> Option<StoreKind> {
        if self.file.path(profile).exists() {
            Some(StoreKind::File)
        } else if self.sealed.path(profile).exists() {
            Some(StoreKind::Keyring)
        } else {
            None
        }
    }

    /// Saves the token of `profile` for the service at the origin `service`; it then lies nowhere
    /// else.
    pub fn save(
        &self,
        profile: &str,
        service: &str,
        token: &Secret,
        kind: StoreKind,
    ) -> Result<TokenSource> {
        let (service, token) = (service.to_owned(), token.clone());
        self.put(profile, &Personal { service, token, handed: false }.text(), kind)
    }

    /// As [`save`](Self::save), a token that was handed over: others may have it.
    pub fn save_handed(
        &self,
        profile: &str,
        service: &str,
        token: &Secret,
        kind: StoreKind,
    ) -> Result<TokenSource> {
        let (service, token) = (service.to_owned(), token.clone());
        self.put(profile, &Personal { service, token, handed: true }.text(), kind)
    }

    fn put(&self, profile: &str, text: &Secret, kind: StoreKind) -> Result<TokenSource> {
        check_name(profile)?;
        let _lock = self.lock()?;
        match kind {
            StoreKind::Keyring => {
                self.sealed.set(profile, text)?;
                self.file.delete(profile)?;
                Ok(TokenSource::Keyring)
            }
            StoreKind::File => {
                self.file.set(profile, text)?;
                self.sealed.delete(profile)?;
                Ok(TokenSource::File(self.file.path(profile)))
            }
        }
    }

    /// Saves a sign-in at a provider, as [`Credentials::save`] does a token.
    pub fn save_session(
        &self,
        profile: &str,
        session: &Session,
        kind: StoreKind,
    ) -> Result<TokenSource> {
        self.put(profile, &session.text(), kind)
    }

    /// Finds out whether a store works, before somebody goes through a sign-in in vain.
    pub fn try_store(&self, kind: StoreKind) -> Result<()> {
        const TRIED: &str = "login.try";
        self.put(TRIED, &Secret::new("try".into()), kind)?;
        self.delete(TRIED).map(drop)
    }

    /// Forgets the token of `profile`, wherever it lies; true when there was one.
    pub fn delete(&self, profile: &str) -> Result<bool> {
        check_name(profile)?;
        let _lock = self.lock()?;
        let file = self.file.delete(profile)?;
        Ok(self.sealed.delete(profile)? || file)
    }

    fn lock(&self) -> Result<Lock> {
        files::Lock::take(&self.directory.join("lock"))
    }
}

/// A token that is being read.
pub enum Reading {
    /// It was there at once.
    Done(Box<Result<Option<Token>>>),
    /// A keyring is being asked.
    Running(JoinHandle<Result<Option<Token>>>),
}

impl Reading {
    /// Waits for the token.
    pub fn join(self) -> Result<Option<Token>> {
        match self {
            Reading::Done(result) => *result,
            Reading::Running(thread) => thread
                .join()
                .unwrap_or_else(|_| Err(Error::failed("the stored token cannot be read"))),
        }
    }
}

fn given(environment: &Environment) -> Result<Option<Token>> {
    if let Some(secret) = environment.token() {
        let (secret, source) = (secret.clone(), TokenSource::Env);
        return Ok(Some(Token { secret, source, session: None }));
    }
    match environment.path("MMD_TOKEN_FILE") {
        Some(path) => {
            let secret = secret_file("MMD_TOKEN_FILE", &path)?;
            Ok(Some(Token { secret, source: TokenSource::EnvFile(path), session: None }))
        }
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests;
