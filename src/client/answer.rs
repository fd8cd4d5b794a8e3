//! An answer, read whole and within bounds.

use std::time::Duration;

use reqwest::{
    StatusCode,
    header::{HeaderMap, RETRY_AFTER},
};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{Client, failure, network::Fault};
use crate::{
    api,
    error::{Error, Result},
};

/// The largest answer that is read.
const LIMIT: usize = 16 * 1024 * 1024;

/// What a service answered.
pub(super) struct Answer {
    /// The status.
    pub(super) status: StatusCode,
    headers: HeaderMap,
    /// May hold a password.
    body: Zeroizing<Vec<u8>>,
    request_id: String,
    origin: String,
    way_in: String,
}

impl Answer {
    /// Reads the rest of `response`, until `deadline` at the latest.
    pub(super) async fn read(
        client: &Client,
        mut response: reqwest::Response,
        request_id: Uuid,
        deadline: Instant,
    ) -> Result<Self, Fault> {
        let mut body = Zeroizing::new(Vec::new());
        loop {
            let chunk = timeout_at(deadline, response.chunk()).await.map_err(|_| Fault::Late)?;
            let Some(chunk) = chunk.map_err(|e| Fault::Transport(e.without_url()))? else { break };
            if body.len() + chunk.len() > LIMIT {
                return Err(Fault::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        // A proxy on the way may have given the request another id.
        let theirs = response.headers().get(api::REQUEST_ID).and_then(|id| id.to_str().ok());
        let request_id = theirs.map_or_else(|| request_id.to_string(), failure::plain);
        Ok(Self {
            status: response.status(),
            headers: std::mem::take(response.headers_mut()),
            body,
            request_id,
            origin: client.origin().to_owned(),
            way_in: client.0.way_in.clone(),
        })
    }

    /// The answer, when it is a success.
    pub(super) fn success(self) -> Result<Self> {
        if self.status.is_success() { Ok(self) } else { Err(self.failure()) }
    }

    /// True where there is nothing at that address.
    pub(super) fn is_missing(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }

    /// What the service's refusal means to whoever asked.
    pub(super) fn failure(&self) -> Error {
        failure::error(&failure::Refusal {
            status: self.status,
            body: &self.body,
            retry_after: retry_after(&self.headers),
            location: self.headers.get("location").and_then(|to| to.to_str().ok()),
            request_id: &self.request_id,
            origin: &self.origin,
            way_in: &self.way_in,
        })
    }

    /// A header's text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The error object's details.
    pub(super) fn details(&self) -> Vec<api::ErrorDetail> {
        serde_json::from_slice::<api::ErrorBody>(&self.body)
            .map(|body| body.error.details)
            .unwrap_or_default()
    }

    /// The body's object.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            // The parser's own words would quote a value, which may be a password; the name of a
            // member that is missing is none.
            let text = error.to_string();
            let what = match error.classify() {
                Category::Data if text.starts_with("missing field") => text,
                Category::Data => format!("a value of another type at {place}"),
                _ => format!("no JSON at {place}"),
            };
            Error::failed("the service's answer is not what this version of `mmd` understands")
                .cause(what)
                .cause(format!("request id {}", self.request_id))
                .hint("compare the versions: `mmd doctor`")
        })
    }
}

/// The wait that a service asks for; as a date it is not understood, our service sends seconds.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}
