//! What callers send: JSON bodies in either casing, preferences, and the query options of lists.

mod query;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, StatusCode, request::Parts},
};
use serde_json::{Map, Value};

pub use query::{ListQuery, query_pairs, query_values, refuse_options};

use super::problem::Problem;
use crate::{
    api::{ErrorDetail, PREFER},
    domain::text::is_blank,
};

/// The largest JSON body, in bytes.
pub const MAX_BODY: usize = 1 << 20;

/// The largest JSON body that names many members, in bytes.
pub const LARGE_BODY: usize = 16 << 20;

/// How large the body of an operation may be, where it may be larger than others.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimit(pub usize);

/// The longest wait that a caller may ask for, in seconds.
pub const MAX_WAIT: u64 = 55;

/// How long a body may take to arrive: one that trickles must not hold a connection for ever.
pub const BODY_TIME: std::time::Duration = std::time::Duration::from_secs(30);

/// A JSON object whose members begin with a small letter, whatever was sent.
#[derive(Debug, Default)]
pub struct Body(pub Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        parse(&arrive(request, state).await?).map(Body)
    }
}

/// A JSON array.
#[derive(Debug)]
pub struct Items(pub Vec<Value>);

impl<S: Send + Sync> FromRequest<S> for Items {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match parse_value(&arrive(request, state).await?)? {
            Value::Array(items) if !items.iter().any(has_nul) => Ok(Self(items)),
            Value::Array(_) => Err(Problem::bad_request("A string in the body holds U+0000.")),
            _ => Err(Problem::bad_request("The body is not a JSON array.")),
        }
    }
}

/// The whole body, within its bounds of size and time.
async fn arrive<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    let limit = request.extensions().get::<BodyLimit>().map_or(MAX_BODY, |limit| limit.0);
    let arriving = tokio::time::timeout(BODY_TIME, Bytes::from_request(request, state));
    let arrived = arriving.await.map_err(|_| {
        Problem::new(StatusCode::REQUEST_TIMEOUT, "The body did not arrive in time.")
    })?;
    arrived.map_err(|rejection| match rejection.into_response_status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            let message = format!("The body is larger than {} MiB.", limit >> 20);
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, message)
        }
        _ => Problem::bad_request("The body did not arrive whole."),
    })
}

/// The status of an axum rejection, without depending on its variants.
trait RejectionStatus {
    fn into_response_status(self) -> StatusCode;
}

impl<T: axum::response::IntoResponse> RejectionStatus for T {
    fn into_response_status(self) -> StatusCode {
        self.into_response().status()
    }
}

fn parse_value(bytes: &[u8]) -> Result<Value, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Problem::bad_request(format!(
            "The body is not UTF-8: the byte at offset {} is wrong.",
            error.valid_up_to()
        ))
    })?;
    serde_json::from_str(text).map_err(|error| not_json(text, &error))
}

fn parse(bytes: &[u8]) -> Result<Map<String, Value>, Problem> {
    let Value::Object(members) = lower(parse_value(bytes)?) else {
        return Err(Problem::bad_request("The body is not a JSON object."));
    };
    if members.values().any(has_nul) {
        return Err(Problem::bad_request("A string in the body holds U+0000."));
    }
    Ok(members)
}

/// The documentation's own JSON blocks are indented with characters that are no JSON white space:
/// whoever pastes one deserves to be told which.
fn not_json(text: &str, error: &serde_json::Error) -> Problem {
    let line_start: usize =
        text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let offset = (line_start + error.column().saturating_sub(1)).min(text.len());
    // The parser stops at the first or at a later byte of such a character.
    let strange = text.char_indices().find(|&(at, c)| {
        at + c.len_utf8() > offset && at <= offset && !c.is_ascii() && c.is_whitespace()
    });
    match strange {
        Some((at, c)) => Problem::bad_request(format!(
            "The body is not JSON: U+{:04X} at offset {at} is no JSON white space.",
            u32::from(c)
        )),
        None => Problem::bad_request(format!("The body is not JSON, from offset {offset} on.")),
    }
}

/// `PartnerTicketId` and `partnerTicketId` are the same member.
fn lower(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(name, value)| {
                    let mut letters = name.chars();
                    let name = match letters.next() {
                        Some(first) => first.to_ascii_lowercase().to_string() + letters.as_str(),
                        None => name,
                    };
                    (name, lower(value))
                })
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(lower).collect()),
        other => other,
    }
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(members) => members.values().any(has_nul),
        _ => false,
    }
}

