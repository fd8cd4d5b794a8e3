//! One value of a table or a details view, typed so that each reader gets it in their own form.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::clean;
use crate::secret::Secret;

/// What a text means, for its colour on a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Needs attention soon.
    Warn,
    /// Needs attention now.
    Bad,
    /// Of little interest.
    Dim,
}

/// One value.
#[derive(Debug, Clone)]
pub enum Cell {
    /// Nothing known: empty when piped, `-` on a terminal.
    Empty,
    /// Text; cleaned of control characters when it is shown.
    Text(String),
    /// Text with a colour on a terminal.
    Toned(String, Tone),
    /// A point in time: relative on a terminal, RFC 3339 when piped.
    Time(Timestamp),
    /// A number, aligned to the right.
    Number(i64),
    /// A secret that was asked for by name; the only cell that shows one.
    Secret(Secret),
}

impl Cell {
    /// Text, or [`Cell::Empty`] for none.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
    }

    /// A time, or [`Cell::Empty`] for none.
    pub fn time(time: impl Into<Option<Timestamp>>) -> Self {
        time.into().map_or(Cell::Empty, Cell::Time)
    }

    /// A number, or [`Cell::Empty`] for none.
    pub fn number(number: impl Into<Option<i64>>) -> Self {
        number.into().map_or(Cell::Empty, Cell::Number)
    }

    /// For a person at a terminal; may have several lines.
    pub(super) fn for_people(&self, now: Timestamp) -> String {
        match self {
            Cell::Empty => "-".into(),
            Cell::Text(text) | Cell::Toned(text, _) => clean::lines(text),
            Cell::Time(time) => relative(*time, now),
            Cell::Number(number) => number.to_string(),
            Cell::Secret(secret) => clean::line(secret.expose()).into_owned(),
        }
    }

    /// For a program; with `breaks`, line breaks and tabs in a text stay.
    pub(super) fn for_programs(&self, breaks: bool) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) | Cell::Toned(text, _) if breaks => clean::lines(text),
            Cell::Text(text) | Cell::Toned(text, _) => clean::line(text).into_owned(),
            Cell::Time(time) => time.to_string(),
            Cell::Number(number) => number.to_string(),
            // Exact: a program types what it reads.
            Cell::Secret(secret) => secret.expose().to_owned(),
        }
    }

    /// For a file that a spreadsheet may open: what it would run as a formula begins with `'` there,
    /// which makes it text (OWASP, CSV Injection). Times, numbers, secrets and telephone numbers are
    /// exact.
    pub(super) fn for_csv(&self) -> String {
        let text = self.for_programs(true);
        let is_text = matches!(self, Cell::Text(_) | Cell::Toned(..));
        let is_phone =
            |rest: &str| rest.chars().all(|c| c.is_ascii_digit() || " ()./-".contains(c));
        if is_text
            && !text.strip_prefix('+').is_some_and(is_phone)
            && text.starts_with(['=', '+', '-', '@', '\t', '\r'])
        {
            return format!("'{text}");
        }
        text
    }

    pub(super) fn tone(&self) -> Option<Tone> {
        match self {
            Cell::Toned(_, tone) => Some(*tone),
            Cell::Empty => Some(Tone::Dim),
            _ => None,
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell::text(text)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Cell::text(text)
    }
}

impl From<Timestamp> for Cell {
    fn from(time: Timestamp) -> Self {
        Cell::Time(time)
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Cell::Number(number)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Empty, Into::into)
    }
}

/// From this on a date says more than a number of days.
const FAR: SignedDuration = SignedDuration::from_hours(60 * 24);

/// Whether only the date is told, not how far away it is.
pub(super) fn is_far(time: Timestamp, now: Timestamp) -> bool {
    time.duration_since(now).abs() >= FAR
}

/// `2 h ago`, `in 45 min`; a date beyond 60 days either way.
pub fn relative(time: Timestamp, now: Timestamp) -> String {
    let away = time.duration_since(now);
    if is_far(time, now) {
        return time.strftime("%Y-%m-%d").to_string();
    }
    if away.abs() < SignedDuration::from_secs(1) {
        return "now".into();
    }
    let length = span(rounded(away.unsigned_abs()));
    if away.is_positive() { format!("in {length}") } else { format!("{length} ago") }
}

