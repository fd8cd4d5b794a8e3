//! How a service is kept, as far as its admins should know (ours).

use serde::{Deserialize, Serialize};

/// The answer of `GET tenants/T/health`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// What somebody should look after; empty when all is well.
    pub warnings: Vec<Warning>,
}

/// One thing to look after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// What it is, for programs.
    pub code: String,
    /// A sentence.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

/// The code of: the key that seals passwords lies beside the database.
pub const SEALING_KEY: &str = "sealingKeyBesideData";

/// The code of: notices that were given up.
pub const DEAD_LETTERS: &str = "deadLetters";

/// The code of: notices that are late, or fail again and again, and are still tried.
pub const STUCK_NOTICES: &str = "noticesNotDelivered";

/// The code of: an audit sink that does not take the trail.
pub const AUDIT_SINK: &str = "auditSinkBehind";

/// The code of: as many may escalate as are on the desk.
pub const ESCALATION_TEAM: &str = "escalationTeamTooLarge";

/// The code of: devices whose agent makes no new passwords.
pub const AGENTS_STOPPED: &str = "agentsStopped";

/// The code of: an issuer of the configuration whose people belong to a tenant that does not exist.
pub const UNKNOWN_TENANT: &str = "issuerTenantUnknown";

/// The code of: a sink of the configuration that is for a tenant that does not exist.
pub const SINK_TENANT: &str = "sinkTenantUnknown";
