//! Fetches the public documents of identity providers: the only place of the service that calls
//! out, so it has a client of its own and none of the command line's, whose tokens and retries are
//! made for our own service.
//!
//! Nothing is followed elsewhere, nothing is larger than it need be, nothing takes long, and the
//! proxy of the environment is honoured.

use std::{path::Path, time::Duration};

use reqwest::{Certificate, Client, Url, redirect};
use serde_json::Value;

use crate::error::{Error, IoContext, Result};

/// How long a document may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The largest document, in bytes. Entra's keys take some 20 kB.
const LARGEST: usize = 512 * 1024;

/// A client for one provider.
#[derive(Debug)]
pub struct Fetch {
    http: Client,
    insecure_loopback: bool,
}

impl Fetch {
    /// A client that trusts the authorities in `ca_file`, or else the system's.
    ///
    /// # Errors
    /// When the file holds no certificate, or the system has no authorities.
    pub fn new(ca_file: Option<&Path>, insecure_loopback: bool) -> Result<Self> {
        // Fails only where a provider is installed already, and then it is this one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder()
            .https_only(!insecure_loopback)
            .redirect(redirect::Policy::none())
            .timeout(TIMEOUT)
            .user_agent(concat!("mmd/", env!("CARGO_PKG_VERSION")));
        if insecure_loopback {
            builder = builder.no_proxy();
        }
        if let Some(path) = ca_file {
            let cannot = || format!("the authorities in {} cannot be used", path.display());
            let pem = std::fs::read(path).or_failed(cannot)?;
            let certificates = Certificate::from_pem_bundle(&pem)
                .map_err(|error| Error::failed(cannot()).caused_by(&error))?;
            if certificates.is_empty() {
                return Err(Error::failed(cannot()).cause("the file holds no certificate"));
            }
            builder = builder.tls_certs_only(certificates);
        }
        let http = builder.build().map_err(|error| {
            Error::failed("cannot set up HTTPS for identity providers")
                .caused_by(&error)
                .hint("name the authority of the provider: `ca_file` in `[[sign_in.issuer]]`")
        })?;
        Ok(Self { http, insecure_loopback })
    }

    /// The JSON at `address`, or why there is none; `Ok(None)` where the address holds nothing.
    pub async fn json(&self, address: &str) -> std::result::Result<Option<Value>, String> {
        let url =
            Url::parse(address).map_err(|error| format!("{address} is no address: {error}"))?;
        let loopback = matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
        if url.scheme() != "https" && !(self.insecure_loopback && loopback) {
            return Err(format!("{address} does not begin with https://"));
        }
        let request = self.http.get(url).header("accept", "application/json");
        let mut response = request.send().await.map_err(|error| told(address, &error))?;
        let status = response.status();
        if status.is_redirection() {
            return Err(format!("{address} redirects elsewhere, which is not followed"));
        }
        if status.as_u16() == 404 {
            return Ok(None);
        }
        if !status.is_success() {
            return Err(format!("{address} answered {status}"));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| told(address, &error))? {
            if body.len() + chunk.len() > LARGEST {
                return Err(format!("{address} answered more than {LARGEST} bytes"));
            }
            body.extend_from_slice(&chunk);
        }
        serde_json::from_slice(&body)
            .map(Some)
            .map_err(|error| format!("{address} did not answer JSON: {error}"))
    }
}

/// The whole chain of causes, for the log: what failed lies at its end.
fn told(address: &str, error: &reqwest::Error) -> String {
    let mut text = format!("{address} cannot be reached");
    let mut next: Option<&dyn std::error::Error> = Some(error);
    while let Some(cause) = next {
        text.push_str(&format!(": {cause}"));
        next = cause.source();
    }
    text
}
