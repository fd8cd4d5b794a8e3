//! Who calls: a token that may arrive after the client is made.

use std::{fmt, pin::Pin, sync::Arc};

use tokio::sync::Mutex;

use crate::{error::Result, secret::Secret};

type Coming = Pin<Box<dyn Future<Output = Result<Secret>> + Send>>;

/// A token, now or later, or none. Copies share it.
#[derive(Clone)]
pub struct Token(Option<Arc<Mutex<State>>>);

enum State {
    Coming(Coming),
    Here(Result<Secret>),
}

impl Token {
    /// Nobody is signed in.
    pub fn none() -> Self {
        Self(None)
    }

    /// A token that is at hand.
    pub fn known(token: Secret) -> Self {
        Self(Some(Arc::new(Mutex::new(State::Here(Ok(token))))))
    }

    /// A token that is on its way, from a keyring for instance: awaited by the first request that
    /// needs it, and whatever it ends with holds for all of them.
    pub fn later(coming: impl Future<Output = Result<Secret>> + Send + 'static) -> Self {
        Self(Some(Arc::new(Mutex::new(State::Coming(Box::pin(coming))))))
    }

    /// The token, once it is here.
    pub(super) async fn get(&self) -> Result<Option<Secret>> {
        let Some(state) = &self.0 else { return Ok(None) };
        let mut state = state.lock().await;
        // It stays in its place while it is awaited, so a caller that gives up loses nothing.
        let token = match &mut *state {
            State::Here(token) => return token.clone().map(Some),
            State::Coming(coming) => coming.await,
        };
        *state = State::Here(token.clone());
        token.map(Some)
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
}
