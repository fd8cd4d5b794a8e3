//! Tokens, without the tokens.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A token as it is listed (`GET tokens`). What it is good for is never shown again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenInfo {
    /// By which it is revoked; says nothing about the token.
    pub id: String,
    /// Whose: a UPN, or `app:NAME`.
    pub holder: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last used, to the hour.
    pub last_used: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
    /// The address that it was made for, where known.
    pub from: Option<String>,
}

/// Ends tokens, all or none (`POST tokens/revoke`).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RevokeTokens {
    /// Their ids.
    pub ids: Vec<String>,
}
