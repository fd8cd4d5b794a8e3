//! The rules of the team (`framework.md`, People and duties; `design.md`, Identity): who may be a
//! member, what a change must not do, and when the escalation team has grown too large.

mod limit;
mod network;
mod step;
mod sync;

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime, date},
};

pub use self::{
    limit::MaxRemove,
    network::Networks,
    step::{Refusal, Seat, Step, bound, check, is_left_with_desk, losing},
    sync::{Planned, Wanted, plan},
};
use super::text::{is_blank, is_unsafe};

/// The longest UPN, in bytes.
const LONGEST_UPN: usize = 254;

/// The longest name in words, and the longest id of an identity provider, in characters: OpenID
/// Connect bounds a subject to 255.
const LONGEST_TEXT: usize = 255;

/// The first day whose end is later than any [`Timestamp`].
const OPEN_END: Date = date(9999, 12, 30);

/// What a UPN looks like, for who has typed another.
pub const UPN_FORM: &str = "a UPN looks like `name@domain`";

/// A UPN is `name@domain`, without spaces, control characters or what makes one name read as
/// another; without a colon, by which the names of programs and devices are told from people's; and
/// without a `#` at its start, by which a line of a file is meant to be no name.
pub fn is_upn(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty()
            && !domain.is_empty()
            && !domain.contains('@')
            && !text.starts_with('#')
            && text.len() <= LONGEST_UPN
            && text.chars().all(|ch| ch != ':' && !ch.is_whitespace() && !is_unsafe(ch))
    })
}

/// A name in words: something, on one line, that reads as it is written.
pub fn is_display_name(text: &str) -> bool {
    !is_blank(text) && text.chars().count() <= LONGEST_TEXT && !text.chars().any(is_unsafe)
}

/// The id that an identity provider gives a person: one word.
pub fn is_oid(text: &str) -> bool {
    !text.is_empty()
        && text.chars().count() <= LONGEST_TEXT
        && !text.chars().any(|ch| ch.is_whitespace() || is_unsafe(ch))
}

/// Reads when a membership ends: a time (RFC 3339), or a day, which is its last one (in UTC). HR
/// systems write an open end as the last day of 9999, which is later than any time that can be kept:
/// it is the latest one.
pub fn parse_until(text: &str) -> Result<Timestamp, String> {
    let text = text.trim();
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    let day = text.parse::<Date>().ok().filter(|_| text.len() == 10);
    let next = day.and_then(|day| day.tomorrow().ok());
    let end = next.and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC).ok());
    let utc = text.strip_suffix(['Z', 'z']).and_then(|time| time.parse::<DateTime>().ok());
    let open = day.or(utc.map(|time| time.date())).filter(|day| *day >= OPEN_END);
    end.map(|end| end.timestamp()).or(open.map(|_| latest())).ok_or_else(|| {
        format!("`{text}` is no day or time: write `2026-12-31` or `2026-12-31T17:00:00Z`")
    })
}

/// The latest time, in whole seconds: a store keeps no finer ones.
fn latest() -> Timestamp {
    Timestamp::from_second(Timestamp::MAX.as_second()).unwrap_or(Timestamp::MAX)
}

/// True where something was given, or last used, at least `span` before `now`.
pub fn is_unused(
    since: Timestamp,
    last_used: Option<Timestamp>,
    span: SignedDuration,
    now: Timestamp,
) -> bool {
    // What was given yesterday has had no time to lie idle.
    now.duration_since(last_used.map_or(since, |used| used.max(since))) >= span
}

/// How many may escalate, and how many are on the desk beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Desk {
    /// Members with the role `support`.
    pub escalation: u32,
    /// Members with the role `desk` and without `support`.
    pub rest: u32,
}

impl Desk {
    /// Why the escalation team is too large: it is the few on the desk who may elevate, and is kept
    /// smaller than the desk. One alone is never too many.
    pub fn warning(self) -> Option<String> {
        let Desk { escalation, rest } = self;
        (escalation > 1 && escalation >= rest).then(|| {
            format!(
                "The escalation team is not smaller than the desk: {escalation} members may \
                 elevate (role `support`), beside {rest} who only take calls (role `desk`)."
            )
        })
    }
}

#[cfg(test)]
mod tests;
