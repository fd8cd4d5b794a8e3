//! The framework's words for a support request, and how each is said on the wire.

use std::{fmt, str::FromStr};

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How severe a request is (`framework.md`, Severity).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Critical: the business as a whole suffers.
    A,
    /// Moderate: one business group is no longer productive.
    B,
    /// Minimal: work goes on.
    C,
}

impl Severity {
    /// All, the most severe first.
    pub const ALL: [Severity; 3] = [Severity::A, Severity::B, Severity::C];

    /// The published API's number: 2, 3 or 4.
    pub fn number(self) -> u8 {
        match self {
            Severity::A => 2,
            Severity::B => 3,
            Severity::C => 4,
        }
    }

    /// The severity with this number, if it is one.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| i64::from(severity.number()) == number)
    }

    /// The framework's letter.
    pub fn letter(self) -> &'static str {
        match self {
            Severity::A => "A",
            Severity::B => "B",
            Severity::C => "C",
        }
    }

    /// The framework's word.
    pub fn word(self) -> &'static str {
        match self {
            Severity::A => "critical",
            Severity::B => "moderate",
            Severity::C => "minimal",
        }
    }

    /// What becomes of it when a commitment is not kept; `None` for C, which is the least.
    pub fn lowered(self) -> Option<Self> {
        match self {
            Severity::A => Some(Severity::B),
            Severity::B => Some(Severity::C),
            Severity::C => None,
        }
    }

    /// How soon operations respond, in the hours that count.
    pub fn response(self) -> SignedDuration {
        SignedDuration::from_hours(match self {
            Severity::A => 1,
            Severity::B => 4,
            Severity::C => 8,
        })
    }

    /// How often operations give news after the first response, in the hours that count.
    pub fn update(self) -> SignedDuration {
        SignedDuration::from_hours(match self {
            Severity::A => 8,
            Severity::B => 24,
            Severity::C => 48,
        })
    }

    /// The hours that count: every day for A, Monday to Friday for C, the filer's choice for B.
    /// Who does not choose has not promised to be there at the weekend.
    pub fn hours(self, chosen: Option<Hours>) -> Hours {
        match self {
            Severity::A => Hours::AllDay,
            Severity::B => chosen.unwrap_or(Hours::SupportHours),
            Severity::C => Hours::SupportHours,
        }
    }

    /// The choice of hours among those that somebody sent: severity B alone has one.
    pub fn choice(self, sent: Option<Hours>) -> Option<Hours> {
        sent.filter(|_| self == Severity::B)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.letter())
    }
}

impl FromStr for Severity {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|severity| {
            word.eq_ignore_ascii_case(severity.letter())
                || word.eq_ignore_ascii_case(severity.word())
                || word == severity.number().to_string()
        });
        found.ok_or_else(|| {
            format!("`{word}` is not a severity: use A (critical), B (moderate) or C (minimal)")
        })
    }
}

impl Serialize for Severity {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u8(self.number())
    }
}

impl<'de> Deserialize<'de> for Severity {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let number = i64::deserialize(from)?;
        Self::from_number(number).ok_or_else(|| {
            serde::de::Error::custom(format!("{number} is no severity: 2 is A, 3 is B, 4 is C"))
        })
    }
}

/// Says an enumeration's words once: on the wire, in listings and where they are read. Behind `|`
/// stands a shorter one that is understood, too.
macro_rules! words {
    ($name:ident, $what:literal, $($variant:ident = $word:literal $(| $short:literal)?),+ $(,)?) => {
        impl $name {
            /// All, in the order of help and listings.
            pub const ALL: &[$name] = &[$($name::$variant),+];

            /// The word on the wire.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $word),+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(word: &str) -> Result<Self, String> {
                // `app-packaging` and `Change Request` are what people and programs type.
                let bare = |text: &str| {
                    text.replace([' ', '-', '_'], "").to_ascii_lowercase()
                };
                let known = [$(($name::$variant, $word), $(($name::$variant, $short),)?)+];
                let found = known.into_iter().find(|(_, known)| bare(known) == bare(word));
                found.map(|(known, _)| known).ok_or_else(|| {
                    let known: Vec<_> = Self::ALL.iter().map(|known| known.as_str()).collect();
                    format!("`{word}` is not {}: use {}", $what, known.join(", "))
                })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TicketType {
    /// Something is broken.
    Incident,
    /// A question or an announcement; always severity C.
    RequestForInformation,
    /// Something that works is to be altered; always severity C.
    ChangeRequest,
}

words!(
    TicketType,
    "a type",
    Incident = "Incident",
    RequestForInformation = "RequestForInformation" | "information",
    ChangeRequest = "ChangeRequest" | "change",
);

/// Which hours count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hours {
    /// Every day, 24 hours: continuous engagement.
    AllDay,
    /// 24 hours, Monday to Friday.
    SupportHours,
}

words!(Hours, "a choice of hours", AllDay = "all-day", SupportHours = "support-hours");

/// Where an issue goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Destination {
    /// The organisation's own or its partner's desk.
    SupportProvider,
    /// The IT admin.
    ItAdmin,
    /// The service's operations.
    Operations,
    /// The vendor or supplier of the hardware.
    HardwareVendor,
    /// The organisation's Unified or Premier support contract.
    UnifiedPremier,
    /// The Security Operations Center.
    SecurityOperations,
}

words!(
    Destination,
    "a destination",
    SupportProvider = "support-provider",
    ItAdmin = "it-admin",
    Operations = "operations",
    HardwareVendor = "hardware-vendor",
    UnifiedPremier = "unified-premier",
    SecurityOperations = "security-operations",
);

impl Destination {
    /// True where those who run the service act next.
    pub fn is_served(self) -> bool {
        matches!(self, Destination::Operations | Destination::SecurityOperations)
    }
}

/// What an admin contact stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Area {
    /// App packaging.
    AppPackaging,
    /// Devices.
    Devices,
    /// Security.
    Security,
    /// The IT help desk.
    ItHelpDesk,
    /// Everything else, and every area that has no contact of its own.
    Other,
}

