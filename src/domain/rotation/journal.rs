//! The agent's half: what it writes down before each step, and what it concludes after a crash.
//!
//! The journal holds generations, phases and fingerprints of the account's stored hash, never a
//! secret. It is written and synced *before* the step that it announces:
//!
//! | step | journal first says | then |
//! |---|---|---|
//! | escrow | [`Phase::Escrowing`] | the service stores the new password and numbers it |
//! | set | [`Phase::Setting`] | the account gets it; a real sign-in checks it |
//! | confirm | [`Phase::Verified`] | the service makes the generation current |
//! | done | no attempt | |

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Generation;

/// After this many attempts in a row without a confirmation the agent makes no new ones by itself.
pub const MAX_UNCONFIRMED: u32 = 12;

/// A fingerprint of the account's stored hash: changes when, and only when, the password is set.
pub type Fingerprint = String;

/// A generation that was seen to open the account, and the stored hash's fingerprint at that time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Confirmed {
    /// The generation.
    pub generation: Generation,
    /// The stored hash while it was the password.
    pub fingerprint: Fingerprint,
}

/// How far an attempt has come.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "is")]
pub enum Phase {
    /// The new password is on its way to the service; nothing was set.
    Escrowing,
    /// The service holds it under this number; it is being set.
    Setting {
        /// Its number.
        generation: Generation,
    },
    /// A real sign-in saw it open the account; the service is to be told.
    Verified {
        /// Its number.
        generation: Generation,
        /// The stored hash after it was set.
        fingerprint: Fingerprint,
    },
    /// It was not set, and an earlier generation is known to open; the service is to be told.
    Failed {
        /// The earlier generation.
        opens: Generation,
    },
}

/// One try to give the account a new password.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Attempt {
    /// Chosen by the agent, so that a repeated escrow is recognised.
    pub id: Uuid,
    /// The stored hash when the attempt began.
    pub before: Fingerprint,
    /// How far it came.
    pub phase: Phase,
}

/// What the agent can say about the password that is on the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "is")]
pub enum At {
    /// No generation was ever confirmed by this agent.
    Nothing,
    /// This generation, untouched since it was seen to open.
    Confirmed {
        /// The generation.
        generation: Generation,
    },
    /// A crash left it open which of the live generations is set.
    Torn,
    /// Somebody else has set the password.
    Drifted,
}

/// What the agent says at every contact.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// What is on the device.
    pub at: At,
    /// The last generation that this agent confirmed, whatever is on the device now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Generation>,
    /// The highest generation that the agent knows of.
    pub highest: Generation,
    /// An attempt that was not set, with the earlier generation that is known to open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<(Uuid, Generation)>,
}

/// The agent's durable memory of its rotation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Journal {
    /// The last generation that was confirmed.
    pub confirmed: Option<Confirmed>,
    /// The stored hash that a torn attempt left behind.
    pub torn: Option<Fingerprint>,
    /// The highest generation heard of.
    pub highest: Generation,
    /// The attempt under way.
    pub attempt: Option<Attempt>,
    /// Attempts since the last confirmation.
    pub unconfirmed: u32,
}

impl Journal {
    /// Concludes what became of an attempt whose password is no longer in memory: after a crash,
    /// or when setting or checking it went wrong. `now` is the account's fingerprint as it is.
    ///
    /// Unchanged since an earlier generation was seen to open: the attempt failed. Changed while
    /// it was being set: torn. Otherwise nothing can be said, and the attempt stays a candidate.
    pub fn recover(&mut self, now: &str) {
        let Some(attempt) = &mut self.attempt else { return };
        let set_may_have_happened = match attempt.phase {
            Phase::Escrowing => false,
            Phase::Setting { .. } => true,
            Phase::Verified { .. } | Phase::Failed { .. } => return,
        };
        if set_may_have_happened && attempt.before != now {
            self.torn = Some(now.to_owned());
            self.attempt = None;
            return;
        }
        match &self.confirmed {
            Some(confirmed) if confirmed.fingerprint == now => {
                attempt.phase = Phase::Failed { opens: confirmed.generation };
            }
            _ => self.attempt = None,
        }
    }

    /// What to say at the next contact. Valid when no attempt is being made and none waits to be
    /// confirmed.
    pub fn contact(&self, now: &str) -> Contact {
        let at = match &self.confirmed {
            Some(confirmed) if confirmed.fingerprint == now => {
                At::Confirmed { generation: confirmed.generation }
            }
            _ if self.torn.as_deref() == Some(now) => At::Torn,
            None if self.torn.is_none() => At::Nothing,
            _ => At::Drifted,
        };
        let failed = match &self.attempt {
            Some(Attempt { id, phase: Phase::Failed { opens }, .. }) => Some((*id, *opens)),
            _ => None,
        };
        let confirmed = self.confirmed.as_ref().map(|confirmed| confirmed.generation);
        Contact { at, confirmed, highest: self.highest, failed }
    }

    /// What to say while the account cannot be looked at: nothing is known to be as it was.
    pub fn contact_unseen(&self) -> Contact {
        let at = if self.confirmed.is_some() { At::Drifted } else { At::Nothing };
        // No fingerprint is empty.
        Contact { at, ..self.contact("") }
    }

