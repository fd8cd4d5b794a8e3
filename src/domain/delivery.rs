//! The rules of delivery: which sink wants which event, when a failed attempt is repeated, and when
//! it is given up.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::elevation::duration;

/// How much longer than asked for a receiver can make us wait by `Retry-After`.
pub const LONGEST_ASKED: SignedDuration = SignedDuration::from_hours(24);

/// So many attempts are made, however long ago the first one was: a service that was away for long
/// has had no chance between them.
pub const LEAST_ATTEMPTS: u32 = 3;

/// `[outbox]`: how long delivery goes on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Patience {
    /// The longest wait before the second attempt; doubled with each further one.
    #[serde(deserialize_with = "duration")]
    pub first_wait: SignedDuration,
    /// The longest wait between attempts.
    #[serde(deserialize_with = "duration")]
    pub longest_wait: SignedDuration,
    /// How long after its first attempt an event is given up.
    #[serde(deserialize_with = "duration")]
    pub give_up_after: SignedDuration,
    /// After how many attempts it is given up, whatever its age; without it age alone decides.
    pub max_attempts: Option<u32>,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first_wait: SignedDuration::from_secs(1),
            longest_wait: SignedDuration::from_hours(1),
            give_up_after: SignedDuration::from_hours(72),
            max_attempts: None,
        }
    }
}

/// Why an attempt failed, and what that means for the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// One sentence without a full stop; no secret, no text of the event.
    pub why: String,
    /// What may follow.
    pub fate: Fate,
    /// How long the receiver wants nothing at all, where it has said so: the limit is its own, and
    /// not one event's.
    pub closed_for: Option<SignedDuration>,
}

/// What follows a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Another attempt, not before this long from now.
    Again(SignedDuration),
    /// None: a repeat would fail the same way.
    Dead,
}

impl Failure {
    /// A failure that passes.
    pub fn again(why: impl Into<String>) -> Self {
        Self { why: why.into(), fate: Fate::Again(SignedDuration::ZERO), closed_for: None }
    }

    /// A failure that does not pass.
    pub fn dead(why: impl Into<String>) -> Self {
        Self { why: why.into(), fate: Fate::Dead, closed_for: None }
    }

    /// Another attempt is welcome only after `wait`.
    #[must_use]
    pub fn not_before(mut self, wait: SignedDuration) -> Self {
        if let Fate::Again(known) = self.fate {
            self.fate = Fate::Again(known.max(wait).min(LONGEST_ASKED));
        }
        self
    }

    /// As [`not_before`](Self::not_before), and nothing else is welcome before that either.
    #[must_use]
    pub fn closed_for(mut self, wait: SignedDuration) -> Self {
        self.closed_for = Some(wait.min(LONGEST_ASKED));
        self.not_before(wait)
    }
}

impl Patience {
    /// The wait after `attempts` failed ones: anything up to the doubled step (full jitter), so
    /// that what failed together does not come back together. `share` is random, from 0 to 1.
    pub fn wait(&self, attempts: u32, share: f64) -> SignedDuration {
        let factor = 1_i32.checked_shl(attempts.saturating_sub(1).min(30)).unwrap_or(i32::MAX);
        let step = self.first_wait.checked_mul(factor).unwrap_or(self.longest_wait);
        step.min(self.longest_wait).mul_f64(share.clamp(0.0, 1.0))
    }

    /// When to try again after the failed attempt number `attempts` (from 1) of an event that
    /// was first attempted at `since`; `None` gives it up.
    pub fn next(
        &self,
        attempts: u32,
        since: Timestamp,
        now: Timestamp,
        fate: Fate,
        share: f64,
    ) -> Option<Timestamp> {
        let Fate::Again(not_before) = fate else { return None };
        let too_old = now.duration_since(since) >= self.give_up_after;
        let tried_enough = self.max_attempts.is_some_and(|most| attempts >= most);
        if tried_enough || too_old && attempts >= LEAST_ATTEMPTS {
            return None;
        }
        now.checked_add(self.wait(attempts, share).max(not_before)).ok()
    }
}

/// A notice that has been under way for so long is late.
const LATE: SignedDuration = SignedDuration::from_mins(5);

/// So many attempts in a row that failed are no hiccup any more.
const FAILING: u32 = 3;

/// Whether somebody should look after what is pending: whoever is to be told may have to act within
/// the hour. `since` is when the oldest was to go, `attempts` the most that one of them has had.
pub fn is_stuck(since: Timestamp, attempts: u32, now: Timestamp) -> bool {
    attempts >= FAILING || now.duration_since(since) >= LATE
}

/// Whether `event` (`ticket.created`) fits `pattern`: itself, `ticket.*`, or `*`.
pub fn wants(pattern: &str, event: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some("") => true,
        Some(family) => family.ends_with('.') && event.starts_with(family),
        None => pattern == event,
    }
}

/// Everything that is told outside. A notice of anything else does not get past a test.
pub const EVENTS: &[&str] = &[
    "ticket.created",
    "ticket.assigned",
    "ticket.note",
    "ticket.replied",
    "ticket.actionRequested",
    "ticket.attached",
    "ticket.edited",
    "ticket.severityAsked",
    "ticket.lowered",
    "ticket.transferred",
    "ticket.resolved",
    "ticket.reactivated",
    "ticket.closed",
    "ticket.handedOver",
    "ticket.withdrawn",
    "elevation.opened",
    "elevation.viewed",
    "elevation.closed",
];

