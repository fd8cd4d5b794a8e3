//! Waits between attempts: each about twice as long as the one before, never all at once.

use std::time::Duration;

use crate::domain::password::random_bytes;

/// The waits of one series of attempts.
#[derive(Debug, Clone)]
pub(crate) struct Backoff {
    first: Duration,
    longest: Duration,
    attempts: u32,
}

impl Backoff {
    /// A series that begins with about `first` and ends up at about `longest`.
    pub(crate) fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, attempts: 0 }
    }

    /// How many waits were taken.
    pub(crate) fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The next wait: between half and all of the step, because the clients of a service that was
    /// away would otherwise come back in the same moment.
    pub(crate) fn next(&mut self) -> Duration {
        let whole = step(self.first, self.longest, self.attempts);
        self.attempts = self.attempts.saturating_add(1);
        let share = f64::from(u32::from_le_bytes(random_bytes())) / f64::from(u32::MAX);
        whole.mul_f64(0.5 + share / 2.0)
    }
}

/// `first`, doubled `doublings` times, at most `longest`.
pub(crate) fn step(first: Duration, longest: Duration, doublings: u32) -> Duration {
    let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
    first.saturating_mul(factor).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let (first, longest) = (Duration::from_secs(1), Duration::from_secs(60));
        let mut backoff = Backoff::new(first, longest);
        for whole in [1, 2, 4, 8, 16, 32, 60, 60] {
            let whole = Duration::from_secs(whole);
            let wait = backoff.next();
            assert!(wait >= whole / 2 && wait <= whole, "{wait:?} of {whole:?}");
        }
        assert_eq!(step(first, longest, 400), longest);
    }
}