    /// The service has heard `contact`.
    pub fn contacted(&mut self, contact: &Contact) {
        if contact.failed.is_some() {
            self.attempt = None;
        }
    }

    /// A new attempt begins; to be saved before the escrow is sent.
    pub fn begin(&mut self, id: Uuid, before: Fingerprint) {
        self.attempt = Some(Attempt { id, before, phase: Phase::Escrowing });
        self.unconfirmed += 1;
    }

    /// The service refused the escrow: nothing was stored, nothing is to be set.
    pub fn refused(&mut self) {
        self.attempt = None;
        self.unconfirmed = self.unconfirmed.saturating_sub(1);
    }

    /// The service holds the password as `generation`; to be saved before it is set. `now` is the
    /// account's fingerprint, read after the answer: hours may have passed since the attempt began.
    /// Returns whether the password is to be set. Where somebody else has set one meanwhile the
    /// attempt is given up, as it would later be taken for torn.
    pub fn escrowed(&mut self, generation: Generation, now: &str) -> bool {
        self.highest = self.highest.max(generation);
        match &mut self.attempt {
            Some(attempt) if attempt.before == now => {
                attempt.phase = Phase::Setting { generation };
                true
            }
            _ => {
                self.recover(now);
                false
            }
        }
    }

    /// A real sign-in saw `generation` open the account; to be saved before it is confirmed.
    pub fn verified(&mut self, generation: Generation, fingerprint: Fingerprint) {
        if let Some(attempt) = &mut self.attempt {
            attempt.phase = Phase::Verified { generation, fingerprint };
        }
    }

    /// The attempt and generation that wait to be confirmed.
    pub fn to_confirm(&self) -> Option<(Uuid, Generation)> {
        match &self.attempt {
            Some(Attempt { id, phase: Phase::Verified { generation, .. }, .. }) => {
                Some((*id, *generation))
            }
            _ => None,
        }
    }

    /// The service knows that the verified generation is the password.
    pub fn confirmed(&mut self) {
        if let Some(Attempt { phase: Phase::Verified { generation, fingerprint }, .. }) =
            self.attempt.take()
        {
            self.confirmed = Some(Confirmed { generation, fingerprint });
            self.torn = None;
            self.unconfirmed = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: Uuid = Uuid::from_u128(7);

    fn settled() -> Journal {
        Journal {
            confirmed: Some(Confirmed { generation: 1, fingerprint: "one".into() }),
            highest: 1,
            ..Journal::default()
        }
    }

    #[test]
    fn an_attempt_that_changed_nothing_has_failed_and_says_so_until_heard() {
        for phase in [Phase::Escrowing, Phase::Setting { generation: 2 }] {
            let mut journal = settled();
            journal.attempt = Some(Attempt { id: ID, before: "one".into(), phase });
            journal.recover("one");
            let contact = journal.contact("one");
            assert_eq!(contact.failed, Some((ID, 1)));
            assert_eq!(contact.at, At::Confirmed { generation: 1 });
            journal.contacted(&contact);
            assert_eq!(journal.attempt, None);
        }
    }

    #[test]
    fn an_attempt_that_changed_the_account_is_torn() {
        let mut journal = settled();
        journal.begin(ID, "one".into());
        assert!(journal.escrowed(2, "one"));
        journal.recover("two");
        let torn = Contact { at: At::Torn, confirmed: Some(1), highest: 2, failed: None };
        assert_eq!(journal.contact("two"), torn);
        assert_eq!(journal.contact("three").at, At::Drifted);
    }

    #[test]
    fn a_change_before_the_set_is_somebody_elses() {
        let mut journal = settled();
        journal.begin(ID, "one".into());
        journal.recover("two");
        assert_eq!(journal.contact("two").at, At::Drifted);
    }

    #[test]
    fn a_change_while_the_escrow_was_under_way_ends_the_attempt() {
        let mut journal = settled();
        journal.begin(ID, "one".into());
        assert!(!journal.escrowed(2, "two"));
        assert_eq!((journal.attempt.as_ref(), journal.highest), (None, 2));
        assert_eq!(journal.contact("two").at, At::Drifted);
    }

    #[test]
    fn an_account_that_cannot_be_seen_is_not_called_unchanged() {
        let contact = settled().contact_unseen();
        let drifted = Contact { at: At::Drifted, confirmed: Some(1), highest: 1, failed: None };
        assert_eq!(contact, drifted);
        assert_eq!(Journal::default().contact_unseen().at, At::Nothing);
    }

    #[test]
    fn without_a_confirmed_generation_nothing_is_reported_as_failed() {
        let mut journal = Journal::default();
        journal.begin(ID, "factory".into());
        assert!(journal.escrowed(1, "factory"));
        journal.recover("factory");
        let contact = journal.contact("factory");
        assert_eq!((contact.at, contact.failed), (At::Nothing, None));
    }

    #[test]
    fn a_verified_generation_is_confirmed_after_a_crash() {
        let mut journal = settled();
        journal.begin(ID, "one".into());
        assert!(journal.escrowed(2, "one"));
        journal.verified(2, "two".into());
        journal.recover("two");
        assert_eq!(journal.to_confirm(), Some((ID, 2)));
        journal.confirmed();
        assert_eq!(journal.contact("two").at, At::Confirmed { generation: 2 });
        assert_eq!(journal.unconfirmed, 0);
    }
}
