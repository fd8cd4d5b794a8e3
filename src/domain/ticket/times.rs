//! What is promised, and what time brings (`framework.md`, Severity).

use jiff::{SignedDuration, Timestamp, Zoned, civil::Weekday, tz::TimeZone};

use super::{Hours, Severity};

/// How long a filer may leave a request for action unanswered.
pub const ANSWER_WITHIN: SignedDuration = SignedDuration::from_hours(48);

/// How long after its resolution a ticket can be taken up again.
pub const REACTIVATE_WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// Which hours count, and where the week begins and ends.
#[derive(Debug, Clone, Copy)]
pub struct Calendar<'z> {
    /// The hours.
    pub hours: Hours,
    /// The time zone of Monday and Friday.
    pub zone: &'z TimeZone,
}

impl Calendar<'_> {
    /// When `span` of the hours that count has passed since `from`.
    pub fn after(&self, from: Timestamp, span: SignedDuration) -> Timestamp {
        match self.hours {
            Hours::AllDay => from.checked_add(span).unwrap_or(Timestamp::MAX),
            Hours::SupportHours => {
                weekdays_after(from.to_zoned(self.zone.clone()), span).unwrap_or(Timestamp::MAX)
            }
        }
    }
}

/// Counts through the weekdays, midnight by midnight. `None` beyond the calendar's end.
fn weekdays_after(from: Zoned, span: SignedDuration) -> Option<Timestamp> {
    let (mut at, mut left) = (from, span);
    loop {
        let midnight = at.tomorrow().ok()?.start_of_day().ok()?;
        if !matches!(at.weekday(), Weekday::Saturday | Weekday::Sunday) {
            // A day with a change of the clocks is as long as it is.
            let today = midnight.timestamp().duration_since(at.timestamp());
            if left <= today {
                return at.timestamp().checked_add(left).ok();
            }
            left -= today;
        }
        at = midnight;
    }
}

/// By when operations respond to a ticket that was filed at `from`.
pub fn respond_by(severity: Severity, calendar: &Calendar<'_>, from: Timestamp) -> Timestamp {
    calendar.after(from, severity.response())
}

/// By when operations give the next news after those of `last`.
pub fn update_by(severity: Severity, calendar: &Calendar<'_>, last: Timestamp) -> Timestamp {
    calendar.after(last, severity.update())
}

/// What is promised, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promise {
    /// From when on it counts: the filing, or the last news.
    pub since: Timestamp,
    /// By when it is due.
    pub by: Timestamp,
}

/// By when `promise` is due once the severity was changed at `now`, or its hours were: `due` says
/// it of a moment that it counts from.
///
/// A target follows from severity and hours, so it goes on counting from where it did. Where that
/// makes it earlier than was promised, it counts from now on, for nobody can keep a promise that
/// was not made yet; what was promised before stays the latest.
pub fn due_anew(
    promise: Promise,
    now: Timestamp,
    due: impl Fn(Timestamp) -> Timestamp,
) -> Timestamp {
    let anew = due(promise.since);
    if anew < promise.by { promise.by.min(due(now)) } else { anew }
}

/// By when the filer answers a request for action made at `asked`.
pub fn answer_by(asked: Timestamp) -> Timestamp {
    asked.checked_add(ANSWER_WITHIN).unwrap_or(Timestamp::MAX)
}

/// Whether a request for action made at `asked` counts as unanswered at `now`.
pub fn unanswered(asked: Timestamp, now: Timestamp) -> bool {
    now >= answer_by(asked)
}

