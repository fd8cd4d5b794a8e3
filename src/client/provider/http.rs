//! HTTPS to a provider, beneath the OAuth library: bounded in time and size, nothing followed.

use std::{pin::Pin, time::Duration};

use oauth2::{HttpRequest, HttpResponse};
use reqwest::redirect;

use crate::{
    client::{CONNECT_TIMEOUT, certificates, failure::plain, network},
    error::{Error, Kind, Result},
};

/// The largest answer of a provider; tokens with many groups have a few dozen kilobytes.
const LARGEST: usize = 1024 * 1024;

/// The answer to a request, to come.
pub(super) type Sending = Pin<Box<dyn Future<Output = Result<HttpResponse>> + Send>>;

/// A client of one provider. Copies share its connections.
#[derive(Clone)]
pub(super) struct Http {
    client: reqwest::Client,
    timeout: Duration,
}

impl Http {
    /// Trusts the system's authorities and those in `ca_pem`.
    pub(super) fn new(ca_pem: Option<&[u8]>, timeout: Duration) -> Result<Self> {
        // Fails only where a provider is installed already, and then it is this one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = || {
            reqwest::Client::builder()
                .https_only(true)
                .redirect(redirect::Policy::none())
                .connect_timeout(CONNECT_TIMEOUT)
                .user_agent(concat!("mmd/", env!("CARGO_PKG_VERSION")))
        };
        let client = match ca_pem.map(certificates).transpose()? {
            None => builder().build(),
            // Where the system has no authorities of its own, only these are left.
            Some(given) => builder()
                .tls_certs_merge(given.clone())
                .build()
                .or_else(|_| builder().tls_certs_only(given).build()),
        };
        let client = client.map_err(|error| {
            Error::failed("cannot set up HTTPS")
                .caused_by(&error)
                .hint("name the authority that signed the provider's certificate: `--ca-file FILE`")
        })?;
        Ok(Self { client, timeout })
    }

    /// The same connections, with another time-out.
    pub(super) fn within(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// As the library takes it. Each future owns its copy: one that borrowed would hold for one
    /// life only, and the library asks for all.
    pub(super) fn door(&self) -> impl Fn(HttpRequest) -> Sending + Send + Sync + 'static {
        let http = self.clone();
        move |request| {
            let http = http.clone();
            Box::pin(async move { http.send(request).await })
        }
    }

    /// Sends a request of the library, and reads the answer whole.
    pub(super) async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        let at = origin(&request.uri().to_string());
        let failed = |error: reqwest::Error| self.unreachable(&at, error);
        let mut request = reqwest::Request::try_from(request).map_err(|error| {
            Error::failed(format!("the address of {at} cannot be used")).cause(error.without_url())
        })?;
        *request.timeout_mut() = Some(self.timeout);
        let mut response = self.client.execute(request).await.map_err(failed)?;
        let status = response.status();
        tracing::debug!(provider = at, status = status.as_u16(), "answered");
        if status.is_redirection() {
            let to = response.headers().get("location").and_then(|to| to.to_str().ok());
            let to = to.map_or_else(|| "elsewhere".to_owned(), plain);
            return Err(Error::failed(format!("{at} redirects to {to}, which is not followed")));
        }
        let mut answer = HttpResponse::new(Vec::new());
        *answer.status_mut() = status;
        *answer.headers_mut() = std::mem::take(response.headers_mut());
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if answer.body().len() + chunk.len() > LARGEST {
                return Err(Error::failed(format!("the answer of {at} is too large")));
            }
            answer.body_mut().extend_from_slice(&chunk);
        }
        Ok(answer)
    }

    /// The sentence of the service's connections, but for the way on: a provider is not chosen by
    /// a flag.
    fn unreachable(&self, at: &str, error: reqwest::Error) -> Error {
        let fault = network::Fault::Transport(error.without_url());
        let mut told = network::error(&fault, at, false, self.timeout);
        told.hints = match told.kind {
            Kind::Unreachable => vec![format!(
                "this is the identity provider that the service names: look at it with \
                 `curl {at}`; a private authority of it belongs into `--ca-file`, beside the \
                 service's"
            )],
            _ => told.hints,
        };
        told
    }
}

/// Scheme, host and port of an address, for messages.
pub(super) fn origin(url: &str) -> String {
    reqwest::Url::parse(url)
        .map_or_else(|_| "the identity provider".to_owned(), |u| u.origin().ascii_serialization())
}
