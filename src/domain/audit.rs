//! An audit trail that proves itself.
//!
//! The stored bytes of an event hold the hash of the event before it, so the hash of the last one
//! commits to all. A *head* is that hash, signed; one that was noted elsewhere proves that nothing
//! before it was changed, dropped or reordered since.

use std::fmt::Write as _;

use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::api::audit::{Event, Head};

/// A sink is sent at most so many events of a tenant at a time: no more of them come again after a
/// power cut.
pub const BATCH: u16 = 200;

/// The hash before the first event of a tenant.
pub fn origin(tenant: Uuid) -> String {
    hash(format!("mmd audit trail of {tenant}").as_bytes())
}

/// The hash of an event's stored bytes, in hexadecimal.
pub fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing into a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reads hexadecimal of exactly `N` bytes.
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != N * 2 {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    Some(bytes)
}

fn signed_bytes(head: &Head) -> Vec<u8> {
    format!(
        "mmd head v1\n{}\n{}\n{}\n{}\n{}\n",
        head.tenant, head.seq, head.hash, head.time, head.quiet_rotations
    )
    .into_bytes()
}

/// Signs where the chain of `tenant` stands.
pub fn sign_head(
    key: &SigningKey,
    tenant: Uuid,
    seq: u64,
    hash: String,
    time: Timestamp,
    quiet_rotations: u64,
) -> Head {
    let mut head = Head {
        tenant,
        seq,
        hash,
        time,
        quiet_rotations,
        key: hex(key.verifying_key().as_bytes()),
        signature: String::new(),
    };
    head.signature = hex(&key.sign(&signed_bytes(&head)).to_bytes());
    head
}

/// Checks a head's signature by the key that it names.
pub fn head_is_signed(head: &Head) -> bool {
    let key = unhex::<32>(&head.key).and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
    let signature = unhex::<64>(&head.signature).map(|bytes| Signature::from_bytes(&bytes));
    match (key, signature) {
        (Some(key), Some(signature)) => key.verify(&signed_bytes(head), &signature).is_ok(),
        _ => false,
    }
}

/// What is wrong with a chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A line is not an event.
    #[error("event {0} cannot be read")]
    Unreadable(u64),
    /// An event is missing or out of order.
    #[error("event {expected} is missing: {found} stands in its place")]
    Order {
        /// The number that was due.
        expected: u64,
        /// The number that came.
        found: u64,
    },
    /// An event does not follow from the one before it.
    #[error("event {0} does not follow from the one before it: one of them was changed")]
    Link(u64),
    /// The head is of another tenant.
    #[error("the head belongs to another tenant")]
    Tenant,
    /// The head's signature is wrong.
    #[error("the head's signature is wrong")]
    Signature,
    /// The head was signed by another key.
    #[error("the head was signed by another key than this service's")]
    Key,
    /// The chain ends before the head.
    #[error("the head covers {head} events, but only {found} are there")]
    Short {
        /// What the head covers.
        head: u64,
        /// What is there.
        found: u64,
    },
    /// The chain at the head's place is another one.
    #[error("event {0} is not the one that the head covers: the trail was rewritten")]
    Rewritten(u64),
}

/// Follows a chain event by event.
#[derive(Debug)]
pub struct Verifying {
    tenant: Uuid,
    seq: u64,
    hash: String,
    heads: Vec<Head>,
}

impl Verifying {
    /// Begins at the first event of `tenant`; every one of `heads` must be met on the way.
    pub fn new(tenant: Uuid, heads: Vec<Head>) -> Result<Self, Broken> {
        for head in &heads {
            if head.tenant != tenant {
                return Err(Broken::Tenant);
            }
            if !head_is_signed(head) {
                return Err(Broken::Signature);
            }
        }
        let this = Self { tenant, seq: 0, hash: origin(tenant), heads };
        this.meet_heads()?;
        Ok(this)
    }

    /// Takes the stored bytes of the next event.
    pub fn event(&mut self, bytes: &[u8]) -> Result<Event, Broken> {
        let expected = self.seq + 1;
        let event: Event =
            serde_json::from_slice(bytes).map_err(|_| Broken::Unreadable(expected))?;
        if event.seq != expected {
            return Err(Broken::Order { expected, found: event.seq });
        }
        if event.prev != self.hash || event.tenant != self.tenant {
            return Err(Broken::Link(expected));
        }
        self.seq = expected;
        self.hash = hash(bytes);
        self.meet_heads()?;
        Ok(event)
    }

