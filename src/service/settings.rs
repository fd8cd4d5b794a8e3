//! The service's settings: a TOML file, every member optional, unknown ones refused.

mod sign_in;

use std::path::Path;

use ipnet::IpNet;
use jiff::{SignedDuration, tz::TimeZone};
use serde::Deserialize;

use crate::{
    domain::{
        delivery::Patience,
        elevation::{Limits, duration},
    },
    error::{Error, IoContext, Result},
    service::outbox::{
        Outbox,
        settings::{Audit, SinkSettings},
    },
};

pub use sign_in::{Claims, Issuer, OneOrMany, Profile, Program, RolesFrom, SignIn};

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
    /// `[tickets]`
    pub tickets: Tickets,
    /// `[tenant]`: the first tenant, made in an empty data directory.
    pub tenant: FirstTenant,
    /// Reverse proxies before this service: what they say of an address is believed. Beside those
    /// that `--behind-proxy` names.
    pub behind_proxy: Vec<IpNet>,
    /// `[outbox]`: how long delivery to the sinks goes on.
    pub outbox: Patience,
    /// `[[sink]]`: where notices go.
    pub sink: Vec<SinkSettings>,
    /// `[audit]`: where the trail goes.
    pub audit: Audit,
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

/// How support requests are promised.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tickets {
    /// Where Monday begins and Friday ends, by its IANA name.
    #[serde(deserialize_with = "zone")]
    pub time_zone: TimeZone,
}

impl Default for Tickets {
    fn default() -> Self {
        Self { time_zone: TimeZone::UTC }
    }
}

fn zone<'de, D: serde::Deserializer<'de>>(source: D) -> std::result::Result<TimeZone, D::Error> {
    let name = String::deserialize(source)?;
    TimeZone::get(&name).map_err(|_| {
        serde::de::Error::custom(format!(
            "`{name}` is no time zone: write `Europe/Madrid` or `UTC`"
        ))
    })
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
        let invalid = || Error::usage(format!("the configuration {} is not valid", path.display()));
        let settings: Self = toml::from_str(&text).map_err(|error| invalid().cause(error))?;
        settings.sign_in.check().map_err(|error| invalid().cause(error.message))?;
        let Reading { per_minute, per_hour } = settings.reading;
        if per_minute == 0 || per_hour == 0 {
            return Err(invalid().cause("`[reading]` must let a person be handed one password"));
        }
        let Patience { first_wait, longest_wait, .. } = settings.outbox;
        if first_wait > longest_wait {
            return Err(invalid().cause(format!(
                "`[outbox]`: `first_wait`, {first_wait:#}, is longer than `longest_wait`, \
                 {longest_wait:#}"
            )));
        }
        if !is_domain(&settings.tenant.domain) {
            return Err(invalid().cause("`[tenant] domain` must look like `contoso.com`"));
        }
        Outbox::check(&settings, path)?;
        Ok(settings)
    }
}

/// Whether a tenant can be named by `text`, and addresses be made of it; an id is no domain.
pub fn is_domain(text: &str) -> bool {
    let fits = |ch: char| ch.is_alphanumeric() || ch == '.' || ch == '-';
    !text.is_empty() && text.chars().all(fits) && text.parse::<uuid::Uuid>().is_err()
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
        let tickets: Settings = toml::from_str("[tickets]\ntime_zone = 'Europe/Madrid'").unwrap();
        assert_eq!(tickets.tickets.time_zone.iana_name(), Some("Europe/Madrid"));
        let wrong = toml::from_str::<Settings>("[tickets]\ntime_zone = 'Europe/Nowhere'");
        assert!(wrong.unwrap_err().to_string().contains("is no time zone"));
        assert!(toml::from_str::<Settings>("[rotation]\nintervall = '1h'").is_err());
    }

    #[test]
    fn a_file_by_which_nothing_could_work_is_refused_before_anything_starts() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("mmd.toml");
        for (text, cause) in [
            ("[reading]\nper_minute = 0", "`[reading]`"),
            ("[reading]\nper_hour = 0", "`[reading]`"),
            (
                "[outbox]\nfirst_wait = '2h'\nlongest_wait = '1h'",
                "`[outbox]`: `first_wait`, 2h, is",
            ),
            ("[tenant]\ndomain = 'no domain!'", "`[tenant] domain`"),
            ("[tenant]\ndomain = ''", "`[tenant] domain`"),
        ] {
            std::fs::write(&file, text).unwrap();
            let error = Settings::load(Some(&file)).unwrap_err();
            assert_eq!(error.kind.exit(), 2);
            assert!(error.causes[0].starts_with(cause), "{:?}", error.causes);
        }
        std::fs::write(&file, "[tenant]\ndomain = 'contoso.com'").unwrap();
        assert!(Settings::load(Some(&file)).is_ok());
    }
}
