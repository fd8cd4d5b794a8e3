//! Whether a service's certificate is trusted, and what it is instead: found out before anything
//! is sent that is worth anything.

use std::{
    fmt,
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use rustls::{
    CertificateError, DigitallySignedStruct, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::ring::default_provider,
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use sha2::{Digest, Sha256};

use super::{CONNECT_TIMEOUT, Client, network};
use crate::error::{Error, Result};

/// The SHA-256 of a certificate, as `openssl x509 -noout -fingerprint -sha256` prints it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Of a certificate in DER.
    pub fn of(certificate: &[u8]) -> Self {
        Self(Sha256::digest(certificate).into())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs: Vec<_> = self.0.iter().map(|byte| format!("{byte:02X}")).collect();
        write!(f, "SHA256:{}", pairs.join(":"))
    }
}

impl FromStr for Fingerprint {
    type Err = Error;

    /// Hexadecimal, with or without colons and the `SHA256:` before it, in any case.
    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            Error::usage(format!("`{text}` is no fingerprint"))
                .hint("write it like `SHA256:` and 64 hexadecimal digits")
        };
        let trimmed = text.trim();
        let prefixed = trimmed.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("sha256:"));
        let digits = if prefixed { &trimmed[7..] } else { trimmed };
        let digits = digits.replace(':', "").to_ascii_lowercase();
        crate::domain::audit::unhex::<32>(&digits).map(Self).ok_or_else(wrong)
    }
}

/// A certificate that a service has presented.
#[derive(Debug, Clone)]
pub struct Presented(CertificateDer<'static>);

impl Presented {
    /// Its fingerprint.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.0)
    }

    /// In PEM, as `--ca-file` takes it.
    pub fn pem(&self) -> String {
        let text = BASE64.encode(&self.0);
        let lines: Vec<_> =
            text.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line)).collect();
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
    }
}

impl Client {
    /// Whether the service's certificate is trusted; by a request that says nothing.
    ///
    /// # Errors
    /// When the service cannot be reached for any other reason.
    pub async fn is_trusted(&self) -> Result<bool> {
        let sent = self.0.http.get(format!("{}/healthz", self.0.shown));
        match sent.timeout(self.0.timeout).send().await {
            Ok(_) => Ok(true),
            Err(error) if network::is_untrusted(&error) => Ok(false),
            Err(error) => {
                let fault = network::Fault::Transport(error.without_url());
                Err(network::error(&fault, &self.0.shown, self.0.own_ca, self.0.timeout))
            }
        }
    }

    /// What is said of a service whose certificate is not trusted.
    pub fn untrusted(&self) -> Error {
        network::untrusted(&self.0.shown, self.0.own_ca)
    }
}

/// The chain that the service at `origin` presents, its own certificate first. The handshake ends
/// there: nothing is sent.
///
/// # Errors
/// When it presents none.
pub async fn presented(origin: &str, timeout: Duration) -> Result<Vec<Presented>> {
    let kept = Arc::new(Keep::default());
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::failed("cannot set up HTTPS").cause(error))?
        .dangerous()
        .with_custom_certificate_verifier(kept.clone())
        .with_no_client_auth();
    let http = reqwest::Client::builder()
        .tls_backend_preconfigured(config)
        .https_only(true)
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(timeout)
        .build()
        .map_err(|error| Error::failed("cannot set up HTTPS").caused_by(&error))?;
    let refused = http.get(format!("{origin}/healthz")).send().await;
    let chain = std::mem::take(&mut *kept.0.lock().unwrap_or_else(PoisonError::into_inner));
    match refused {
        Err(error) if chain.is_empty() => {
            let fault = network::Fault::Transport(error.without_url());
            Err(network::error(&fault, origin, false, timeout))
        }
        _ => Ok(chain),
    }
}

/// Keeps what is presented, and trusts nothing.
#[derive(Debug, Default)]
struct Keep(Mutex<Vec<Presented>>);

impl ServerCertVerifier for Keep {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        rest: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let all = std::iter::once(leaf).chain(rest);
        let all = all.map(|certificate| Presented(certificate.clone().into_owned()));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = all.collect();
        Err(CertificateError::UnknownIssuer.into())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(CertificateError::UnknownIssuer.into())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(CertificateError::UnknownIssuer.into())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        default_provider().signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;

    use super::*;
    use crate::client::{ClientSettings, Token, loopback::Server};

    #[test]
    fn a_fingerprint_is_read_however_it_is_written() {
        let fingerprint = Fingerprint::of(b"certificate");
        let shown = fingerprint.to_string();
        assert!(shown.starts_with("SHA256:") && shown.len() == 7 + 32 * 3 - 1, "{shown}");
        let bare = shown[7..].replace(':', "");
        for text in [shown.clone(), shown.to_lowercase(), shown[7..].to_owned(), bare] {
            assert_eq!(text.parse::<Fingerprint>().unwrap(), fingerprint, "{text}");
        }
        for bad in ["", "SHA256:", "SHA1:00", &shown[..20], "ÄÖÜäöü"] {
            assert_eq!(bad.parse::<Fingerprint>().unwrap_err().kind.exit(), 2, "{bad}");
        }
    }

    #[tokio::test]
    async fn what_is_presented_is_seen_before_anything_is_sent_and_can_be_trusted() {
        let server = Server::start(Router::new()).await;
        let strict = |ca_pem| ClientSettings {
            ca_pem,
            direct: true,
            token: Token::none(),
            ..ClientSettings::new(&server.origin)
        };
        let other = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let other = Some(other.cert.pem().into_bytes());
        assert!(!Client::new(strict(other)).unwrap().is_trusted().await.unwrap());
        let chain = presented(&server.origin, Duration::from_secs(5)).await.unwrap();
        assert_eq!(chain.len(), 1);
        let pem = chain[0].pem().into_bytes();
        assert_eq!(
            rustls_pki_types::pem::PemObject::from_pem_slice(&pem)
                .map(|der: CertificateDer| Fingerprint::of(&der))
                .unwrap(),
            chain[0].fingerprint()
        );
        assert!(Client::new(strict(Some(pem))).unwrap().is_trusted().await.unwrap());
    }

    #[tokio::test]
    async fn nobody_there_is_no_question_of_trust() {
        let error = presented("https://127.0.0.1:1", Duration::from_secs(5)).await.unwrap_err();
        assert_eq!(error.kind.exit(), 7);
    }
}