    fn meet_heads(&self) -> Result<(), Broken> {
        let met = self.heads.iter().filter(|head| head.seq == self.seq);
        if met.into_iter().any(|head| head.hash != self.hash) {
            return Err(Broken::Rewritten(self.seq));
        }
        Ok(())
    }

    /// Ends: every head must have been met. Returns the last event's number and hash.
    pub fn finish(self) -> Result<(u64, String), Broken> {
        match self.heads.iter().find(|head| head.seq > self.seq) {
            Some(head) => Err(Broken::Short { head: head.seq, found: self.seq }),
            None => Ok((self.seq, self.hash)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: Uuid = Uuid::from_u128(42);

    fn chain(length: u64) -> Vec<Vec<u8>> {
        let mut prev = origin(TENANT);
        (1..=length)
            .map(|seq| {
                let event = Event {
                    seq,
                    time: Timestamp::UNIX_EPOCH,
                    tenant: TENANT,
                    who: "ana@contoso.com".into(),
                    action: "password.viewed".into(),
                    device: Some("D1".into()),
                    request: None,
                    generation: Some(seq),
                    from: None,
                    call: None,
                    result: "done".into(),
                    detail: None,
                    prev: prev.clone(),
                };
                let bytes = serde_json::to_vec(&event).unwrap();
                prev = hash(&bytes);
                bytes
            })
            .collect()
    }

    fn verify(events: &[Vec<u8>], heads: Vec<Head>) -> Result<(u64, String), Broken> {
        let mut verifying = Verifying::new(TENANT, heads)?;
        for event in events {
            verifying.event(event)?;
        }
        verifying.finish()
    }

    fn head_of(events: &[Vec<u8>]) -> Head {
        let (seq, hash) = verify(events, vec![]).unwrap();
        let key = SigningKey::from_bytes(&[7; 32]);
        sign_head(&key, TENANT, seq, hash, Timestamp::UNIX_EPOCH, 0)
    }

    #[test]
    fn an_untouched_chain_holds_and_extends_an_earlier_head() {
        let events = chain(5);
        assert_eq!(verify(&events, vec![head_of(&events[..3])]).unwrap().0, 5);
        assert_eq!(verify(&[], vec![]).unwrap().0, 0);
    }

    #[test]
    fn a_changed_dropped_or_reordered_event_is_found() {
        let events = chain(5);
        let mut changed = events.clone();
        changed[2] = String::from_utf8(changed[2].clone()).unwrap().replace("ana@", "bob@").into();
        assert_eq!(verify(&changed, vec![]), Err(Broken::Link(4)));
        let mut dropped = events.clone();
        dropped.remove(1);
        assert_eq!(verify(&dropped, vec![]), Err(Broken::Order { expected: 2, found: 3 }));
        let mut swapped = events;
        swapped.swap(1, 2);
        assert!(verify(&swapped, vec![]).is_err());
    }

    #[test]
    fn a_rewritten_or_shortened_chain_is_found_by_a_head_kept_elsewhere() {
        let events = chain(5);
        let head = head_of(&events);
        assert_eq!(
            verify(&events[..4], vec![head.clone()]),
            Err(Broken::Short { head: 5, found: 4 })
        );
        let mut last_changed = events;
        last_changed[4] =
            String::from_utf8(last_changed[4].clone()).unwrap().replace("ana@", "bob@").into();
        assert!(verify(&last_changed, vec![]).is_ok(), "without a head nothing shows");
        assert_eq!(verify(&last_changed, vec![head]), Err(Broken::Rewritten(5)));
    }

    #[test]
    fn a_forged_head_is_refused() {
        let events = chain(2);
        let mut head = head_of(&events);
        head.seq = 1;
        assert_eq!(verify(&events, vec![head]), Err(Broken::Signature));
    }

    #[test]
    fn hexadecimal_is_read_back() {
        assert_eq!(unhex::<3>(&hex(&[0, 255, 16])), Some([0, 255, 16]));
        assert_eq!(unhex::<2>("zz00"), None);
        assert_eq!(unhex::<2>("00"), None);
    }
}
