//! One request, from its parts to an answer: headers, time-out, retries.

use std::{path::PathBuf, sync::Arc, time::Duration};

use futures_util::stream::{self, Stream};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{
    Method, StatusCode, Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, WWW_AUTHENTICATE},
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::{
    io::AsyncReadExt as _,
    time::{Instant, timeout_at},
};
use uuid::Uuid;

use super::{Client, Refused, answer::Answer, network};
use crate::{
    api::{self, TENANT},
    backoff::Backoff,
    error::{Error, Kind, Result},
    secret::Secret,
};

/// How often a call that may be repeated is.
const RETRIES: u32 = 2;
/// The first wait before a repeat.
const FIRST_WAIT: Duration = Duration::from_millis(200);
/// A service that asks for a longer wait is not waited for: its caller decides.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// How much of a file is in memory at once, in bytes.
const PIECE: usize = 64 * 1024;

/// What stands for itself in a path (RFC 3986, unreserved).
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// `text`, fit for a path, a query or a form.
pub(super) fn encode(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

/// `base` and what follows it, encoded.
///
/// # Errors
/// [`Kind::Usage`] for a segment that would name another resource than was meant.
pub(super) fn path(base: &str, segments: &[&str]) -> Result<String> {
    let mut path = base.to_owned();
    for segment in segments {
        // A URL resolves dots also when they are encoded; an empty segment names the list.
        if matches!(*segment, "" | "." | "..") {
            return Err(Error::usage(format!("`{segment}` is not a name")));
        }
        path.push('/');
        path.push_str(&encode(segment));
    }
    Ok(path)
}

/// What a request carries.
enum Payload {
    Bytes(Vec<u8>),
    /// Read while it is sent, anew for every attempt.
    File(PathBuf, Sent),
}

/// Hears how many bytes of a file were sent so far.
pub type Sent = Arc<dyn Fn(u64) + Send + Sync>;

impl Payload {
    fn to_body(&self) -> reqwest::Body {
        match self {
            Payload::Bytes(bytes) => bytes.clone().into(),
            Payload::File(path, sent) => {
                reqwest::Body::wrap_stream(chunks(path.clone(), sent.clone()))
            }
        }
    }
}

/// A file piece by piece; it is opened when the first piece is asked for.
fn chunks(path: PathBuf, sent: Sent) -> impl Stream<Item = std::io::Result<Vec<u8>>> {
    enum At {
        Start(PathBuf),
        Open(tokio::fs::File, u64),
    }
    stream::try_unfold((At::Start(path), sent), |(at, sent)| async {
        let (mut file, before) = match at {
            At::Start(path) => (tokio::fs::File::open(path).await?, 0),
            At::Open(file, before) => (file, before),
        };
        // Whoever asks for the next piece has sent the one before.
        sent(before);
        let mut piece = vec![0; PIECE];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        let at = At::Open(file, before + read as u64);
        Ok((read > 0).then_some((piece, (at, sent))))
    })
}

/// A request in the making.
pub(super) struct Call<'a> {
    client: &'a Client,
    method: Method,
    url: Url,
    body: Option<(&'static str, Payload)>,
    /// What the service may wait beside the time-out.
    wait: Duration,
    prefer_wait: bool,
    key: Option<Uuid>,
    repeatable: bool,
    authorized: bool,
}

impl Client {
    /// A request to `path`, which is encoded already.
    pub(super) fn call(&self, method: Method, path: &str) -> Call<'_> {
        let mut url = self.0.origin.clone();
        url.set_path(path);
        self.call_url(method, url)
    }

    /// A request to a URL of this client's origin.
    pub(super) fn call_url(&self, method: Method, url: Url) -> Call<'_> {
        let repeatable = method == Method::GET;
        Call {
            client: self,
            method,
            url,
            body: None,
            wait: Duration::ZERO,
            prefer_wait: false,
            key: None,
            repeatable,
            authorized: true,
        }
    }
}

