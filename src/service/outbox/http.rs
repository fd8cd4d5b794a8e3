//! HTTPS to a sink: to the configured target and nowhere else. No redirect, no proxy, no address
//! that is not allowed; answers are bounded in time and size.

use std::{error::Error as _, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use reqwest::{
    Certificate, RequestBuilder, StatusCode, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{self, HeaderMap},
    redirect,
};

use super::{
    address::{self, is_public},
    settings::Reach,
};
use crate::{
    domain::delivery::Failure,
    error::{Error, IoContext, Result},
};

/// How much of an answer is read, in bytes.
const LARGEST: usize = 1 << 20;

/// How much of somebody else's words is kept in an error, in characters.
const QUOTED: usize = 200;

/// A client for one sink.
pub struct Http {
    client: reqwest::Client,
    timeout: Duration,
}

/// What a target answered.
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The wait that it asks for.
    pub retry_after: Option<SignedDuration>,
    /// The body, cut at [`LARGEST`].
    pub body: Vec<u8>,
}

/// Reads the URL of a target: HTTPS, a host, no credentials, and no address that is not allowed.
pub fn target(member: &str, text: &str, reach: &Reach) -> Result<Url> {
    // The URL itself may hold a secret part, so it is not quoted.
    let wrong = |why: String| Error::usage(format!("`{member}`: {why}"));
    let url = Url::parse(text).map_err(|error| wrong(format!("this is no URL: {error}")))?;
    if url.scheme() != "https" {
        return Err(wrong("it has to begin with `https://`".into()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("names and passwords do not belong into it".into()));
    }
    if url.port() == Some(0) {
        return Err(wrong(address::NO_PORT.into()));
    }
    let host = url.host_str().unwrap_or_default();
    let literal = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
    if !reach.allow_private && literal.is_some_and(|address| !is_public(address)) {
        return Err(wrong(format!("the address {host} is not public"))
            .hint("set `allow_private = true` for a target in your own network"));
    }
    Ok(url)
}

/// The certificates of a `ca_file`.
pub fn authorities(reach: &Reach) -> Result<Option<Vec<u8>>> {
    let Some(path) = &reach.ca_file else { return Ok(None) };
    let shown = path.display();
    let pem =
        std::fs::read(path).or_failed(|| format!("`ca_file`: the file {shown} cannot be read"))?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(found) if !found.is_empty() => Ok(Some(pem)),
        _ => Err(Error::usage(format!("`ca_file`: the file {shown} holds no certificate"))),
    }
}

/// Resolves names to what may be connected to.
struct Resolver {
    allow_private: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let found = address::resolve(name.as_str(), 0, allow_private).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

impl Http {
    /// A client that reaches as `reach` says.
    pub fn new(reach: &Reach) -> Result<Self> {
        // Fails only where a provider is installed already, and then it is this one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let timeout = timeout(reach);
        let mut builder = reqwest::Client::builder()
            .https_only(true)
            .redirect(redirect::Policy::none())
            // A proxy would resolve the name by itself.
            .no_proxy()
            .retry(reqwest::retry::never())
            .dns_resolver(Arc::new(Resolver { allow_private: reach.allow_private }))
            .connect_timeout(timeout)
            .timeout(timeout)
            .user_agent(concat!("mmd/", env!("CARGO_PKG_VERSION")));
        if let Some(pem) = authorities(reach)? {
            let certificates = Certificate::from_pem_bundle(&pem).unwrap_or_default();
            builder = builder.tls_certs_only(certificates);
        }
        let client = builder.build().map_err(|error| {
            Error::failed("HTTPS to a sink cannot be set up")
                .caused_by(&error)
                .hint("name the authority that signed the sink's certificate: `ca_file`")
        })?;
        Ok(Self { client, timeout })
    }

    /// The client, to begin a request with.
    pub fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// How long an attempt may take.
    pub fn timeout(&self) -> SignedDuration {
        SignedDuration::try_from(self.timeout).unwrap_or(SignedDuration::from_secs(10))
    }

    /// Sends a request and reads the answer.
    pub async fn send(&self, request: RequestBuilder, now: Timestamp) -> Result<Answer, Failure> {
        let mut response = request.send().await.map_err(|error| self.failure(error))?;
        let (status, retry_after) = (response.status(), retry_after(response.headers(), now));
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failure(error))? {
            body.extend_from_slice(&chunk);
            if body.len() > LARGEST {
                body.truncate(LARGEST);
                break;
            }
        }
        Ok(Answer { status, retry_after, body })
    }

    /// What went wrong, without the URL: its path may be a secret.
    fn failure(&self, error: reqwest::Error) -> Failure {
        if error.is_timeout() {
            return Failure::again(format!("no answer within {} s", self.timeout.as_secs()));
        }
        let sentence = if error.is_connect() { "no connection" } else { "no answer" };
        let error = error.without_url();
        let mut deepest = error.source();
        while let Some(next) = deepest.and_then(|error| error.source()) {
            deepest = Some(next);
        }
        Failure::again(match deepest {
            Some(cause) => format!("{sentence}: {}", quoted(&cause.to_string())),
            None => sentence.to_owned(),
        })
    }
}

