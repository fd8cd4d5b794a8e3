//! Refusals are events, and anybody who is signed in can be refused as often as they like: of each
//! caller so many of a kind a minute are written down one by one, and the rest as a number.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

use super::{
    App,
    problem::RefusedBecause,
    store::{
        Outcome,
        audit::{By, Record},
    },
};

/// How many refusals of one caller are written down one by one within [`SPAN`].
const MOST: u32 = 30;

/// How long refusals are counted together.
const SPAN: SignedDuration = SignedDuration::from_mins(1);

/// How many callers are counted; of those beyond, everything is written down: what is not counted
/// must not be lost.
const CALLERS: usize = 10_000;

/// Refusals by tenant, caller and kind.
#[derive(Default)]
pub struct Refusals(Mutex<HashMap<Key, Minute>>);

type Key = (Uuid, String, &'static str);

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
    action: &'static str,
    since: Timestamp,
    count: u32,
}

impl Refusals {
    /// Counts a refusal; true where it is written down.
    fn counts(&self, tenant: Uuid, who: &str, action: &'static str, now: Timestamp) -> bool {
        let mut minutes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (tenant, who.to_owned(), action);
        if minutes.len() >= CALLERS && !minutes.contains_key(&key) {
            return true;
        }
        let minute = minutes.entry(key).or_insert(Minute { since: now, refused: 0 });
        minute.refused = minute.refused.saturating_add(1);
        minute.refused <= MOST
    }

    /// Forgets those whose minute is over, or all where there is no `now`, and returns what was not
    /// written down of them.
    fn over(&self, now: Option<Timestamp>) -> Vec<Rest> {
        let mut rests = Vec::new();
        let mut minutes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        minutes.retain(|(tenant, who, action), minute| {
            let is_over = now.is_none_or(|now| now.duration_since(minute.since).abs() >= SPAN);
            if is_over && minute.refused > MOST {
                let (since, count) = (minute.since, minute.refused - MOST);
                rests.push(Rest { tenant: *tenant, who: who.clone(), action, since, count });
            }
            !is_over
        });
        rests
    }
}

/// Writes a refusal down, as long as the caller has not been refused too often within the minute.
/// Nothing was changed, so it is a write of its own.
pub async fn record(app: &App, by: &By, tenant: Uuid, refused: RefusedBecause) -> Outcome<()> {
    let now = app.clock.now();
    // The jobs do so every second; without them a minute must end as well.
    settle(app, now).await?;
    if !app.refusals.counts(tenant, &by.who, refused.action, now) {
        return Ok(());
    }
    let by = by.clone();
    app.store
        .write(move |c| {
            let RefusedBecause { action, device, request, detail } = &refused;
            let mut record = Record::new(&by, action).refused();
            if let Some(device) = device {
                record = record.device(device);
            }
            if let Some(request) = request {
                record = record.request(*request);
            }
            if let Some(detail) = detail {
                record = record.detail(detail.clone());
            }
            record.append(c, tenant, now)
        })
        .await
}

/// Writes down how many more there were of those whose minute is over.
pub async fn settle(app: &App, now: Timestamp) -> Outcome<()> {
    write(app, app.refusals.over(Some(now)), now).await
}

/// The same of all, before the service ends.
pub async fn end(app: &App) -> Outcome<()> {
    write(app, app.refusals.over(None), app.clock.now()).await
}

async fn write(app: &App, rests: Vec<Rest>, now: Timestamp) -> Outcome<()> {
    if rests.is_empty() {
        return Ok(());
    }
    app.store
        .write(move |c| {
            for Rest { tenant, who, action, since, count } in &rests {
                let by = By { who: who.clone(), from: None, call: None };
                let detail = json!({ "action": action, "count": count, "since": since });
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
        let times =
            |who: &str, at| (0..100).filter(|_| refusals.counts(tenant, who, "x", at)).count();
        assert_eq!((times("ana", now), times("bob", now)), (30, 30));
        assert!(refusals.over(Some(now)).is_empty());
        let mut rests = refusals.over(Some(now + SPAN));
        rests.sort_by(|one, other| one.who.cmp(&other.who));
        let rest = |who: &str| Rest { tenant, who: who.into(), action: "x", since: now, count: 70 };
        assert_eq!(rests, [rest("ana"), rest("bob")]);
        assert_eq!(times("ana", now + SPAN), 30);
        // Another kind is no part of the same number.
        assert!(refusals.counts(tenant, "ana", "y", now + SPAN));
        for n in 0..2 * CALLERS {
            // Whoever is beyond is written down.
            assert!(refusals.counts(tenant, &n.to_string(), "x", now + SPAN), "{n}");
        }
        assert_eq!(refusals.0.lock().unwrap().len(), CALLERS);
        assert_eq!(refusals.over(None).len(), 1, "the end leaves out nobody");
    }
}
