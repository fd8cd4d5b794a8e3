//! Which process speaks for a device.
//!
//! Every start of an agent makes a random instance id. One that speaks again after another has
//! taken its place (A, B, A) proves a copied disk. A late message of a dead process would look the
//! same, so every instance that is not the current one is challenged first: only a living process
//! can answer with the number it was just given. That holds for one never heard of too: the first
//! message of a process that died long ago would otherwise push out the living one, whose next
//! word would then be the second A.

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
    /// Another instance speaks for the device; whoever answers with this number is alive.
    Challenge(Uuid),
    /// The instance is not the current one: a contact comes first.
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
    ///
    /// A confirmation goes through here as well, because a new process confirms what its journal
    /// holds as verified before it can say what is on the device.
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
        let is_alive = answer.is_some() && answer == self.challenge;
        if !is_alive {
            let challenge = *self.challenge.get_or_insert(fresh);
            return Err(PresenceRefusal::Challenge(challenge));
        }
        if self.former.contains(&instance) {
            self.copied = true;
            return Err(PresenceRefusal::Copied);
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

    /// The service was restored: whoever speaks for the device has to prove anew that it is alive,
    /// so that nothing said before the restore counts after it.
    pub fn restored(&mut self) {
        self.current = None;
        self.challenge = None;
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
    const C: Uuid = Uuid::from_u128(0xC);
    const N: Uuid = Uuid::from_u128(0x1);
    const M: Uuid = Uuid::from_u128(0x2);
    const O: Uuid = Uuid::from_u128(0x3);

    /// Makes contact as a living process does: a challenge is answered.
    fn speak(presence: &mut Presence, instance: Uuid, fresh: Uuid) -> Result<(), PresenceRefusal> {
        match presence.contact(instance, None, fresh) {
            Err(PresenceRefusal::Challenge(number)) => {
                presence.contact(instance, Some(number), fresh)
            }
            outcome => outcome,
        }
    }

    #[test]
    fn a_restart_takes_the_place_of_the_process_before() {
        let mut presence = Presence::default();
        speak(&mut presence, A, N).unwrap();
        speak(&mut presence, B, N).unwrap();
        assert_eq!(presence.check(A), Err(PresenceRefusal::Unknown));
        assert_eq!(presence.check(B), Ok(()));
    }

    #[test]
    fn a_late_message_of_a_dead_process_proves_nothing() {
        let mut presence = Presence::default();
        speak(&mut presence, A, N).unwrap();
        speak(&mut presence, B, N).unwrap();
        assert_eq!(presence.contact(A, None, N), Err(PresenceRefusal::Challenge(N)));
        assert_eq!(speak(&mut presence, B, N), Ok(()));
        assert!(!presence.is_copied());
    }

    #[test]
    fn a_late_first_message_of_a_dead_process_takes_nobodys_place() {
        let mut presence = Presence::default();
        speak(&mut presence, A, N).unwrap();
        assert_eq!(presence.contact(B, None, N), Err(PresenceRefusal::Challenge(N)));
        assert_eq!(speak(&mut presence, A, N), Ok(()));
        assert!(!presence.is_copied());
    }

    #[test]
    fn an_answer_counts_once() {
        let mut presence = Presence::default();
        speak(&mut presence, A, N).unwrap();
        assert_eq!(presence.contact(B, None, N), Err(PresenceRefusal::Challenge(N)));
        assert_eq!(presence.contact(B, Some(N), M), Ok(()));
        speak(&mut presence, C, M).unwrap();
        let late = presence.contact(B, Some(N), O);
        assert_eq!(late, Err(PresenceRefusal::Challenge(O)), "a late copy of its answer");
        assert_eq!(speak(&mut presence, C, O), Ok(()));
    }

    #[test]
    fn a_living_process_whose_place_was_taken_proves_a_copied_disk() {
        let mut presence = Presence::default();
        speak(&mut presence, A, N).unwrap();
        speak(&mut presence, B, M).unwrap();
        assert_eq!(speak(&mut presence, A, O), Err(PresenceRefusal::Copied));
        assert_eq!(presence.contact(B, None, N), Err(PresenceRefusal::Copied));
        assert_eq!(presence.check(B), Err(PresenceRefusal::Copied));
    }
}
