//! What a service's refusal means: which kind of error, which sentence, which way on.
//!
//! Our own operations say in the first detail that a rule refused; the documented ones say it by
//! their sentence alone ([`messages`]).

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::tickets::{self, Told};
use crate::{
    api::{ErrorBody, ErrorDetail, TENANT, messages, session::TokenError, ticket::hand_over},
    error::{Error, Kind},
};

/// The longest sentence that is shown of a body that is not ours.
const FOREIGN: usize = 200;

/// An answer that is not a success.
pub(super) struct Refusal<'a> {
    pub(super) status: StatusCode,
    pub(super) body: &'a [u8],
    pub(super) retry_after: Option<Duration>,
    pub(super) location: Option<&'a str>,
    pub(super) request_id: &'a str,
    pub(super) origin: &'a str,
    /// What whoever is not signed in does next.
    pub(super) way_in: &'a str,
}

/// What the body says of itself.
struct Said {
    message: Option<String>,
    details: Vec<ErrorDetail>,
    oauth: Option<String>,
}

/// The error of whoever asked.
pub(super) fn error(refusal: &Refusal<'_>) -> Error {
    let Refusal { status, origin, .. } = *refusal;
    let said = said(refusal.body);
    let rule = said.details.first().is_some_and(|detail| detail.code == messages::RULE);
    let message = said.message.as_deref().unwrap_or_default();
    let is_tenant = |detail: &ErrorDetail| detail.target == TENANT && detail.code == "required";
    let of_several = said.details.iter().any(is_tenant);
    let kind = match &said.oauth {
        Some(code) => oauth_kind(status, code),
        None if rule => Kind::Refused,
        // It says itself when to come back (`design.md`, exit 8).
        None if status == StatusCode::SERVICE_UNAVAILABLE && refusal.retry_after.is_some() => {
            Kind::NotNow
        }
        None => kind(status, message),
    };
    let sentence = match &said.message {
        // Which header it is matters to other clients.
        Some(_) if of_several => "you are a member of several tenants: which one?".into(),
        Some(message) => plain(message),
        None if status.is_redirection() => {
            let to = refusal.location.map(plain).unwrap_or_else(|| "elsewhere".into());
            format!("{origin} redirects to {to}, which is not followed")
        }
        None => format!("the service answered {status}"),
    };
    let mut error = Error::new(kind, sentence);
    if said.message.is_none() && !status.is_redirection() {
        error.causes.extend(foreign(refusal.body));
    }
    for detail in said.details.iter().filter(|detail| detail.message != message) {
        if is_tenant(detail) {
            let told = plain(&detail.message);
            let (domain, name) = told.split_once(' ').unwrap_or((&told, ""));
            let named = format!("`--tenant {domain}` {name}");
            error = error.hint(named.trim_end());
            continue;
        }
        if detail.code == messages::ROLE {
            // The next step is a person.
            error = error.hint(match plain(&detail.message).as_str() {
                "" => "nobody holds it: an admin gives it by `mmd team add UPN --role ROLE`".into(),
                holders => format!("ask who may: {holders}"),
            });
            continue;
        }
        let people = match detail.code.as_str() {
            hand_over::NOTIFYING => Some("a notice goes to"),
            hand_over::CALL => Some("call"),
            _ => None,
        };
        if let Some(how) = people {
            let (address, who) = (plain(&detail.target), plain(&detail.message));
            error = error.hint(format!("{how}: {}", Told { address, who }));
            continue;
        }
        let target = plain(&detail.target);
        let at = if target.is_empty() { target } else { format!("{target}: ") };
        error = error.cause(format!("{at}{}", plain(&detail.message)));
    }
    if said.details.iter().any(|detail| detail.code == hand_over::NOTIFYING) {
        error = error.hint(tickets::URGENT);
    }
    if status.is_server_error() {
        error = error.cause(format!("request id {}", refusal.request_id));
    }
    if kind == Kind::SignIn {
        error = error.hint(refusal.way_in);
    } else if message == messages::NO_SUCH_TICKET {
        error = error.hint("`mmd escalate list` lists those that you see");
    } else if message == messages::NO_SUCH_TENANT {
        error = error.hint(
            "it is named by `--tenant`, `MMD_TENANT` or the profile: leave it out there, or name \
             one that you are a member of",
        );
    } else if rule && said.details[0].target == "category" {
        // The one rule about a category: somebody has to be there for its area.
        error = error.hint("an admin sets one by `mmd team contacts set AREA`");
    } else if status.is_redirection() || (said.message.is_none() && status.is_client_error()) {
        error = error.hint("is this the address of an `mmd` service? name it: `--service URL`");
    }
    error.retry_after = refusal.retry_after;
    error.details(facts(refusal, &said.details))
}

