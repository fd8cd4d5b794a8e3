//! What a severity promises, and asks (`framework.md`, severity).

use jiff::{SignedDuration, Timestamp, civil::Weekday, tz::TimeZone};

use super::terms::Severity;

/// What goes with a severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The first response comes within this many hours.
    pub first_response_hours: i64,
    /// Updates come every this many hours.
    pub update_hours: i64,
    /// True where only Monday to Friday count.
    pub weekdays: bool,
}

/// What goes with `severity`.
pub fn terms(severity: Severity) -> Terms {
    let (first_response_hours, update_hours, weekdays) = match severity {
        Severity::A => (1, 8, false),
        // The filer chooses the hours; these are the urgent ones, every day.
        Severity::B => (4, 24, false),
        Severity::C => (8, 48, true),
    };
    Terms { first_response_hours, update_hours, weekdays }
}

/// By when Operations have answered what is filed at `now`. Support hours are counted in UTC.
pub fn respond_by(severity: Severity, now: Timestamp) -> Timestamp {
    let terms = terms(severity);
    let within = SignedDuration::from_hours(terms.first_response_hours);
    if !terms.weekdays {
        return now + within;
    }
    let end = working(now) + within;
    // What is left on Friday night is left on Monday morning: the weekend does not count.
    if is_weekend(end) { end + SignedDuration::from_hours(48) } else { end }
}

fn is_weekend(time: Timestamp) -> bool {
    matches!(time.to_zoned(TimeZone::UTC).weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// `time`, or the Monday after it.
fn working(time: Timestamp) -> Timestamp {
    let zoned = time.to_zoned(TimeZone::UTC);
    let days = match zoned.weekday() {
        Weekday::Saturday => 2,
        Weekday::Sunday => 1,
        _ => return time,
    };
    let midnight = zoned.start_of_day().map(|day| day.timestamp()).unwrap_or(time);
    midnight + SignedDuration::from_hours(24 * days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_are_due_within_the_severitys_time_and_hours() {
        for (severity, filed, due) in [
            (Severity::A, "2026-03-01T12:00:00Z", "2026-03-01T13:00:00Z"),
            (Severity::B, "2026-03-01T12:00:00Z", "2026-03-01T16:00:00Z"),
            // A Sunday, a Wednesday, a Friday evening, the last minutes of a Friday.
            (Severity::C, "2026-03-01T12:00:00Z", "2026-03-02T08:00:00Z"),
            (Severity::C, "2026-03-04T12:00:00Z", "2026-03-04T20:00:00Z"),
            (Severity::C, "2026-03-06T20:00:00Z", "2026-03-09T04:00:00Z"),
            (Severity::C, "2026-03-06T16:00:00Z", "2026-03-09T00:00:00Z"),
            (Severity::C, "2026-03-07T00:00:00Z", "2026-03-09T08:00:00Z"),
        ] {
            let at = |text: &str| text.parse::<Timestamp>().unwrap();
            assert_eq!(respond_by(severity, at(filed)), at(due), "{severity} {filed}");
        }
    }
}