/// Whether a ticket that was resolved at `resolved` can be taken up again at `now`.
pub fn may_reactivate(resolved: Timestamp, now: Timestamp) -> bool {
    now.duration_since(resolved) <= REACTIVATE_WITHIN
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn utc(hours: Hours) -> Calendar<'static> {
        static UTC: TimeZone = TimeZone::UTC;
        Calendar { hours, zone: &UTC }
    }

    #[test]
    fn promises_follow_from_severity_and_hours() {
        use Hours::{AllDay, SupportHours};
        // 2026-03-06 is a Friday.
        for (severity, hours, filed, respond, update) in [
            (Severity::A, AllDay, "2026-03-06T20:00Z", "2026-03-06T21:00Z", "2026-03-07T04:00Z"),
            (Severity::A, AllDay, "2026-03-07T23:30Z", "2026-03-08T00:30Z", "2026-03-08T07:30Z"),
            (Severity::B, AllDay, "2026-03-06T22:00Z", "2026-03-07T02:00Z", "2026-03-07T22:00Z"),
            (
                Severity::B,
                SupportHours,
                "2026-03-06T22:00Z",
                "2026-03-09T02:00Z",
                "2026-03-09T22:00Z",
            ),
            (
                Severity::C,
                SupportHours,
                "2026-03-02T09:00Z",
                "2026-03-02T17:00Z",
                "2026-03-04T09:00Z",
            ),
            (
                Severity::C,
                SupportHours,
                "2026-03-06T17:00Z",
                "2026-03-09T01:00Z",
                "2026-03-10T17:00Z",
            ),
            // Filed at a weekend, it counts from Monday on.
            (
                Severity::C,
                SupportHours,
                "2026-03-07T10:00Z",
                "2026-03-09T08:00Z",
                "2026-03-11T00:00Z",
            ),
            // What is due at Friday's last moment is due then, not on Monday.
            (
                Severity::C,
                SupportHours,
                "2026-03-06T16:00Z",
                "2026-03-07T00:00Z",
                "2026-03-10T16:00Z",
            ),
        ] {
            let calendar = utc(hours);
            let filed = at(filed);
            let promised =
                (respond_by(severity, &calendar, filed), update_by(severity, &calendar, filed));
            assert_eq!(promised, (at(respond), at(update)), "{severity} {hours} {filed}");
        }
    }

    #[test]
    fn the_week_ends_where_the_tenant_is() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let calendar = Calendar { hours: Hours::SupportHours, zone: &zone };
        // Saturday in UTC, still Friday evening there.
        let filed = at("2026-03-07T01:00Z");
        // Four hours of Friday are left; the clocks go forward on Sunday.
        assert_eq!(respond_by(Severity::C, &calendar, filed), at("2026-03-09T08:00Z"));
    }

    #[test]
    fn what_is_lowered_counts_from_where_it_did_and_what_is_raised_from_now_on() {
        let promise = |by| Promise { since: at("2026-03-02T10:55Z"), by: at(by) };
        let due = |severity| move |from| respond_by(severity, &utc(Hours::AllDay), from);
        let now = at("2026-03-02T12:55Z");
        let (overdue, later) = (promise("2026-03-02T11:55Z"), promise("2026-03-02T18:55Z"));
        assert_eq!(due_anew(overdue, now, due(Severity::B)), at("2026-03-02T14:55Z"));
        let raised = due_anew(later, now, due(Severity::A));
        assert_eq!(raised, at("2026-03-02T13:55Z"));
        assert_eq!(due_anew(overdue, now, due(Severity::A)), at("2026-03-02T11:55Z"));
        // Lowered once more, it is not due before what was promised meanwhile.
        let promise = Promise { by: raised, ..later };
        assert_eq!(due_anew(promise, at("2026-03-02T13:00Z"), due(Severity::A)), raised);
        assert_eq!(due_anew(promise, now, due(Severity::B)), at("2026-03-02T14:55Z"));
        // Seven hours after a filing at severity C: A is promised, and then B.
        let since = at("2026-03-02T06:55Z");
        let promise = Promise { since, by: raised };
        assert_eq!(due_anew(promise, now, due(Severity::B)), raised);
    }

    #[test]
    fn hours_that_are_widened_make_nothing_overdue_at_once() {
        let hours = |hours| move |from| respond_by(Severity::B, &utc(hours), from);
        // 2026-03-06 is a Friday.
        let (since, by) = (at("2026-03-06T22:00Z"), at("2026-03-09T02:00Z"));
        let promise = Promise { since, by };
        let (saturday, sunday) = (at("2026-03-07T12:00Z"), at("2026-03-08T23:30Z"));
        let all_day = due_anew(promise, saturday, hours(Hours::AllDay));
        assert_eq!(all_day, at("2026-03-07T16:00Z"));
        assert_eq!(due_anew(promise, sunday, hours(Hours::AllDay)), by);
        let promise = Promise { by: all_day, ..promise };
        assert_eq!(due_anew(promise, saturday, hours(Hours::SupportHours)), by);
    }

    #[test]
    fn an_answer_has_48_hours_and_a_second_thought_24() {
        let asked = at("2026-03-06T17:00Z");
        assert!(!unanswered(asked, at("2026-03-08T16:59:59Z")));
        assert!(unanswered(asked, at("2026-03-08T17:00Z")));
        assert!(may_reactivate(asked, at("2026-03-07T17:00Z")));
        assert!(!may_reactivate(asked, at("2026-03-07T17:00:00.000001Z")));
    }

    #[test]
    fn the_end_of_the_calendar_is_no_panic() {
        for hours in [Hours::AllDay, Hours::SupportHours] {
            let last = Timestamp::MAX;
            assert!(
                respond_by(Severity::C, &utc(hours), last) >= last - SignedDuration::from_hours(1)
            );
        }
        assert_eq!(answer_by(Timestamp::MAX), Timestamp::MAX);
    }

    proptest! {
        #[test]
        fn support_hours_never_promise_earlier_and_never_at_a_weekend(
            seconds in 1_700_000_000_i64..1_900_000_000,
            span in 1_i64..48 * 3600,
        ) {
            let from = Timestamp::from_second(seconds).unwrap();
            let span = SignedDuration::from_secs(span);
            let end = utc(Hours::SupportHours).after(from, span);
            prop_assert!(end >= utc(Hours::AllDay).after(from, span));
            // The moment before the end lies on a weekday.
            let before = (end - SignedDuration::from_secs(1)).to_zoned(TimeZone::UTC);
            prop_assert!(!matches!(before.weekday(), Weekday::Saturday | Weekday::Sunday));
            // A later start is never due earlier.
            let later = utc(Hours::SupportHours).after(from + SignedDuration::from_secs(60), span);
            prop_assert!(later >= end);
        }
    }
}
