//! Signing in and knowing who one is (ours), and tokens for programs (operation 16).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{elevation::ElevationRequest, team::Role};
use crate::secret::Secret;

/// Trades an invite for a personal token. The client makes the token and sends only its hash: the
/// same pair answers the same for ten minutes, so that a lost answer loses nothing.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RedeemInvite {
    /// The one-time code.
    pub code: Secret,
    /// SHA-256 of the token, in hexadecimal.
    pub token_hash: String,
}

/// The answer to [`RedeemInvite`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Redeemed {
    /// Whose token it is.
    pub upn: String,
    /// In which tenant.
    pub tenant_id: Uuid,
    /// When it ends.
    pub expires: Timestamp,
}

/// How to sign in: `GET /.well-known/oauth-protected-resource` (RFC 9728). What begins with `mmd_`
/// is ours: what a client of ours needs and finds nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtectedResource {
    /// What the client used, and what stands in `aud`.
    pub resource: String,
    /// The identity providers' issuer identifiers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorization_servers: Vec<String>,
    /// Scopes that give access; each provider's are in [`Self::mmd_providers`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes_supported: Vec<String>,
    /// `header`: a token is never taken from an address or a body.
    #[serde(default)]
    pub bearer_methods_supported: Vec<String>,
    /// The service's name for people.
    #[serde(default)]
    pub resource_name: String,
    /// By issuer: how the command line signs in there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub mmd_providers: BTreeMap<String, ProviderClient>,
    /// Whether an invite can be traded for a personal token.
    #[serde(default)]
    pub mmd_invites: bool,
    /// Whether a client may keep tokens in a file where there is no keyring.
    #[serde(default)]
    pub mmd_file_store: bool,
}

/// How the command line signs in at one provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderClient {
    /// The public client's id.
    pub client_id: String,
    /// Scopes to ask for, beside `openid offline_access`.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// What to name in the `resource` parameter (RFC 8707); none where the provider takes the
    /// resource from the scope, as Entra does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
}

/// Who the caller is (`GET me`).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// The UPN, or `app:NAME`.
    pub user: String,
    /// The tenant's id.
    pub tenant_id: Uuid,
    /// The tenant's name.
    pub tenant_name: String,
    /// What the caller may do.
    pub roles: Vec<Role>,
    /// When the token ends.
    pub token_expires: Option<Timestamp>,
    /// The caller's open requests.
    pub open_requests: Vec<ElevationRequest>,
    /// True in a tenant where nothing is real.
    pub sample: bool,
    /// The identity provider that signed the caller in; none for a token of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Until when the sign-in at the provider is new enough for a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fresh_until: Option<Timestamp>,
    /// Every tenant in which the same account of the provider is a member; otherwise this one.
    #[serde(default)]
    pub tenants: Vec<TenantName>,
    /// Devices that are owed a rotation; only for those who may rotate.
    #[serde(default)]
    pub rotations_owed: u32,
}

/// A tenant by its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantName {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its domain.
    pub domain: String,
}

/// The answer to the documented client-credentials request.
#[derive(Debug, Serialize, Deserialize)]
pub struct TokenAnswer {
    /// `Bearer`
    pub token_type: String,
    /// Seconds, as a string.
    pub expires_in: String,
    /// The token.
    pub access_token: Secret,
}

/// An OAuth error.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenError {
    /// The code, as RFC 6749 has it.
    pub error: String,
    /// One sentence.
    pub error_description: String,
}

/// What a started service says of itself in its ready file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ready {
    /// The origin, without a path.
    pub service: String,
    /// The certificate authority to trust.
    pub ca_file: String,
    /// The first tenant's id.
    pub tenant_id: Uuid,
    /// The process.
    pub pid: u32,
}
