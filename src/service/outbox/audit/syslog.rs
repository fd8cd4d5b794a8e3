//! Syslog over TLS: RFC 5424 messages in the frames of RFC 5425 (`LENGTH SP MESSAGE`).
//!
//! The protocol knows no acknowledgement: an event counts as sent once the connection has taken
//! it. Where the server has closed the connection meanwhile, what went out last on it goes out
//! again on the next one.

use std::{sync::Arc, time::Duration};

use futures_util::FutureExt;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls_platform_verifier::ConfigVerifierExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

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
    /// What went out last on the open connection.
    last: Vec<u8>,
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
            last: Vec::new(),
        })
    }

    /// Sends events in their order.
    pub async fn send(&mut self, events: &[Stored]) -> Result<(), Failure> {
        let mut frames = Vec::new();
        for (seq, body) in events {
            frames.extend(frame(*seq, body));
        }
        let limit = self.timeout;
        let sent = tokio::time::timeout(limit, self.write(&frames)).await;
        let failed = match sent {
            Ok(Ok(())) => {
                self.last = frames;
                return Ok(());
            }
            Ok(Err(error)) => quoted(&error.to_string()),
            Err(_) => format!("no answer within {} s", limit.as_secs()),
        };
        self.open = None;
        Err(Failure::again(failed))
    }

    async fn write(&mut self, frames: &[u8]) -> std::io::Result<()> {
        if self.open.as_mut().is_some_and(has_ended) {
            self.open = None;
        }
        let stream = match &mut self.open {
            Some(stream) => stream,
            closed => {
                let tcp = address::connect(&self.host, self.port, self.allow_private).await?;
                let connector = TlsConnector::from(self.tls.clone());
                let mut stream = connector.connect(self.name.clone(), tcp).await?;
                stream.write_all(&self.last).await?;
                closed.insert(stream)
            }
        };
        stream.write_all(frames).await?;
        stream.flush().await
    }
}

/// True once the server has closed the connection; it never says anything on it.
fn has_ended(stream: &mut TlsStream<TcpStream>) -> bool {
    let mut bytes = [0; 64];
    loop {
        match stream.read(&mut bytes).now_or_never() {
            None => return false,
            Some(Ok(0) | Err(_)) => return true,
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
