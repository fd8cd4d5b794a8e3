//! The service's side: the real ledger and presence, with faults of the network.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    api::agent::{Aftermath, Confirm, Contact, Ended, Orders},
    client::AgentRefusal,
    domain::rotation::{EscrowRefusal, Generation, Heard, Ledger, Presence, PresenceRefusal},
    error::{Error, Result},
    secret::Secret,
};

/// What goes wrong with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is lost on the way.
    Lost,
    /// It is heard, but its answer is lost.
    Unanswered,
    /// It arrives twice.
    Twice,
    /// It seems lost, and arrives behind so many others.
    Late(usize),
    /// The agent ends before it is heard.
    KilledBefore,
    /// The agent ends before the answer.
    KilledAfter,
}

#[derive(Debug, Clone)]
pub(super) enum Message {
    Contact(Contact),
    Escrow { instance: Uuid, attempt: Uuid, highest: Generation, password: Secret },
    Confirm(Confirm),
    Aftermath(Aftermath),
}

pub(super) enum Answer {
    Orders(Orders),
    Escrowed(Generation),
    Confirmed(bool),
    Done,
}

/// What came of a message, and whether the agent ends with it.
pub(super) struct Delivered {
    pub(super) answer: Result<Answer, AgentRefusal>,
    pub(super) killed: bool,
}

/// The service's side.
#[derive(Default)]
pub struct World {
    pub ledger: Ledger,
    pub presence: Presence,
    pub passwords: BTreeMap<Generation, Secret>,
    pub open: Vec<Uuid>,
    pub ended: Vec<Ended>,
    pub aftermaths: Vec<Aftermath>,
    pub news: Vec<Heard>,
    pub stopped: Option<String>,
    /// Fault by number of the message, counted from the last [`World::disturb`].
    pub faults: BTreeMap<usize, Fault>,
    pub messages: usize,
    late: BTreeMap<usize, Message>,
    /// True where a confirmation is no introduction.
    pub strict: bool,
    /// True while nobody can reach it.
    pub away: bool,
    /// True where a rotation stops being due between contact and escrow.
    pub fickle: bool,
    challenges: u128,
}

impl World {
    pub fn disturb(&mut self, faults: impl IntoIterator<Item = (usize, Fault)>) {
        self.messages = 0;
        self.faults = faults.into_iter().collect();
    }

    /// The passwords that are handed out, newest first.
    pub fn handed_out(&self) -> Vec<Secret> {
        let Some(handout) = self.ledger.handout() else { return Vec::new() };
        let generations = [handout.generation].into_iter().chain(handout.candidates);
        generations.map(|generation| self.passwords[&generation].clone()).collect()
    }

    /// Takes a message over a network that has the test's faults.
    pub(super) fn deliver(&mut self, message: Message) -> Delivered {
        let lost = || Err(AgentRefusal::Unclear(Error::failed("the network is down")));
        let number = self.messages;
        self.messages += 1;
        if self.away {
            return Delivered { answer: lost(), killed: false };
        }
        if let Some(late) = self.late.remove(&number) {
            let _ = self.apply(&late);
        }
        let fault = self.faults.remove(&number);
        let killed = matches!(fault, Some(Fault::KilledBefore | Fault::KilledAfter));
        let answer = match fault {
            None => self.apply(&message),
            Some(Fault::Lost | Fault::KilledBefore) => lost(),
            Some(Fault::Unanswered | Fault::KilledAfter) => {
                let _ = self.apply(&message);
                lost()
            }
            Some(Fault::Twice) => {
                let _ = self.apply(&message);
                self.apply(&message)
            }
            Some(Fault::Late(others)) => {
                self.late.insert(number + others, message);
                lost()
            }
        };
        Delivered { answer, killed }
    }

    fn apply(&mut self, message: &Message) -> Result<Answer, AgentRefusal> {
        self.challenges += 1;
        let fresh = Uuid::from_u128(self.challenges);
        let admitted = match message {
            Message::Contact(c) => self.presence.contact(c.instance, c.challenge, fresh),
            Message::Confirm(c) if !self.strict => {
                self.presence.contact(c.instance, c.challenge, fresh)
            }
            Message::Confirm(c) => self.presence.check(c.instance),
            Message::Escrow { instance, .. } => self.presence.check(*instance),
            Message::Aftermath(a) => self.presence.check(a.instance),
        };
        admitted.map_err(|refusal| match refusal {
            PresenceRefusal::Copied => AgentRefusal::Copied(Error::failed("copied")),
            PresenceRefusal::Challenge(number) => AgentRefusal::Challenge(number),
            PresenceRefusal::Unknown => AgentRefusal::UnknownInstance,
        })?;
        match message {
            Message::Contact(contact) => {
                self.news.extend(self.ledger.contact(&contact.journal).unwrap());
                self.stopped = contact.stopped.clone();
                Ok(Answer::Orders(self.orders()))
            }
            Message::Escrow { .. } if self.fickle => Err(AgentRefusal::NotDue),
            Message::Escrow { attempt, highest, password, .. } => {
                match self.ledger.escrow(*attempt, *highest) {
                    Ok(generation) => {
                        let first = self.passwords.entry(generation).or_insert(password.clone());
                        assert!(first.matches(password.expose()), "a number was used twice");
                        Ok(Answer::Escrowed(generation))
                    }
                    Err(EscrowRefusal::NotDue) => Err(AgentRefusal::NotDue),
                    Err(refusal) => panic!("{refusal:?}"),
                }
            }
            Message::Confirm(c) => {
                let now = Timestamp::UNIX_EPOCH;
                Ok(Answer::Confirmed(self.ledger.confirm(c.attempt, c.generation, now)))
            }
            Message::Aftermath(aftermath) => {
                self.ended.retain(|ended| ended.request != aftermath.request);
                self.aftermaths.push(aftermath.clone());
                Ok(Answer::Done)
            }
        }
    }

    pub fn orders(&self) -> Orders {
        Orders {
            due: self.ledger.due(),
            open_requests: self.open.clone(),
            ended: self.ended.clone(),
            time: Timestamp::UNIX_EPOCH,
        }
    }

    pub fn is_settled(&self) -> bool {
        self.ledger.due().is_none() && self.ended.is_empty()
    }
}
