//! What a caller is told when something is not done: a status, one sentence, and no cause.
//!
//! The cause goes to the log, under the request id that the caller gets in a header.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use serde_json::Value;
use uuid::Uuid;

use crate::api::{ErrorBody, ErrorDetail, ErrorObject, messages};

/// An answer that is not a success.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// One sentence.
    pub message: String,
    /// The fields at fault.
    pub details: Vec<ErrorDetail>,
    /// Seconds to wait before trying again.
    pub retry_after: Option<u64>,
    /// A `WWW-Authenticate` challenge.
    pub challenge: Option<String>,
    /// What the audit trail says of it, where that is more than the sentence of a rule.
    pub event: Option<Box<RefusedBecause>>,
}

impl Problem {
    /// A problem of `status` that says `message`.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            details: Vec::new(),
            retry_after: None,
            challenge: None,
            event: None,
        }
    }

    /// 400
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 403
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    /// 404
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// 409
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    /// 501
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_IMPLEMENTED, message)
    }

    /// 500; the cause has been logged.
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "The service failed to answer this request.")
    }

    /// 503: nothing was changed, because it could not be recorded.
    pub fn unavailable() -> Self {
        let message = "The service cannot record this now, so nothing was done.";
        Self { retry_after: Some(5), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, message) }
    }

    /// Names a field at fault.
    #[must_use]
    pub fn at(mut self, target: &str, code: &str, message: impl Into<String>) -> Self {
        self.details.push(ErrorDetail {
            code: code.to_owned(),
            message: message.into(),
            target: target.to_owned(),
        });
        self
    }

    /// Says what the audit trail tells of it.
    #[must_use]
    pub fn told_as(mut self, event: RefusedBecause) -> Self {
        self.event = Some(Box::new(event));
        self
    }

    /// The answer's text, to be kept for a repeat.
    pub fn text(self) -> Result<String, Self> {
        serde_json::to_string(&self.body()).map_err(|_| Self::internal())
    }

    fn body(self) -> ErrorBody {
        ErrorBody {
            error: ErrorObject {
                code: self.status.as_u16().to_string(),
                message: self.message,
                details: self.details,
            },
        }
    }

    /// Says how many seconds to wait.
    #[must_use]
    pub fn wait(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}

/// What a refused operation's answer carries inside the service, for the audit trail: its sentence.
#[derive(Debug, Clone)]
pub struct RefusedByRule(pub String);

/// As [`RefusedByRule`], where the operation has an event of its own for it.
#[derive(Debug, Clone)]
pub struct RefusedBecause {
    /// What was refused, as the trail says it.
    pub action: &'static str,
    /// On which device.
    pub device: Option<String>,
    /// On which elevation request.
    pub request: Option<Uuid>,
    /// Small facts, where there are any; never a secret.
    pub detail: Option<Value>,
}

impl RefusedBecause {
    /// `action` was refused.
    pub fn new(action: &'static str) -> Self {
        Self { action, device: None, request: None, detail: None }
    }

    /// With facts.
    #[must_use]
    pub fn detail(self, detail: Value) -> Self {
        Self { detail: Some(detail), ..self }
    }
}

/// A fault of the store: the caller learns that nothing was done, the log learns why.
impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(%error, "the store failed");
        Self::unavailable()
    }
}

impl IntoResponse for Problem {
    fn into_response(mut self) -> Response {
        let event = self.event.take();
        let by_rule = self.details.first().is_some_and(|detail| detail.code == messages::RULE);
        let refused = by_rule.then(|| RefusedByRule(self.message.clone()));
        let (status, retry_after, challenge) =
            (self.status, self.retry_after, self.challenge.clone());
        let mut response = (status, Json(self.body())).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(challenge) = challenge.as_deref().and_then(|c| c.parse().ok()) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(event) = event {
            response.extensions_mut().insert(*event);
        } else if let Some(refused) = refused {
            response.extensions_mut().insert(refused);
        }
        response
    }
}
