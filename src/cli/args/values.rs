//! What a typed value may look like.

use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::{
    api::{
        device::RotationState,
        team::Role,
        ticket::{Area, Destination, Hours, Severity, TicketState, TicketType},
    },
    cli::{
        complete::{SHELLS, shells::Shell},
        output::{ColorChoice, Format, delivery::Field},
        verbs::{escalate::since::Since, serve::LogFormat},
    },
};

/// The update rings, as the documented contract writes them.
pub const RINGS: [&str; 4] = ["Test", "First", "Fast", "Broad"];

/// What a program may be allowed.
pub const PERMISSIONS: [&str; 4] = ["devices", "tickets", "elevations", "passwords"];

/// Text that says something: the service takes a blank required string for a missing one.
pub fn not_blank(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("it is blank".into()) } else { Ok(text.to_owned()) }
}

/// A member's name, `name@domain`.
pub fn upn(text: &str) -> Result<String, String> {
    let parts = text.split_once('@');
    if parts.is_some_and(|(name, domain)| !name.is_empty() && !domain.is_empty()) {
        Ok(text.to_owned())
    } else {
        Err("a UPN looks like `name@domain`".into())
    }
}

/// `20s`, `2min`, `1h 30m`; a bare number counts seconds. May be no time at all.
pub fn wait(text: &str) -> Result<Duration, String> {
    if let Ok(seconds) = text.trim().parse() {
        return Ok(Duration::from_secs(seconds));
    }
    let wrong = || format!("`{text}` is not a time span: write `20s`, `2min` or `1h`");
    let span: jiff::SignedDuration = text.trim().parse().map_err(|_| wrong())?;
    Duration::try_from(span).map_err(|_| wrong())
}

/// As [`wait`], but some time.
pub fn span(text: &str) -> Result<Duration, String> {
    match wait(text)? {
        span if span < Duration::from_secs(1) => {
            Err(format!("`{text}` is too short: a second is the least"))
        }
        span => Ok(span),
    }
}

/// `180d`, or a bare number of days.
pub fn days(text: &str) -> Result<u32, String> {
    let number = text.trim().strip_suffix('d').unwrap_or(text.trim());
    match number.trim().parse() {
        Ok(days) if days > 0 => Ok(days),
        _ => Err(format!("`{text}` is no number of days: write `180d`")),
    }
}

/// A parser for the words of `table`, each with its value.
fn one_of<T: Clone + Send + Sync + 'static, const N: usize>(
    table: [(&'static str, T); N],
) -> impl TypedValueParser<Value = T> {
    let words = PossibleValuesParser::new(table.iter().map(|(word, _)| *word).collect::<Vec<_>>());
    words.try_map(move |text| {
        let known = table.iter().find(|(word, _)| *word == text);
        // The parser has let only these words pass.
        known.map(|(_, value)| value.clone()).ok_or("it is no such word")
    })
}

/// `--output`
pub fn format() -> impl TypedValueParser<Value = Format> {
    one_of([("table", Format::Table), ("json", Format::Json), ("csv", Format::Csv)])
}

/// `--color`
pub fn color() -> impl TypedValueParser<Value = ColorChoice> {
    one_of([
        ("auto", ColorChoice::Auto),
        ("always", ColorChoice::Always),
        ("never", ColorChoice::Never),
    ])
}

/// `--field`
pub fn field() -> impl TypedValueParser<Value = Field> {
    one_of(Field::ALL)
}

/// `--role`
pub fn role() -> impl TypedValueParser<Value = Role> {
    one_of(Role::ALL.map(|role| (role.as_str(), role)))
}

/// `--rotation`
pub fn rotation() -> impl TypedValueParser<Value = RotationState> {
    one_of([
        ("ok", RotationState::Ok),
        ("owed", RotationState::Owed),
        ("pending", RotationState::Pending),
        ("failed", RotationState::Failed),
        ("never", RotationState::Never),
    ])
}

/// `SHELL`
pub fn shell() -> impl TypedValueParser<Value = Shell> {
    one_of(SHELLS)
}

/// `--severity`: a letter or a word; only the file and the wire have numbers.
pub fn severity(text: &str) -> Result<Severity, String> {
    text.parse()
}

/// `--type`
pub fn ticket_type(text: &str) -> Result<TicketType, String> {
    text.parse()
}

/// `--hours`
pub fn hours(text: &str) -> Result<Hours, String> {
    text.parse()
}

/// `--to`
pub fn destination(text: &str) -> Result<Destination, String> {
    text.parse()
}

/// An area of an admin contact.
pub fn area(text: &str) -> Result<Area, String> {
    text.parse()
}

/// `--since`
pub fn since(text: &str) -> Result<Since, String> {
    text.parse()
}

/// `--state` of support requests
pub fn ticket_state() -> impl TypedValueParser<Value = TicketState> {
    one_of([
        ("active", TicketState::Active),
        ("resolved", TicketState::Resolved),
        ("awaiting-admin", TicketState::AwaitingAdmin),
        ("awaitingAdmin", TicketState::AwaitingAdmin),
    ])
}

/// `--log-format`
pub fn log_format() -> impl TypedValueParser<Value = LogFormat> {
    one_of([("text", LogFormat::Text), ("json", LogFormat::Json)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_people_write_them() {
        for (text, seconds) in
            [("20s", 20), ("20", 20), ("2min", 120), ("1h 30m", 5400), ("0", 0), ("PT2H", 7200)]
        {
            assert_eq!(wait(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "soon", "-5s", "-5", "3 fortnights"] {
            assert!(wait(text).is_err(), "{text}");
        }
        assert!(span("0s").is_err());
        assert_eq!((days("180d"), days("7")), (Ok(180), Ok(7)));
        assert!(days("0d").is_err() && days("soon").is_err());
    }

    #[test]
    fn names_of_members_have_two_parts() {
        assert!(upn("ana@contoso.com").is_ok());
        for text in ["ana", "@contoso.com", "ana@", ""] {
            assert!(upn(text).is_err(), "{text}");
        }
        assert!(not_blank(" \t").is_err());
    }
}