impl Answer {
    /// The failure that this answer is.
    pub fn failure(&self) -> Failure {
        let passes = match self.status {
            status if status.is_server_error() || status.is_informational() => true,
            StatusCode::REQUEST_TIMEOUT
            | StatusCode::TOO_EARLY
            | StatusCode::TOO_MANY_REQUESTS
            // About us and not about the event; credentials are renewed.
            | StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN
            | StatusCode::PROXY_AUTHENTICATION_REQUIRED => true,
            status => status.is_redirection(),
        };
        let why = match self.status.is_redirection() {
            true => format!("it answered {}, and redirects are not followed", self.status),
            false => format!("it answered {}", self.status),
        };
        if !passes {
            return Failure::dead(why);
        }
        self.passing(why)
    }

    /// A failure that passes, with the wait that is asked for: with 429 and 503 it is the
    /// receiver's own (RFC 6585, 4; RFC 9110, 15.6.4), and counts for all that is sent to it.
    pub fn passing(&self, why: impl Into<String>) -> Failure {
        let failure = Failure::again(why);
        match (self.retry_after, self.status) {
            (None, _) => failure,
            (Some(wait), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) => {
                failure.closed_for(wait)
            }
            (Some(wait), _) => failure.not_before(wait),
        }
    }

    /// As [`failure`](Self::failure), but every answer may be another one later, except that the
    /// target is gone (410): receivers are moved and mended.
    pub fn failure_that_passes(&self) -> Failure {
        let failure = self.failure();
        match self.status {
            StatusCode::GONE => failure,
            _ => self.passing(failure.why),
        }
    }
}

/// The time-out as the standard library has it.
pub fn timeout(reach: &Reach) -> Duration {
    Duration::try_from(reach.timeout).unwrap_or(Duration::from_secs(10))
}

/// Somebody else's words: one line, no control characters, not too long.
pub fn quoted(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(QUOTED).collect()
}

/// `Retry-After`, in seconds or as a date (RFC 9110, 10.2.3).
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<SignedDuration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(SignedDuration::from_secs(seconds.into()));
    }
    let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Some(at.duration_since(now).max(SignedDuration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delivery::Fate;

    #[test]
    fn a_target_is_https_without_credentials_and_at_a_public_address() {
        let open = Reach { allow_private: true, ..Reach::default() };
        for good in
            ["https://hooks.example.com/a?b=c", "https://8.8.8.8/", "https://[2a00::1]:8443/"]
        {
            target("url", good, &Reach::default()).unwrap();
        }
        for bad in [
            "http://hooks.example.com/",
            "ftp://h/",
            "hooks.example.com",
            "https://u:p@h/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[fe80::1]/",
            "https://169.254.169.254/latest",
            "https://10.0.0.1/",
        ] {
            let error = target("url", bad, &Reach::default()).unwrap_err();
            assert!(error.message.starts_with("`url`: "), "{bad}");
        }
        target("url", "https://127.0.0.1:8443/", &open).unwrap();
        target("url", "http://127.0.0.1/", &open).unwrap_err();
    }

    #[test]
    fn a_wait_is_read_in_seconds_and_as_a_date() {
        let now: Timestamp = "1994-11-06T08:49:00Z".parse().unwrap();
        let wait = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, text.parse().unwrap());
            retry_after(&headers, now).map(|wait| wait.as_secs())
        };
        assert_eq!(wait("120"), Some(120));
        assert_eq!(wait("Sun, 06 Nov 1994 08:49:37 GMT"), Some(37));
        assert_eq!(wait("Sun, 06 Nov 1994 08:00:00 GMT"), Some(0));
        assert_eq!(wait("soon"), None);
    }

    #[test]
    fn answers_that_pass_are_tried_again_and_others_are_not() {
        let fate = |status: u16| {
            let answer = Answer {
                status: StatusCode::from_u16(status).unwrap(),
                retry_after: None,
                body: vec![],
            };
            (answer.failure().fate != Fate::Dead, answer.failure_that_passes().fate != Fate::Dead)
        };
        for passes in [301, 307, 401, 403, 408, 425, 429, 500, 502, 503, 504] {
            assert_eq!(fate(passes), (true, true), "{passes}");
        }
        for stays in [400, 404, 405, 409, 413, 422] {
            assert_eq!(fate(stays), (false, true), "{stays}");
        }
        assert_eq!(fate(410), (false, false));
    }

    #[test]
    fn a_limit_is_the_receivers_own_and_another_wait_is_the_events() {
        let closed = |status: u16, seconds: Option<i64>| {
            let status = StatusCode::from_u16(status).unwrap();
            let retry_after = seconds.map(SignedDuration::from_secs);
            let answer = Answer { status, retry_after, body: vec![] };
            let whole = answer.failure().closed_for;
            assert_eq!(answer.failure_that_passes().closed_for, whole);
            whole.map(|wait| wait.as_secs())
        };
        assert_eq!(closed(429, Some(30)), Some(30));
        assert_eq!(closed(503, Some(30)), Some(30));
        assert_eq!(closed(429, None), None);
        assert_eq!(closed(500, Some(30)), None);
    }
}