/// The clock in `zone`, with the date when it is not today's, and how far away that is:
/// `14:05 (2 h)`, `2026-03-02 09:00 (21 h)`, `11:58 (2 min ago)`.
pub(super) fn moment(time: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (local, today) = (time.to_zoned(zone.clone()), now.to_zoned(zone.clone()).date());
    let form = if local.date() == today { "%H:%M" } else { "%Y-%m-%d %H:%M" };
    let (clock, away) = (local.strftime(form), time.duration_since(now));
    let length = span(rounded(away.unsigned_abs()));
    match away {
        _ if is_far(time, now) => clock.to_string(),
        away if away.is_negative() => format!("{clock} ({length} ago)"),
        _ => format!("{clock} ({length})"),
    }
}

/// To whole minutes, from one minute on: what was granted for two hours a moment ago ends in two.
fn rounded(length: Duration) -> Duration {
    match length.as_secs() {
        ..60 => length,
        seconds => Duration::from_secs((seconds + 30) / 60 * 60),
    }
}

/// A length of time in the one or two units that matter; never more than there is.
pub fn span(length: Duration) -> String {
    let seconds = length.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        // Windows are a few hours long: whole hours would hide up to half of one.
        (0, 0..10, _) if minutes % 60 != 0 => format!("{hours} h {} min", minutes % 60),
        (0..2, ..) => format!("{hours} h"),
        _ => format!("{days} d"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_relative_to_now() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        for (seconds, words) in [
            (0, "now"),
            (-1, "1 s ago"),
            (59, "in 59 s"),
            (-60, "1 min ago"),
            (45 * 60, "in 45 min"),
            (-7200, "2 h ago"),
            (7199, "in 2 h"),
            (7140, "in 1 h 59 min"),
            (-11 * 3600 - 1800, "11 h ago"),
            (47 * 3600, "in 47 h"),
            (-48 * 3600, "2 d ago"),
            (59 * 86_400, "in 59 d"),
            (-60 * 86_400, "2025-12-31"),
        ] {
            assert_eq!(relative(now + SignedDuration::from_secs(seconds), now), words);
        }
    }

    #[test]
    fn a_moment_is_on_the_readers_clock_with_a_date_when_it_is_not_today() {
        let now: Timestamp = "2026-03-01T12:00:00.25Z".parse().unwrap();
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        for (time, words) in [
            ("2026-03-01T13:59:59.9Z", "15:59 (2 h)"),
            ("2026-03-01T12:00:00.25Z", "14:00 (0 s)"),
            ("2026-03-01T11:58:00Z", "13:58 (2 min ago)"),
            ("2026-03-01T22:30:00Z", "2026-03-02 00:30 (10 h)"),
            ("2026-05-30T12:00:00Z", "2026-05-30 14:00"),
        ] {
            assert_eq!(moment(time.parse().unwrap(), now, &zone), words);
        }
    }

    #[test]
    fn a_spreadsheet_gets_no_formula() {
        for (text, shown) in [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("+34 (600) 000-000", "+34 (600) 000-000"),
            ("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\u{7}=1", "'=1"),
            ("a=1", "a=1"),
            ("'x", "'x"),
        ] {
            assert_eq!(Cell::text(text).for_csv(), shown);
            assert_eq!(Cell::Toned(text.into(), Tone::Bad).for_csv(), shown);
        }
        assert!(!Cell::text("\r=1").for_csv().starts_with(['\r', '=']));
        assert_eq!(Cell::number(-7).for_csv(), "-7");
        assert_eq!(Cell::Secret(Secret::new("=p".into())).for_csv(), "=p");
        let time: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        assert_eq!(Cell::time(time).for_csv(), "2026-03-01T12:00:00Z");
    }

    #[test]
    fn programs_get_exact_values() {
        let time: Timestamp = "2026-03-01T12:00:00.5Z".parse().unwrap();
        for (cell, text) in [
            (Cell::Empty, ""),
            (Cell::text("a\tb\nc\u{1b}[1m"), "a b c"),
            (Cell::time(time), "2026-03-01T12:00:00.5Z"),
            (Cell::number(7), "7"),
            (Cell::Secret(Secret::new("p%w".into())), "p%w"),
        ] {
            assert_eq!(cell.for_programs(false), text);
        }
    }
}
