//! Rotation that cannot lock anyone out.
//!
//! Every password has a *generation*, per device, numbered by the service, never reused, never
//! overwritten. The two halves of the protocol are pure state machines: [`Ledger`] is the
//! service's, [`Journal`] the agent's. The product runs them over SQLite and a state directory;
//! `model` explores them exhaustively, crashes, roll-backs and message faults included.
//!
//! From the first confirmation on, after any crash of either side:
//!
//! 1. the device's real password is one that the service holds and hands out;
//! 2. a password that a request now closed has seen is owed a rotation until a generation that no
//!    closed request has seen is confirmed.
//!
//! No lock-out outlasts the agent's next contact, even when either side is rolled back.

#[cfg(test)]
mod copies;
mod journal;
mod ledger;
#[cfg(test)]
mod model;
mod presence;

pub use journal::{At, Attempt, Confirmed, Contact, Fingerprint, Journal, MAX_UNCONFIRMED, Phase};
pub use ledger::{
    Entry, EscrowRefusal, Handout, Heard, KEEP_UNSEEN, Ledger, Mark, Reason, State, Status,
};
pub use presence::{Presence, PresenceRefusal};

/// The number of a password of one device. Starts at 1.
pub type Generation = u64;
