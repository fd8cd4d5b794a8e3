//! What a call has begun, it may finish, also when its caller hangs up: the server drops the
//! answer's future with the connection, and a refusal that is decided by then is still to be
//! written down.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{extract::Request, middleware::Next, response::Response};
use tokio::{runtime::Handle, time::timeout};

/// How long a call goes on without its caller: what is decided takes less, also where it waits for
/// one mandatory audit sink after the other.
const GRACE: Duration = Duration::from_secs(30);

/// Lets an operation end, whether its caller waits or not.
pub async fn finish(request: Request, next: Next) -> Response {
    Begun::new(next.run(request)).await
}

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

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;
    use tokio::{sync::oneshot, time::sleep};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_call_without_its_caller_outlasts_several_slow_sinks_and_does_not_go_on_for_ever() {
        for (seconds, ends) in [(0, true), (4 * 5, true), (60, false)] {
            let (done, heard) = oneshot::channel();
            drop(Begun::new(async move {
                sleep(Duration::from_secs(seconds)).await;
                let _ = done.send(());
                ().into_response()
            }));
            assert_eq!(heard.await.is_ok(), ends, "{seconds} s");
        }
    }
}
