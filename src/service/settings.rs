//! The service's settings: a TOML file, every member optional, unknown ones refused.

use std::path::Path;

use jiff::SignedDuration;
use serde::Deserialize;

use crate::{
    domain::elevation::{Limits, duration},
    error::{Error, IoContext, Result},
};

/// What `--config` may say.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// `[elevation]`
    pub elevation: Limits,
    /// `[rotation]`
    pub rotation: Rotation,
    /// `[sign_in]`
    pub sign_in: SignIn,
    /// `[reading]`
    pub reading: Reading,
    /// `[tenant]`: the first tenant, made in an empty data directory.
    pub tenant: FirstTenant,
}

/// How passwords are kept rotating.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rotation {
    /// How old a confirmed password gets.
    #[serde(deserialize_with = "duration")]
    pub interval: SignedDuration,
}

impl Default for Rotation {
    fn default() -> Self {
        Self { interval: SignedDuration::from_hours(2) }
    }
}

/// How long what lets somebody in stays good.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignIn {
    /// A personal token, from its making.
    #[serde(deserialize_with = "duration")]
    pub token_lifetime: SignedDuration,
    /// A personal token, from its last use.
    #[serde(deserialize_with = "duration")]
    pub token_unused: SignedDuration,
    /// An invite.
    #[serde(deserialize_with = "duration")]
    pub invite_lifetime: SignedDuration,
    /// An enrolment code.
    #[serde(deserialize_with = "duration")]
    pub enrollment_lifetime: SignedDuration,
}

impl Default for SignIn {
    fn default() -> Self {
        let days = |n: i64| SignedDuration::from_hours(24 * n);
        Self {
            token_lifetime: days(90),
            token_unused: days(30),
            invite_lifetime: days(1),
            enrollment_lifetime: days(1),
        }
    }
}

/// How often a person may be handed a password.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reading {
    /// Within a minute.
    pub per_minute: usize,
    /// Within an hour.
    pub per_hour: usize,
}

impl Default for Reading {
    fn default() -> Self {
        Self { per_minute: 10, per_hour: 60 }
    }
}

/// The tenant that an empty data directory gets.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FirstTenant {
    /// Its name.
    pub name: String,
    /// Its domain: the bootstrap member is `admin@` it.
    pub domain: String,
}

impl Default for FirstTenant {
    fn default() -> Self {
        Self { name: "Default".into(), domain: "mmd.local".into() }
    }
}

impl Settings {
    /// Reads `path`; without one, the defaults.
    pub fn load(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::default()) };
        let text = std::fs::read_to_string(path)
            .or_failed(|| format!("the configuration {} cannot be read", path.display()))?;
        toml::from_str(&text).map_err(|error| {
            Error::usage(format!("the configuration {} is not valid", path.display())).cause(error)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_those_of_the_design_and_unknown_members_are_refused() {
        let settings: Settings = toml::from_str("[elevation]\nwindow = '30min'").unwrap();
        assert_eq!(settings.elevation.window, SignedDuration::from_mins(30));
        assert_eq!(settings.elevation.max_open_per_device, 3);
        assert_eq!(settings.rotation.interval, SignedDuration::from_hours(2));
        assert!(toml::from_str::<Settings>("[elevations]").is_err());
        assert!(toml::from_str::<Settings>("[rotation]\nintervall = '1h'").is_err());
    }
}
