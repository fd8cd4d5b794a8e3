//! A sign-in that has run out is offered again on a terminal, while the verb waits for its token;
//! it then goes on with what was typed.
//!
//! The verb's request for a token and the person at the terminal meet here: the request comes from
//! beneath the HTTP client, the questions need the whole [`Context`]. One task serves both in turn.

use tokio::sync::{Mutex, mpsc, oneshot};

use super::{context::Context, verbs::login};
use crate::{
    error::{Error, Result},
    secret::Secret,
};

/// What is asked of the person: why, and where the new token goes.
struct Request {
    why: Error,
    fresh: bool,
    answer: oneshot::Sender<Result<Secret>>,
}

/// Asks for a new sign-in. Copies ask the same person.
#[derive(Clone)]
pub struct Asker(mpsc::UnboundedSender<Request>);

impl Asker {
    /// A new token from a new sign-in, which is offered because of `why`. With `fresh` the person
    /// proves who they are, whatever session their browser has.
    ///
    /// # Errors
    /// `why`, when they do not want to.
    pub async fn ask(&self, why: Error, fresh: bool) -> Result<Secret> {
        let (answer, answered) = oneshot::channel();
        match self.0.send(Request { why: why.clone(), fresh, answer }) {
            Ok(()) => answered.await.unwrap_or(Err(why)),
            Err(_) => Err(why),
        }
    }
}

/// Both ends of the offer.
pub struct Again {
    asker: Asker,
    requests: Mutex<mpsc::UnboundedReceiver<Request>>,
}

impl Default for Again {
    fn default() -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        Self { asker: Asker(sender), requests: Mutex::new(receiver) }
    }
}

impl Again {
    /// The end that asks.
    pub fn asker(&self) -> Asker {
        self.asker.clone()
    }
}

/// Runs `verb`, and serves its requests for a new sign-in.
///
/// # Errors
/// Those of the verb.
pub async fn served<T>(cx: &Context, verb: impl Future<Output = Result<T>>) -> Result<T> {
    let mut requests = cx.again.requests.lock().await;
    tokio::pin!(verb);
    loop {
        let request = tokio::select! {
            result = &mut verb => return result,
            Some(request) = requests.recv() => request,
        };
        let token = login::again(cx, request.why, request.fresh).await;
        // A verb that does not wait any more has no use for it; it is saved.
        let _ = request.answer.send(token);
    }
}
