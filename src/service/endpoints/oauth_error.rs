//! What the token endpoint says where it gives no token (RFC 6749, 5.2): clients of OAuth read
//! `error` as a word.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{api::session::TokenError, service::problem::Problem};

/// An answer without a token.
#[derive(Debug)]
pub struct OauthError {
    status: StatusCode,
    error: &'static str,
    description: String,
    /// Seconds to wait before trying again.
    retry_after: Option<u64>,
}

impl OauthError {
    /// An `error` of RFC 6749 with one sentence.
    pub fn new(status: StatusCode, error: &'static str, description: impl Into<String>) -> Self {
        Self { status, error, description: description.into(), retry_after: None }
    }

    /// 400 with this `error`.
    pub fn bad(error: &'static str, description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error, description)
    }

    /// 400 for a request that is not well-formed.
    pub fn invalid(description: impl Into<String>) -> Self {
        Self::bad("invalid_request", description)
    }
}

impl From<Problem> for OauthError {
    fn from(problem: Problem) -> Self {
        let error = match problem.status {
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                "temporarily_unavailable"
            }
            status if status.is_server_error() => "server_error",
            _ => "invalid_request",
        };
        let retry_after = problem.retry_after;
        Self { retry_after, ..Self::new(problem.status, error, problem.message) }
    }
}

impl IntoResponse for OauthError {
    fn into_response(self) -> Response {
        let Self { status, error, description, retry_after } = self;
        let body = TokenError { error: error.into(), error_description: description };
        let mut response = (status, Json(body)).into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
