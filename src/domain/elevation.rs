//! The rules of elevation (`framework.md`, Elevation; `design.md`, Elevation).

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

/// The ring whose devices get neither elevation nor incident support.
pub const TEST_RING: &str = "Test";

/// What stands in `actionsTaken` of a request whose time ran out.
pub const EXPIRED: &str = "Expired";

/// How long a closed request stays visible.
pub const RETENTION: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The service's settings for elevation, `[elevation]` in its configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// How long a new request gives access.
    #[serde(deserialize_with = "duration")]
    pub window: SignedDuration,
    /// How far from its opening a request can be extended.
    #[serde(deserialize_with = "duration")]
    pub max_window: SignedDuration,
    /// How many requests may be open on one device at once.
    pub max_open_per_device: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            window: SignedDuration::from_hours(2),
            max_window: SignedDuration::from_hours(8),
            max_open_per_device: 3,
        }
    }
}

/// Reads `2h`, `90 min` or `PT2H`; nothing below a second.
pub fn duration<'de, D: serde::Deserializer<'de>>(source: D) -> Result<SignedDuration, D::Error> {
    let text = String::deserialize(source)?;
    parse_duration(&text).map_err(serde::de::Error::custom)
}

/// As [`duration`], from text.
pub fn parse_duration(text: &str) -> Result<SignedDuration, String> {
    match text.trim().parse::<SignedDuration>() {
        Ok(duration) if duration >= SignedDuration::from_secs(1) => Ok(duration),
        Ok(_) => Err(format!("`{text}` is too short: a second is the least")),
        Err(_) => Err(format!("`{text}` is not a time span: write `20s`, `90min` or `2h`")),
    }
}

/// Why a device cannot be elevated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The Test ring.
    #[error("Devices in the Test group cannot be elevated.")]
    TestRing,
    /// The documented bound.
    #[error("This device has too many open elevation requests.")]
    TooManyOpen,
}

/// Whether another request may be opened on a device of `ring` that has `open` ones.
pub fn may_open(ring: Option<&str>, open: u32, limits: &Limits) -> Result<(), Refusal> {
    if ring.is_some_and(|ring| ring.eq_ignore_ascii_case(TEST_RING)) {
        return Err(Refusal::TestRing);
    }
    if open >= limits.max_open_per_device {
        return Err(Refusal::TooManyOpen);
    }
    Ok(())
}

/// The latest end of a request that was opened at `opened`, by a member whose membership ends at
/// `membership`, if it does.
pub fn latest_end(opened: Timestamp, membership: Option<Timestamp>, limits: &Limits) -> Timestamp {
    let window = opened.checked_add(limits.max_window).unwrap_or(Timestamp::MAX);
    membership.map_or(window, |membership| membership.min(window))
}

/// The new end of a request that is extended by `by` from `now`: never earlier than it was, never
/// beyond `latest`. `None` when that would not move it.
pub fn extended(
    ends: Timestamp,
    latest: Timestamp,
    now: Timestamp,
    by: SignedDuration,
) -> Option<Timestamp> {
    let wanted = now.checked_add(by).unwrap_or(latest).min(latest);
    (wanted > ends).then_some(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: Timestamp = Timestamp::UNIX_EPOCH;

    fn hours(n: i64) -> SignedDuration {
        SignedDuration::from_hours(n)
    }

    #[test]
    fn the_test_ring_and_a_full_device_are_refused() {
        let limits = Limits::default();
        assert_eq!(may_open(Some("Test"), 0, &limits), Err(Refusal::TestRing));
        assert_eq!(may_open(Some("Broad"), 3, &limits), Err(Refusal::TooManyOpen));
        assert_eq!(may_open(Some("Broad"), 2, &limits), Ok(()));
        assert_eq!(may_open(None, 0, &limits), Ok(()));
    }

    #[test]
    fn an_extension_moves_the_end_forward_within_the_bound() {
        let limits = Limits::default();
        let latest = latest_end(T0, None, &limits);
        let extend = |now, by| extended(T0 + hours(2), latest, now, by);
        assert_eq!(extend(T0 + hours(1), hours(2)), Some(T0 + hours(3)));
        assert_eq!(extend(T0 + hours(1), hours(24)), Some(T0 + hours(8)));
        assert_eq!(extend(T0, hours(1)), None, "it would end earlier");
        assert_eq!(extend(T0, SignedDuration::MAX), Some(T0 + hours(8)));
        assert_eq!(latest_end(T0, Some(T0 + hours(3)), &limits), T0 + hours(3));
        assert_eq!(latest_end(T0, Some(T0 + hours(9)), &limits), T0 + hours(8));
    }

    #[test]
    fn spans_are_read_as_people_write_them() {
        assert_eq!(parse_duration("2h"), Ok(hours(2)));
        assert_eq!(parse_duration("90min"), Ok(SignedDuration::from_mins(90)));
        assert!(parse_duration("0s").is_err());
        assert!(parse_duration("soon").is_err());
    }
}
