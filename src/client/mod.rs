//! Everything that goes over HTTPS to a service: the only user of `reqwest`.
//!
//! A [`Client`] talks to one origin. [`Client::tenant`] gives the operations of one tenant, in a
//! file per resource; [`AgentClient`] speaks for a device, and [`provider`] with a person's identity
//! provider. [`trust`] finds out by what a service can be trusted. Requests carry an id, are bounded in
//! time and size, follow no redirect, and are repeated only where a repeat is harmless. What goes
//! wrong comes back as an [`Error`] that says what to do next.

mod agent;
mod answer;
mod attachments;
mod audit;
mod call;
mod contacts;
mod deliveries;
mod devices;
mod elevations;
mod failure;
mod health;
#[cfg(test)]
pub(crate) mod loopback;
mod network;
mod pages;
pub mod provider;
mod session;
mod team;
#[cfg(test)]
mod tests;
mod tickets;
mod token;
pub mod trust;

use std::{fmt, sync::Arc, time::Duration};

use reqwest::{Certificate, Url, redirect};
use uuid::Uuid;

pub use agent::{AgentClient, AgentRefusal};
pub use attachments::{Download, attachable};
pub use audit::{AuditQuery, EventLines};
pub use elevations::{Opened, Which};
pub use health::is_about_certificate;
pub use tickets::{Filing, HandedOver, TicketQuery, Told, URGENT};
pub use token::{Refused, Token};

use crate::{
    error::{Error, Result},
    secret::Secret,
};

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A token that takes longer than this is not at hand: a keyring is asked for it.
const AT_HAND: Duration = Duration::from_millis(2);

/// How long an answer may take, unless something else is asked for.
pub const TIMEOUT: Duration = Duration::from_secs(30);

/// Makes the ids of requests.
pub type RequestIds = Arc<dyn Fn() -> Uuid + Send + Sync>;

/// What a [`Client`] is made from.
pub struct ClientSettings {
    /// The service's origin, `https://host[:port]`.
    pub origin: String,
    /// The authorities to trust, in PEM, instead of the system's: those are then neither needed
    /// nor trusted.
    pub ca_pem: Option<Vec<u8>>,
    /// How long an answer may take, beside a wait that was asked for; retries included.
    pub timeout: Duration,
    /// Who calls.
    pub token: Token,
    /// The tenant that is meant, by id or name, for callers with roles in several.
    pub tenant: Option<String>,
    /// What whoever is not signed in is told to do; else to sign in at the origin.
    pub way_in: Option<String>,
    /// True for a service in one's own process: no proxy stands between.
    pub direct: bool,
    /// Where request ids come from.
    pub request_ids: RequestIds,
}

impl ClientSettings {
    /// Settings for `origin` with the defaults: the system's authorities, 30 s, nobody signed in.
    pub fn new(origin: impl Into<String>) -> Self {
        Self {
            origin: origin.into(),
            ca_pem: None,
            timeout: TIMEOUT,
            token: Token::none(),
            tenant: None,
            way_in: None,
            direct: false,
            request_ids: Arc::new(Uuid::new_v4),
        }
    }
}

impl fmt::Debug for ClientSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSettings").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// A client of one service. Copies share their connections.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    /// With `/` as its path.
    origin: Url,
    /// As a person writes it: without a slash at the end.
    shown: String,
    own_ca: bool,
    timeout: Duration,
    token: Token,
    tenant: Option<String>,
    way_in: String,
    request_ids: RequestIds,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Client").field(&self.0.shown).finish()
    }
}

impl Client {
    /// A client of the service at `settings.origin`. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Kind::Usage`](crate::error::Kind::Usage) when the origin is none, or the PEM holds no
    /// certificate; otherwise when the system has no authorities to trust.
    pub fn new(settings: ClientSettings) -> Result<Self> {
        let origin = origin(&settings.origin)?;
        let shown = origin.as_str().trim_end_matches('/').to_owned();
        // Fails only where a provider is installed already, and then it is this one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .https_only(true)
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .user_agent(concat!("mmd/", env!("CARGO_PKG_VERSION")));
        if settings.direct {
            builder = builder.no_proxy();
        }
        if let Some(pem) = &settings.ca_pem {
            builder = builder.tls_certs_only(certificates(pem)?);
        }
        let way_in = settings.way_in.unwrap_or_else(|| format!("sign in: `mmd login {shown}`"));
        let http = builder.build().map_err(|error| {
            Error::failed("cannot set up HTTPS")
                .caused_by(&error)
                .hint("name the authority that signed the service's certificate: `--ca-file FILE`")
        })?;
        Ok(Self(Arc::new(Inner {
            http,
            origin,
            shown,
            own_ca: settings.ca_pem.is_some(),
            timeout: settings.timeout,
            token: settings.token,
            tenant: settings.tenant,
            way_in,
            request_ids: settings.request_ids,
        })))
    }

    /// The service's origin, without a slash at its end.
    pub fn origin(&self) -> &str {
        &self.0.shown
    }

    /// The token, once it is here. A keyring takes longer than a connection does, so one is opened
    /// meanwhile, by a request that needs nobody; the request that follows finds it in the pool.
    async fn token(&self) -> Result<Option<Secret>> {
        let token = self.0.token.get();
        tokio::pin!(token);
        if let Ok(token) = tokio::time::timeout(AT_HAND, &mut token).await {
            return token;
        }
        let warm_up = self.0.http.get(format!("{}/healthz", self.0.shown)).send();
        let warm_up = tokio::spawn(async move {
            // What is wrong with the connection is said of the request that matters.
            if let Ok(response) = warm_up.await {
                let _ = response.bytes().await;
            }
        });
        let token = token.await;
        if token.is_err() {
            warm_up.abort();
        }
        token
    }

    /// The operations on the tenant `id`.
    pub fn tenant(&self, id: impl fmt::Display) -> Tenant {
        Tenant { client: self.clone(), id: id.to_string() }
    }
}

/// The operations on one tenant.
#[derive(Debug, Clone)]
pub struct Tenant {
    client: Client,
    id: String,
}

impl Tenant {
    /// The path below the tenant's own.
    fn path(&self, segments: &[&str]) -> Result<String> {
        let mut all = vec!["tenants", &self.id];
        all.extend(segments);
        call::path(crate::api::BASE, &all)
    }
}

/// Reads an origin: HTTPS, a host, nothing behind it.
fn origin(text: &str) -> Result<Url> {
    let usage = |why: &str| {
        Error::usage(format!("`{text}` is not the address of a service: {why}"))
            .hint("write it like `https://mmd.example.com:8443`")
    };
    let url = Url::parse(text).map_err(|error| usage(&error.to_string()))?;
    if url.scheme() != "https" {
        return Err(usage("it has to begin with `https://`"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(usage("names and passwords do not belong into it"));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(usage("nothing may follow the host and port"));
    }
    Ok(url)
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate>> {
    let usage = || Error::usage("the file of certificate authorities holds no certificate");
    let certificates =
        Certificate::from_pem_bundle(pem).map_err(|error| usage().caused_by(&error))?;
    if certificates.is_empty() { Err(usage()) } else { Ok(certificates) }
}
