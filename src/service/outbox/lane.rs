//! One sink's queue at work: the first event of each subject, several subjects at a time.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tokio::task::{Id, JoinSet};
use uuid::Uuid;

use super::Sink;
use crate::{
    domain::{delivery::Fate, password::random_bytes},
    service::{
        App,
        store::{
            Outcome,
            deliveries::{self, Attempted, Parcel},
        },
    },
};

/// How many subjects are delivered at once to one sink.
const AT_ONCE: usize = 8;

/// The longest sleep before the clock is looked at again.
const TICK: Duration = Duration::from_secs(1);

/// How long what is on its way may still take once the service stops.
const GRACE: Duration = Duration::from_secs(5);

/// What is delivered one after the other: never are two of these on their way at once.
#[derive(Debug, PartialEq, Eq)]
struct Queue {
    tenant: Uuid,
    subject: String,
    recipient: String,
}

impl Queue {
    fn of(parcel: &Parcel) -> Self {
        let (subject, recipient) = (parcel.subject.clone(), parcel.recipient.clone());
        Self { tenant: parcel.tenant, subject, recipient }
    }
}

/// How much is sent at once to a receiver, which may want nothing for a while (Retry-After). What it
/// said is forgotten at a restart: it says it again.
#[derive(Debug, Default)]
struct Pace {
    /// Until when it wants nothing. It stays after that, until a delivery has shown that it takes
    /// some again.
    closed_until: Option<Timestamp>,
}

impl Pace {
    /// Until when nothing is sent.
    fn wait(&self, now: Timestamp) -> Option<Timestamp> {
        self.closed_until.filter(|until| *until > now)
    }

    /// How much may be on its way: after a wait one goes ahead, to see whether it is taken.
    fn at_once(&self) -> usize {
        if self.closed_until.is_some() { 1 } else { AT_ONCE }
    }

    /// The receiver wants nothing before `until`, or before a later time that it has said.
    fn close(&mut self, until: Timestamp) {
        self.closed_until = self.closed_until.max(Some(until));
    }

    /// What was sent at `sent` was taken. Of what was sent before the wait that says nothing.
    fn taken(&mut self, sent: Timestamp) {
        self.closed_until = self.closed_until.filter(|until| *until > sent);
    }

    /// An admin wants it tried now.
    fn end_wait(&mut self, now: Timestamp) {
        self.closed_until = self.closed_until.min(Some(now));
    }
}

/// A sink and its queue.
pub struct Lane {
    /// The sink's name.
    pub name: String,
    sink: Sink,
    pace: Mutex<Pace>,
}

