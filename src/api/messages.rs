//! Sentences that are part of the contract: the service says them, the client knows them.
//!
//! The documented errors carry no machine-readable reason, so their sentence is the reason.

/// The `code` of the first detail by which our own operations mark a refusal by a rule.
pub const RULE: &str = "rule";

/// 403, create.
pub const TOO_MANY_OPEN: &str = "This device has too many open elevation requests.";

/// 403, create (ours, in the documented shape).
pub const TEST_RING: &str = "Devices in the Test group cannot be elevated.";

/// 404, create and everything else that names a device.
pub const NO_SUCH_DEVICE: &str = "This device does not exist.";

/// 400, close.
pub const ALREADY_CLOSED: &str = "This elevation request was already closed.";

/// 404, close and everything else that names a request.
pub const NO_SUCH_REQUEST: &str = "This elevation request does not exist.";

/// 404, `elevationDetails`.
pub const NO_OPEN_REQUEST: &str = "There is no open elevation request for this device.";

/// 409 with `Retry-After`, wherever a password is needed and none was ever confirmed (ours).
pub const NO_PASSWORD_YET: &str = "This device has not set a password yet.";

/// 409 with `Retry-After`, `elevationDetails` with `confirmed=true` (ours).
pub const NOT_CONFIRMED: &str = "This device has not confirmed its password yet.";

/// 404, whatever is not of a tenant of the caller's (ours).
pub const NO_SUCH_TENANT: &str = "This tenant does not exist.";

/// 404, whatever names a ticket.
pub const NO_SUCH_TICKET: &str = "This ticket does not exist.";

/// 409, edits and words on a resolved ticket (ours).
pub const RESOLVED: &str = "This ticket is resolved: reactivate it first, within 24 hours.";

/// How the refusal to take what somebody has begins (ours); the name and a full stop follow.
const TAKEN_BY: &str = "This ticket is taken by ";

/// 409, taking a ticket that `holder` has (ours).
pub fn taken_by(holder: &str) -> String {
    format!("{TAKEN_BY}{holder}.")
}

/// Who has the ticket, where `message` says [`taken_by`].
pub fn holder(message: &str) -> Option<&str> {
    message.strip_prefix(TAKEN_BY)?.strip_suffix('.')
}

/// 409, steps that a ticket takes and a waiting request does not (ours).
pub const AWAITING_ADMIN: &str = "This request waits for an admin to file it.";

/// 409, a write whose `Idempotency-Key` is known for another one (ours).
pub const KEY_USED: &str = "This `Idempotency-Key` was used for another body.";

/// 501, `reassignProfile` with `wipe=true` (ours).
pub const NO_WIPE: &str = "This service cannot reset devices.";

/// 403, a program's call from an address outside its networks (ours).
pub const ELSEWHERE: &str = "This program may not call from this address.";

/// 409, `team/sync`: plan again (ours).
pub const TEAM_CHANGED: &str = "The team has changed since this was planned.";

/// The `code` of the detail that names a missing role: its target is the role, its message says
/// who holds it.
pub const ROLE: &str = "role";

#[cfg(test)]
mod tests {
    use crate::domain::elevation::Refusal;

    #[test]
    fn the_rules_speak_the_contracts_sentences() {
        assert_eq!(Refusal::TooManyOpen.to_string(), super::TOO_MANY_OPEN);
        assert_eq!(Refusal::TestRing.to_string(), super::TEST_RING);
    }
}