impl Body {
    /// Reads the members of `T`; a fault names its member.
    pub fn read<T: serde::de::DeserializeOwned>(self) -> Result<T, Problem> {
        serde_json::from_value(Value::Object(self.0)).map_err(|error| {
            // serde's sentences quote values only where they are of the wrong type; a secret is
            // a string wherever one is expected, and is never quoted.
            Problem::bad_request(format!("The body does not fit: {error}."))
        })
    }

    /// Takes required strings, each present and not blank, at most `max` characters; all faults
    /// are named at once.
    pub fn texts<const N: usize>(
        &self,
        wanted: [(&'static str, usize); N],
    ) -> Result<[String; N], Problem> {
        let mut details: Vec<ErrorDetail> = Vec::new();
        let texts = wanted.map(|(name, max)| {
            let fault = match self.0.get(name) {
                Some(Value::String(text)) if is_blank(text) => {
                    ("required", "must not be blank".to_owned())
                }
                Some(Value::String(text)) if text.chars().count() > max => {
                    ("tooLong", format!("must not be longer than {max} characters"))
                }
                Some(Value::String(text)) => return text.clone(),
                None | Some(Value::Null) => ("required", "is missing".to_owned()),
                Some(_) => ("wrongType", "must be a string".to_owned()),
            };
            details.push(ErrorDetail {
                code: fault.0.to_owned(),
                message: format!("`{name}` {}.", fault.1),
                target: name.to_owned(),
            });
            String::new()
        });
        match details.first() {
            None => Ok(texts),
            Some(first) => {
                let message = first.message.clone();
                Err(Problem { details, ..Problem::bad_request(message) })
            }
        }
    }
}

/// What a caller prefers (RFC 7240).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Preferences {
    /// Our annotations are wanted.
    pub annotations: bool,
    /// Seconds that the caller is ready to wait for a better answer.
    pub wait: u64,
}

impl<S: Sync> FromRequestParts<S> for Preferences {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.headers))
    }
}

impl Preferences {
    fn of(headers: &HeaderMap) -> Self {
        let mut wanted = Self::default();
        let values = headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok());
        for preference in values.flat_map(|value| value.split([',', ';'])) {
            let (name, value) = preference.split_once('=').unwrap_or((preference, ""));
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().trim_start_matches("odata.") {
                "include-annotations" => wanted.annotations |= matches!(value, "*" | "mmd.*"),
                "wait" => wanted.wait = value.parse().unwrap_or(0).min(MAX_WAIT),
                _ => {}
            }
        }
        wanted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_taken_in_either_casing() {
        let body = Body(parse(br#"{"PartnerTicketId": " a ", "title": "b"}"#).unwrap());
        let texts = body.texts([("partnerTicketId", 10), ("title", 10)]).unwrap();
        assert_eq!(texts, [" a ".to_owned(), "b".to_owned()]);
    }

    #[test]
    fn every_fault_of_a_body_is_named() {
        let body = Body(parse(br#"{"title": "  ", "plan": 3, "ticket": "abc"}"#).unwrap());
        let problem = body.texts([("title", 9), ("plan", 9), ("ticket", 2), ("device", 9)]);
        let targets: Vec<_> = problem
            .unwrap_err()
            .details
            .iter()
            .map(|d| format!("{} {}", d.target, d.code))
            .collect();
        assert_eq!(
            targets,
            ["title required", "plan wrongType", "ticket tooLong", "device required"]
        );
    }

    #[test]
    fn a_pasted_example_is_told_which_character_is_wrong() {
        let message = |text: &str| parse(text.as_bytes()).unwrap_err().message;
        assert_eq!(
            message("{\n\u{202f}\u{202f}\"title\": \"x\"}"),
            "The body is not JSON: U+202F at offset 2 is no JSON white space."
        );
        assert_eq!(
            message("{\"a\": 1,\u{a0}\"b\": 2}"),
            "The body is not JSON: U+00A0 at offset 8 is no JSON white space."
        );
        assert_eq!(message("{\"a\": nonsense}"), "The body is not JSON, from offset 7 on.");
        assert_eq!(message("[]"), "The body is not a JSON object.");
        assert_eq!(message(r#"{"a": {"b": ["\u0000"]}}"#), "A string in the body holds U+0000.");
        assert!(parse(b"{\"a\": \"\xff\"}").unwrap_err().message.contains("offset 7"));
        assert!(parse(&b"[".repeat(100_000)).is_err(), "nested too deeply, but no crash");
    }

    #[test]
    fn preferences_are_read_and_bounded() {
        let mut headers = HeaderMap::new();
        headers.append("prefer", "include-annotations=\"mmd.*\", wait=9999".parse().unwrap());
        assert_eq!(Preferences::of(&headers), Preferences { annotations: true, wait: MAX_WAIT });
    }
}
