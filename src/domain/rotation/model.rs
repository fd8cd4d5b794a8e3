//! A model of the rotation: the real [`Ledger`], [`Journal`] and [`Presence`], with a simulated
//! account, two viewers and a network, explored exhaustively within bounds.
//!
//! # What the agent does, in this order
//!
//! | step | journal | message |
//! |---|---|---|
//! | start | new instance id; `recover`, save | |
//! | speak, when nothing is under way | | confirm what `to_confirm` names, else contact |
//! | contact answered | `contacted`, save | |
//! | a rotation is due | `begin`, save | escrow |
//! | escrow answered | read the fingerprint; `escrowed` (which gives up what somebody else's set has overtaken), save | |
//! | set the password, **then** read the fingerprint, **then** check by a real sign-in | | |
//! | it opens | `verified` with that fingerprint, save | confirm |
//! | confirm answered, also with "not pending" | `confirmed`, save | |
//! | escrow answered "not due" | `refused`, save | |
//! | set failed, check failed, escrow answered "contact first" | `recover`, save | |
//!
//! A contact or a confirm that is answered with a challenge is sent again with its number: both
//! register the instance, because a verified attempt is confirmed before the first contact of a
//! new process. Until an answer comes the same message is repeated.
//!
//! # What can go wrong
//!
//! Every message can be lost, delivered twice, late, and in any order. The agent's process can end
//! between any two steps. A crash of the service between commit and answer looks like a lost
//! answer. Disk and account of the device can be put back together to an earlier state; so can the
//! service. Somebody can set the password. Each costs from a budget ([`Bounds`]), and within the
//! budgets every interleaving is visited.
//!
//! # What is checked
//!
//! Both invariants of the [module](super) in every state; that no number or entry is used twice;
//! that what opens the device is never called failed; and that *from every state* an undisturbed
//! continuation ends, within a few dozen steps, with a confirmed password that nobody is owed
//! ([`World::calm`]). Mutants of the transitions prove that the checks can fail.

use std::collections::HashSet;
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};
use stateright::{Model, Property};
use uuid::Uuid;

use super::{
    At, Contact, EscrowRefusal, Generation, Heard, Journal, Ledger, Phase, Presence,
    PresenceRefusal, Reason, State,
};

mod explorations;
mod promises;

/// A password is known by the attempt that made it.
type Password = u8;

/// What was on the account before the first rotation.
const FACTORY: Password = 0;
/// What somebody else has set; every time another.
const FOREIGN: Password = 100;

const OPENS: &str = "what is handed out opens the device";
const CLOSED: &str = "what a closed request has seen is owed";
const ASKED: &str = "what was asked for is due until it is done";
const NEVER_FAILED: &str = "what opens the device never counts as failed";
const NO_COPY: &str = "late messages make no copy";
const UNBROKEN: &str = "nothing was broken on the way";
const ENDS_WELL: &str = "all ends well when left alone";

const T0: Timestamp = Timestamp::UNIX_EPOCH;
const VIEWERS: usize = 2;

fn id(number: u8) -> Uuid {
    Uuid::from_u128(number.into())
}

fn number(id: Uuid) -> u8 {
    u8::try_from(id.as_u128()).expect("the model's ids are small")
}

/// How often each thing may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
struct Bounds {
    attempts: u8,
    crashes: u8,
    /// Deliveries of a message whose sender no longer waits for the answer.
    late: u8,
    /// A set that fails, with or without effect, or a sign-in check that errs.
    mishaps: u8,
    drifts: u8,
    viewers: u8,
    asks: u8,
    ages: u8,
    prunes: u8,
    device_restores: u8,
    service_restores: u8,
    enrolments: u8,
}