impl Call<'_> {
    /// Adds a parameter to the query.
    pub(super) fn query(mut self, name: &str, value: &str) -> Self {
        self.url.query_pairs_mut().append_pair(name, value);
        self
    }

    /// Adds a parameter where there is a value.
    pub(super) fn maybe(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.query(name, &value.to_string()),
            None => self,
        }
    }

    /// Sends `body` as JSON.
    pub(super) fn body(mut self, body: &impl Serialize) -> Result<Self> {
        let bytes = serde_json::to_vec(body)
            .map_err(|error| Error::failed("cannot write the request").cause(error))?;
        self.body = Some(("application/json", Payload::Bytes(bytes)));
        Ok(self)
    }

    /// Sends `fields` as a form.
    pub(super) fn form(mut self, fields: &[(&str, &str)]) -> Self {
        let pairs: Vec<_> =
            fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let bytes = pairs.join("&").into_bytes();
        self.body = Some(("application/x-www-form-urlencoded", Payload::Bytes(bytes)));
        self
    }

    /// Sends the file at `path` as it is; `sent` hears how far that has come.
    pub(super) fn file(mut self, path: PathBuf, sent: Sent) -> Self {
        self.body = Some(("application/octet-stream", Payload::File(path, sent)));
        self
    }

    /// Asks the service to wait for the device (RFC 7240); nothing is asked for with no wait.
    pub(super) fn prefer_wait(mut self, wait: Duration) -> Self {
        self.wait = whole_seconds(wait);
        self.prefer_wait = !self.wait.is_zero();
        self
    }

    /// Expects an answer that is later than usual by `wait`.
    pub(super) fn allow(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// Names the write, so that it may be repeated.
    pub(super) fn keyed(self) -> Self {
        self.keyed_as(Uuid::new_v4())
    }

    /// Names the write by a key that outlives this process.
    pub(super) fn keyed_as(mut self, key: Uuid) -> Self {
        self.key = Some(key);
        self.repeatable = true;
        self
    }

    /// Allows repeats of a write that by contract answers the same to the same.
    pub(super) fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// Sends no token.
    pub(super) fn anonymous(mut self) -> Self {
        self.authorized = false;
        self
    }

    /// Sends the request and reads what a success brings.
    pub(super) async fn json<T: DeserializeOwned>(self) -> Result<T> {
        self.answer().await?.success()?.json()
    }

    /// Sends the request; a success brings nothing that is needed.
    pub(super) async fn done(self) -> Result<()> {
        self.answer().await?.success().map(drop)
    }

    /// Sends the request and reads the answer, whatever its status.
    pub(super) async fn answer(self) -> Result<Answer> {
        let (response, request_id, deadline) = self.send().await?;
        Answer::read(self.client, response, request_id, deadline)
            .await
            .map_err(|fault| self.unreachable(&fault))
    }

    /// Sends the request, repeated where that is harmless, and returns what the service begins to
    /// answer, the request's id, and when all of it has to be here.
    pub(super) async fn send(&self) -> Result<(reqwest::Response, Uuid, Instant)> {
        let request_id = (self.client.0.request_ids)();
        // Before the clock starts: somebody may have to unlock a keyring.
        let token = match self.authorized {
            true => self.client.token().await?,
            false => None,
        };
        let sent = self.send_as(request_id, token.as_ref()).await?;
        let Some(token) = token.filter(|_| sent.0.status() == StatusCode::UNAUTHORIZED) else {
            return Ok(sent);
        };
        // Nothing was done yet, so also a write may be sent once more with a better token.
        let refused = Refused { token, too_old: asks_for_a_fresh_one(&sent.0) };
        match self.client.0.token.renewed(refused).await? {
            Some(token) => self.send_as(request_id, Some(&token)).await,
            None => Ok(sent),
        }
    }

    async fn send_as(
        &self,
        request_id: Uuid,
        token: Option<&Secret>,
    ) -> Result<(reqwest::Response, Uuid, Instant)> {
        let headers = self.headers(request_id, token)?;
        let deadline = Instant::now() + self.client.0.timeout + self.wait;
        let mut backoff = Backoff::new(FIRST_WAIT, LONGEST_WAIT);
        loop {
            let outcome = self.attempt(headers.clone(), deadline).await;
            let retry_after = match &outcome {
                Ok(response) => repeat_after(response),
                Err(error) if network::is_passing(error) => Some(Duration::ZERO),
                Err(_) => None,
            };
            let wait = backoff.next();
            let wait = retry_after.map(|asked| wait.max(asked));
            match wait {
                Some(wait)
                    if self.repeatable
                        && backoff.attempts() <= RETRIES
                        && Instant::now() + wait < deadline =>
                {
                    tracing::debug!(%request_id, ?wait, "repeating a request");
                    tokio::time::sleep(wait).await;
                }
                _ => {
                    let response = outcome.map_err(|fault| self.unreachable(&fault))?;
                    let (method, path) = (&self.method, self.url.path());
                    let status = response.status().as_u16();
                    tracing::debug!(%request_id, %method, path, status, "answered");
                    return Ok((response, request_id, deadline));
                }
            }
        }
    }

    async fn attempt(
        &self,
        headers: HeaderMap,
        deadline: Instant,
    ) -> Result<reqwest::Response, network::Fault> {
        let mut request =
            self.client.0.http.request(self.method.clone(), self.url.clone()).headers(headers);
        if let Some((_, payload)) = &self.body {
            request = request.body(payload.to_body());
        }
        match timeout_at(deadline, request.send()).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(network::Fault::Transport(error.without_url())),
            Err(_) => Err(network::Fault::Late),
        }
    }

    fn unreachable(&self, fault: &network::Fault) -> Error {
        let limit = self.client.0.timeout + self.wait;
        network::error(fault, &self.client.0.shown, self.client.0.own_ca, limit)
    }

    fn headers(&self, request_id: Uuid, token: Option<&Secret>) -> Result<HeaderMap> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(api::REQUEST_ID, text(&request_id.to_string())?);
        let mut prefer = api::PREFER_ANNOTATIONS.to_owned();
        if self.prefer_wait {
            prefer.push_str(&format!(", wait={}", self.wait.as_secs()));
        }
        headers.insert(api::PREFER, text(&prefer)?);
        if let Some((kind, _)) = &self.body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        if let Some(key) = self.key {
            headers.insert(api::IDEMPOTENCY_KEY, text(&key.to_string())?);
        }
        if let Some(tenant) = self.client.0.tenant.as_ref().filter(|_| token.is_some()) {
            headers.insert(TENANT, text(tenant)?);
        }
        if let Some(token) = token {
            let mut value =
                HeaderValue::from_str(&format!("Bearer {}", token.expose())).map_err(|_| {
                    Error::new(Kind::SignIn, "the token holds characters that no token has")
                        .hint(format!("sign in again: `mmd login {}`", self.client.0.shown))
                })?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        Ok(headers)
    }
}

/// Rounds up: a wait of half a second is not no wait.
fn whole_seconds(wait: Duration) -> Duration {
    Duration::from_secs(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
}

fn text(value: &str) -> Result<HeaderValue> {
    HeaderValue::from_str(value).map_err(|error| Error::failed("no such header").cause(error))
}

/// Whether the token is good, but the sign-in behind it too old (RFC 9470).
fn asks_for_a_fresh_one(response: &reqwest::Response) -> bool {
    let challenge = response.headers().get(WWW_AUTHENTICATE).and_then(|text| text.to_str().ok());
    challenge.is_some_and(|text| text.contains("insufficient_user_authentication"))
}

/// How long to wait before asking again, where the answer says that this may help and the wait is
/// short.
fn repeat_after(response: &reqwest::Response) -> Option<Duration> {
    let asked = super::answer::retry_after(response.headers());
    match response.status() {
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
            Some(asked.unwrap_or_default())
        }
        StatusCode::TOO_MANY_REQUESTS => asked,
        _ => None,
    }
    .filter(|wait| *wait <= LONGEST_WAIT)
}