/// Whether a text is a pattern that something fits: a typo would silence a sink without a word.
pub fn is_pattern(text: &str) -> bool {
    EVENTS.iter().any(|event| wants(text, event))
}

/// An id of somebody's ticketing system, where the text is one and not free text: it may stand in
/// what is sent outside, and in a look-up.
pub fn ticket_number(text: &str) -> Option<&str> {
    let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'#' | b'/');
    let text = text.trim();
    let fits = (1..=64).contains(&text.len())
        && text.bytes().all(known)
        && text.bytes().any(|b| b.is_ascii_digit());
    fits.then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const T0: Timestamp = Timestamp::UNIX_EPOCH;

    fn secs(n: i64) -> SignedDuration {
        SignedDuration::from_secs(n)
    }

    #[test]
    fn waits_double_up_to_the_longest_and_jitter_takes_from_all_of_the_step() {
        let patience = Patience::default();
        let full: Vec<_> = (1..=14).map(|n| patience.wait(n, 1.0).as_secs()).collect();
        assert_eq!(full, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600]);
        assert_eq!(patience.wait(5, 0.0), SignedDuration::ZERO);
        assert_eq!(patience.wait(5, 0.5), secs(8));
        assert_eq!(patience.wait(u32::MAX, 1.0), secs(3600));
    }

    #[test]
    fn an_asked_for_wait_is_honoured_within_a_day() {
        let patience = Patience::default();
        let asked = Failure::again("x").not_before(secs(120));
        assert_eq!(patience.next(1, T0, T0, asked.fate, 1.0), Some(T0 + secs(120)));
        let for_ever = Failure::again("x").not_before(SignedDuration::MAX);
        assert_eq!(patience.next(1, T0, T0, for_ever.fate, 0.0), Some(T0 + LONGEST_ASKED));
        assert_eq!(Failure::dead("x").not_before(secs(1)).fate, Fate::Dead);
        let closed = Failure::again("x").closed_for(SignedDuration::MAX);
        assert_eq!(closed.closed_for, Some(LONGEST_ASKED));
        assert_eq!(closed.fate, for_ever.fate);
    }

    #[test]
    fn an_event_is_given_up_by_age_but_never_without_a_few_attempts() {
        let patience = Patience::default();
        let again = Fate::Again(SignedDuration::ZERO);
        let late = T0 + secs(72 * 3600);
        assert!(patience.next(500, T0, late - secs(1), again, 1.0).is_some());
        assert_eq!(patience.next(3, T0, late, again, 1.0), None);
        assert!(patience.next(2, T0, late, again, 1.0).is_some());
        assert_eq!(patience.next(1, T0, T0, Fate::Dead, 1.0), None);
        let short = Patience { max_attempts: Some(2), ..patience };
        assert!(short.next(1, T0, T0, again, 1.0).is_some());
        assert_eq!(short.next(2, T0, T0, again, 1.0), None);
    }

    #[test]
    fn what_is_late_or_fails_again_and_again_is_stuck() {
        assert!(!is_stuck(T0, 0, T0));
        assert!(!is_stuck(T0, 2, T0 + secs(299)));
        assert!(is_stuck(T0, 0, T0 + secs(300)));
        assert!(is_stuck(T0, 3, T0));
    }

    #[test]
    fn patterns_name_an_event_a_family_or_all() {
        for (pattern, event, fits) in [
            ("*", "ticket.created", true),
            ("ticket.*", "ticket.created", true),
            ("ticket.*", "tickets.created", false),
            ("ticket.created", "ticket.created", true),
            ("ticket.created", "ticket.createdLater", false),
            ("tick*", "ticket.created", false),
        ] {
            assert_eq!(wants(pattern, event), fits, "{pattern} {event}");
        }
        for good in ["*", "ticket.*", "elevation.*", "ticket.handedOver"] {
            assert!(is_pattern(good), "{good}");
        }
        let malformed = ["", "ticket", "tick*", "*.created", "a,b", "ticket.", "a.b.c", ".x"];
        let unknown = ["tickets.*", "ticket.create", "Ticket.created", "elevation.handedOver"];
        for bad in malformed.into_iter().chain(unknown) {
            assert!(!is_pattern(bad), "{bad}");
        }
    }

    #[test]
    fn a_ticket_number_is_one_word_with_a_digit() {
        for good in ["INC0012345", " CS-1 ", "MMD-1465058-R5V8P", "4711", "a/b#7"] {
            assert_eq!(ticket_number(good), Some(good.trim()), "{good}");
        }
        for bad in ["", "none", "call back at 5", "INC1^ORnumber=INC2", "INC1\r\nx", "1=1", "é1"] {
            assert_eq!(ticket_number(bad), None, "{bad}");
        }
        assert_eq!(ticket_number(&"1".repeat(65)), None);
    }

    proptest! {
        #[test]
        fn a_next_attempt_lies_ahead_and_within_a_day(
            attempts in 1_u32..1000, share in 0.0_f64..=1.0, asked in 0_i64..1_000_000
        ) {
            let patience = Patience { give_up_after: SignedDuration::MAX, ..Patience::default() };
            let fate = Failure::again("x").not_before(secs(asked)).fate;
            let next = patience.next(attempts, T0, T0, fate, share).unwrap();
            prop_assert!(next >= T0 + secs(asked.min(86_400)) && next <= T0 + LONGEST_ASKED);
        }
    }
}
