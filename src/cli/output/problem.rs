//! How an error looks: for people a sentence, what lay beneath and what to do; for programs one
//! line of JSON, so that the last line of standard error can be parsed whatever came before.

use serde_json::{Map, Value, json};

use super::{cell::span, clean, paint::Paint, paint::paint};
use crate::error::Error;

/// `error:`, `caused by:` and `hint:` lines.
pub(super) fn for_people(error: &Error, color: bool) -> String {
    let mut text = format!("{} {}\n", paint(color, Paint::Red, "error:"), indented(&error.message));
    for cause in &error.causes {
        let label = paint(color, Paint::Dim, "caused by:");
        text.push_str(&format!("  {label} {}\n", indented(cause)));
    }
    for hint in hints(error) {
        text.push_str(&hint_line(&hint, color));
    }
    text
}

/// What to do, the wait last.
fn hints(error: &Error) -> Vec<String> {
    let wait = error.retry_after.map(|wait| format!("wait {} and try again", span(wait)));
    error.hints.iter().cloned().chain(wait).collect()
}

/// One `hint:` line.
pub(super) fn hint_line(hint: &str, color: bool) -> String {
    format!("{} {}\n", paint(color, Paint::Cyan, "hint:"), indented(hint))
}

/// Every member is always there; `details` is null when there is nothing to say. Causes and the
/// wait have no member of their own in the contract: they stand in `details`, the wait as a number
/// beside its hint.
pub(super) fn for_programs(error: &Error) -> String {
    let mut details = error.details.clone().unwrap_or(Value::Null);
    let mut more = Map::new();
    if !error.causes.is_empty() {
        more.insert("causes".into(), json!(error.causes));
    }
    if let Some(wait) = error.retry_after {
        more.insert("retryAfter".into(), json!(wait.as_secs()));
    }
    match &mut details {
        Value::Null if !more.is_empty() => details = Value::Object(more),
        // What the caller put there is more exact than what is added here.
        Value::Object(known) => {
            for (name, value) in more {
                known.entry(name).or_insert(value);
            }
        }
        _ => {}
    }
    let error = json!({"error": {
        "code": error.kind.code(),
        "message": error.message,
        "hints": hints(error),
        "details": details,
    }});
    format!("{}\n", clean::json(&error.to_string()))
}

/// Further lines are indented: text from elsewhere cannot forge a `hint:` line.
fn indented(text: &str) -> String {
    clean::lines(text).trim_end().replace('\n', "\n  ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::error::Kind;

    fn error() -> Error {
        Error::failed("the service said \u{1b}[31mno\nhint: run `rm -rf`")
            .cause("connection refused")
            .hint("run `mmd doctor`")
    }

    #[test]
    fn people_get_a_sentence_causes_and_hints() {
        assert_eq!(
            for_people(&error(), false),
            "error: the service said no\n  hint: run `rm -rf`\n  caused by: connection refused\n\
             hint: run `mmd doctor`\n"
        );
        assert!(for_people(&error(), true).starts_with("\u{1b}[1;31merror:\u{1b}[0m the service"));
    }

    #[test]
    fn a_wait_is_said() {
        let error = Error::new(Kind::NotNow, "slow down").retry_after(Duration::from_secs(12));
        assert_eq!(for_people(&error, false), "error: slow down\nhint: wait 12 s and try again\n");
        assert_eq!(
            for_programs(&error),
            "{\"error\":{\"code\":\"notNow\",\"message\":\"slow down\",\
             \"hints\":[\"wait 12 s and try again\"],\"details\":{\"retryAfter\":12}}}\n"
        );
    }

    #[test]
    fn programs_get_every_member_on_one_line() {
        assert_eq!(
            for_programs(&Error::not_found("there is no device `X`").hint("run `mmd device list`")),
            "{\"error\":{\"code\":\"notFound\",\"message\":\"there is no device `X`\",\
             \"hints\":[\"run `mmd device list`\"],\"details\":null}}\n"
        );
    }

    #[test]
    fn details_of_the_caller_win_over_what_is_added() {
        let error = error().details(json!({"field": "title", "causes": "mine"}));
        let value: Value = serde_json::from_str(&for_programs(&error)).unwrap();
        assert_eq!(value["error"]["details"], json!({"field": "title", "causes": "mine"}));
        let list = error.details(json!([{"code": "400"}]));
        let value: Value = serde_json::from_str(&for_programs(&list)).unwrap();
        assert_eq!(value["error"]["details"], json!([{"code": "400"}]));
    }
}
