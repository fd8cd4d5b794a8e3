//! Syslog over TLS: RFC 5424 messages in the frames of RFC 5425 (`LENGTH SP MESSAGE`).
//!
//! The protocol knows no acknowledgement. An event counts as arrived once the connection has held
//! for so long after it that the peer's kernel must have confirmed the bytes, or once the server,
//! having had it for some seconds, has ended the connection in good order. Everything else goes out
//! again on the next connection, and after a restart.
//!
//! Where one connection after the other ends with nothing on it that has arrived, the waits before
//! the next one grow, so that nothing is repeated for ever without a pause.

use std::{sync::Arc, time::Duration};

use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls_platform_verifier::ConfigVerifierExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::coop::unconstrained,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{
    super::{
        address,
        http::{self, quoted},
        settings::{Reach, SyslogTarget},
    },
    sink::{Looked, Stored},
    unsettled::Unsettled,
};
use crate::{
    api::audit::Event,
    clock::Clock,
    domain::delivery::Failure,
    error::{Error, Result},
};

/// Facility 13 (log audit) and severity 5 (notice) or 6 (informational), RFC 5424, 6.2.1.
const REFUSED: u8 = 13 * 8 + 5;
const DONE: u8 = 13 * 8 + 6;

/// Bytes that the peer's kernel has not confirmed for so long end the connection, in milliseconds.
#[cfg(target_os = "linux")]
const UNCONFIRMED_MS: u32 = 15_000;

/// A connection that has held for so long after an event has brought it to the server: twice
/// [`UNCONFIRMED_MS`], because an older kernel looks only when it repeats the bytes.
#[cfg(target_os = "linux")]
const SETTLES: SignedDuration = SignedDuration::from_secs(30);

/// Other systems end a connection after a time of their own, of some minutes.
#[cfg(not(target_os = "linux"))]
const SETTLES: SignedDuration = SignedDuration::from_mins(10);

/// A server that ends the connection in good order has read what it has had for so long.
const READ: SignedDuration = SignedDuration::from_secs(5);

/// How often the connection is looked at while something on it has not settled.
const LOOK: Duration = Duration::from_secs(6);

/// A connection on which nothing was sent for so long is closed: there is one for each tenant.
const IDLE: Duration = Duration::from_mins(5);

/// The usual port of syslog over TLS (RFC 5425, 4.1).
const PORT: u16 = 6514;

/// A syslog server.
pub struct Server {
    host: String,
    port: u16,
    name: ServerName<'static>,
    tls: Arc<ClientConfig>,
    allow_private: bool,
    timeout: Duration,
}

impl Server {
    /// Checks the server's name and the authorities.
    pub fn open(target: &SyslogTarget, reach: &Reach) -> Result<Self> {
        let (host, port) = address::server(&target.host, target.port, PORT, reach.allow_private)?;
        let name = ServerName::try_from(host.clone())
            .map_err(|error| Error::usage("`host`: this is no name of a server").cause(error))?;
        Ok(Self {
            name,
            host,
            port,
            tls: Arc::new(tls(reach)?),
            allow_private: reach.allow_private,
            timeout: http::timeout(reach),
        })
    }

    async fn connect(&self) -> std::io::Result<TlsStream<TcpStream>> {
        let tcp = address::connect(&self.host, self.port, self.allow_private).await?;
        #[cfg(target_os = "linux")]
        rustix::net::sockopt::set_tcp_user_timeout(&tcp, UNCONFIRMED_MS)?;
        TlsConnector::from(Arc::clone(&self.tls)).connect(self.name.clone(), tcp).await
    }
}

/// A connection to the server, and after it the next one.
pub struct Connection {
    server: Arc<Server>,
    open: Option<TlsStream<TcpStream>>,
    /// When it was last seen to hold.
    held: Timestamp,
    /// When something was last sent on it.
    sent: Timestamp,
    /// What went out on it and may not have arrived.
    unsettled: Unsettled,
}

impl Connection {
    /// One that is not open yet.
    pub fn new(server: Arc<Server>) -> Self {
        let (held, sent) = (Timestamp::MIN, Timestamp::MIN);
        Self { server, open: None, held, sent, unsettled: Unsettled::default() }
    }

    /// Sends events in their order, as many as there is room for. Returns how many.
    pub async fn send(&mut self, events: &[Stored], clock: &dyn Clock) -> Result<usize, Failure> {
        let events = &events[..events.len().min(self.unsettled.room())];
        let Some((last, _)) = events.last() else { return Ok(0) };
        let limit = self.server.timeout;
        // Put back only where what went out on it are whole frames.
        let mut stream = match self.open.take() {
            Some(open) => open,
            None => {
                let connected = within(limit, self.server.connect()).await?;
                self.held = clock.now();
                connected
            }
        };
        let frames: Vec<u8> = events.iter().flat_map(|(seq, body)| frame(*seq, body)).collect();
        let written = within(limit, write(&mut stream, &frames)).await;
        // Also where it fails: some of it may be on its way, and too much at once.
        self.sent = clock.now();
        self.unsettled.sent(self.sent, *last, events.len());
        written?;
        self.open = Some(stream);
        Ok(events.len())
    }

