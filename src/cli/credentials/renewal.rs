//! New tokens for old ones, by the refresh token: silently, and once for all processes.
//!
//! A provider may give a refresh token out once only, and take a second use for theft. So whoever
//! renews holds the profile's lock, and reads first what another process may have saved meanwhile.

use std::{path::PathBuf, sync::Arc, time::Duration};

use tokio::task::spawn_blocking;

use super::{Credentials, Token};
use crate::{
    cli::{context::ca_pem, files::Lock},
    client::provider::Provider,
    clock::Clock,
    error::{Error, Kind, Result},
    secret::Secret,
};

/// What renews the sign-in of one profile.
#[derive(Clone)]
pub struct Renewal {
    /// Where it lies.
    pub credentials: Arc<Credentials>,
    /// Whose.
    pub profile: String,
    /// Authorities to trust beside the system's, in PEM; read when it comes to that.
    pub ca_file: Option<PathBuf>,
    /// How long an answer of the provider may take.
    pub timeout: Duration,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// What became of a token that is no use any more.
#[derive(Debug)]
pub enum Renewed {
    /// There is a better one.
    With(Token),
    /// It cannot be renewed: it was given for good, or the provider does not renew it.
    Ended(Error),
}

impl Renewal {
    /// A better token than `old`: the one that another process has saved meanwhile, or a new one.
    ///
    /// # Errors
    /// When the provider does not answer, or the new tokens cannot be saved.
    pub async fn renew(&self, old: Secret) -> Result<Renewed> {
        let _lock = self.lock().await?;
        let Some(token) = self.read().await? else {
            return Ok(Renewed::Ended(Error::new(
                Kind::SignIn,
                format!("nobody is signed in with the profile `{}` any more", self.profile),
            )));
        };
        let now = self.clock.now();
        let changed = !token.secret.matches(old.expose());
        if changed && !token.session.as_ref().is_some_and(|session| session.has_run_out(now)) {
            return Ok(Renewed::With(token));
        }
        let Some(session) = token.session else {
            return Ok(Renewed::Ended(Error::new(Kind::SignIn, "the sign-in has ended")));
        };
        let Some(refresh) = &session.refresh else {
            return Ok(Renewed::Ended(
                Error::new(Kind::SignIn, "the sign-in has run out")
                    .cause(format!("{} has given nothing to renew it by", session.issuer)),
            ));
        };
        let asked = session.asked();
        let ca_pem = self.ca_file.as_deref().map(ca_pem).transpose()?;
        let provider = Provider::find(asked.clone(), ca_pem.as_deref(), self.timeout).await?;
        let tokens = match provider.refresh(refresh).await {
            Ok(tokens) => tokens,
            Err(error) if error.kind == Kind::SignIn => {
                let mut ended = Error::new(Kind::SignIn, "the sign-in has run out");
                ended.causes = std::iter::once(error.message).chain(error.causes).collect();
                return Ok(Renewed::Ended(ended));
            }
            Err(error) => return Err(error),
        };
        let session = super::Session::new(tokens, asked, session.flow, self.clock.now());
        let (credentials, profile) = (self.credentials.clone(), self.profile.clone());
        let token = blocking(move || {
            let kind = token.source.kind();
            let source = credentials.save_session(&profile, &session, kind)?;
            let secret = session.access.clone();
            Ok(Token { secret, source, session: Some(session) })
        });
        Ok(Renewed::With(token.await?))
    }

    /// Held by whoever changes the tokens of the profile.
    pub async fn lock(&self) -> Result<Lock> {
        let path = self.credentials.directory.join(format!("{}.lock", self.profile));
        blocking(move || Lock::take(&path)).await
    }

    async fn read(&self) -> Result<Option<Token>> {
        let (credentials, profile) = (self.credentials.clone(), self.profile.clone());
        blocking(move || credentials.read(Some(&profile))).await
    }
}

/// Files and keyrings block, and a keyring must not do so on a runtime's own thread.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(Error::failed("the stored token cannot be read")))
}
