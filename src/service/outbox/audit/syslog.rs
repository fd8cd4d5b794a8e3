//! Syslog over TLS: RFC 5424 messages in the frames of RFC 5425 (`LENGTH SP MESSAGE`).
//!
//! The protocol knows no acknowledgement. An event counts as arrived once the connection has held
//! for a minute after it: the kernel ends one on which the peer's has not confirmed the bytes for
//! a quarter of that. Where the server ends the connection in good order, what it has had for some
//! seconds counts. Everything else goes out again on the next connection, and after a restart.
//!
//! A server, or what stands before it, that ends each idle connection without a word would be sent
//! the same events for ever. Where that has happened once, the next time whatever the peer's
//! kernel must have confirmed by then counts.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls_platform_verifier::ConfigVerifierExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use uuid::Uuid;

use super::{
    super::{
        address,
        http::{self, quoted},
        settings::{Reach, SyslogTarget},
    },
    Stored,
};
use crate::{
    api::audit::Event,
    domain::delivery::Failure,
    error::{Error, Result},
};

/// Facility 13 (log audit) and severity 5 (notice) or 6 (informational), RFC 5424, 6.2.1.
const REFUSED: u8 = 13 * 8 + 5;
const DONE: u8 = 13 * 8 + 6;

/// A connection that has held for so long after an event has brought it to the server.
const SETTLES: SignedDuration = SignedDuration::from_secs(60);

/// A server that ends the connection in good order has read what it has had for so long.
const READ: SignedDuration = SignedDuration::from_secs(5);

/// How often the connection is looked at while something on it has not settled.
const LOOK: Duration = Duration::from_secs(6);

/// What a connection has held for so long after was confirmed by the peer's kernel:
/// [`UNCONFIRMED_MS`], and as long as a look may come late.
const CONFIRMED: SignedDuration = SignedDuration::from_secs(21);

/// Bytes that the peer's kernel has not confirmed for so long end the connection, in milliseconds.
/// Other systems end it after a time of their own.
#[cfg(target_os = "linux")]
const UNCONFIRMED_MS: u32 = 15_000;

/// The usual port of syslog over TLS (RFC 5425, 4.1).
const PORT: u16 = 6514;

/// A syslog server.
pub struct Syslog {
    host: String,
    port: u16,
    name: ServerName<'static>,
    tls: Arc<ClientConfig>,
    allow_private: bool,
    timeout: Duration,
    open: Option<TlsStream<TcpStream>>,
    /// When the connection was last seen to hold.
    held: Timestamp,
    /// What went out on the connection and may not have arrived, by second and tenant.
    sent: BTreeMap<(i64, Uuid), Sent>,
    /// How many connections have ended one after the other with something on them, and none has
    /// held until what was on it had settled, or was ended in good order.
    losses: u32,
    /// More than one in a row has, and what was on the last one goes again.
    losing: bool,
    /// How many events may be unsettled at once. A server that ends connections after so many
    /// messages is sent fewer at a time, or it would be sent the same ones for ever.
    room: usize,
}

/// Events on their way.
#[derive(Debug, Default)]
struct Sent {
    /// Up to this one.
    up_to: u64,
    /// So many.
    events: usize,
}

/// What has become of events on their way.
#[derive(Debug, Default)]
pub struct Looked {
    /// Up to which event of which tenant everything has arrived now, and was not known to have.
    pub settled: Vec<(Uuid, u64)>,
    /// The rest may not arrive, and goes out again.
    pub lost: bool,
}

impl Syslog {
    /// Checks the server's name and the authorities.
    pub fn open(target: &SyslogTarget, reach: &Reach) -> Result<Self> {
        let bare = target.host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let literal = bare.parse().ok();
        if !reach.allow_private && literal.is_some_and(|address| !address::is_public(address)) {
            return Err(Error::usage(format!("`host`: the address {bare} is not public"))
                .hint("set `allow_private = true` for a server in your own network"));
        }
        let name = ServerName::try_from(bare.clone())
            .map_err(|error| Error::usage("`host`: this is no name of a server").cause(error))?;
        Ok(Self {
            name,
            host: bare,
            port: target.port.unwrap_or(PORT),
            tls: Arc::new(tls(reach)?),
            allow_private: reach.allow_private,
            timeout: http::timeout(reach),
            open: None,
            held: Timestamp::MIN,
            sent: BTreeMap::new(),
            losses: 0,
            losing: false,
            room: usize::MAX,
        })
    }

