//! What a program sends to the token endpoint: a form, and perhaps its credentials in the header.

use axum::{
    Form,
    extract::{FromRequest, Request, rejection::FormRejection},
    http::{HeaderMap, StatusCode, header},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::oauth_error::OauthError;
use crate::{
    secret::Secret,
    service::input::{BODY_TIME, MAX_BODY},
};

/// The fields that are read; RFC 6749, 3.2: none is sent twice.
const FIELDS: [&str; 4] = ["grant_type", "client_id", "client_secret", "scope"];

/// The request of a program.
#[derive(Debug, Default, Deserialize)]
pub struct TokenForm {
    /// What is asked for.
    pub grant_type: Option<String>,
    /// Who asks.
    pub client_id: Option<String>,
    /// Its secret.
    pub client_secret: Option<Secret>,
    /// For which service.
    pub scope: Option<String>,
    /// The credentials stood in the header.
    #[serde(skip)]
    pub in_header: bool,
}

impl<S: Send + Sync> FromRequest<S> for TokenForm {
    type Rejection = OauthError;

    async fn from_request(request: Request, state: &S) -> Result<Self, OauthError> {
        let basic = basic(request.headers());
        let arriving = Form::<TokenForm>::from_request(request, state);
        let arrived = tokio::time::timeout(BODY_TIME, arriving).await;
        let late = |_| OauthError::invalid("The body did not arrive in time.");
        let Form(mut asked) = arrived.map_err(late)?.map_err(|error| unreadable(&error))?;
        let Some(basic) = basic else { return Ok(asked) };
        // RFC 6749, 2.3: one way of authentication for each request.
        if asked.client_secret.is_some() {
            let why = "The secret stands in the header and in the form: send it once.";
            return Err(OauthError::invalid(why));
        }
        let malformed = || OauthError::invalid("The Authorization header is not well-formed.");
        let (id, secret) = basic.ok_or_else(malformed)?;
        if asked.client_id.as_ref().is_some_and(|told| *told != id) {
            return Err(OauthError::invalid("The header and the form name two clients."));
        }
        asked.client_id = Some(id);
        asked.client_secret = Some(secret);
        asked.in_header = true;
        Ok(asked)
    }
}

/// What is wrong with a form that cannot be read; its values are not repeated.
fn unreadable(error: &FormRejection) -> OauthError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let why = format!("The form is larger than {} KiB.", MAX_BODY >> 10);
        return OauthError::new(StatusCode::PAYLOAD_TOO_LARGE, "invalid_request", why);
    }
    if matches!(error, FormRejection::InvalidFormContentType(_)) {
        let why = "The body must be a form: Content-Type application/x-www-form-urlencoded.";
        return OauthError::invalid(why);
    }
    let told = error.body_text();
    let twice = FIELDS.iter().find(|name| told.contains(&format!("duplicate field `{name}`")));
    OauthError::invalid(match twice {
        Some(name) => format!("{name} stands in the form twice."),
        None => "The body is no form that can be read.".to_owned(),
    })
}

/// The credentials of HTTP Basic authentication; inside `None` where they cannot be read. RFC 6749,
/// 2.3.1: both halves are encoded as in a form.
fn basic(headers: &HeaderMap) -> Option<Option<(String, Secret)>> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credentials) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let read = || {
        let bytes = Zeroizing::new(STANDARD.decode(credentials.trim()).ok()?);
        let (id, secret) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
        Some((decoded(id)?, Secret::new(decoded(secret)?)))
    };
    Some(read())
}

fn decoded(text: &str) -> Option<String> {
    let spaced = Zeroizing::new(text.replace('+', " "));
    percent_decode_str(&spaced).decode_utf8().ok().map(|text| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &str) -> Option<Option<(String, String)>> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, value.parse().unwrap());
        basic(&headers).map(|read| read.map(|(id, secret)| (id, secret.expose().to_owned())))
    }

    #[test]
    fn basic_credentials_are_read_as_oauth_writes_them() {
        let good = |id: &str, secret: &str| Some(Some((id.to_owned(), secret.to_owned())));
        assert_eq!(of("Basic YTpi"), good("a", "b"));
        // a%3Ab:c+d%2B
        assert_eq!(of("basic YSUzQWI6YytkJTJC"), good("a:b", "c d+"));
        assert_eq!(of("Basic %%%"), Some(None));
        assert_eq!(of("Basic YQ=="), Some(None), "no colon");
        assert_eq!(of("Bearer YTpi"), None);
    }
}