impl Lane {
    /// The queue of `sink`.
    pub fn new(name: String, sink: Sink) -> Self {
        Self { name, sink, pace: Mutex::default() }
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tries again now, although the receiver wanted nothing for longer.
    pub fn end_wait(&self, now: Timestamp) {
        self.pace().end_wait(now);
    }

    /// Delivers until the service stops.
    pub async fn run(self: Arc<Self>, app: App) {
        let mut wakes = app.store.changes().deliveries();
        let mut stopping = app.stopping.subscribe();
        let mut flying = JoinSet::new();
        let mut in_flight: HashMap<Id, Queue> = HashMap::new();
        loop {
            // Before the look, so that nothing that comes after it is missed.
            wakes.mark_unchanged();
            let mut sleep = None;
            let free = self.pace().at_once().saturating_sub(in_flight.len());
            if free > 0 {
                let (due, wait) = self.look(&app).await.unwrap_or_else(|_| (vec![], Some(TICK)));
                let idle = |p: &Parcel| !in_flight.values().any(|queue| *queue == Queue::of(p));
                let fresh: Vec<_> = due.into_iter().filter(idle).take(free).collect();
                for parcel in fresh {
                    let (lane, app, queue) = (self.clone(), app.clone(), Queue::of(&parcel));
                    let task = flying.spawn(async move { lane.attempt(&app, parcel).await });
                    in_flight.insert(task.id(), queue);
                }
                sleep = wait;
            }
            let mut in_trouble = false;
            tokio::select! {
                _ = wakes.changed() => {}
                Some(ended) = flying.join_next_with_id() => {
                    let id = match &ended {
                        Ok((id, _)) => *id,
                        Err(error) => error.id(),
                    };
                    in_flight.remove(&id);
                    in_trouble = !matches!(ended, Ok((_, Ok(()))));
                }
                () = tokio::time::sleep(sleep.unwrap_or(TICK)), if sleep.is_some() => {}
                _ = stopping.wait_for(|stop| *stop) => break,
            }
            if in_trouble {
                // The store cannot be written, or an attempt panicked: no rush.
                tokio::time::sleep(TICK).await;
            }
        }
        let landing = async { while flying.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, landing).await.is_err() {
            tracing::info!(sink = self.name, "what was on its way is sent again at the next start");
        }
    }

    /// Delivers everything that is due, and returns once nothing is.
    pub async fn settle(&self, app: &App) -> Outcome<()> {
        loop {
            // One by one: an answer may say that the receiver wants no more for now.
            let (due, _) = self.look(app).await?;
            let Some(parcel) = due.into_iter().next() else { return Ok(()) };
            self.attempt(app, parcel).await?;
        }
    }

    /// What is due, and how long to sleep where something will be.
    async fn look(&self, app: &App) -> Outcome<(Vec<Parcel>, Option<Duration>)> {
        let (name, now) = (self.name.clone(), app.clock.now());
        let closed_until = self.pace().wait(now);
        let look = move |c: &rusqlite::Connection| {
            if closed_until.is_some() {
                return Ok((vec![], closed_until));
            }
            // As many as may be in flight already stand before the fresh ones.
            let due = deliveries::due(c, &name, now, 2 * AT_ONCE)?;
            Ok((due, deliveries::next_attempt(c, &name, now)?))
        };
        let (due, next) = app.store.read(look).await?;
        let wait = next.map(|next| {
            let wait = Duration::try_from(next.duration_since(now)).unwrap_or_default();
            wait.clamp(Duration::from_millis(5), TICK)
        });
        Ok((due, wait))
    }

    async fn attempt(&self, app: &App, mut parcel: Parcel) -> Outcome<()> {
        if parcel.again && self.sink.minds_what_came_later() {
            let (name, late) = (self.name.clone(), parcel.clone());
            let look = move |c: &rusqlite::Connection| deliveries::delivered_after(c, &name, &late);
            parcel.overtaken_by = app.store.read(look).await?;
        }
        let sent = app.clock.now();
        let outcome = self.sink.deliver(&parcel, sent).await;
        let now = app.clock.now();
        let attempts = parcel.attempts.saturating_add(1);
        match &outcome {
            Ok(()) => self.pace().taken(sent),
            Err(failure) => {
                let until = failure.closed_for.and_then(|wait| now.checked_add(wait).ok());
                until.into_iter().for_each(|until| self.pace().close(until));
            }
        }
        let came_to = match outcome {
            Ok(()) => Attempted::Delivered,
            Err(failure) => {
                let share = f64::from(u32::from_le_bytes(random_bytes())) / f64::from(u32::MAX);
                let patience = &app.settings.outbox;
                // A service that was away for long has had no chance before.
                let since = if parcel.attempts == 0 { now } else { parcel.since };
                match patience.next(attempts, since, now, failure.fate, share) {
                    Some(next) => Attempted::Again(failure.why, next),
                    None if failure.fate == Fate::Dead => Attempted::Dead(failure.why),
                    None => {
                        let why = failure.why;
                        let tried = if attempts == 1 { "attempt" } else { "attempts" };
                        Attempted::Dead(format!("given up after {attempts} {tried}: {why}"))
                    }
                }
            }
        };
        let (sink, event, notice) = (&self.name, &parcel.event, parcel.notice);
        match &came_to {
            Attempted::Delivered => tracing::debug!(sink, event, %notice, "delivered"),
            Attempted::Again(why, next) => {
                tracing::info!(sink, event, %notice, attempts, why, %next, "not delivered yet");
            }
            Attempted::Dead(why) => {
                tracing::warn!(sink, event, %notice, attempts, why, "a dead letter");
            }
        }
        let name = self.name.clone();
        let keep =
            move |c: &rusqlite::Connection| deliveries::attempted(c, &parcel, &name, &came_to, now);
        app.store.write(keep).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receivers_wait_is_over_once_something_that_was_sent_after_it_is_taken() {
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let mut pace = Pace::default();
        assert_eq!((pace.wait(at(0)), pace.at_once()), (None, AT_ONCE));
        pace.close(at(30));
        pace.close(at(20));
        // Beside the one that was refused, others were on their way.
        pace.taken(at(0));
        assert_eq!((pace.wait(at(29)), pace.at_once()), (Some(at(30)), 1));
        assert_eq!((pace.wait(at(30)), pace.at_once()), (None, 1));
        pace.taken(at(30));
        assert_eq!((pace.wait(at(30)), pace.at_once()), (None, AT_ONCE));
        pace.end_wait(at(31));
        assert_eq!(pace.at_once(), AT_ONCE, "there is none to end");
        pace.close(at(90));
        pace.end_wait(at(32));
        assert_eq!((pace.wait(at(32)), pace.at_once()), (None, 1));
    }
}
