//! Who may file what (`framework.md`, Severity: Who may file; The path of an issue).

use super::{Area, Severity, TicketType};
use crate::{api::team::Role, domain::elevation::TEST_RING};

/// What becomes of a request, going by who files it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filing {
    /// It is filed.
    Filed,
    /// It is kept, and handed over to an admin, who files it.
    HandOver,
    /// It is not this person's to file, at any severity that matters: these may.
    Needs(&'static [Role]),
}

/// Who may file `severity`; `roles` is `None` for a program, which may what its permission says.
///
/// The IT admin files any, the escalation team severity C; what it may not file is a hand-over,
/// also from the rest of the desk. Who works tickets or audits does not file any.
pub fn may_file(roles: Option<&[Role]>, severity: Severity) -> Filing {
    let Some(roles) = roles else { return Filing::Filed };
    let has = |role| roles.contains(&role);
    let desk = has(Role::Desk) || roles.is_empty();
    match severity {
        _ if has(Role::Admin) => Filing::Filed,
        Severity::C if has(Role::Support) => Filing::Filed,
        Severity::C => Filing::Needs(&[Role::Support, Role::Admin]),
        _ if has(Role::Support) || desk => Filing::HandOver,
        _ => Filing::Needs(&[Role::Admin]),
    }
}

/// A rule that a request breaks, whoever files it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Information and change requests are always severity C.
    #[error("A {0} is always severity C: send 4.")]
    AlwaysC(&'static str),
    /// An incident needs a device that is supported.
    #[error(
        "Devices in the Test group get no incident support: ask for a change or for information."
    )]
    TestRing,
    /// Somebody must be there when the primary contact is not.
    #[error("There is no admin contact for {}: an admin sets one before a request can be filed.", or_other(.0))]
    NoContact(Area),
}

/// The areas whose contact would do.
fn or_other(area: &Area) -> String {
    match area {
        Area::Other => area.to_string(),
        area => format!("{area}, nor for {}", Area::Other),
    }
}

/// Whether a request of this type and severity is supported for devices in these rings.
pub fn may_support<'r>(
    ty: TicketType,
    severity: Severity,
    rings: impl IntoIterator<Item = Option<&'r str>>,
) -> Result<(), Refusal> {
    match ty {
        TicketType::Incident => {}
        TicketType::RequestForInformation if severity != Severity::C => {
            return Err(Refusal::AlwaysC("request for information"));
        }
        TicketType::ChangeRequest if severity != Severity::C => {
            return Err(Refusal::AlwaysC("change request"));
        }
        TicketType::RequestForInformation | TicketType::ChangeRequest => return Ok(()),
    }
    let mut rings = rings.into_iter().peekable();
    let test = |ring: Option<&str>| ring.is_some_and(|ring| ring.eq_ignore_ascii_case(TEST_RING));
    match rings.peek().is_some() && rings.all(test) {
        true => Err(Refusal::TestRing),
        false => Ok(()),
    }
}

/// The area whose contact stands by a request of this category, going by which areas have one.
pub fn needs_contact(category: &str, has: impl Fn(Area) -> bool) -> Result<Area, Refusal> {
    let area = Area::of_category(category);
    [area, Area::Other].into_iter().find(|&area| has(area)).ok_or(Refusal::NoContact(area))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_file_what() {
        use Filing::{Filed, HandOver, Needs};
        let team = Needs(&[Role::Support, Role::Admin]);
        let admin = Needs(&[Role::Admin]);
        let table: [(Option<&[Role]>, Filing, Filing); 9] = [
            (None, Filed, Filed),
            (Some(&[Role::Admin]), Filed, Filed),
            (Some(&[Role::Support]), HandOver, Filed),
            (Some(&[Role::Support, Role::Admin]), Filed, Filed),
            (Some(&[Role::Desk]), HandOver, team),
            (Some(&[]), HandOver, team),
            (Some(&[Role::Operations]), admin, team),
            (Some(&[Role::Auditor]), admin, team),
            (Some(&[Role::Desk, Role::Auditor]), HandOver, team),
        ];
        for (roles, high, low) in table {
            assert_eq!(may_file(roles, Severity::A), high, "{roles:?}");
            assert_eq!(may_file(roles, Severity::B), high, "{roles:?}");
            assert_eq!(may_file(roles, Severity::C), low, "{roles:?}");
        }
    }

    #[test]
    fn information_and_changes_are_always_severity_c() {
        for ty in [TicketType::RequestForInformation, TicketType::ChangeRequest] {
            assert_eq!(may_support(ty, Severity::C, []), Ok(()));
            for severity in [Severity::A, Severity::B] {
                assert!(matches!(may_support(ty, severity, []), Err(Refusal::AlwaysC(_))));
            }
        }
        for severity in Severity::ALL {
            assert_eq!(may_support(TicketType::Incident, severity, []), Ok(()));
        }
    }

    #[test]
    fn an_incident_needs_one_device_outside_the_test_group() {
        let incident = |rings: &[Option<&str>]| {
            may_support(TicketType::Incident, Severity::C, rings.iter().copied())
        };
        assert_eq!(incident(&[Some("Test")]), Err(Refusal::TestRing));
        assert_eq!(incident(&[Some("Test"), Some("test")]), Err(Refusal::TestRing));
        assert_eq!(incident(&[Some("Test"), Some("Broad")]), Ok(()));
        assert_eq!(incident(&[Some("Test"), None]), Ok(()));
        assert_eq!(incident(&[]), Ok(()), "no device is named");
        for ty in [TicketType::RequestForInformation, TicketType::ChangeRequest] {
            assert_eq!(may_support(ty, Severity::C, [Some("Test")]), Ok(()));
        }
    }

    #[test]
    fn the_areas_contact_or_that_for_other_stands_by() {
        let of = |category, areas: &[Area]| needs_contact(category, |area| areas.contains(&area));
        assert_eq!(of("Apps", &[Area::AppPackaging, Area::Other]), Ok(Area::AppPackaging));
        assert_eq!(of("Apps", &[Area::Other]), Ok(Area::Other));
        assert_eq!(of("Apps", &[Area::Devices]), Err(Refusal::NoContact(Area::AppPackaging)));
        assert_eq!(of("Printers", &[Area::ItHelpDesk]), Err(Refusal::NoContact(Area::Other)));
        let said = |category| of(category, &[]).unwrap_err().to_string();
        let set = "an admin sets one before a request can be filed.";
        let both = format!("There is no admin contact for App packaging, nor for Other: {set}");
        assert_eq!(said("Apps"), both);
        assert_eq!(said("Printers"), format!("There is no admin contact for Other: {set}"));
    }
}
