//! The contract: paths, bodies and error objects, shared by client, service and agent.
//!
//! The documented operations keep the documented members in the documented order. What we add to
//! a documented object is an OData annotation (`@mmd.…`), sent only to a client that asks
//! `Prefer: include-annotations="mmd.*"`.

pub mod agent;
pub mod audit;
pub mod delivery;
pub mod device;
pub mod elevation;
pub mod health;
pub mod messages;
pub mod session;
pub mod team;
pub mod ticket;

use serde::{Deserialize, Serialize};

/// Where the published API begins, below the service's origin.
pub const BASE: &str = "/support/odata/v1";

/// The header by which a client asks for our annotations.
pub const PREFER: &str = "prefer";

/// The value of [`PREFER`] that asks for all of them.
pub const PREFER_ANNOTATIONS: &str = r#"include-annotations="mmd.*""#;

/// The header that carries the request id, both ways.
pub const REQUEST_ID: &str = "x-request-id";

/// The header by which somebody who is of several tenants says which one is meant: its id, its
/// domain or its name.
pub const TENANT: &str = "mmd-tenant";

/// Where the service says how to sign in (RFC 9728).
pub const RESOURCE_METADATA: &str = "/.well-known/oauth-protected-resource";

/// The header that names a write, so that a repeat of it is recognised.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The most rows that one page holds.
pub const MAX_PAGE: u32 = 1_000;

/// One object with its context as the first member.
#[derive(Debug, Serialize, Deserialize)]
pub struct Entity<T> {
    /// `BASE/$metadata#SET/$entity`
    #[serde(rename = "@odata.context")]
    pub context: String,
    /// The object's own members.
    #[serde(flatten)]
    pub value: T,
}

/// A page of objects.
#[derive(Debug, Serialize, Deserialize)]
pub struct Collection<T> {
    /// `BASE/$metadata#SET`
    #[serde(rename = "@odata.context")]
    pub context: String,
    /// The rows of this page.
    pub value: Vec<T>,
    /// Where the next page is, when there is one; only ever on the same origin.
    #[serde(rename = "@odata.nextLink", default, skip_serializing_if = "Option::is_none")]
    pub next_link: Option<String>,
}

/// The body of every error but those of one documented operation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ErrorBody {
    /// The error itself.
    pub error: ErrorObject,
}

/// An error: the HTTP status as a string, and one sentence.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ErrorObject {
    /// The HTTP status.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// The fields at fault, where there are any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<ErrorDetail>,
}

/// A field at fault.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ErrorDetail {
    /// What kind of fault.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// The member, parameter or header.
    pub target: String,
}
