//! What a call has begun, it may finish, also when its caller hangs up: the server drops the
//! answer's future with the connection, and a refusal that is decided by then is still to be
//! written down.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::response::Response;
use tokio::{runtime::Handle, time::timeout};

/// How long a call goes on without its caller: what is decided takes less, and what only waits for
/// a device need not go on.
const GRACE: Duration = Duration::from_secs(5);

type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;

/// An answer on its way. It becomes a task of its own only when it is dropped before it is there:
/// a call whose caller stays costs none.
pub struct Begun(Option<Answer>);

impl Begun {
    /// Begins with `answer`.
    pub fn new(answer: impl Future<Output = Response> + Send + 'static) -> Self {
        Self(Some(Box::pin(answer)))
    }
}

impl Future for Begun {
    type Output = Response;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Response> {
        // Put back only where it goes on: one that panicked must not.
        let Some(mut answer) = self.0.take() else { return Poll::Pending };
        let polled = answer.as_mut().poll(cx);
        if polled.is_pending() {
            self.0 = Some(answer);
        }
        polled
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        if let (Some(answer), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(timeout(GRACE, answer));
        }
    }
}