/// The kind that follows from status and sentence.
fn kind(status: StatusCode, message: &str) -> Kind {
    match (status.as_u16(), message) {
        (403, messages::TEST_RING | messages::TOO_MANY_OPEN)
        | (400, messages::ALREADY_CLOSED)
        | (404, messages::NO_OPEN_REQUEST) => Kind::Refused,
        (409, messages::NO_PASSWORD_YET | messages::NOT_CONFIRMED) | (429, _) => Kind::NotNow,
        (401, _) => Kind::SignIn,
        (403, _) => Kind::Forbidden,
        (404 | 410, _) => Kind::NotFound,
        (409 | 412, _) => Kind::Refused,
        (400 | 413 | 414 | 415 | 422 | 501, _) => Kind::Usage,
        _ => Kind::Failed,
    }
}

/// RFC 6749, 5.2: a program whose secret is wrong is not signed in, whatever the status.
fn oauth_kind(status: StatusCode, code: &str) -> Kind {
    match code {
        "invalid_client" | "invalid_grant" => Kind::SignIn,
        "unauthorized_client" | "access_denied" => Kind::Forbidden,
        _ => kind(status, ""),
    }
}

fn said(body: &[u8]) -> Said {
    if let Ok(ErrorBody { error }) = serde_json::from_slice(body) {
        return Said { message: Some(error.message), details: error.details, oauth: None };
    }
    if let Ok(TokenError { error, error_description }) = serde_json::from_slice(body) {
        return Said { message: Some(error_description), details: vec![], oauth: Some(error) };
    }
    // The shape of one documented operation (reassign a profile).
    let message = serde_json::from_slice::<Value>(body)
        .ok()
        .and_then(|body| body.get("message")?.as_str().map(str::to_owned));
    Said { message, details: vec![], oauth: None }
}

/// The beginning of a body that is not ours, a proxy's for instance; no markup.
fn foreign(body: &[u8]) -> Option<String> {
    let text = plain(&String::from_utf8_lossy(body));
    let shown: String = text.chars().take(FOREIGN).collect();
    (!shown.is_empty() && !shown.starts_with(['<', '{', '['])).then_some(shown)
}

fn facts(refusal: &Refusal<'_>, details: &[ErrorDetail]) -> Value {
    let mut facts = json!({
        "status": refusal.status.as_u16(),
        "requestId": refusal.request_id,
    });
    if !details.is_empty() {
        let fields = details.iter().map(|detail| {
            let (code, message) = (plain(&detail.code), plain(&detail.message));
            json!({ "code": code, "message": message, "target": plain(&detail.target) })
        });
        facts["fields"] = fields.collect();
    }
    facts
}

