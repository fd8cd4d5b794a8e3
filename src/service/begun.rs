//! What a call has begun, it may finish, also when its caller hangs up: the server drops the
//! answer's future with the connection, and a refusal that is decided by then is still to be
//! written down. What is only waited for ends: nobody is handed anything after that.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{extract::Request, middleware::Next, response::Response};
use tokio::{runtime::Handle, sync::watch, time::timeout};

use super::problem::Problem;

/// How long a call goes on without its caller: what is decided takes less, also where it waits for
/// the mandatory audit sinks, twice.
const GRACE: Duration = Duration::from_secs(30);

/// Lets an operation end, whether its caller waits or not.
pub async fn finish(request: Request, next: Next) -> Response {
    Begun::new(request, |request| next.run(request)).await
}

/// Tells an operation, as an extension of its request, whether its caller still waits.
#[derive(Debug, Clone)]
pub struct Presence(watch::Receiver<bool>);

impl Presence {
    /// What comes of `wait`, unless the caller hangs up before.
    ///
    /// # Errors
    /// When the caller has hung up, and those of `wait`.
    pub async fn outlasts<T>(
        mut self,
        wait: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, Problem> {
        tokio::select! {
            biased;
            Ok(_) = self.0.wait_for(|gone| *gone) => Err(Problem::unavailable()),
            came = wait => came,
        }
    }
}

type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;

/// An answer on its way. It becomes a task of its own only when it is dropped before it is there:
/// a call whose caller stays costs none.
pub struct Begun {
    answer: Option<Answer>,
    gone: watch::Sender<bool>,
}

impl Begun {
    /// Begins with what `answer` makes of `request`, which has a [`Presence`] from now on.
    pub fn new<F>(mut request: Request, answer: impl FnOnce(Request) -> F) -> Self
    where
        F: Future<Output = Response> + Send + 'static,
    {
        let gone = watch::Sender::new(false);
        request.extensions_mut().insert(Presence(gone.subscribe()));
        Self { answer: Some(Box::pin(answer(request))), gone }
    }
}

impl Future for Begun {
    type Output = Response;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Response> {
        // Put back only where it goes on: one that panicked must not.
        let Some(mut answer) = self.answer.take() else { return Poll::Pending };
        let polled = answer.as_mut().poll(cx);
        if polled.is_pending() {
            self.answer = Some(answer);
        }
        polled
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        if let (Some(answer), Ok(runtime)) = (self.answer.take(), Handle::try_current()) {
            self.gone.send_replace(true);
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
            drop(Begun::new(Request::default(), |_| async move {
                sleep(Duration::from_secs(seconds)).await;
                let _ = done.send(());
                ().into_response()
            }));
            assert_eq!(heard.await.is_ok(), ends, "{seconds} s");
        }
    }
}