    /// Looks at the connection, and at what was sent on it.
    pub fn look(&mut self, now: Timestamp) -> Looked {
        let state = self.open.as_mut().map_or(State::Broken, state_of);
        let arrived_before = match state {
            State::Holds => {
                self.held = now;
                before(now, SETTLES)
            }
            State::EndedInOrder => before(self.held, READ),
            State::Broken => Timestamp::MIN,
        };
        let arrived = self.unsettled.settle(arrived_before);
        let is_idle =
            self.unsettled.is_empty() && now.duration_since(self.sent).unsigned_abs() >= IDLE;
        if (is_idle || state != State::Holds)
            && let Some(mut stream) = self.open.take()
        {
            // The server is told (RFC 5425, 4.4) where there is room for it at once.
            let _ = unconstrained(stream.shutdown()).now_or_never();
        }
        let lost = self.open.is_none() && !self.unsettled.is_empty();
        Looked { arrived, lost: lost.then(|| self.unsettled.lose(self.held)) }
    }

    /// True while one connection after the other ends before anything on it has arrived.
    pub fn is_losing(&self) -> bool {
        self.unsettled.is_losing()
    }

    /// When to look again, while there is something to look at.
    pub fn look_in(&self) -> Option<Duration> {
        match self.unsettled.is_empty() {
            false => Some(LOOK),
            true => self.open.is_some().then_some(IDLE),
        }
    }
}

async fn write(stream: &mut TlsStream<TcpStream>, frames: &[u8]) -> std::io::Result<()> {
    stream.write_all(frames).await?;
    stream.flush().await
}

/// What `work` comes to, unless it takes longer than `limit`.
async fn within<T>(
    limit: Duration,
    work: impl Future<Output = std::io::Result<T>>,
) -> Result<T, Failure> {
    Err(Failure::again(match tokio::time::timeout(limit, work).await {
        Ok(Ok(done)) => return Ok(done),
        Ok(Err(error)) => quoted(&error.to_string()),
        Err(_) => format!("no answer within {} s", limit.as_secs()),
    }))
}

/// `time` less `span`, as far as time goes back.
fn before(time: Timestamp, span: SignedDuration) -> Timestamp {
    time.checked_sub(span).unwrap_or(Timestamp::MIN)
}

/// What a connection is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Holds,
    /// The server has said that it closes it (`close_notify`).
    EndedInOrder,
    Broken,
}

/// A server never says anything but that it closes the connection.
fn state_of(stream: &mut TlsStream<TcpStream>) -> State {
    let mut bytes = [0; 64];
    loop {
        // A task that has done much already is told that nothing has come, whatever has.
        match unconstrained(stream.read(&mut bytes)).now_or_never() {
            None => return State::Holds,
            Some(Ok(0)) => return State::EndedInOrder,
            Some(Err(_)) => return State::Broken,
            Some(Ok(_)) => {}
        }
    }
}

fn tls(reach: &Reach) -> Result<ClientConfig> {
    // Fails only where a provider is installed already, and then it is this one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let cannot =
        |error: rustls::Error| Error::failed("TLS to the server cannot be set up").cause(error);
    let Some(pem) = http::authorities(reach)? else {
        return ClientConfig::with_platform_verifier().map_err(cannot);
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem).flatten() {
        roots.add(certificate).map_err(cannot)?;
    }
    Ok(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}

/// One event as a frame. The message is the stored bytes.
fn frame(seq: u64, body: &[u8]) -> Vec<u8> {
    let event = serde_json::from_slice::<Event>(body).ok();
    let time = event.as_ref().map_or_else(|| "-".to_owned(), |event| event.time.to_string());
    let priority = match event.as_ref().is_some_and(|event| event.result == "refused") {
        true => REFUSED,
        false => DONE,
    };
    // RFC 5424, 7.3.1: from 1 to 2147483647, and then from 1 again.
    let sequence = seq.saturating_sub(1) % 2_147_483_647 + 1;
    let pid = std::process::id();
    let head = format!("<{priority}>1 {time} - mmd {pid} audit [meta sequenceId=\"{sequence}\"] ");
    let mut frame = format!("{} {head}", head.len() + body.len()).into_bytes();
    frame.extend_from_slice(body);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_counts_its_octets_and_holds_the_stored_bytes() {
        let body = r#"{"seq":7,"time":"2026-03-02T09:00:00.5Z","tenant":"00000000-0000-0000-0000-000000000001","who":"é","action":"a.b","result":"refused","prev":"0"}"#;
        let frame = String::from_utf8(frame(7, body.as_bytes())).unwrap();
        let (length, message) = frame.split_once(' ').unwrap();
        assert_eq!(length.parse::<usize>().unwrap(), message.len());
        let pid = std::process::id();
        let head = "<109>1 2026-03-02T09:00:00.5Z - mmd";
        assert_eq!(message, format!("{head} {pid} audit [meta sequenceId=\"7\"] {body}"));
    }
}
