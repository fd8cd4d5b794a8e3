//! What a provider says of itself: OpenID Connect Discovery 1.0, else RFC 8414.

use oauth2::{HttpRequest, http::header::ACCEPT, http::header::HeaderValue};
use reqwest::{StatusCode, Url};
use serde::Deserialize;

use super::http::Http;
use crate::{
    client::failure::plain,
    error::{Error, Kind, Result},
};

/// The part of a provider's metadata that a sign-in needs.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Metadata {
    pub(super) issuer: String,
    pub(super) authorization_endpoint: String,
    pub(super) token_endpoint: String,
    pub(super) device_authorization_endpoint: Option<String>,
    pub(super) revocation_endpoint: Option<String>,
    pub(super) scopes_supported: Option<Vec<String>>,
    code_challenge_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

/// Reads the metadata of `issuer`.
///
/// # Errors
/// [`Kind::Unreachable`] when it does not answer, or says that it is broken; otherwise when what it
/// says cannot be read, is another issuer's, or leads away from HTTPS.
pub(super) async fn find(http: &Http, issuer: &str) -> Result<Metadata> {
    let unusable = || {
        Error::failed(format!("the identity provider {} cannot be used", plain(issuer)))
            .hint("ask whoever runs the service to look at its `[[sign_in.issuer]]`")
    };
    let mut last: Option<(StatusCode, String)> = None;
    for address in addresses(issuer).map_err(|why| unusable().cause(why))? {
        let mut request = HttpRequest::new(Vec::new());
        *request.uri_mut() = address.as_str().parse().map_err(|error| unusable().cause(error))?;
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        let answer = http.send(request).await?;
        if answer.status() != StatusCode::OK {
            // What is broken says more than what is not there.
            if last.as_ref().is_none_or(|(status, _)| !status.is_server_error()) {
                let status = answer.status();
                last = Some((status, format!("{address} answered {status}")));
            }
            continue;
        }
        let metadata: Metadata = serde_json::from_slice(answer.body())
            .map_err(|error| unusable().cause(format!("what {address} says is wrong: {error}")))?;
        check(&metadata, issuer).map_err(|why| unusable().cause(why))?;
        return Ok(metadata);
    }
    match last {
        Some((status, said)) if status.is_server_error() => {
            let message = format!("the identity provider {} does not work now", plain(issuer));
            Err(Error::new(Kind::Unreachable, message).cause(said).hint("try again in a while"))
        }
        last => Err(last.into_iter().fold(unusable(), |error, (_, said)| error.cause(said))),
    }
}

/// Where the metadata of an issuer lie: below it (OpenID Connect), or before its path (RFC 8414).
fn addresses(issuer: &str) -> Result<[Url; 2], String> {
    let url = Url::parse(issuer).map_err(|error| format!("it is no address: {error}"))?;
    if url.scheme() != "https" || url.query().is_some() || url.fragment().is_some() {
        return Err("an issuer is an address that begins with `https://`, and no more".into());
    }
    let path = url.path().trim_end_matches('/');
    let at = |path: &str| {
        let mut at = url.clone();
        at.set_path(path);
        at
    };
    Ok([
        at(&format!("{path}/.well-known/openid-configuration")),
        at(&format!("/.well-known/oauth-authorization-server{path}")),
    ])
}

/// The issuer must be exactly the one that was asked for (OpenID Connect Discovery, 4.3); secrets
/// go to none but HTTPS addresses; a provider that says which PKCE it knows must know S256.
fn check(metadata: &Metadata, issuer: &str) -> Result<(), String> {
    if metadata.issuer != issuer {
        return Err(format!("it calls itself {}", plain(&metadata.issuer)));
    }
    let endpoints = [&metadata.authorization_endpoint, &metadata.token_endpoint]
        .into_iter()
        .chain(&metadata.device_authorization_endpoint)
        .chain(&metadata.revocation_endpoint);
    for endpoint in endpoints {
        if !Url::parse(endpoint).is_ok_and(|url| url.scheme() == "https") {
            return Err(format!("its endpoint {} is not on HTTPS", plain(endpoint)));
        }
    }
    let methods = metadata.code_challenge_methods_supported.as_deref();
    if methods.is_some_and(|known| !known.iter().any(|method| method == "S256")) {
        return Err("it does not know PKCE with S256".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_lie_below_the_issuer_or_before_its_path() {
        let found = |issuer| addresses(issuer).unwrap().map(String::from);
        assert_eq!(
            found("https://login.example.com/tenant/v2.0"),
            [
                "https://login.example.com/tenant/v2.0/.well-known/openid-configuration",
                "https://login.example.com/.well-known/oauth-authorization-server/tenant/v2.0"
            ]
        );
        assert_eq!(
            found("https://id.example.com/")[0],
            "https://id.example.com/.well-known/openid-configuration"
        );
        for bad in ["http://id.example.com", "id.example.com", "https://id.example.com?x=1"] {
            assert!(addresses(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn another_issuer_plain_http_and_weak_pkce_are_refused() {
        let good = Metadata {
            issuer: "https://id.example.com".into(),
            authorization_endpoint: "https://id.example.com/auth".into(),
            token_endpoint: "https://id.example.com/token".into(),
            device_authorization_endpoint: None,
            revocation_endpoint: None,
            scopes_supported: None,
            code_challenge_methods_supported: None,
            authorization_response_iss_parameter_supported: false,
        };
        assert_eq!(check(&good, "https://id.example.com"), Ok(()));
        assert!(check(&good, "https://id.example.com/").unwrap_err().contains("calls itself"));
        let plain_http = "http://id.example.com/revoke".to_owned();
        let bad = Metadata { revocation_endpoint: Some(plain_http), ..good.clone() };
        assert!(check(&bad, "https://id.example.com").unwrap_err().contains("not on HTTPS"));
        let methods = Some(vec!["plain".to_owned()]);
        let bad = Metadata { code_challenge_methods_supported: methods, ..good };
        assert!(check(&bad, "https://id.example.com").unwrap_err().contains("S256"));
    }
}
