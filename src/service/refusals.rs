//! Refusals are events, and anybody who is signed in can be refused as often as they like: of each
//! caller so many a minute are written down one by one, and the rest as a number.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    App,
    store::{
        Outcome,
        audit::{By, Record},
    },
};

/// How many refusals of one caller are written down one by one within [`SPAN`].
const MOST: u32 = 30;

/// How long refusals are counted together.
const SPAN: SignedDuration = SignedDuration::from_mins(1);

/// How many callers are remembered; beyond that nothing more is written down until the minute of
/// one of them is over.
const CALLERS: usize = 10_000;

/// Refusals by tenant and caller.
#[derive(Default)]
pub struct Refusals(Mutex<HashMap<(Uuid, String), Minute>>);

#[derive(Clone, Copy)]
struct Minute {
    since: Timestamp,
    refused: u32,
}

/// Refusals of one caller that were not written down one by one.
#[derive(Debug, PartialEq, Eq)]
struct Rest {
    tenant: Uuid,
    who: String,
    since: Timestamp,
    count: u32,
}

impl Refusals {
    /// Counts a refusal; true where it is written down.
    fn counts(&self, tenant: Uuid, who: &str, now: Timestamp) -> bool {
        let mut minutes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (tenant, who.to_owned());
        if minutes.len() >= CALLERS && !minutes.contains_key(&key) {
            return false;
        }
        let minute = minutes.entry(key).or_insert(Minute { since: now, refused: 0 });
        minute.refused = minute.refused.saturating_add(1);
        minute.refused <= MOST
    }

    /// Forgets those whose minute is over, and returns what was not written down of them.
    fn over(&self, now: Timestamp) -> Vec<Rest> {
        let mut rests = Vec::new();
        let mut minutes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        minutes.retain(|(tenant, who), minute| {
            let is_over = now.duration_since(minute.since).abs() >= SPAN;
            if is_over && minute.refused > MOST {
                let (since, count) = (minute.since, minute.refused - MOST);
                rests.push(Rest { tenant: *tenant, who: who.clone(), since, count });
            }
            !is_over
        });
        rests
    }
}

/// Writes a refusal down, as long as the caller has not been refused too often within the minute.
/// Nothing was changed, so it is a write of its own.
pub async fn record(
    app: &App,
    by: &By,
    tenant: Uuid,
    action: &'static str,
    detail: Value,
) -> Outcome<()> {
    let now = app.clock.now();
    // The jobs do so every second; without them a minute must end as well.
    settle(app, now).await?;
    if !app.refusals.counts(tenant, &by.who, now) {
        return Ok(());
    }
    let by = by.clone();
    app.store
        .write(move |c| Record::new(&by, action).refused().detail(detail).append(c, tenant, now))
        .await
}

/// Writes down how many more there were of those whose minute is over.
pub async fn settle(app: &App, now: Timestamp) -> Outcome<()> {
    let rests = app.refusals.over(now);
    if rests.is_empty() {
        return Ok(());
    }
    app.store
        .write(move |c| {
            for Rest { tenant, who, since, count } in &rests {
                let by = By { who: who.clone(), from: None, call: None };
                let detail = json!({ "count": count, "since": since });
                Record::new(&by, "refused.more")
                    .refused()
                    .detail(detail)
                    .append(c, *tenant, now)?;
            }
            Ok(())
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_of_a_minute_is_a_number_and_memory_has_an_end() {
        let (refusals, tenant, now) = (Refusals::default(), Uuid::nil(), Timestamp::UNIX_EPOCH);
        let times = |who: &str, at| (0..100).filter(|_| refusals.counts(tenant, who, at)).count();
        assert_eq!((times("ana", now), times("bob", now)), (30, 30));
        assert!(refusals.over(now).is_empty());
        let mut rests = refusals.over(now + SPAN);
        rests.sort_by(|one, other| one.who.cmp(&other.who));
        let rest = |who: &str| Rest { tenant, who: who.into(), since: now, count: 70 };
        assert_eq!(rests, [rest("ana"), rest("bob")]);
        assert_eq!(times("ana", now + SPAN), 30);
        for n in 0..2 * CALLERS {
            refusals.counts(tenant, &n.to_string(), now + SPAN);
        }
        assert_eq!(refusals.0.lock().unwrap().len(), CALLERS);
    }
}
