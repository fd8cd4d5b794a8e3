//! Sentences by which a client tells one refusal from another; those of the published contract are
//! verbatim.

/// 403, create (documented).
pub const TOO_MANY_OPEN: &str = "This device has too many open elevation requests.";
/// 403, create.
pub const TEST_RING: &str = "Devices in the Test group cannot be elevated.";
/// 404, create and wherever a device is named (documented).
pub const NO_DEVICE: &str = "This device does not exist.";
/// 400, close (documented).
pub const ALREADY_CLOSED: &str = "This elevation request was already closed.";
/// 404, close and wherever a request is named (documented).
pub const NO_REQUEST: &str = "This elevation request does not exist.";
/// 404, elevationDetails (documented).
pub const NO_OPEN_REQUEST: &str = "There is no open elevation request for this device.";
/// 409, elevationDetails.
pub const NO_PASSWORD_YET: &str = "This device has not set a password yet.";
/// 409, elevationDetails with `confirmed=true`.
pub const NOT_CONFIRMED: &str = "This device has not confirmed its password yet.";

/// The detail code of a refusal by a rule.
pub const RULE: &str = "rule";
/// The detail code of a missing role; the target is the role, the message who holds it.
pub const ROLE: &str = "role";
