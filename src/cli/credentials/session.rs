//! What is saved of a sign-in: a token of the service's own, or the tokens of an identity provider
//! and what renews them. Either way with the service that it is for: it is good for no other.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    client::provider::{Asked, Tokens},
    secret::Secret,
};

/// An access token with less than this left is renewed before it is used: it has to get there.
const MARGIN: SignedDuration = SignedDuration::from_secs(30);

/// By which flow somebody has signed in; a new sign-in is offered by the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Flow {
    /// In a browser of this machine.
    Browser,
    /// By a code that is typed on another one.
    DeviceCode,
}

/// A token of a service's own, as it is saved.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Personal {
    /// The origin of the service.
    pub(super) service: String,
    /// For the service.
    pub(super) token: Secret,
    /// True where it was handed over, so that others may have it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) handed: bool,
}

impl Personal {
    /// As it is saved.
    pub(super) fn text(&self) -> Secret {
        text(self)
    }

    /// Reads what was saved.
    pub(super) fn of(text: &Secret) -> Option<Self> {
        serde_json::from_str(text.expose()).ok()
    }
}

/// A sign-in at an identity provider.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// The origin of the service that it is for.
    pub service: String,
    /// For the service.
    pub access: Secret,
    /// For the next access token, where the provider has given one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh: Option<Secret>,
    /// When the access token ends, by this machine's clock, where the provider has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// The provider.
    pub issuer: String,
    /// The client there.
    pub client_id: String,
    /// What was asked for.
    pub scopes: Vec<String>,
    /// For which service, where the scopes do not say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// How.
    pub flow: Flow,
}

impl Session {
    /// What `tokens` make of `asked`, now, for the service at the origin `service`.
    pub fn new(tokens: Tokens, asked: Asked, flow: Flow, service: String, now: Timestamp) -> Self {
        let Asked { issuer, client_id, scopes, resource } = asked;
        let (access, refresh) = (tokens.access, tokens.refresh);
        let expires = tokens.expires_in.and_then(|span: Duration| now.checked_add(span).ok());
        Self { service, access, refresh, expires, issuer, client_id, scopes, resource, flow }
    }

    /// What a renewal asks for.
    pub fn asked(&self) -> Asked {
        Asked {
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            scopes: self.scopes.clone(),
            resource: self.resource.clone(),
        }
    }

    /// True once the access token is not worth sending any more.
    pub fn has_run_out(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires.duration_since(now) < MARGIN)
    }

    /// As it is saved.
    pub(super) fn text(&self) -> Secret {
        text(self)
    }

    /// Reads what was saved; `None` for a token of the service's own.
    pub(super) fn of(text: &Secret) -> Option<Self> {
        serde_json::from_str(text.expose()).ok()
    }
}

fn text(saved: &impl Serialize) -> Secret {
    // Strings, lists and times always have a JSON form.
    Secret::new(serde_json::to_string(saved).unwrap_or_default())
}
