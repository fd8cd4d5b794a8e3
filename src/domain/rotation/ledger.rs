//! The service's half: which generations there are, what may be on the device, and whether a new
//! one is due.
//!
//! *Due* is a state that the agent reads at every contact, not a message that can be lost. It is
//! kept as marks, each with the generation that must be passed to pay it: a confirmation pays only
//! what lies below it. What is owed to closed requests needs no mark, because it follows from who
//! has seen the generations that may be on the device.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{At, Contact, Generation};

/// How many superseded or failed generations that nobody saw are kept.
pub const KEEP_UNSEEN: usize = 50;

/// How long a superseded generation that somebody saw is kept.
pub const KEEP_SEEN: SignedDuration = SignedDuration::from_hours(90 * 24);

/// How many generations may be undecided above the last confirmed one. An agent stops long before;
/// what goes on is no agent of ours, and must not fill the store.
const MAX_UNDECIDED: usize = 64;

/// How far ahead of the service an agent's word can move the numbering: more than any restored
/// service lags behind, far less than the number space.
const MAX_LEAP: Generation = 1_000_000;

/// What is known of a generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// Escrowed; it may or may not be on the device.
    Pending,
    /// The last one confirmed.
    Current,
    /// A higher one was confirmed after it.
    Superseded,
    /// Not set: an earlier one was seen to open.
    Failed,
}

/// One generation, without its password.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    /// The attempt that made it.
    pub attempt: Uuid,
    /// What is known of it.
    pub state: State,
    /// When it was confirmed.
    pub confirmed_at: Option<Timestamp>,
    /// Open requests on which it was handed out.
    pub seen_by_open: BTreeSet<Uuid>,
    /// True once a request on which it was handed out has closed.
    pub seen_by_closed: bool,
    /// When it was last handed out.
    pub seen_at: Option<Timestamp>,
}

impl Entry {
    fn was_seen(&self) -> bool {
        self.seen_by_closed || !self.seen_by_open.is_empty()
    }
}

/// Why a rotation is due; the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reason {
    /// The device has no confirmed password yet.
    First,
    /// A closed request has seen what may be the password.
    Owed,
    /// Somebody asked.
    Asked,
    /// Somebody else has set the password on the device.
    Drifted,
    /// Device and service do not agree: one of them was restored.
    Restored,
    /// It is open which generation is set: after a crash, or after a late escrow.
    Torn,
    /// The password is older than the interval.
    Age,
}

/// Reasons that are remembered until they are paid. [`Reason::First`] and [`Reason::Owed`] follow
/// from the entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mark {
    /// [`Reason::Asked`]
    Asked,
    /// [`Reason::Drifted`]
    Drifted,
    /// [`Reason::Restored`]
    Restored,
    /// [`Reason::Torn`]
    Torn,
    /// [`Reason::Age`]
    Age,
}

/// How sure the service is of the password that it hands out first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// The agent has seen it open the account, and nothing has happened since.
    Succeeded,
    /// It is one of several that may be on the device.
    Pending,
    /// The last attempt to replace it failed; it still opens.
    Failed,
}

/// What is handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handout {
    /// The most likely password: the newest pending generation, else the current one.
    pub generation: Generation,
    /// The others that may open, newest first.
    pub candidates: Vec<Generation>,
    /// How sure that is.
    pub status: Status,
}

/// Why an escrow was not taken. Nothing was stored and nothing is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EscrowRefusal {
    /// No rotation is due, or the one that was has to wait for an open request.
    NotDue,
    /// The agent's highest generation is out of all proportion.
    Leap,
    /// Too many attempts were neither confirmed nor superseded.
    Crowded,
}

/// What a contact told the service that it did not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// Somebody else has set the password: what was shown no longer opens.
    Drifted,
    /// One side was restored; the device has this generation, if the agent knows it.
    Restored(Option<Generation>),
    /// A crash tore a rotation.
    Torn,
    /// This pending generation was not set.
    Failed(Generation),
}

/// The generations of one device and what is due.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Ledger {
    /// Every generation that is held, by number.
    pub entries: BTreeMap<Generation, Entry>,
    /// The highest number given out or heard of.
    pub highest: Generation,
    /// What is due until a generation above the number is confirmed.
    pub marks: BTreeMap<Mark, Generation>,
    /// What the agent says is on the device, where that is not the current generation.
    pub device_at: Option<Generation>,
    /// Set by a restore or a new enrolment until the agent makes contact: nothing is certain. A
    /// confirmation does not end it, because it may be older than the restore.
    pub unheard: bool,
}

impl Ledger {
    /// The last confirmed generation.
    pub fn current(&self) -> Option<Generation> {
        self.in_state(State::Current).next()
    }

