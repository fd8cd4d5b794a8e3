//! `--since`: when an issue was first noticed, as people say it.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp, Zoned, civil, tz::TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::error::{Error, Result};

/// A point in time as it is best written.
const EXAMPLE: &str = "2026-03-01T09:00Z";

/// A point in time, or what one follows from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    /// With its offset.
    At(Timestamp),
    /// On the clock of whoever says it.
    Local(civil::DateTime),
    /// So long ago.
    Ago(SignedDuration),
}

impl Since {
    /// The point in time, seen from `now` in `zone`.
    ///
    /// # Errors
    /// For one that the calendar does not have.
    pub fn at(&self, now: Timestamp, zone: &TimeZone) -> Result<Timestamp> {
        let none =
            |error: jiff::Error| Error::usage(format!("`{self}` is no point in time")).cause(error);
        match self {
            Since::At(time) => Ok(*time),
            Since::Local(time) => {
                time.to_zoned(zone.clone()).map(|zoned| zoned.timestamp()).map_err(none)
            }
            Since::Ago(span) => now.checked_sub(*span).map_err(none),
        }
    }
}

impl FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        // The other readers pass over a zone, which says when it was, or contradicts the offset.
        if text.contains('[') {
            let zoned = text.parse::<Zoned>();
            return zoned.map(|zoned| Since::At(zoned.timestamp())).map_err(|_| {
                format!(
                    "`{text}` is no point in time: its zone is not known, or is not at its offset \
                     then; write `{EXAMPLE}`"
                )
            });
        }
        if let Ok(time) = text.parse() {
            return Ok(Since::At(time));
        }
        if let Ok(time) = text.parse::<civil::DateTime>() {
            return Ok(Since::Local(time));
        }
        // A span may be written with colons, and would be taken for one.
        if text.contains(':') && text.parse::<civil::Time>().is_ok() {
            return Err(format!(
                "`{text}` is a time of day without its day: write `2026-03-01 {}`, or `2h` for \
                 two hours ago",
                text.trim_start_matches(['T', 't'])
            ));
        }
        let span = text.strip_suffix("ago").unwrap_or(text).trim();
        // A span of days has no length of its own; for a moment that somebody remembers, 24 h do.
        let days = span.strip_suffix('d').and_then(|days| days.trim().parse::<u32>().ok());
        let length = match days {
            Some(days) => Ok(SignedDuration::from_hours(i64::from(days) * 24)),
            None => span.parse::<SignedDuration>(),
        };
        match length {
            Ok(length) if !length.is_negative() && !span.contains(':') => Ok(Since::Ago(length)),
            _ => Err(format!(
                "`{text}` is no point in time: write `{EXAMPLE}`, `2026-03-01 09:00` or `2h`"
            )),
        }
    }
}

impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Since::At(time) => time.fmt(f),
            Since::Local(time) => time.fmt(f),
            Since::Ago(span) => write!(f, "{span:#}"),
        }
    }
}

impl Serialize for Since {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Since {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Words)
    }
}

/// A string, or one of TOML's own times, which come as a map of one string.
struct Words;

impl<'de> de::Visitor<'de> for Words {
    type Value = Since;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Since, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Since, A::Error> {
        match map.next_entry::<String, String>()? {
            Some((_, text)) => self.visit_str(&text),
            None => Err(de::Error::custom("a time is missing")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_as_people_say_it() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        for (text, time) in [
            ("2026-02-28T09:00:00Z", "2026-02-28T09:00:00Z"),
            ("2026-02-28T09:00:00+01:00", "2026-02-28T08:00:00Z"),
            ("2026-02-28 09:00", "2026-02-28T07:00:00Z"),
            ("2026-02-28T09:00", "2026-02-28T07:00:00Z"),
            ("2026-02-28", "2026-02-27T22:00:00Z"),
            ("2026-02-28T09:00[Asia/Tokyo]", "2026-02-28T00:00:00Z"),
            ("2026-02-28 09:00:00+09:00[Asia/Tokyo]", "2026-02-28T00:00:00Z"),
            ("2h", "2026-03-01T10:00:00Z"),
            ("30min ago", "2026-03-01T11:30:00Z"),
            ("3d", "2026-02-26T12:00:00Z"),
        ] {
            let since: Since = text.parse().unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(since.at(now, &zone).unwrap().to_string(), time, "{text}");
            // What a draft keeps means the same.
            assert_eq!(since.to_string().parse::<Since>().unwrap(), since, "{text}");
        }
        for text in ["yesterday", "", "-2h", "2026-13-01"] {
            assert!(text.parse::<Since>().is_err(), "{text}");
        }
        for text in ["07:00:00", "07:00", "T07:00:00", "07:00:00.5"] {
            let said = text.parse::<Since>().unwrap_err();
            assert!(
                said.contains("is a time of day without its day: write `2026-03-01 07:00"),
                "{said}"
            );
        }
        assert!("07:00:00 ago".parse::<Since>().is_err());
        for text in ["2026-07-01T07:00:00+02:00[Asia/Tokyo]", "2026-07-01T07:00[Nowhere/City]"] {
            let said = text.parse::<Since>().unwrap_err();
            assert!(said.contains("its zone is not known, or is not at its offset"), "{said}");
        }
        let long = Since::Ago(SignedDuration::MAX);
        assert_eq!(long.at(now, &zone).unwrap_err().kind.exit(), 2);
    }

    #[test]
    fn tomls_own_times_are_times() {
        #[derive(Deserialize)]
        struct Only {
            since: Since,
        }
        for text in ["2026-02-28T09:00:00Z", "2026-02-28 09:00:00", "2026-02-28"] {
            let bare: Only = toml::from_str(&format!("since = {text}")).unwrap();
            assert_eq!(bare.since, text.parse().unwrap(), "{text}");
        }
        let said = toml::from_str::<Only>("since = 07:00:00").map(|only| only.since).unwrap_err();
        assert!(said.message().contains("is a time of day without its day"), "{said}");
    }
}