words!(
    Area,
    "an area",
    AppPackaging = "App packaging",
    Devices = "Devices",
    Security = "Security",
    ItHelpDesk = "IT help desk",
    Other = "Other",
);

impl Area {
    /// The area that a ticket of this category belongs to (`mmd-api.md`, Known category pairs).
    pub fn of_category(category: &str) -> Self {
        match category.trim().to_ascii_lowercase().as_str() {
            "apps" => Area::AppPackaging,
            "devices" => Area::Devices,
            "security" => Area::Security,
            _ => Area::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severities_have_the_documented_numbers_and_no_others() {
        let numbers: Vec<_> = Severity::ALL.into_iter().map(Severity::number).collect();
        assert_eq!(numbers, [2, 3, 4]);
        for number in [-1, 0, 1, 5, i64::MAX] {
            assert_eq!(Severity::from_number(number), None);
        }
        assert_eq!(serde_json::to_value(Severity::B).unwrap(), 3);
        assert!(serde_json::from_value::<Severity>(serde_json::json!("high")).is_err());
        assert!(serde_json::from_value::<Severity>(serde_json::json!(1)).is_err());
        for (word, severity) in [("a", Severity::A), ("Moderate", Severity::B), ("4", Severity::C)]
        {
            assert_eq!(word.parse(), Ok(severity));
        }
        assert!("high".parse::<Severity>().is_err());
    }

    #[test]
    fn the_frameworks_table_of_times() {
        let hours = |span: SignedDuration| span.as_hours();
        let table = Severity::ALL.map(|s| (hours(s.response()), hours(s.update()), s.lowered()));
        let expected = [(1, 8, Some(Severity::B)), (4, 24, Some(Severity::C)), (8, 48, None)];
        assert_eq!(table, expected);
    }

    #[test]
    fn only_severity_b_leaves_a_choice_of_hours() {
        use Hours::{AllDay, SupportHours};
        for (severity, chosen, expected) in [
            (Severity::A, Some(SupportHours), AllDay),
            (Severity::A, None, AllDay),
            (Severity::B, Some(AllDay), AllDay),
            (Severity::B, Some(SupportHours), SupportHours),
            (Severity::B, None, SupportHours),
            (Severity::C, Some(AllDay), SupportHours),
            (Severity::C, None, SupportHours),
        ] {
            assert_eq!(severity.hours(chosen), expected, "{severity} {chosen:?}");
        }
    }

    #[test]
    fn words_are_read_as_they_are_typed() {
        assert_eq!("Change Request".parse(), Ok(TicketType::ChangeRequest));
        assert_eq!("incident".parse(), Ok(TicketType::Incident));
        // As `mmd route` calls them.
        assert_eq!("change".parse(), Ok(TicketType::ChangeRequest));
        assert_eq!("information".parse(), Ok(TicketType::RequestForInformation));
        assert_eq!("app-packaging".parse(), Ok(Area::AppPackaging));
        assert_eq!("it help desk".parse(), Ok(Area::ItHelpDesk));
        assert_eq!("All Day".parse(), Ok(Hours::AllDay));
        let wrong = "problem".parse::<TicketType>().unwrap_err();
        let known = "Incident, RequestForInformation, ChangeRequest";
        assert_eq!(wrong, format!("`problem` is not a type: use {known}"));
    }

    #[test]
    fn categories_have_their_areas() {
        for (category, area) in [
            ("Apps", Area::AppPackaging),
            ("Devices", Area::Devices),
            ("Security", Area::Security),
            ("Other", Area::Other),
            ("Printers", Area::Other),
        ] {
            assert_eq!(Area::of_category(category), area, "{category}");
        }
    }
}
