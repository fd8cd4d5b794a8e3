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
mod tests {
    use super::*;

    const T0: Timestamp = Timestamp::UNIX_EPOCH;
    const HOUR: SignedDuration = SignedDuration::from_hours(1);
    const R: Uuid = Uuid::from_u128(100);
    const Q: Uuid = Uuid::from_u128(200);

    fn attempt(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn confirmed_once() -> Ledger {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.escrow(attempt(1), 0), Ok(1));
        assert!(ledger.confirm(attempt(1), 1, T0));
        ledger
    }

    fn at(generation: Generation) -> Contact {
        Contact {
            at: At::Confirmed { generation },
            confirmed: Some(generation),
            highest: generation,
            failed: None,
        }
    }

    #[test]
    fn nothing_is_handed_out_before_the_first_confirmation() {
        let mut ledger = Ledger::default();
        assert_eq!((ledger.due(), ledger.handout()), (Some(Reason::First), None));
        ledger.escrow(attempt(1), 0).unwrap();
        assert_eq!(ledger.handout(), None);
        ledger.confirm(attempt(1), 1, T0);
        let handout = Handout { generation: 1, candidates: vec![], status: Status::Succeeded };
        assert_eq!((ledger.due(), ledger.handout()), (None, Some(handout)));
    }

    #[test]
    fn the_same_attempt_gets_the_same_number() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.escrow(attempt(1), 0), Ok(1));
        assert_eq!(ledger.escrow(attempt(1), 0), Ok(1));
        assert_eq!(ledger.escrow(attempt(2), 0), Ok(2));
    }

    #[test]
    fn a_close_is_paid_only_by_a_generation_that_no_closed_request_has_seen() {
        let mut ledger = confirmed_once();
        ledger.ask();
        ledger.escrow(attempt(2), 1).unwrap();
        ledger.viewed(R, &[2, 1], T0);
        assert!(ledger.closed(R));
        ledger.confirm(attempt(2), 2, T0);
        assert_eq!(ledger.due(), Some(Reason::Owed), "the closed request has seen 2 as well");
        ledger.escrow(attempt(3), 2).unwrap();
        ledger.confirm(attempt(3), 3, T0);
        assert_eq!(ledger.due(), None);
    }

    #[test]
    fn a_confirmation_leaves_higher_pendings_as_candidates() {
        let mut ledger = confirmed_once();
        ledger.ask();
        ledger.escrow(attempt(2), 1).unwrap();
        ledger.escrow(attempt(3), 1).unwrap();
        ledger.confirm(attempt(2), 2, T0);
        let handout = ledger.handout().unwrap();
        assert_eq!((handout.generation, handout.candidates), (3, vec![2]));
        assert_eq!(handout.status, Status::Pending);
    }

    #[test]
    fn age_waits_for_an_open_viewer_and_the_escrow_is_refused_meanwhile() {
        let mut ledger = confirmed_once();
        assert!(!ledger.note_age(T0 + HOUR, HOUR * 2));
        assert!(ledger.note_age(T0 + HOUR * 2, HOUR * 2));
        assert_eq!(ledger.due(), Some(Reason::Age));
        ledger.viewed(R, &[1], T0);
        assert_eq!(ledger.due(), None);
        assert_eq!(ledger.escrow(attempt(2), 1), Err(EscrowRefusal::NotDue));
        ledger.closed(R);
        assert_eq!(ledger.due(), Some(Reason::Owed));
    }

    #[test]
    fn a_close_does_not_wait_for_another_viewer() {
        let mut ledger = confirmed_once();
        ledger.viewed(R, &[1], T0);
        ledger.viewed(Q, &[1], T0);
        ledger.closed(R);
        assert_eq!(ledger.due(), Some(Reason::Owed));
    }

    #[test]
    fn a_failed_attempt_needs_an_earlier_generation_that_opens() {
        let mut ledger = confirmed_once();
        ledger.ask();
        ledger.escrow(attempt(2), 1).unwrap();
        let mut contact = at(1);
        contact.failed = Some((attempt(2), 2));
        assert_eq!(ledger.contact(&contact), Ok(vec![]));
        contact.failed = Some((attempt(2), 1));
        assert_eq!(ledger.contact(&contact), Ok(vec![Heard::Failed(2)]));
        assert_eq!(ledger.handout().unwrap().status, Status::Failed);
        assert_eq!(ledger.due(), Some(Reason::Asked));
    }

    #[test]
    fn a_restored_device_gets_its_old_password_as_a_candidate_and_rotates_at_once() {
        let mut ledger = confirmed_once();
        ledger.ask();
        ledger.escrow(attempt(2), 1).unwrap();
        ledger.confirm(attempt(2), 2, T0);
        assert_eq!(ledger.contact(&at(1)), Ok(vec![Heard::Restored(Some(1))]));
        assert_eq!(ledger.contact(&at(1)), Ok(vec![]), "said once");
        let handout = ledger.handout().unwrap();
        assert_eq!((handout.generation, handout.candidates), (2, vec![1]));
        assert_eq!(ledger.due(), Some(Reason::Restored));
        assert_eq!(ledger.escrow(attempt(3), 1), Ok(3));
    }

    #[test]
    fn a_restored_service_goes_on_above_the_agents_number() {
        let mut ledger = confirmed_once();
        ledger.unheard = true;
        assert_eq!(ledger.handout().unwrap().status, Status::Pending);
        ledger.contact(&at(7)).unwrap();
        assert_eq!(ledger.due(), Some(Reason::Restored));
        assert_eq!(ledger.escrow(attempt(9), 7), Ok(8));
        ledger.confirm(attempt(9), 8, T0);
        assert_eq!(ledger.handout().unwrap().status, Status::Succeeded);
    }

    #[test]
    fn a_restored_service_takes_no_agreement_for_an_answer() {
        let mut ledger = confirmed_once();
        ledger.unheard = true;
        assert_eq!(ledger.contact(&at(1)), Ok(vec![Heard::Restored(Some(1))]));
        assert_eq!(ledger.due(), Some(Reason::Restored), "requests may have been wiped out");
        assert!(!ledger.unheard);
    }

    #[test]
    fn a_confirmation_from_before_a_restore_settles_nothing() {
        let mut ledger = confirmed_once();
        ledger.ask();
        ledger.escrow(attempt(2), 1).unwrap();
        ledger.unheard = true;
        ledger.confirm(attempt(2), 2, T0);
        assert_eq!(ledger.handout().unwrap().status, Status::Pending);
        ledger.contact(&at(2)).unwrap();
        assert_eq!(ledger.due(), Some(Reason::Restored));
    }

    #[test]
    fn a_device_put_back_to_a_torn_attempt_rotates_at_once() {
        let mut ledger = confirmed_once();
        ledger.ask();
        for n in [2, 3] {
            ledger.escrow(attempt(n), 2).unwrap();
        }
        ledger.confirm(attempt(3), 4, T0);
        ledger.viewed(R, &[4], T0);
        let torn = Contact { at: At::Torn, highest: 4, ..at(1) };
        assert_eq!(ledger.contact(&torn), Ok(vec![Heard::Restored(None), Heard::Torn]));
        assert_eq!(ledger.due(), Some(Reason::Restored), "what R has seen does not open");
    }

    #[test]
    fn a_generation_left_over_by_a_late_escrow_is_superseded() {
        let mut ledger = confirmed_once();
        ledger.ask();
        ledger.escrow(attempt(3), 1).unwrap();
        ledger.escrow(attempt(2), 1).unwrap();
        ledger.confirm(attempt(3), 2, T0);
        assert_eq!(ledger.due(), Some(Reason::Torn));
        assert_eq!(ledger.escrow(attempt(4), 2), Ok(4));
        ledger.confirm(attempt(4), 4, T0);
        assert_eq!((ledger.due(), ledger.live().len()), (None, 1));
    }

    #[test]
    fn a_late_escrow_that_is_called_failed_says_nothing_about_the_password() {
        let mut ledger = confirmed_once();
        ledger.ask();
        ledger.escrow(attempt(3), 1).unwrap();
        ledger.escrow(attempt(2), 1).unwrap();
        let contact = Contact { failed: Some((attempt(2), 1)), ..at(1) };
        assert_eq!(ledger.contact(&contact), Ok(vec![Heard::Failed(3)]));
        assert_eq!(ledger.handout().unwrap().generation, 2);
        ledger.confirm(attempt(3), 2, T0);
        assert_eq!(ledger.handout().unwrap().status, Status::Succeeded);
    }

    #[test]
    fn an_absurd_number_from_an_agent_is_refused() {
        let mut ledger = confirmed_once();
        assert_eq!(ledger.contact(&at(u64::MAX)), Err(EscrowRefusal::Leap));
        ledger.ask();
        assert_eq!(ledger.escrow(attempt(2), u64::MAX), Err(EscrowRefusal::Leap));
    }

    #[test]
    fn attempts_without_end_do_not_fill_the_store() {
        let mut ledger = confirmed_once();
        ledger.ask();
        let taken = (2..200).filter(|&n| ledger.escrow(attempt(n), 1).is_ok()).count();
        assert_eq!(taken, MAX_UNDECIDED);
    }

    #[test]
    fn drift_rotates_at_once_and_is_news_once() {
        let mut ledger = confirmed_once();
        ledger.viewed(R, &[1], T0);
        let drift = Contact { at: At::Drifted, ..at(1) };
        assert_eq!(ledger.contact(&drift), Ok(vec![Heard::Drifted]));
        assert_eq!(ledger.contact(&drift), Ok(vec![]));
        assert_eq!(ledger.due(), Some(Reason::Drifted));
    }

    #[test]
    fn torn_waits_for_the_open_viewer_whose_candidates_still_open() {
        let mut ledger = confirmed_once();
        ledger.ask();
        ledger.escrow(attempt(2), 1).unwrap();
        ledger.marks.clear();
        ledger.viewed(R, &[2, 1], T0);
        let torn = Contact { at: At::Torn, highest: 2, ..at(1) };
        assert_eq!(ledger.contact(&torn), Ok(vec![Heard::Torn]));
        assert_eq!(ledger.due(), None);
        ledger.closed(R);
        assert_eq!(ledger.due(), Some(Reason::Owed));
    }

    #[test]
    fn pruning_keeps_what_may_open_what_was_seen_lately_and_fifty_more() {
        let mut ledger = Ledger::default();
        for n in 1..=60 {
            ledger.ask();
            ledger.escrow(attempt(n), 0).unwrap();
            ledger.confirm(attempt(n), u64::try_from(n).unwrap(), T0);
        }
        ledger.viewed(R, &[3], T0);
        ledger.closed(R);
        assert_eq!(ledger.prunable(T0 + HOUR), vec![9, 8, 7, 6, 5, 4, 2, 1]);
        assert!(ledger.prunable(T0 + KEEP_SEEN + HOUR).contains(&3));
        assert!(!ledger.prunable(T0 + KEEP_SEEN + HOUR).contains(&60));
    }
}
