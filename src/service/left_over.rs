//! What is left of a request's body once it is answered: it is read, within bounds, and forgotten.
//!
//! A connection that is closed with bytes unread is reset, and a peer that still sends loses the
//! answer with it (RFC 9112, 9.6): it would see a broken pipe where a 413 was said.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::header::EXPECT,
    middleware::Next,
    response::Response,
};
use futures_util::StreamExt;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

/// The most bytes that are read and forgotten.
const MOST: usize = 16 << 20;

/// How long that may take: the answer waits for it.
const LONGEST: Duration = Duration::from_secs(2);

/// Answers, and reads what the answer did not need.
pub async fn forget(mut request: Request, next: Next) -> Response {
    if HttpBody::is_end_stream(request.body()) {
        return next.run(request).await;
    }
    // Who asks first whether to send a body, and is answered otherwise, sends none.
    let asks_first = request.headers().contains_key(EXPECT);
    let (lent, left) = lend(std::mem::take(request.body_mut()), asks_first);
    *request.body_mut() = lent;
    let response = next.run(request).await;
    left.forget().await;
    response
}

type Shared = Arc<Mutex<Option<Body>>>;

/// A body that comes back when it is dropped before its end.
struct Lent {
    body: Option<Body>,
    wanted: bool,
    back: Shared,
}

/// Where it comes back to.
struct Left(Shared);

/// Lends `body` to who answers; it comes back if it was begun, or comes without being asked for.
fn lend(body: Body, asks_first: bool) -> (Body, Left) {
    let back = Shared::default();
    let lent = Lent { body: Some(body), wanted: !asks_first, back: back.clone() };
    (Body::new(lent), Left(back))
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.wanted = true;
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let polled = Pin::new(body).poll_frame(cx);
        // Nothing comes after the end, nor after an error.
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.body = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if self.wanted {
            *self.back.lock().unwrap_or_else(PoisonError::into_inner) = self.body.take();
        }
    }
}

impl Left {
    /// Reads on, at most [`MOST`] bytes and [`LONGEST`].
    async fn forget(self) {
        let left = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(left) = left else { return };
        let mut pieces = left.into_data_stream();
        let reading = async {
            let mut read = 0;
            while let Some(Ok(piece)) = pieces.next().await {
                read += piece.len();
                if read >= MOST {
                    break;
                }
            }
        };
        // What takes longer is given up, and the answer goes out.
        let _ = tokio::time::timeout(LONGEST, reading).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::stream;
    use tokio::time::Instant;

    use super::*;

    const PIECE: usize = 1 << 20;

    /// A body of so many pieces, and how many of them were taken.
    fn pieces(count: usize) -> (Body, Arc<AtomicUsize>) {
        let taken = Arc::new(AtomicUsize::new(0));
        let counter = taken.clone();
        let pieces = stream::iter(0..count).map(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
            Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; PIECE]))
        });
        (Body::from_stream(pieces), taken)
    }

    #[tokio::test]
    async fn what_nobody_read_is_read_to_its_end_within_a_bound() {
        for (count, first, expected) in [(3, 0, 3), (3, 1, 3), (100, 0, 16), (100, 1, 17)] {
            let (body, taken) = pieces(count);
            let (lent, left) = lend(body, false);
            let mut reader = lent.into_data_stream();
            for _ in 0..first {
                reader.next().await.unwrap().unwrap();
            }
            drop(reader);
            left.forget().await;
            assert_eq!(taken.load(Ordering::Relaxed), expected, "{count} {first}");
        }
    }

    #[tokio::test]
    async fn who_asks_first_and_was_not_told_to_go_on_sends_nothing() {
        let (body, taken) = pieces(3);
        let (lent, left) = lend(body, true);
        drop(lent);
        left.forget().await;
        assert_eq!(taken.load(Ordering::Relaxed), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_holds_the_answer_up_for_two_seconds() {
        let begun = Instant::now();
        let never = stream::pending::<Result<Bytes, std::io::Error>>();
        let (lent, left) = lend(Body::from_stream(never), false);
        drop(lent);
        left.forget().await;
        assert_eq!(begun.elapsed(), LONGEST);
    }
}