/// Transitions that are looser than the real ones. Each has to be found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mutant {
    /// An escrow overwrites what was pending.
    EscrowOverwrites,
    /// A confirmation drops all other pendings, higher ones too.
    ConfirmDropsAll,
    /// A sign-in check that failed for whatever reason makes the attempt a failed one.
    CheckMeansFailed,
    /// Any confirmation pays what is due.
    ConfirmPaysAll,
    /// The fingerprint is read after the sign-in check instead of before.
    FingerprintLast,
    /// A new instance takes its place at its first word, without a challenge.
    NewcomerUnchallenged,
    /// A confirmation from a new instance is refused until it has made contact.
    ConfirmRegistersNobody,
    /// A torn device is believed to have torn the newest attempt.
    TornIsNew,
    /// A restored service takes a contact that agrees with it for good news.
    RestoreForgotten,
    /// A restored service goes on listening to what was said before.
    RestoreListens,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
enum Request {
    #[default]
    None,
    Open,
    Closed,
}

/// What the service has committed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Service {
    ledger: Ledger,
    presence: Presence,
    requests: [Request; VIEWERS],
}

/// What is durable on the device.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Disk {
    journal: Journal,
    account: Password,
}

impl Disk {
    /// Every set changes the stored hash; in the model every password is set once.
    fn fingerprint(&self) -> String {
        self.account.to_string()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Word {
    Contact(Contact),
    Escrow { attempt: u8, highest: Generation },
    Confirm { attempt: u8, generation: Generation },
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Message {
    instance: u8,
    challenge: Option<u8>,
    word: Word,
    /// How many disturbances the agent can know of; not on the wire.
    epoch: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Answer {
    Contacted(Option<Reason>),
    Escrowed(Generation),
    NotDue,
    /// The generation is current, or it is not pending.
    Confirmed,
    ContactFirst,
    Challenge(u8),
    Copied,
}

/// The agent's volatile memory.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Agent {
    Down,
    Idle { instance: u8, due: Option<Option<Reason>> },
    Waiting { message: Message, answers: Vec<Answer> },
    Setting { instance: u8, attempt: u8, generation: Generation },
    Reading { instance: u8, attempt: u8, generation: Generation },
    Checking { instance: u8, attempt: u8, generation: Generation, fingerprint: String },
    Stopped,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Action {
    Start,
    Step,
    SetFails { changed: bool },
    CheckErrs,
    Crash,
    Deliver(usize),
    Late(usize),
    Receive(usize),
    Drift,
    SnapshotDevice,
    RestoreDevice,
    BackupService,
    RestoreService,
    Enrol { fresh: bool },
    Open(usize),
    View(usize),
    Close(usize),
    Ask,
    Age,
    Prune,
}

/// What happened since somebody changed the device or the service behind the protocol's back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
struct Disturbance {
    /// How many there were.
    epoch: u8,
    /// The service has handled a contact that was sent after the last one.
    heard: bool,
    /// Not yet made good by a confirmed password.
    open: bool,
    /// Somebody set the password between the end of an escrow and the check. A fingerprint
    /// cannot tell that from a torn attempt, which waits for an open request.
    blurred: bool,
    /// The service has forgotten numbers: one that the agent does not know, or has not said yet,
    /// may come again.
    service_lost: bool,
    /// The device has forgotten numbers. Where both have, nobody is left to know.
    device_lost: bool,
}

/// The whole world, with the budgets that are left and what an all-knowing observer notes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct World {
    service: Service,
    backup: Option<Box<Service>>,
    disk: Disk,
    snapshot: Option<Box<Disk>>,
    agent: Agent,
    network: Vec<Message>,

    left: Bounds,
    starts: u8,
    attempts: u8,
    challenges: u8,

    disturbance: Disturbance,
    confirmed_once: bool,
    /// Passwords that each request was given, as a set of bits.
    seen: [u32; VIEWERS],
    /// Passwords that a request which is closed, or which a restore has wiped out, was given.
    gone: u32,
    /// The highest number when a rotation was asked for.
    asked: Option<Generation>,
    /// Which password each number was given to.
    given: Vec<(Generation, Password)>,
    /// The highest number that ever reached the agent.
    reached: Generation,
    broken: Option<&'static str>,
}

fn bit(password: Password) -> u32 {
    if password == FACTORY || password >= FOREIGN { 0 } else { 1 << password }
}

impl World {
    fn new(left: Bounds) -> Self {
        World {
            service: Service::default(),
            backup: None,
            disk: Disk::default(),
            snapshot: None,
            agent: Agent::Down,
            network: Vec::new(),
            left,
            starts: 0,
            attempts: 0,
            challenges: 0,
            disturbance: Disturbance { heard: true, ..Disturbance::default() },
            confirmed_once: false,
            seen: [0; VIEWERS],
            gone: 0,
            asked: None,
            given: Vec::new(),
            reached: 0,
            broken: None,
        }
    }

    // --- the agent -------------------------------------------------------------------------

    fn start(&mut self) {
        self.starts += 1;
        self.disk.journal.recover(&self.disk.fingerprint());
        self.agent = Agent::Idle { instance: self.starts, due: None };
    }

    fn say(&mut self, instance: u8, word: Word) {
        let epoch = self.disturbance.epoch;
        self.send(Message { instance, challenge: None, word, epoch });
    }

    fn send(&mut self, message: Message) {
        if !self.network.contains(&message) {
            self.network.push(message.clone());
        }
        self.agent = Agent::Waiting { message, answers: Vec::new() };
    }

    fn give_up(&mut self, instance: u8) {
        self.disk.journal.recover(&self.disk.fingerprint());
        self.agent = Agent::Idle { instance, due: None };
    }

    /// The next step of the agent's own.
    fn step(&mut self, mutant: Option<Mutant>) {
        let fingerprint = self.disk.fingerprint();
        let journal = &mut self.disk.journal;
        match self.agent.clone() {
            Agent::Idle { instance, due: Some(Some(_)) } => {
                self.attempts += 1;
                self.left.attempts = self.left.attempts.saturating_sub(1);
                let attempt = self.attempts;
                journal.begin(id(attempt), fingerprint);
                journal.unconfirmed = 0; // Backing off needs no exploring.
                let highest = journal.highest;
                self.say(instance, Word::Escrow { attempt, highest });
            }
            Agent::Idle { instance, .. } => {
                let word = match journal.to_confirm() {
                    Some((attempt, generation)) => {
                        Word::Confirm { attempt: number(attempt), generation }
                    }
                    None => Word::Contact(journal.contact(&fingerprint)),
                };
                self.say(instance, word);
            }
            Agent::Setting { instance, attempt, generation } => {
                self.disk.account = attempt;
                self.agent = Agent::Reading { instance, attempt, generation };
                // Only somebody else's set tells the next step from this one.
                if self.left.drifts == 0 {
                    self.step(mutant);
                }
            }
            Agent::Reading { instance, attempt, generation } => {
                let opens = self.disk.account == attempt;
                self.agent = match mutant {
                    Some(Mutant::FingerprintLast) if !opens => return self.give_up(instance),
                    _ => Agent::Checking { instance, attempt, generation, fingerprint },
                };
            }
            Agent::Checking { instance, attempt, generation, fingerprint: read } => {
                let last = mutant == Some(Mutant::FingerprintLast);
                if !last && self.disk.account != attempt {
                    return self.give_up(instance);
                }
                journal.verified(generation, if last { fingerprint } else { read });
                self.say(instance, Word::Confirm { attempt, generation });
            }
            Agent::Down | Agent::Waiting { .. } | Agent::Stopped => {}
        }
    }

    fn receive(&mut self, message: Message, answer: Answer) {
        if let Answer::Challenge(number) = answer {
            return self.send(Message { challenge: Some(number), ..message });
        }
        let Message { instance, word, .. } = message;
        let fingerprint = self.disk.fingerprint();
        let journal = &mut self.disk.journal;
        match (answer, word) {
            (Answer::Copied, _) => {
                self.agent = Agent::Stopped;
                return;
            }
            (Answer::Contacted(due), Word::Contact(contact)) => {
                journal.contacted(&contact);
                self.agent = Agent::Idle { instance, due: Some(due) };
                return;
            }
            (Answer::Escrowed(generation), Word::Escrow { attempt, .. }) => {
                self.reached = self.reached.max(generation);
                if journal.escrowed(generation, &fingerprint) {
                    self.agent = Agent::Setting { instance, attempt, generation };
                    return;
                }
            }
            (Answer::NotDue, _) => {
                journal.refused();
            }
            (Answer::Confirmed, _) => journal.confirmed(),
            (Answer::ContactFirst, _) => return self.give_up(instance),
            (answer, word) => unreachable!("{answer:?} answers no {word:?}"),
        }
        self.agent = Agent::Idle { instance, due: None };
    }

    // --- the service -----------------------------------------------------------------------

    fn handle(&mut self, message: &Message, mutant: Option<Mutant>) -> Answer {
        let registers = match message.word {
            Word::Contact(_) => true,
            Word::Confirm { .. } => mutant != Some(Mutant::ConfirmRegistersNobody),
            Word::Escrow { .. } => false,
        };
        let admitted = if registers {
            self.register(message, mutant)
        } else {
            self.service.presence.check(id(message.instance))
        };
        match admitted {
            Ok(()) => {}
            Err(PresenceRefusal::Copied) => return Answer::Copied,
            Err(PresenceRefusal::Unknown) => return Answer::ContactFirst,
            Err(PresenceRefusal::Challenge(challenge)) => {
                return Answer::Challenge(number(challenge));
            }
        }
        match &message.word {
            Word::Contact(contact) => self.contact(contact, message.epoch, mutant),
            Word::Escrow { attempt, highest } => self.escrow(*attempt, *highest, mutant),
            Word::Confirm { attempt, generation } => self.confirm(*attempt, *generation, mutant),
        }
    }

    fn register(
        &mut self,
        message: &Message,
        mutant: Option<Mutant>,
    ) -> Result<(), PresenceRefusal> {
        let fresh = id(self.challenges + 1);
        let presence = &mut self.service.presence;
        let instance = id(message.instance);
        let mut outcome = presence.contact(instance, message.challenge.map(id), fresh);
        if outcome == Err(PresenceRefusal::Challenge(fresh)) {
            self.challenges += 1;
        }
        if let Err(PresenceRefusal::Challenge(challenge)) = outcome
            && mutant == Some(Mutant::NewcomerUnchallenged)
        {
            let mut unchallenged = presence.clone();
            if unchallenged.contact(instance, Some(challenge), fresh).is_ok() {
                *presence = unchallenged;
                outcome = Ok(());
            }
        }
        outcome
    }

    fn contact(&mut self, contact: &Contact, epoch: u8, mutant: Option<Mutant>) -> Answer {
        let ledger = &mut self.service.ledger;
        if mutant == Some(Mutant::RestoreForgotten) && ledger.current().is_some() {
            ledger.unheard = false;
        }
        let mut contact = contact.clone();
        if mutant == Some(Mutant::TornIsNew) && contact.at == At::Torn {
            contact.confirmed = ledger.current();
        }
        let news = ledger.contact(&contact).expect("no number is absurd");
        for heard in news {
            if let Heard::Failed(generation) = heard
                && ledger.entries[&generation].attempt == id(self.disk.account)
            {
                self.broken = Some("what opens the device was called failed");
            }
        }
        self.disturbance.heard |= epoch == self.disturbance.epoch;
        Answer::Contacted(ledger.due())
    }

    fn escrow(&mut self, attempt: u8, highest: Generation, mutant: Option<Mutant>) -> Answer {
        let ledger = &mut self.service.ledger;
        let before = ledger.entries.clone();
        match ledger.escrow(id(attempt), highest) {
            Ok(generation) => {
                if mutant == Some(Mutant::EscrowOverwrites) {
                    ledger.entries.retain(|&g, e| g == generation || e.state != State::Pending);
                }
                for (g, entry) in &before {
                    if ledger.entries.get(g).is_some_and(|now| now.attempt != entry.attempt) {
                        self.broken = Some("an entry was overwritten");
                    }
                }
                let reused = self.given.iter().any(|&(g, _)| g == generation);
                let Disturbance { service_lost, device_lost, heard, .. } = self.disturbance;
                let excused = service_lost && (device_lost || !heard || generation > self.reached);
                if !self.given.contains(&(generation, attempt)) {
                    if reused && !excused {
                        self.broken = Some("a number was used for two passwords");
                    }
                    self.given.push((generation, attempt));
                    self.given.sort_unstable();
                }
                Answer::Escrowed(generation)
            }
            Err(EscrowRefusal::NotDue) => Answer::NotDue,
            Err(refusal) => unreachable!("{refusal:?}: no bound is reached here"),
        }
    }

    fn confirm(&mut self, attempt: u8, generation: Generation, mutant: Option<Mutant>) -> Answer {
        let ledger = &mut self.service.ledger;
        if !ledger.confirm(id(attempt), generation, T0) {
            return Answer::Confirmed;
        }
        match mutant {
            Some(Mutant::ConfirmDropsAll) => {
                for (&g, entry) in &mut ledger.entries {
                    if g > generation && entry.state == State::Pending {
                        entry.state = State::Superseded;
                    }
                }
            }
            Some(Mutant::ConfirmPaysAll) => {
                ledger.marks.clear();
                ledger.entries.values_mut().for_each(|entry| entry.seen_by_closed = false);
            }
            _ => {}
        }
        self.confirmed_once = true;
        if attempt == self.disk.account && self.disturbance.heard {
            self.disturbance.open = false;
            self.disturbance.blurred = false;
        }
        if self.asked.is_some_and(|floor| generation > floor) {
            self.asked = None;
        }
        Answer::Confirmed
    }

    fn disturb(&mut self) {
        self.disturbance.epoch += 1;
        self.disturbance.heard = false;
        self.disturbance.open = true;
    }

    // --- the viewers -----------------------------------------------------------------------

    fn view(&mut self, viewer: usize) {
        let ledger = &mut self.service.ledger;
        let Some(handout) = ledger.handout() else { return };
        let mut generations = handout.candidates;
        generations.push(handout.generation);
        ledger.viewed(id(200 + u8::try_from(viewer).unwrap()), &generations, T0);
        for generation in generations {
            let attempt = self.service.ledger.entries[&generation].attempt;
            self.seen[viewer] |= bit(number(attempt));
        }
    }

    fn close(&mut self, viewer: usize) {
        self.service.ledger.closed(id(200 + u8::try_from(viewer).unwrap()));
        self.service.requests[viewer] = Request::Closed;
        self.gone |= self.seen[viewer];
    }
}

/// What an exploration has to come across, so that it proves something.
type Sight = (&'static str, fn(&Rotation, &World) -> bool);

/// Where an exploration begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    /// A device that was never rotated.
    Nothing,
    /// A device and a service that agree on the first generation.
    FirstConfirmed,
}

/// The model: where it begins, what may happen, and what is mutated.
struct Rotation {
    bounds: Bounds,
    from: From,
    mutant: Option<Mutant>,
    sights: Vec<Sight>,
    ends_well: Mutex<HashSet<u64>>,
}

impl Rotation {
    fn new(bounds: Bounds, from: From, mutant: Option<Mutant>, sights: &[Sight]) -> Self {
        Self { bounds, from, mutant, sights: sights.to_vec(), ends_well: Mutex::default() }
    }
}

impl Model for Rotation {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        let mut world = World::new(self.bounds);
        if self.from == From::Nothing {
            return vec![world];
        }
        while !world.confirmed_once {
            match world.agent.clone() {
                Agent::Down => world.start(),
                Agent::Waiting { message, .. } => {
                    let answer = world.handle(&message, None);
                    world.network.clear();
                    world.receive(message, answer);
                }
                _ => world.step(None),
            }
        }
        world.left = self.bounds;
        vec![world]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        if world.broken.is_some() {
            return;
        }
        let left = &world.left;
        match &world.agent {
            Agent::Down => actions.push(Action::Start),
            Agent::Waiting { message, answers } => {
                let sent = world.network.iter().position(|m| m == message);
                actions.push(Action::Deliver(sent.expect("what is awaited was sent")));
                actions.extend((0..answers.len()).map(Action::Receive));
            }
            Agent::Idle { due: Some(Some(_)), .. } if left.attempts == 0 => {}
            Agent::Setting { .. } => {
                actions.push(Action::Step);
                if left.mishaps > 0 {
                    actions.push(Action::SetFails { changed: false });
                    actions.push(Action::SetFails { changed: true });
                }
            }
            Agent::Checking { .. } => {
                actions.push(Action::Step);
                if left.mishaps > 0 {
                    actions.push(Action::CheckErrs);
                }
            }
            Agent::Idle { .. } | Agent::Reading { .. } => actions.push(Action::Step),
            Agent::Stopped => {}
        }
        if left.late > 0 {
            let awaited = match &world.agent {
                Agent::Waiting { message, .. } => Some(message),
                _ => None,
            };
            let late = world.network.iter().enumerate().filter(|(_, m)| Some(*m) != awaited);
            actions.extend(late.map(|(index, _)| Action::Late(index)));
        }
        if left.crashes > 0 && world.agent != Agent::Down {
            actions.push(Action::Crash);
        }
        if left.drifts > 0 {
            actions.push(Action::Drift);
        }
        if left.device_restores > 0 {
            let taken = world.snapshot.is_some();
            actions.push(if taken { Action::RestoreDevice } else { Action::SnapshotDevice });
        }
        if left.service_restores > 0 {
            let taken = world.backup.is_some();
            actions.push(if taken { Action::RestoreService } else { Action::BackupService });
        }
        if left.enrolments > 0 {
            actions.push(Action::Enrol { fresh: true });
            actions.push(Action::Enrol { fresh: false });
        }
        for viewer in 0..usize::from(self.bounds.viewers) {
            match world.service.requests[viewer] {
                // Viewers are alike: the second comes after the first.
                Request::None if viewer == 0 || world.service.requests[0] != Request::None => {
                    actions.push(Action::Open(viewer));
                }
                Request::Open => {
                    actions.push(Action::View(viewer));
                    actions.push(Action::Close(viewer));
                }
                _ => {}
            }
        }
        if left.asks > 0 && world.service.ledger.current().is_some() {
            actions.push(Action::Ask);
        }
        if left.ages > 0 {
            actions.push(Action::Age);
        }
        if left.prunes > 0 {
            actions.push(Action::Prune);
        }
    }

    fn next_state(&self, last: &World, action: Action) -> Option<World> {
        let mut world = last.clone();
        match action {
            Action::Start => world.start(),
            Action::Step => world.step(self.mutant),
            Action::SetFails { changed } => {
                let Agent::Setting { instance, attempt, .. } = world.agent else { return None };
                world.left.mishaps -= 1;
                if changed {
                    world.disk.account = attempt;
                }
                world.give_up(instance);
            }
            Action::CheckErrs => {
                let Agent::Checking { instance, .. } = world.agent else { return None };
                world.left.mishaps -= 1;
                let confirmed = world.disk.journal.confirmed.clone();
                if self.mutant == Some(Mutant::CheckMeansFailed)
                    && let Some(confirmed) = confirmed
                    && let Some(attempt) = &mut world.disk.journal.attempt
                {
                    attempt.phase = Phase::Failed { opens: confirmed.generation };
                }
                world.give_up(instance);
            }
            Action::Crash => {
                world.left.crashes -= 1;
                world.agent = Agent::Down;
            }
            Action::Deliver(index) => {
                let message = world.network[index].clone();
                let answer = world.handle(&message, self.mutant);
                if let Agent::Waiting { answers, .. } = &mut world.agent
                    && !answers.contains(&answer)
                {
                    answers.push(answer);
                }
            }
            Action::Late(index) => {
                world.left.late -= 1;
                let message = world.network[index].clone();
                world.handle(&message, self.mutant);
            }
            Action::Receive(index) => {
                let Agent::Waiting { message, mut answers } = world.agent.clone() else {
                    return None;
                };
                let answer = answers.swap_remove(index);
                world.receive(message, answer);
            }
            Action::Drift => {
                world.left.drifts -= 1;
                world.disk.account = FOREIGN + self.bounds.drifts - world.left.drifts;
                world.disturb();
                let setting = |a: &super::Attempt| matches!(a.phase, Phase::Setting { .. });
                let attempt = world.disk.journal.attempt.as_ref();
                world.disturbance.blurred = attempt.is_some_and(setting);
            }
            Action::SnapshotDevice => world.snapshot = Some(Box::new(world.disk.clone())),
            Action::RestoreDevice => {
                world.left.device_restores -= 1;
                world.disk = *world.snapshot.take()?;
                world.agent = Agent::Down;
                world.disturb();
                world.disturbance.device_lost = true;
            }
            Action::BackupService => world.backup = Some(Box::new(world.service.clone())),
            Action::RestoreService => {
                world.left.service_restores -= 1;
                let backup = *world.backup.take()?;
                for viewer in 0..VIEWERS {
                    if backup.requests[viewer] == Request::None {
                        world.gone |= std::mem::take(&mut world.seen[viewer]);
                    }
                }
                world.service = backup;
                world.service.ledger.unheard = true;
                if self.mutant != Some(Mutant::RestoreListens) {
                    world.service.presence.restored();
                }
                world.asked = None;
                world.disturb();
                world.disturbance.service_lost = true;
            }
            Action::Enrol { fresh } => {
                world.left.enrolments -= 1;
                if fresh {
                    world.disk.journal = Journal::default();
                }
                world.service.presence = Presence::default();
                world.service.ledger.unheard = true;
                world.agent = Agent::Down;
                // The old key is dead, and so is a snapshot that holds it.
                world.network.clear();
                world.snapshot = None;
                world.disturb();
                world.disturbance.device_lost = true;
            }
            Action::Open(viewer) => world.service.requests[viewer] = Request::Open,
            Action::View(viewer) => world.view(viewer),
            Action::Close(viewer) => world.close(viewer),
            Action::Ask => {
                world.left.asks -= 1;
                world.service.ledger.ask();
                world.asked = Some(world.service.ledger.highest);
            }
            Action::Age => {
                world.left.ages -= 1;
                let interval = SignedDuration::from_hours(2);
                if !world.service.ledger.note_age(T0 + interval, interval) {
                    return None;
                }
            }
            Action::Prune => {
                world.left.prunes -= 1;
                let ledger = &mut world.service.ledger;
                let current = ledger.current()?;
                let at = ledger.device_at;
                // As `prunable`, but without its numbers: whatever may ever go.
                ledger
                    .entries
                    .retain(|&g, e| g >= current || Some(g) == at || !e.seen_by_open.is_empty());
            }
        }
        let awaited = match &world.agent {
            Agent::Waiting { message, .. } => Some(message),
            _ => None,
        };
        if world.left.late == 0 {
            world.network.retain(|m| Some(m) == awaited);
        }
        (world != *last).then_some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let sights = self.sights.iter().map(|(name, seen)| Property::sometimes(name, *seen));
        let mut properties = vec![
            Property::always(OPENS, |_, world: &World| world.can_sign_in()),
            Property::always(CLOSED, |_, world: &World| world.closed_requests_are_owed()),
            Property::always(ASKED, |_, world: &World| world.asked_for_is_due()),
            Property::always(NEVER_FAILED, |_, world: &World| world.failed_never_opens()),
            Property::always(NO_COPY, |_, world: &World| !world.service.presence.is_copied()),
            Property::always(UNBROKEN, |_, world: &World| world.broken.is_none()),
            Property::always(ENDS_WELL, |model: &Self, world: &World| {
                world.calm(&model.ends_well, model.mutant).is_ok()
            }),
        ];
        properties.extend(sights);
        properties
    }
}
