//! What a provider's refusal means, and the way on.

use oauth2::{
    ConfigurationError, DeviceCodeErrorResponse, ErrorResponse, RequestTokenError,
    basic::{BasicErrorResponse, BasicRevocationErrorResponse},
};

use super::http::origin;
use crate::{
    client::failure::plain,
    error::{Error, Kind},
};

type Refused<R> = RequestTokenError<Error, R>;

/// Of the token and the device authorization endpoint.
pub(super) fn of_tokens(error: Refused<BasicErrorResponse>, issuer: &str) -> Error {
    match error {
        RequestTokenError::ServerResponse(said) => {
            told(said.error().as_ref(), said.error_description().map(String::as_str), issuer)
        }
        other => unanswered(other, issuer),
    }
}

/// Of the revocation endpoint.
pub(super) fn of_revocation(error: Refused<BasicRevocationErrorResponse>, issuer: &str) -> Error {
    match error {
        RequestTokenError::ServerResponse(said) => {
            told(said.error().as_ref(), said.error_description().map(String::as_str), issuer)
        }
        other => unanswered(other, issuer),
    }
}

/// Of the token endpoint while a device is awaited, when it was no OAuth error.
pub(super) fn of_polling(error: Refused<DeviceCodeErrorResponse>, issuer: &str) -> Error {
    unanswered(error, issuer)
}

/// Of ourselves: an endpoint that the provider does not have.
pub(super) fn of_setting(error: &ConfigurationError, issuer: &str) -> Error {
    Error::failed(format!("{} cannot be asked for that", plain(issuer))).cause(error)
}

fn unanswered<R: ErrorResponse + 'static>(error: Refused<R>, issuer: &str) -> Error {
    let unusable = || Error::failed(format!("the answer of {} is no OAuth answer", origin(issuer)));
    match error {
        RequestTokenError::Request(error) => error,
        // Of the body nothing is shown: it may hold tokens.
        RequestTokenError::Parse(error, _) => unusable().cause(format!("at `{}`", error.path())),
        RequestTokenError::Other(why) => unusable().cause(plain(&why)),
        RequestTokenError::ServerResponse(said) => unusable().cause(plain(&said.to_string())),
    }
}

/// An OAuth error by its code, with the provider's own words: Entra's name the correlation id.
pub(super) fn told(code: &str, description: Option<&str>, issuer: &str) -> Error {
    let (kind, sentence) = match code {
        "invalid_grant" | "interaction_required" | "login_required" => {
            (Kind::SignIn, format!("{} does not take this sign-in, or no longer", origin(issuer)))
        }
        // RFC 8628 has the first, Entra the second.
        "access_denied" | "authorization_declined" => {
            (Kind::Forbidden, "the sign-in was refused at the provider".to_owned())
        }
        "unauthorized_client" | "invalid_client" => (
            Kind::Forbidden,
            format!("{} does not let this client sign anybody in so", origin(issuer)),
        ),
        "temporarily_unavailable" => {
            (Kind::NotNow, format!("{} has no time for this now", origin(issuer)))
        }
        _ => (Kind::Failed, format!("{} refused the sign-in", origin(issuer))),
    };
    let error = Error::new(kind, sentence);
    // Line breaks in Entra's descriptions are no more than spaces.
    match description.map(plain).filter(|text| !text.is_empty()) {
        Some(text) => error.cause(format!("{}: {text}", plain(code))),
        None => error.cause(plain(code)),
    }
}

/// Names the default flow: tenants may block the device code by policy (Microsoft's managed
/// policies do).
pub(super) fn by_default_flow(error: Error) -> Error {
    match error.kind {
        Kind::Unreachable | Kind::NotNow => error,
        _ => error.hint(
            "the organisation may block sign-ins by a device code: sign in by a browser, \
             `mmd login URL` without `--device-code`",
        ),
    }
}
