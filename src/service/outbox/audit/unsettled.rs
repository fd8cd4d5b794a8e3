//! What was sent to a server that acknowledges nothing, and how it goes on after a connection that
//! may have lost it.

use std::{collections::VecDeque, time::Duration};

use jiff::{SignedDuration, Timestamp};

use super::trail::{FIRST_WAIT, LONGEST_WAIT};
use crate::backoff::step;

/// A connection that ends this soon after the last event may end because of how many came.
const SOON: SignedDuration = SignedDuration::from_secs(5);

/// Events on their way, in order.
pub struct Unsettled {
    batches: VecDeque<Batch>,
    /// How many connections in a row have ended before anything more had arrived.
    losses: u32,
    /// How many events may be on their way at once. A server that ends connections after so many
    /// is sent fewer at a time, or it would never get any further.
    most: usize,
}

struct Batch {
    /// When the last byte was given to the kernel.
    at: Timestamp,
    /// The last event.
    up_to: u64,
    /// So many.
    events: usize,
}

impl Default for Unsettled {
    fn default() -> Self {
        Self { batches: VecDeque::new(), losses: 0, most: usize::MAX }
    }
}

impl Unsettled {
    /// How many more events may be sent now.
    pub fn room(&self) -> usize {
        self.most.saturating_sub(self.events())
    }

    /// Notes that `events` of them were sent, at `at`, up to event `up_to`.
    pub fn sent(&mut self, at: Timestamp, up_to: u64, events: usize) {
        self.batches.push_back(Batch { at, up_to, events });
    }

    /// Takes what was sent at `limit` or before as arrived. Returns the last event of it.
    pub fn settle(&mut self, limit: Timestamp) -> Option<u64> {
        let mut arrived = None;
        while let Some(batch) = self.batches.pop_front_if(|batch| batch.at <= limit) {
            arrived = Some(batch.up_to);
        }
        if arrived.is_some() {
            self.losses = 0;
            self.most = self.most.saturating_mul(2);
        }
        arrived
    }

    /// Takes everything as lost, because the connection has ended that was seen to hold at `held`.
    /// Returns how long to wait before it is sent again: the first time not at all, because a
    /// server may be started anew, and then longer and longer.
    pub fn lose(&mut self, held: Timestamp) -> SignedDuration {
        let wait = match self.losses {
            0 => Duration::ZERO,
            more => step(FIRST_WAIT, LONGEST_WAIT, more - 1),
        };
        self.losses = self.losses.saturating_add(1);
        let soon = self.batches.back().is_some_and(|last| held.duration_since(last.at) < SOON);
        if self.is_losing() && soon {
            self.most = (self.events() / 2).max(1);
        }
        self.batches.clear();
        SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX)
    }

    /// True where nothing is on its way.
    pub fn is_empty(&self) -> bool {
        self.batches.is_empty()
    }

    /// True while one connection after the other ends before anything on it has arrived.
    pub fn is_losing(&self) -> bool {
        self.losses > 1
    }

    fn events(&self) -> usize {
        self.batches.iter().map(|batch| batch.events).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
    }

    #[test]
    fn what_was_sent_in_time_arrives_in_order_and_the_rest_is_lost() {
        let mut unsettled = Unsettled::default();
        assert_eq!(unsettled.settle(at(9)), None);
        unsettled.sent(at(1), 200, 200);
        unsettled.sent(at(2), 230, 30);
        unsettled.sent(at(4), 231, 1);
        assert_eq!(unsettled.settle(at(0)), None);
        assert_eq!(unsettled.settle(at(2)), Some(230));
        assert_eq!(unsettled.settle(at(3)), None);
        unsettled.lose(at(60));
        assert!(unsettled.is_empty());
        assert_eq!(unsettled.settle(at(60)), None, "what was lost never arrives");
    }

    #[test]
    fn waits_grow_until_something_arrives() {
        let mut unsettled = Unsettled::default();
        let lose = |unsettled: &mut Unsettled| {
            unsettled.sent(at(0), 1_000, 1_000);
            // As where each connection is cut while it is idle, but too soon.
            (unsettled.lose(at(12)).as_secs(), unsettled.is_losing())
        };
        let waits: Vec<_> = (0..12).map(|_| lose(&mut unsettled)).collect();
        let seconds: Vec<_> = waits.iter().map(|(wait, _)| *wait).collect();
        assert_eq!(seconds, [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert!(!waits[0].1 && waits[1..].iter().all(|(_, losing)| *losing));
        assert_eq!(unsettled.room(), usize::MAX, "it is not about how many came");
        unsettled.sent(at(20), 1_000, 1_000);
        assert_eq!(unsettled.settle(at(20)), Some(1_000));
        assert!(!unsettled.is_losing());
        assert_eq!(lose(&mut unsettled), (0, false));
    }

    #[test]
    fn a_server_that_takes_a_few_events_a_connection_is_sent_fewer_and_then_more_again() {
        let mut unsettled = Unsettled::default();
        let mut rooms = Vec::new();
        for _ in 0..8 {
            let events = unsettled.room().min(40);
            unsettled.sent(at(0), 40, events);
            unsettled.lose(at(4));
            rooms.push(unsettled.room());
        }
        assert_eq!(rooms, [usize::MAX, 20, 10, 5, 2, 1, 1, 1]);
        unsettled.sent(at(5), 1, 1);
        assert_eq!(unsettled.room(), 0);
        unsettled.settle(at(5));
        assert_eq!(unsettled.room(), 2);
    }
}
