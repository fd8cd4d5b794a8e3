//! What may happen often and is worth a word only once an hour.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};

/// How long nothing more is said.
const SPAN: SignedDuration = SignedDuration::from_hours(1);

/// How many keys are remembered; beyond that everything is worth no word until the hour is over.
const KEYS: usize = 10_000;

/// When something was last said of each key.
#[derive(Default)]
pub struct Seldom(Mutex<HashMap<String, Timestamp>>);

impl Seldom {
    /// True the first time within an hour.
    pub fn first(&self, key: &str, now: Timestamp) -> bool {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let over = |at: Timestamp| now.duration_since(at).abs() >= SPAN;
        if said.get(key).is_some_and(|&at| !over(at)) {
            return false;
        }
        if said.len() >= KEYS {
            said.retain(|_, at| !over(*at));
        }
        let room = said.len() < KEYS;
        if room {
            said.insert(key.to_owned(), now);
        }
        room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_said_once_an_hour_and_memory_has_an_end() {
        let (seldom, now) = (Seldom::default(), Timestamp::UNIX_EPOCH);
        assert!(seldom.first("a", now));
        assert!(!seldom.first("a", now));
        assert!(seldom.first("b", now));
        assert!(seldom.first("a", now + SPAN));
        for n in 0..2 * KEYS {
            seldom.first(&n.to_string(), now + SPAN);
        }
        assert_eq!(seldom.0.lock().unwrap().len(), KEYS);
    }
}
