//! Which process speaks for a device.
//!
//! Every start of an agent makes a random instance id. One that speaks again after another has
//! taken its place (A, B, A) proves a copied disk. A late message of a dead process would look the
//! same, so an instance whose place was taken is challenged first: only a living process can
//! answer with the number it was just given.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How many former instances are remembered; an agent that restarts more often than this between
/// two messages of a copy escapes notice until the copy speaks again.
const REMEMBERED: usize = 32;

/// The instances that have spoken for one device.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Presence {
    current: Option<Uuid>,
    former: Vec<Uuid>,
    challenge: Option<Uuid>,
    copied: bool,
}

/// Why an instance may not speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PresenceRefusal {
    /// Two live processes hold this device's key: both are refused until one is enrolled anew.
    Copied,
    /// Another instance has taken this one's place; whoever answers with this number is alive.
    Challenge(Uuid),
    /// The instance is unknown: a contact comes first.
    Unknown,
}

impl Presence {
    /// The instance whose word counts.
    pub fn current(&self) -> Option<Uuid> {
        self.current
    }

    /// True once two live processes were seen.
    pub fn is_copied(&self) -> bool {
        self.copied
    }

    /// An instance makes contact, with the challenge it was given, if any. `fresh` is a new random
    /// number for the next challenge. The state is to be saved also when this refuses.
    pub fn contact(
        &mut self,
        instance: Uuid,
        answer: Option<Uuid>,
        fresh: Uuid,
    ) -> Result<(), PresenceRefusal> {
        if self.copied {
            return Err(PresenceRefusal::Copied);
        }
        if self.current == Some(instance) {
            return Ok(());
        }
        if self.former.contains(&instance) {
            if answer.is_some() && answer == self.challenge {
                self.copied = true;
                return Err(PresenceRefusal::Copied);
            }
            let challenge = *self.challenge.get_or_insert(fresh);
            return Err(PresenceRefusal::Challenge(challenge));
        }
        if let Some(former) = self.current.replace(instance) {
            self.former.push(former);
            if self.former.len() > REMEMBERED {
                self.former.remove(0);
            }
        }
        self.challenge = None;
        Ok(())
    }

    /// Checks the sender of any other message: it must be the one that made contact last.
    pub fn check(&self, instance: Uuid) -> Result<(), PresenceRefusal> {
        match self.current {
            _ if self.copied => Err(PresenceRefusal::Copied),
            Some(current) if current == instance => Ok(()),
            _ => Err(PresenceRefusal::Unknown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Uuid = Uuid::from_u128(0xA);
    const B: Uuid = Uuid::from_u128(0xB);
    const N: Uuid = Uuid::from_u128(0x1);

    #[test]
    fn a_restart_takes_the_place_of_the_process_before() {
        let mut presence = Presence::default();
        presence.contact(A, None, N).unwrap();
        presence.contact(B, None, N).unwrap();
        assert_eq!(presence.check(A), Err(PresenceRefusal::Unknown));
        assert_eq!(presence.check(B), Ok(()));
    }

    #[test]
    fn a_late_message_of_a_dead_process_proves_nothing() {
        let mut presence = Presence::default();
        presence.contact(A, None, N).unwrap();
        presence.contact(B, None, N).unwrap();
        assert_eq!(presence.contact(A, None, N), Err(PresenceRefusal::Challenge(N)));
        assert!(!presence.is_copied());
        assert_eq!(presence.contact(B, None, N), Ok(()));
    }

    #[test]
    fn a_living_process_whose_place_was_taken_proves_a_copied_disk() {
        let mut presence = Presence::default();
        presence.contact(A, None, N).unwrap();
        presence.contact(B, None, N).unwrap();
        let Err(PresenceRefusal::Challenge(number)) = presence.contact(A, None, N) else {
            panic!("a former instance must be challenged")
        };
        assert_eq!(presence.contact(A, Some(number), N), Err(PresenceRefusal::Copied));
        assert_eq!(presence.contact(B, None, N), Err(PresenceRefusal::Copied));
        assert_eq!(presence.check(B), Err(PresenceRefusal::Copied));
    }
}
