//! Failed sign-ins, counted per address: who guesses is slowed down before anything is written.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};

use super::{addresses::counted_as, problem::Problem};

/// How many failures an address may have within [`SPAN`].
const MOST: u32 = 30;

/// How long failures are counted together.
const SPAN: SignedDuration = SignedDuration::from_mins(10);

/// How many addresses are remembered; beyond that, those whose time is over are forgotten first,
/// and then the one that has failed least.
const ADDRESSES: usize = 10_000;

/// What callers whose address is not known are counted by.
const UNKNOWN: &str = "unknown";

/// Failures by address, since when.
#[derive(Default)]
pub struct Failures(Mutex<HashMap<String, (Timestamp, u32)>>);

impl Failures {
    /// Refuses an address that has failed too often. Those that are not known count as one, so
    /// that hiding one's own gains nothing.
    pub fn check(&self, from: Option<&str>, now: Timestamp) -> Result<(), Problem> {
        let from = from.unwrap_or(UNKNOWN);
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(&(since, count)) = failures.get(&counted_as(from)) else { return Ok(()) };
        let left = SPAN - now.duration_since(since);
        if count < MOST || left <= SignedDuration::ZERO {
            return Ok(());
        }
        let wait = u64::try_from(left.as_secs()).unwrap_or(0) + 1;
        let message = "Too many sign-ins from this address have failed.";
        Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, message).wait(wait))
    }

    /// Counts a failure.
    pub fn count(&self, from: Option<&str>, now: Timestamp) {
        let from = from.unwrap_or(UNKNOWN);
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let over = |since: Timestamp| now.duration_since(since) >= SPAN;
        if failures.len() >= ADDRESSES {
            failures.retain(|_, (since, _)| !over(*since));
        }
        let from = counted_as(from);
        if failures.len() >= ADDRESSES && !failures.contains_key(&from) {
            let least = failures.iter().min_by_key(|(_, (_, count))| *count);
            let least = least.map(|(address, _)| address.clone());
            least.and_then(|address| failures.remove(&address));
        }
        let entry = failures.entry(from).or_insert((now, 0));
        if over(entry.0) {
            *entry = (now, 0);
        }
        entry.1 += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_fails_too_often_waits_and_no_other() {
        let failures = Failures::default();
        let now = Timestamp::UNIX_EPOCH;
        for _ in 0..MOST {
            assert!(failures.check(Some("a"), now).is_ok());
            failures.count(Some("a"), now);
        }
        let refused = failures.check(Some("a"), now).unwrap_err();
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.retry_after, Some(601));
        assert!(failures.check(Some("b"), now).is_ok());
        assert!(failures.check(Some("a"), now + SPAN).is_ok());
    }

    #[test]
    fn callers_without_a_known_address_are_slowed_down_together() {
        let failures = Failures::default();
        let now = Timestamp::UNIX_EPOCH;
        for _ in 0..MOST {
            assert!(failures.check(None, now).is_ok());
            failures.count(None, now);
        }
        assert!(failures.check(None, now).is_err());
        assert!(failures.check(Some("192.0.2.1"), now).is_ok());
    }

    #[test]
    fn memory_has_an_end_and_who_fails_most_is_not_forgotten() {
        let failures = Failures::default();
        let now = Timestamp::UNIX_EPOCH;
        for _ in 0..MOST {
            failures.count(Some("192.0.2.1"), now);
        }
        for n in 0..ADDRESSES + 50 {
            failures.count(Some(&n.to_string()), now);
        }
        assert_eq!(failures.0.lock().unwrap().len(), ADDRESSES);
        assert!(failures.check(Some("192.0.2.1"), now).is_err());
    }
}
