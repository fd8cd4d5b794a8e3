//! TLS from the service's own certificate authority, or from files.
//!
//! The authority lives in the data directory. Its leaf holds for 90 days, and is made anew when a
//! third of that is left or when the service is given another name.

use std::{net::IpAddr, path::Path, sync::Arc};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use serde::{Deserialize, Serialize};

use crate::{
    durable,
    error::{Error, IoContext, Result},
};

/// How long a leaf holds.
const LEAF_DAYS: i64 = 90;

/// When what is left of a leaf is less than this, a new one is made.
const RENEW_DAYS: i64 = 30;

/// The name of the authority's certificate in its directory.
pub const CA_FILE: &str = "ca.pem";

/// What the present leaf was made for.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Leaf {
    names: Vec<String>,
    ends: Timestamp,
}

/// The server's side of TLS for `names`, from the authority in `dir`, which is made if need be.
pub fn own(dir: &Path, names: &[String], now: Timestamp) -> Result<Arc<ServerConfig>> {
    std::fs::create_dir_all(dir)
        .or_failed(|| format!("the directory {} cannot be made", dir.display()))?;
    let key_path = dir.join("ca.key");
    let ca_path = dir.join(CA_FILE);
    if !key_path.exists() || !ca_path.exists() {
        make_authority(&key_path, &ca_path, now)?;
    }
    let leaf_path = dir.join("leaf.json");
    let present: Option<Leaf> =
        std::fs::read(&leaf_path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let renew = now + SignedDuration::from_hours(24 * RENEW_DAYS);
    let good = present.is_some_and(|leaf| leaf.names == names && leaf.ends > renew);
    if !good {
        make_leaf(dir, &key_path, names, now)?;
    }
    // The authority is sent along: who signs in for the first time compares its fingerprint.
    with_chain(&[&dir.join("leaf.pem"), &ca_path], &dir.join("leaf.key"))
}

/// The server's side of TLS from a certificate chain and a key in PEM.
pub fn files(certificates: &Path, key: &Path) -> Result<Arc<ServerConfig>> {
    with_chain(&[certificates], key)
}

fn with_chain(files: &[&Path], key: &Path) -> Result<Arc<ServerConfig>> {
    let unreadable = |path: &Path, error: &dyn std::fmt::Display| {
        Error::failed(format!("the TLS file {} cannot be used", path.display())).cause(error)
    };
    let mut chain = Vec::new();
    for file in files {
        let certificates = CertificateDer::pem_file_iter(file)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| unreadable(file, &error))?;
        chain.extend(certificates);
    }
    let certificates = files.first().copied().unwrap_or(key);
    let key_der = PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable(key, &error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key_der))
        .map_err(|error| unreadable(certificates, &error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn failed(error: rcgen::Error) -> Error {
    Error::failed("the service's own certificate cannot be made").cause(error)
}

fn authority() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "mmd certificate authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn span(params: &mut CertificateParams, from: Timestamp, to: Timestamp) {
    let date = |at: Timestamp| {
        let day = at.to_zoned(TimeZone::UTC).date();
        let unsigned = |n: i8| u8::try_from(n).unwrap_or(1);
        rcgen::date_time_ymd(i32::from(day.year()), unsigned(day.month()), unsigned(day.day()))
    };
    // A day's grace for clocks that are behind.
    params.not_before = date(from - SignedDuration::from_hours(24));
    params.not_after = date(to);
}

fn make_authority(key_path: &Path, ca_path: &Path, now: Timestamp) -> Result<()> {
    let key = KeyPair::generate().map_err(failed)?;
    let mut params = authority();
    span(&mut params, now, now + SignedDuration::from_hours(24 * 3650));
    let certificate = params.self_signed(&key).map_err(failed)?;
    keep(key_path, key.serialize_pem().as_bytes())?;
    keep(ca_path, certificate.pem().as_bytes())
}

fn make_leaf(dir: &Path, key_path: &Path, names: &[String], now: Timestamp) -> Result<()> {
    let ca_key = std::fs::read_to_string(key_path)
        .or_failed(|| format!("the authority's key {} cannot be read", key_path.display()))?;
    let ca_key = KeyPair::from_pem(&ca_key).map_err(failed)?;
    let issuer = Issuer::new(authority(), ca_key);
    let key = KeyPair::generate().map_err(failed)?;
    let mut params = CertificateParams::new(names.to_vec()).map_err(failed)?;
    params.distinguished_name.push(DnType::CommonName, "mmd service");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    let ends = now + SignedDuration::from_hours(24 * LEAF_DAYS);
    span(&mut params, now, ends);
    let certificate = params.signed_by(&key, &issuer).map_err(failed)?;
    keep(&dir.join("leaf.key"), key.serialize_pem().as_bytes())?;
    keep(&dir.join("leaf.pem"), certificate.pem().as_bytes())?;
    let leaf = Leaf { names: names.to_vec(), ends };
    let leaf = serde_json::to_vec(&leaf)
        .map_err(|error| Error::failed("the leaf's facts cannot be written").cause(error))?;
    keep(&dir.join("leaf.json"), &leaf)
}

fn keep(path: &Path, bytes: &[u8]) -> Result<()> {
    durable::replace(path, bytes)
        .or_failed(|| format!("the TLS file {} cannot be written", path.display()))
}

/// The names that a leaf is made for: this machine, the address listened on, the public name.
pub fn names(listen: IpAddr, public_host: Option<&str>) -> Vec<String> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    if !listen.is_unspecified() {
        names.push(listen.to_string());
    }
    names.extend(public_host.map(str::to_owned));
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leaf_is_kept_until_it_nears_its_end_or_the_names_change() {
        let dir = tempfile::tempdir().unwrap();
        let leaf = || std::fs::read(dir.path().join("leaf.pem")).unwrap();
        let ca = || std::fs::read(dir.path().join(CA_FILE)).unwrap();
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 20_000);
        let one = names("127.0.0.1".parse().unwrap(), None);
        own(dir.path(), &one, now).unwrap();
        let (first, authority) = (leaf(), ca());
        own(dir.path(), &one, now + SignedDuration::from_hours(24 * 59)).unwrap();
        assert_eq!(leaf(), first);
        own(dir.path(), &one, now + SignedDuration::from_hours(24 * 61)).unwrap();
        assert_ne!(leaf(), first);
        let second = leaf();
        let other = names("127.0.0.1".parse().unwrap(), Some("mmd.contoso.com"));
        own(dir.path(), &other, now + SignedDuration::from_hours(24 * 61)).unwrap();
        assert_ne!(leaf(), second);
        assert_eq!(ca(), authority);
    }
}
