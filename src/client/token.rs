//! Who calls: a token that may arrive after the client is made, and may be renewed while it is
//! used.

use std::{fmt, pin::Pin, sync::Arc};

use tokio::sync::Mutex;

use crate::{error::Result, secret::Secret};

type Coming<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

/// Trades a token that the service has refused for another; `None` where there is none to be had.
type Renew = Box<dyn Fn(Refused) -> Coming<Option<Secret>> + Send + Sync>;

/// A token that the service has refused.
#[derive(Debug, Clone)]
pub struct Refused {
    /// The token.
    pub token: Secret,
    /// True where it is good but the sign-in behind it is too old for what was asked (RFC 9470).
    pub too_old: bool,
}

/// A token, now or later, or none. Copies share it.
#[derive(Clone)]
pub struct Token(Option<Arc<Shared>>);

struct Shared {
    state: Mutex<State>,
    renew: Option<Renew>,
}

enum State {
    Coming(Coming<Secret>),
    Here(Result<Secret>),
}

impl Token {
    fn new(state: State, renew: Option<Renew>) -> Self {
        Self(Some(Arc::new(Shared { state: Mutex::new(state), renew })))
    }

    /// Nobody is signed in.
    pub fn none() -> Self {
        Self(None)
    }

    /// A token that is at hand.
    pub fn known(token: Secret) -> Self {
        Self::new(State::Here(Ok(token)), None)
    }

    /// A token that is on its way, from a keyring for instance: awaited by the first request that
    /// needs it, and whatever it ends with holds for all of them.
    pub fn later(coming: impl Future<Output = Result<Secret>> + Send + 'static) -> Self {
        Self::new(State::Coming(Box::pin(coming)), None)
    }

    /// A token on its way that `renew` trades for another when the service refuses it.
    pub fn renewable<F>(
        coming: impl Future<Output = Result<Secret>> + Send + 'static,
        renew: impl Fn(Refused) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Option<Secret>>> + Send + 'static,
    {
        let renew: Renew = Box::new(move |refused| Box::pin(renew(refused)));
        Self::new(State::Coming(Box::pin(coming)), Some(renew))
    }

    /// The token, once it is here.
    pub(super) async fn get(&self) -> Result<Option<Secret>> {
        let Some(shared) = &self.0 else { return Ok(None) };
        let mut state = shared.state.lock().await;
        // It stays in its place while it is awaited, so a caller that gives up loses nothing.
        let token = match &mut *state {
            State::Here(token) => return token.clone().map(Some),
            State::Coming(coming) => coming.await,
        };
        *state = State::Here(token.clone());
        token.map(Some)
    }

    /// Another token than the one that was refused, if one can be had. Requests that were refused
    /// at once are served by one renewal.
    pub(super) async fn renewed(&self, refused: Refused) -> Result<Option<Secret>> {
        let Some((shared, renew)) = self.0.as_ref().and_then(|s| Some((s, s.renew.as_ref()?)))
        else {
            return Ok(None);
        };
        let mut state = shared.state.lock().await;
        if let State::Here(Ok(token)) = &*state
            && !token.matches(refused.token.expose())
        {
            return Ok(Some(token.clone()));
        }
        let token = renew(refused).await?;
        if let Some(token) = &token {
            *state = State::Here(Ok(token.clone()));
        }
        Ok(token)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "[secret]" } else { "none" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Error, Kind};

    #[tokio::test]
    async fn a_token_on_its_way_is_awaited_once_and_shared() {
        assert!(Token::none().get().await.unwrap().is_none());
        let (send, receive) = tokio::sync::oneshot::channel::<Secret>();
        let token = Token::later(async { receive.await.map_err(|_| Error::failed("gone")) });
        let copy = token.clone();
        let early = tokio::time::timeout(std::time::Duration::ZERO, copy.get()).await;
        assert!(early.is_err(), "it is not here yet");
        send.send(Secret::new("t".into())).unwrap();
        assert!(token.get().await.unwrap().unwrap().matches("t"));
        assert!(copy.get().await.unwrap().unwrap().matches("t"));
    }

    #[tokio::test]
    async fn a_token_that_does_not_come_says_why_every_time() {
        let token = Token::later(async { Err(Error::new(Kind::SignIn, "nobody is signed in")) });
        for _ in 0..2 {
            assert_eq!(token.get().await.unwrap_err().kind, Kind::SignIn);
        }
    }

    #[tokio::test]
    async fn a_refused_token_is_renewed_once_for_all_who_were_refused() {
        let secret = |text: &str| Secret::new(text.into());
        let refused = |text| Refused { token: secret(text), too_old: false };
        let token = Token::renewable(async { Ok(Secret::new("1".into())) }, |refused| async move {
            Ok(refused.token.matches("1").then(|| Secret::new("2".into())))
        });
        assert!(token.get().await.unwrap().unwrap().matches("1"));
        for _ in 0..2 {
            assert!(token.renewed(refused("1")).await.unwrap().unwrap().matches("2"));
        }
        assert!(token.get().await.unwrap().unwrap().matches("2"));
        assert!(token.renewed(refused("2")).await.unwrap().is_none(), "there is no third");
        assert!(Token::known(secret("1")).renewed(refused("1")).await.unwrap().is_none());
    }
}
