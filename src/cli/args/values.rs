//! What a typed value may look like.

use std::{ffi::OsStr, str::FromStr, time::Duration};

use clap::{
    Arg, Command,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};
use uuid::Uuid;

use super::doctor::Wanted;
use crate::{
    api::{
        delivery::State,
        device::RotationState,
        team::Role,
        ticket::{Area, Destination, Hours, Severity, TicketState, TicketType},
    },
    cli::{
        complete::{SHELLS, shells::Shell},
        output::{ColorChoice, Format, delivery::Field},
        verbs::{escalate::since::Since, serve::LogFormat, team::add::Until},
    },
    domain::{
        route::terms::Term,
        team::{Networks, UPN_FORM, is_oid, is_upn, parse_until},
        text::is_blank,
    },
};

/// The update rings, as the documented contract writes them.
pub const RINGS: [&str; 4] = ["Test", "First", "Fast", "Broad"];

/// Text that says something: the service takes a blank required string for a missing one.
pub fn not_blank(text: &str) -> Result<String, String> {
    if is_blank(text) { Err("it is blank".into()) } else { Ok(text.to_owned()) }
}

/// A support request's id: ours have no small letters, however they are typed.
pub fn ticket(text: &str) -> Result<String, String> {
    let text = not_blank(text)?.trim().to_owned();
    let is_ours = text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("MMD-"));
    Ok(if is_ours { text.to_ascii_uppercase() } else { text })
}

/// A member's name, `name@domain`.
pub fn upn(text: &str) -> Result<String, String> {
    if is_upn(text) { Ok(text.to_owned()) } else { Err(UPN_FORM.into()) }
}

/// As [`upn`]; `-` stands for standard input.
pub fn upn_or_stdin(text: &str) -> Result<String, String> {
    if text == "-" { Ok(text.to_owned()) } else { upn(text) }
}

/// `--until`: a day, a time, or `never`.
pub fn until(text: &str) -> Result<Until, String> {
    match text {
        "never" => Ok(Until(None)),
        text => parse_until(text).map(|end| Until(Some(end))),
    }
}

/// `--oid`
pub fn oid(text: &str) -> Result<String, String> {
    if is_oid(text) { Ok(text.to_owned()) } else { Err("it is one word".into()) }
}

/// `--from`
pub fn network(text: &str) -> Result<String, String> {
    Networks::parse(&[text]).map(|networks| networks.texts().concat())
}

/// What a support request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linked {
    /// This elevation request.
    To(Uuid),
    /// None any more: an empty value.
    Nothing,
}

/// `--elevation`
pub fn elevation(text: &str) -> Result<Linked, String> {
    if text.is_empty() {
        return Ok(Linked::Nothing);
    }
    let wrong =
        || format!("`{text}` is no id of an elevation request: `mmd elevate list` shows them");
    text.trim().parse().map(Linked::To).map_err(|_| wrong())
}

/// As [`not_blank`], or empty.
pub fn empty_or_not_blank(text: &str) -> Result<String, String> {
    if text.is_empty() { Ok(String::new()) } else { not_blank(text) }
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

/// `7d`, or a time span as of [`span`].
pub fn days_or_span(text: &str) -> Result<Duration, String> {
    match text.trim().ends_with('d') {
        true => days(text).map(|days| Duration::from_secs(u64::from(days) * 86_400)),
        false => span(text),
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

/// Words that their type reads, and explains where they are wrong; help and completions show one
/// spelling of each.
#[derive(Clone)]
struct Words<T> {
    shown: Vec<&'static str>,
    read: fn(&str) -> Result<T, String>,
}

impl<T: FromStr<Err = String>> Words<T> {
    fn new(shown: impl IntoIterator<Item = &'static str>) -> Self {
        Self { shown: shown.into_iter().collect(), read: T::from_str }
    }
}

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Words<T> {
    type Value = T;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<T, clap::Error> {
        self.read.parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.shown.iter().map(PossibleValue::new)))
    }
}

/// A word of a closed list of the decision table.
pub fn term<T: Term + Send + Sync>() -> impl TypedValueParser<Value = T> {
    let words = PossibleValuesParser::new(T::ALL.iter().map(|term| term.as_str()));
    words.try_map(|text| {
        let known = T::ALL.iter().copied().find(|term| term.as_str() == text);
        // The parser has let only these words pass.
        known.ok_or("it is no such word")
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

/// `doctor deliveries list --state`
pub fn delivery_state() -> impl TypedValueParser<Value = Wanted> {
    one_of([
        ("dead", Wanted(Some(State::Dead))),
        ("pending", Wanted(Some(State::Pending))),
        ("delivered", Wanted(Some(State::Delivered))),
        ("all", Wanted(None)),
    ])
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

/// `--severity`: a letter or a word
pub fn severity() -> impl TypedValueParser<Value = Severity> {
    // The published API's 2 is what people call 1: only files and the wire have numbers.
    let read = |text: &str| match text.parse::<u8>() {
        Ok(_) => Err(format!(
            "`{text}` is not a severity: use A (critical), B (moderate) or C (minimal)"
        )),
        Err(_) => text.parse(),
    };
    Words { shown: Severity::ALL.map(Severity::letter).to_vec(), read }
}

/// `--type`
pub fn ticket_type() -> impl TypedValueParser<Value = TicketType> {
    Words::<TicketType>::new(TicketType::ALL.iter().map(|known| known.as_str()))
}

/// `--hours`
pub fn hours() -> impl TypedValueParser<Value = Hours> {
    Words::<Hours>::new(Hours::ALL.iter().map(|known| known.as_str()))
}

/// `--to`
pub fn destination() -> impl TypedValueParser<Value = Destination> {
    Words::<Destination>::new(Destination::ALL.iter().map(|known| known.as_str()))
}

/// An area of an admin contact.
pub fn area() -> impl TypedValueParser<Value = Area> {
    // As they are typed without quotes.
    Words::<Area>::new(["app-packaging", "devices", "security", "it-help-desk", "other"])
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
        for blank in [" \t", "\u{200b}"] {
            assert!(not_blank(blank).is_err(), "{blank:?}");
        }
        assert!(upn_or_stdin("-").is_ok() && upn("-").is_err());
    }

    #[test]
    fn ends_and_networks_are_read_early() {
        assert_eq!(until("never"), Ok(Until(None)));
        let end = "2027-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(until("2026-12-31"), Ok(Until(Some(end))));
        assert!(until("soon").is_err() && oid("a b").is_err());
        assert_eq!(network("10.1.2.3/16"), Ok("10.1.0.0/16".into()));
        assert!(network("everywhere").is_err());
        assert_eq!(days_or_span("7d"), Ok(Duration::from_secs(604_800)));
        assert_eq!(days_or_span("12h"), Ok(Duration::from_secs(43_200)));
    }
}