    fn in_state(&self, state: State) -> impl DoubleEndedIterator<Item = Generation> + '_ {
        self.entries.iter().filter(move |(_, e)| e.state == state).map(|(&g, _)| g)
    }

    /// Every generation that may be on the device, lowest first.
    pub fn live(&self) -> BTreeSet<Generation> {
        let held = |g: &Generation| self.entries.contains_key(g);
        self.in_state(State::Current)
            .chain(self.in_state(State::Pending))
            .chain(self.device_at.filter(held))
            .collect()
    }

    fn any_live(&self, test: impl Fn(&Entry) -> bool) -> bool {
        self.live().iter().filter_map(|g| self.entries.get(g)).any(test)
    }

    /// True while a closed request has seen a password that may still open the device.
    pub fn is_owed(&self) -> bool {
        self.any_live(|entry| entry.seen_by_closed)
    }

    /// Stores that the password has reached its age, once it has. Returns true on the change.
    pub fn note_age(&mut self, now: Timestamp, interval: SignedDuration) -> bool {
        let Some(current) = self.current() else { return false };
        let confirmed_at = self.entries.get(&current).and_then(|entry| entry.confirmed_at);
        let aged = confirmed_at.is_some_and(|at| now.duration_since(at) >= interval);
        aged && self.mark(Mark::Age, current)
    }

    /// Somebody asked for a rotation. Returns true unless one asked for is still due.
    pub fn ask(&mut self) -> bool {
        self.mark(Mark::Asked, self.highest)
    }

    fn mark(&mut self, mark: Mark, floor: Generation) -> bool {
        let known = self.marks.get(&mark).copied();
        let floor = known.map_or(floor, |known| known.max(floor));
        self.marks.insert(mark, floor);
        known.is_none()
    }

    /// Why a rotation is due now, the most urgent reason.
    pub fn due(&self) -> Option<Reason> {
        if self.current().is_none() {
            return Some(Reason::First);
        }
        if self.is_owed() {
            return Some(Reason::Owed);
        }
        let at_once = [
            (Mark::Asked, Reason::Asked),
            (Mark::Drifted, Reason::Drifted),
            (Mark::Restored, Reason::Restored),
        ];
        if let Some((_, reason)) = at_once.iter().find(|(mark, _)| self.marks.contains_key(mark)) {
            return Some(*reason);
        }
        // Whoever is inside keeps the key that they were given: the live candidates still open.
        if self.any_live(|entry| !entry.seen_by_open.is_empty()) {
            return None;
        }
        let can_wait = [(Mark::Torn, Reason::Torn), (Mark::Age, Reason::Age)];
        let marked = can_wait.iter().find(|(mark, _)| self.marks.contains_key(mark));
        // A late copy of an escrow leaves a generation pending that no agent will ever confirm.
        // The next confirmation supersedes it, so one has to come.
        let left_over = || self.in_state(State::Pending).next().map(|_| Reason::Torn);
        marked.map(|(_, reason)| *reason).or_else(left_over)
    }

    /// Takes a new password into escrow and numbers it one above the highest that either side
    /// knows. The same attempt gets the same number again.
    pub fn escrow(
        &mut self,
        attempt: Uuid,
        agent_highest: Generation,
    ) -> Result<Generation, EscrowRefusal> {
        if let Some((&generation, _)) = self.entries.iter().find(|(_, e)| e.attempt == attempt) {
            return Ok(generation);
        }
        if self.due().is_none() {
            return Err(EscrowRefusal::NotDue);
        }
        if agent_highest > self.highest.saturating_add(MAX_LEAP) {
            return Err(EscrowRefusal::Leap);
        }
        let current = self.current().unwrap_or(0);
        if self.entries.range(current + 1..).count() >= MAX_UNDECIDED {
            return Err(EscrowRefusal::Crowded);
        }
        let generation = self.highest.max(agent_highest) + 1;
        self.highest = generation;
        self.entries.insert(
            generation,
            Entry {
                attempt,
                state: State::Pending,
                confirmed_at: None,
                seen_by_open: BTreeSet::new(),
                seen_by_closed: false,
                seen_at: None,
            },
        );
        Ok(generation)
    }

    /// The agent saw `generation` open the account. Lower ones are superseded, higher pendings
    /// stay: the agent may already have gone on. A report about a generation that is not pending,
    /// or by another attempt, changes nothing. Returns whether anything changed.
    pub fn confirm(&mut self, attempt: Uuid, generation: Generation, now: Timestamp) -> bool {
        let pending = |e: &Entry| e.state == State::Pending && e.attempt == attempt;
        if !self.entries.get(&generation).is_some_and(pending) {
            return false;
        }
        for (_, entry) in self.entries.range_mut(..generation) {
            if matches!(entry.state, State::Current | State::Pending) {
                entry.state = State::Superseded;
            }
        }
        if let Some(entry) = self.entries.get_mut(&generation) {
            entry.state = State::Current;
            entry.confirmed_at = Some(now);
        }
        self.device_at = None;
        self.marks.retain(|_, floor| *floor >= generation);
        true
    }

    /// The agent makes contact. Returns what is news.
    pub fn contact(&mut self, contact: &Contact) -> Result<Vec<Heard>, EscrowRefusal> {
        if contact.highest > self.highest.saturating_add(MAX_LEAP) {
            return Err(EscrowRefusal::Leap);
        }
        let mut news = Vec::new();
        if let Some((attempt, opens)) = contact.failed {
            news.extend(self.failed(attempt, opens).map(Heard::Failed));
        }
        let known_highest = self.highest;
        self.highest = self.highest.max(contact.highest);
        let current = self.current();
        let on_device = match contact.at {
            At::Confirmed { generation } => Some(generation),
            At::Nothing | At::Torn | At::Drifted => None,
        };
        if on_device.is_some() {
            self.device_at = on_device.filter(|_| on_device != current);
        }
        // An agent that goes on has heard of every confirmation, so where the two differ, one of
        // them was put back. Neither a torn nor a drifted device can be told so by its numbers.
        let disagrees = contact.confirmed != current || contact.highest > known_highest;
        // What a restored service agrees with may have been seen on requests that the restore
        // has wiped out or opened again, so agreement settles nothing.
        let forgetful = std::mem::take(&mut self.unheard) && !self.entries.is_empty();
        let restored = disagrees || forgetful;
        if restored && self.mark(Mark::Restored, self.highest) {
            news.push(Heard::Restored(on_device));
        }
        if contact.at == At::Torn && current.is_some() && self.mark_once(Mark::Torn) {
            news.push(Heard::Torn);
        }
        if contact.at == At::Drifted && self.mark_once(Mark::Drifted) {
            news.push(Heard::Drifted);
        }
        Ok(news)
    }

    /// Marks unless already marked: a repeated word does not ask for more than the first.
    fn mark_once(&mut self, mark: Mark) -> bool {
        !self.marks.contains_key(&mark) && self.mark(mark, self.highest)
    }

    fn failed(&mut self, attempt: Uuid, opens: Generation) -> Option<Generation> {
        let (&generation, entry) = self.entries.iter_mut().find(|(_, e)| e.attempt == attempt)?;
        if entry.state != State::Pending || opens >= generation {
            return None;
        }
        entry.state = State::Failed;
        Some(generation)
    }

    /// What is handed out now; `None` before the first confirmation.
    pub fn handout(&self) -> Option<Handout> {
        let current = self.current()?;
        let generation = self.in_state(State::Pending).next_back().unwrap_or(current);
        let candidates: Vec<_> =
            self.live().into_iter().rev().filter(|&g| g != generation).collect();
        let unsure = [Mark::Drifted, Mark::Restored, Mark::Torn];
        let status = if !candidates.is_empty()
            || self.unheard
            || unsure.iter().any(|mark| self.marks.contains_key(mark))
        {
            Status::Pending
        } else if self.last_attempt_failed() {
            Status::Failed
        } else {
            Status::Succeeded
        };
        Some(Handout { generation, candidates, status })
    }

    /// What made a failed attempt due is due until another succeeds. One whose escrow arrived
    /// late, above the generation that took its place, says nothing about the password.
    fn last_attempt_failed(&self) -> bool {
        let failed = |(_, entry): (&Generation, &Entry)| entry.state == State::Failed;
        self.entries.last_key_value().is_some_and(failed)
            && (self.is_owed() || !self.marks.is_empty())
    }

    /// Records that `generations` were handed out on an open request.
    pub fn viewed(&mut self, request: Uuid, generations: &[Generation], now: Timestamp) {
        for generation in generations {
            if let Some(entry) = self.entries.get_mut(generation) {
                entry.seen_by_open.insert(request);
                entry.seen_at = Some(now);
            }
        }
    }

    /// A request has closed or run out: what it has seen is owed a rotation. Returns whether it
    /// has seen anything that may still open the device.
    pub fn closed(&mut self, request: Uuid) -> bool {
        for entry in self.entries.values_mut() {
            if entry.seen_by_open.remove(&request) {
                entry.seen_by_closed = true;
            }
        }
        self.is_owed()
    }

    /// The generations that need not be kept: never the last confirmed one nor anything newer; of
    /// the rest, what somebody saw stays 90 days, and of what nobody saw the newest 50.
    pub fn prunable(&self, now: Timestamp) -> Vec<Generation> {
        let Some(current) = self.current() else { return Vec::new() };
        let older = || {
            let keep = self.device_at;
            self.entries.range(..current).rev().filter(move |(g, _)| Some(**g) != keep)
        };
        let unseen = older().filter(|(_, e)| !e.was_seen()).skip(KEEP_UNSEEN);
        let seen = older().filter(|(_, e)| {
            e.was_seen()
                && e.seen_by_open.is_empty()
                && e.seen_at.is_some_and(|at| now.duration_since(at) > KEEP_SEEN)
        });
        unseen.chain(seen).map(|(&g, _)| g).collect()
    }
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