    /// Sends events in their order, as many as there is room for. Returns how many.
    pub async fn send(
        &mut self,
        tenant: Uuid,
        events: &[Stored],
        now: Timestamp,
    ) -> Result<usize, Failure> {
        let room = self.room.saturating_sub(self.unsettled());
        let events = &events[..events.len().min(room)];
        let Some((last, _)) = events.last() else { return Ok(0) };
        let frames: Vec<u8> = events.iter().flat_map(|(seq, body)| frame(*seq, body)).collect();
        let batch = Sent { up_to: *last, events: events.len() };
        let limit = self.timeout;
        let write = self.write(&frames, tenant, batch, now);
        let failed = match tokio::time::timeout(limit, write).await {
            Ok(Ok(())) => return Ok(events.len()),
            Ok(Err(error)) => quoted(&error.to_string()),
            Err(_) => format!("no answer within {} s", limit.as_secs()),
        };
        self.open = None;
        Err(Failure::again(failed))
    }

    async fn write(
        &mut self,
        frames: &[u8],
        tenant: Uuid,
        batch: Sent,
        now: Timestamp,
    ) -> std::io::Result<()> {
        let stream = match &mut self.open {
            Some(stream) => stream,
            closed => {
                let tcp = address::connect(&self.host, self.port, self.allow_private).await?;
                #[cfg(target_os = "linux")]
                rustix::net::sockopt::set_tcp_user_timeout(&tcp, UNCONFIRMED_MS)?;
                let connector = TlsConnector::from(self.tls.clone());
                self.held = now;
                closed.insert(connector.connect(self.name.clone(), tcp).await?)
            }
        };
        // Also where it fails: some of it may be on its way. Without a connection nothing is.
        let sent = self.sent.entry((now.as_second(), tenant)).or_default();
        sent.up_to = batch.up_to;
        sent.events += batch.events;
        stream.write_all(frames).await?;
        stream.flush().await
    }

    /// Looks at the connection, and at what was sent on it.
    pub fn look(&mut self, now: Timestamp) -> Looked {
        let state = self.open.as_mut().map_or(State::Broken, state_of);
        let arrived_before = match state {
            State::Holds => {
                self.held = now;
                now - SETTLES
            }
            State::EndedInOrder => before(self.held, READ),
            State::Broken if self.losses > 0 => before(self.held, CONFIRMED),
            State::Broken => Timestamp::MIN,
        };
        if state != State::Holds {
            self.open = None;
        }
        let young = self.sent.split_off(&(arrived_before.as_second(), Uuid::nil()));
        let old = std::mem::replace(&mut self.sent, young);
        // In the order of time: the last word of each tenant counts.
        let settled: BTreeMap<_, _> =
            old.into_iter().map(|((_, tenant), sent)| (tenant, sent.up_to)).collect();
        if !settled.is_empty() {
            self.losing = false;
            self.room = self.room.saturating_mul(2);
            if state != State::Broken {
                self.losses = 0;
            }
        }
        let lost = self.open.is_none() && !self.sent.is_empty();
        if lost {
            self.losses = self.losses.saturating_add(1);
            self.losing = self.losses > 1;
            // One that ends a while after the last event does not end because of how many came.
            let last = self.sent.last_key_value().map_or(i64::MIN, |((at, _), _)| *at);
            if self.losing && last > before(self.held, READ).as_second() {
                self.room = (self.unsettled() / 2).max(1);
            }
            self.sent.clear();
        }
        Looked { settled: settled.into_iter().collect(), lost }
    }

    /// True while one connection after the other ends before what was on it has arrived.
    pub fn is_losing(&self) -> bool {
        self.losing
    }

    fn unsettled(&self) -> usize {
        self.sent.values().map(|sent| sent.events).sum()
    }

    /// When to look again; not while everything has settled.
    pub fn look_in(&self) -> Option<Duration> {
        (!self.sent.is_empty()).then_some(LOOK)
    }
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
        match stream.read(&mut bytes).now_or_never() {
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