/// Text from a service without what would steer a terminal: one line, no control characters, no
/// characters that turn the direction of writing.
pub(super) fn plain(text: &str) -> String {
    let steers = |c: &char| matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let spaced: String = text
        .chars()
        .filter(|c| !steers(c) && (!c.is_control() || c.is_whitespace()))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    spaced.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "https://mmd.example.com";
    const WAY_IN: &str = "sign in: `mmd login --profile two`";

    fn refused(status: u16, body: &str) -> Error {
        error(&Refusal {
            status: StatusCode::from_u16(status).unwrap(),
            body: body.as_bytes(),
            retry_after: None,
            location: Some("https://elsewhere.example.com/"),
            request_id: "r-1",
            origin: ORIGIN,
            way_in: WAY_IN,
        })
    }

    fn says(status: u16, message: &str) -> String {
        json!({ "error": { "code": status.to_string(), "message": message } }).to_string()
    }

    #[test]
    fn who_is_of_several_tenants_is_told_of_the_option_and_of_their_names() {
        let detail =
            |message: &str| json!({ "code": "required", "target": TENANT, "message": message });
        let details = [detail("contoso.com (Contoso)"), detail("fabrikam.com (Fabrikam Inc.)")];
        let message = "You are of several tenants: name one in the header `mmd-tenant`: a, b.";
        let body = json!({ "error": { "code": "400", "message": message, "details": details } });
        let error = refused(400, &body.to_string());
        assert_eq!(error.kind, Kind::Usage);
        assert_eq!(error.message, "you are a member of several tenants: which one?");
        assert_eq!(
            error.hints,
            ["`--tenant contoso.com` (Contoso)", "`--tenant fabrikam.com` (Fabrikam Inc.)"]
        );
        assert!(error.causes.is_empty(), "{:?}", error.causes);
    }

    #[test]
    fn the_kind_follows_from_status_and_sentence() {
        let table = [
            (400, "`$filter` is wrong at offset 3.", Kind::Usage),
            (400, messages::ALREADY_CLOSED, Kind::Refused),
            (401, "The token has expired.", Kind::SignIn),
            (403, "Only support may do this: ask sam@contoso.com.", Kind::Forbidden),
            (403, messages::TEST_RING, Kind::Refused),
            (403, messages::TOO_MANY_OPEN, Kind::Refused),
            (404, messages::NO_SUCH_DEVICE, Kind::NotFound),
            (404, messages::NO_SUCH_REQUEST, Kind::NotFound),
            (404, messages::NO_OPEN_REQUEST, Kind::Refused),
            (405, "HEAD reads nothing here.", Kind::Failed),
            (409, messages::NO_PASSWORD_YET, Kind::NotNow),
            (409, messages::NOT_CONFIRMED, Kind::NotNow),
            (409, "Another device has this name.", Kind::Refused),
            (413, "The body is too large.", Kind::Usage),
            (429, "Slow down.", Kind::NotNow),
            (500, "The service failed to answer this request.", Kind::Failed),
            (501, "`$apply` is not supported.", Kind::Usage),
            (503, "The service cannot record this now, so nothing was done.", Kind::Failed),
        ];
        for (status, message, kind) in table {
            let error = refused(status, &says(status, message));
            assert_eq!((error.kind, error.message.as_str()), (kind, message), "{status}");
        }
    }

    #[test]
    fn a_service_that_says_when_to_come_back_is_not_ready_yet_and_has_not_failed() {
        let body = says(503, "The service cannot record this now, so nothing was done.");
        let at = |status: u16, wait: Option<u64>| {
            error(&Refusal {
                status: StatusCode::from_u16(status).unwrap(),
                body: body.as_bytes(),
                retry_after: wait.map(Duration::from_secs),
                location: None,
                request_id: "r-1",
                origin: ORIGIN,
                way_in: WAY_IN,
            })
        };
        let error = at(503, Some(5));
        assert_eq!((error.kind, error.retry_after), (Kind::NotNow, Some(Duration::from_secs(5))));
        assert_eq!(error.causes, ["request id r-1"]);
        assert_eq!(at(503, None).kind, Kind::Failed);
        assert_eq!(at(500, Some(5)).kind, Kind::Failed);
    }

    #[test]
    fn who_may_is_named_where_a_role_is_missing() {
        for (holders, hint) in [
            ("ana@contoso.com, bob@contoso.com", "ask who may: ana@contoso.com, bob@contoso.com"),
            ("", "nobody holds it: an admin gives it by `mmd team add UPN --role ROLE`"),
        ] {
            let body = json!({ "error": { "code": "403", "message": "This needs the role `support`.",
                "details": [{ "code": "role", "message": holders, "target": "support" }] } });
            let error = refused(403, &body.to_string());
            assert_eq!((error.kind, error.hints), (Kind::Forbidden, vec![hint.to_owned()]));
            assert_eq!(error.causes, Vec::<String>::new());
        }
    }

    #[test]
    fn who_is_notified_and_whom_to_call_are_people_and_no_causes() {
        let body = json!({ "error": { "code": "403", "message": "An admin chooses.", "details": [
            { "code": "rule", "message": "An admin chooses.", "target": "severity" },
            { "code": "notifying", "message": "Ida Admin, +34 1", "target": "ida@contoso.com" },
            { "code": "call", "message": "bob@contoso.com", "target": "bob@contoso.com" },
        ] } });
        let error = refused(403, &body.to_string());
        let hints = [
            "a notice goes to: Ida Admin, +34 1 <ida@contoso.com>",
            "call: bob@contoso.com",
            tickets::URGENT,
        ];
        assert_eq!((error.kind, error.hints), (Kind::Refused, hints.map(str::to_owned).to_vec()));
        assert_eq!(error.causes, Vec::<String>::new());
        let missing = refused(404, &says(404, messages::NO_SUCH_TICKET));
        assert_eq!(missing.hints, ["`mmd escalate list` lists those that you see"]);
    }

    #[test]
    fn what_a_rule_waits_for_is_named_with_its_command() {
        let message = "Nobody is there.";
        let body = json!({ "error": { "code": "409", "message": message,
            "details": [{ "code": "rule", "message": message, "target": "category" }] } });
        let error = refused(409, &body.to_string());
        let hint = "an admin sets one by `mmd team contacts set AREA`";
        assert_eq!((error.kind, error.hints), (Kind::Refused, vec![hint.to_owned()]));
    }

    #[test]
    fn a_rule_is_told_by_the_first_detail_whatever_the_status() {
        for status in [400, 403, 404, 409, 422] {
            let message = "The last admin cannot be removed.";
            let body = json!({ "error": { "code": status.to_string(), "message": message,
                "details": [{ "code": "rule", "message": message, "target": "upn" }] } });
            let error = refused(status, &body.to_string());
            assert_eq!(error.kind, Kind::Refused, "{status}");
            assert_eq!(error.causes, Vec::<String>::new(), "the sentence is said once");
        }
    }

    #[test]
    fn who_is_not_signed_in_is_told_where_to() {
        let error = refused(401, &says(401, "The token has expired."));
        assert_eq!(error.hints, [WAY_IN]);
        let body = r#"{"error": "invalid_client", "error_description": "The secret is wrong."}"#;
        let error = refused(400, body);
        assert_eq!((error.kind, error.message.as_str()), (Kind::SignIn, "The secret is wrong."));
    }

    #[test]
    fn a_fault_of_the_service_names_the_request() {
        let error = refused(500, &says(500, "The service failed."));
        assert_eq!(error.causes, ["request id r-1"]);
        let error = refused(502, "<html>Bad Gateway</html>");
        assert_eq!(error.message, "the service answered 502 Bad Gateway");
        assert_eq!(error.causes, ["request id r-1"]);
    }

    #[test]
    fn fields_at_fault_are_named() {
        let body = json!({ "error": { "code": "400", "message": "Something is missing.",
            "details": [{ "code": "missing", "message": "It is required.", "target": "title" }] } });
        let error = refused(400, &body.to_string());
        assert_eq!(error.causes, ["title: It is required."]);
        assert_eq!(error.details.unwrap()["fields"][0]["target"], "title");
    }

    #[test]
    fn what_would_steer_a_terminal_is_left_out() {
        let error = refused(404, &says(404, "No\u{1b}[31m such\r\ndevice\u{202e}\u{9b}."));
        assert_eq!(error.message, "No[31m such  device.");
    }

    #[test]
    fn a_redirect_says_where_it_leads() {
        let error = refused(302, "");
        let to = "redirects to https://elsewhere.example.com/, which is not followed";
        assert_eq!(error.message, format!("{ORIGIN} {to}"));
    }
}
