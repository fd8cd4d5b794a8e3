//! What keeps a service from answering at all, in words that name the way on.

use std::{error::Error as StdError, io, time::Duration};

use rustls::CertificateError;

use crate::error::{Error, Kind};

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Fault {
    /// It could not be sent, or its answer broke off.
    Transport(reqwest::Error),
    /// It did not come in time.
    Late,
    /// It is larger than any answer of ours.
    TooLarge,
}

/// What lies beneath a failed connection, as far as it matters to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beneath {
    Refused,
    UnknownHost,
    Untrusted,
    OtherName,
    Expired,
    NoTls,
    BadCertificate,
    Other,
}

/// True where another attempt may fare better, soon.
pub(super) fn is_passing(fault: &Fault) -> bool {
    match fault {
        Fault::Transport(error) if !error.is_timeout() => {
            matches!(beneath(error), Beneath::Refused | Beneath::UnknownHost | Beneath::Other)
        }
        _ => false,
    }
}

/// True where the certificate comes from nobody who is trusted.
pub(super) fn is_untrusted(error: &reqwest::Error) -> bool {
    beneath(error) == Beneath::Untrusted
}

/// What is said of a service whose certificate comes from nobody who is trusted.
pub(super) fn untrusted(origin: &str, own_ca: bool) -> Error {
    if own_ca {
        let none = "was signed by none of the given authorities";
        return Error::new(Kind::Unreachable, format!("the certificate of {origin} {none}"))
            .hint("name the file that the service keeps in its data directory: `--ca-file FILE`");
    }
    let unknown = "was signed by an unknown authority";
    Error::new(Kind::Unreachable, format!("the certificate of {origin} {unknown}"))
        .hint("name the authority that signed it: `--ca-file FILE`")
}

/// The error of whoever asked the service at `origin` and would have waited for `limit`.
pub(super) fn error(fault: &Fault, origin: &str, own_ca: bool, limit: Duration) -> Error {
    let unreachable = |message: String| Error::new(Kind::Unreachable, message);
    let late = || {
        unreachable(format!("{origin} did not answer within {} s", limit.as_secs_f64().round()))
            .hint("give it more time: `--timeout 2min`")
    };
    let error = match fault {
        Fault::Late => return late(),
        Fault::TooLarge => return Error::failed("the service's answer is too large"),
        Fault::Transport(error) if error.is_timeout() && !error.is_connect() => return late(),
        Fault::Transport(error) => error,
    };
    let found = match beneath(error) {
        Beneath::Refused => unreachable(format!("nobody answers at {origin}"))
            .hint("is `mmd serve` running there? name another service: `--service URL`"),
        Beneath::UnknownHost => unreachable(format!("the host of {origin} is not known"))
            .hint("check the address: `mmd status`, or name another: `--service URL`"),
        Beneath::Untrusted => untrusted(origin, own_ca),
        Beneath::OtherName => {
            unreachable(format!("the certificate of {origin} was made for another name"))
                .hint("use a name that it was made for: `--service URL`")
        }
        Beneath::Expired => {
            unreachable(format!("the certificate of {origin} has expired, or a clock is wrong"))
                .hint("look at the clocks and the certificate: `mmd doctor`")
        }
        Beneath::BadCertificate => unreachable(format!("the certificate of {origin} is not valid")),
        Beneath::NoTls => unreachable(format!("{origin} does not speak HTTPS"))
            .hint("name the service's own port: `--service URL`"),
        Beneath::Other if error.is_connect() => unreachable(format!("cannot reach {origin}")),
        Beneath::Other => unreachable(format!("the connection to {origin} broke off")),
    };
    found.caused_by(error)
}

/// Looks for the known causes beneath `error`.
fn beneath(error: &reqwest::Error) -> Beneath {
    let mut next: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return of_tls(tls);
        }
        if let Some(io) = error.downcast_ref::<io::Error>() {
            if io.kind() == io::ErrorKind::ConnectionRefused {
                return Beneath::Refused;
            }
            // What an I/O error wraps is not among its sources, only that one's own are.
            if let Some(inner) = io.get_ref() {
                next = Some(inner);
                continue;
            }
        }
        // The type is private to the HTTP library; this is all that it shows.
        if error.to_string() == "dns error" {
            return Beneath::UnknownHost;
        }
        next = error.source();
    }
    Beneath::Other
}

fn of_tls(error: &rustls::Error) -> Beneath {
    match error {
        rustls::Error::InvalidCertificate(certificate) => match certificate {
            CertificateError::UnknownIssuer => Beneath::Untrusted,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Beneath::OtherName
            }
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => Beneath::Expired,
            // An authority's own certificate that does not fit is told as a bad signature.
            CertificateError::BadSignature => Beneath::Untrusted,
            _ => Beneath::BadCertificate,
        },
        rustls::Error::InvalidMessage(_) => Beneath::NoTls,
        _ => Beneath::Other,
    }
}
