use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::api::team::{Change, Role};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn seat(upn: &str, roles: &[Role]) -> Seat {
    Seat { roles: roles.iter().copied().collect(), ..Seat::new(upn) }
}

fn step(before: Option<Seat>, after: Option<Seat>) -> Step {
    Step { before, after }
}

#[test]
fn names_of_members_have_two_parts_and_no_surprises() {
    for good in ["ana@contoso.com", "o'brien@c", "é@münchen.example"] {
        assert!(is_upn(good), "{good}");
    }
    for bad in [
        "",
        "ana",
        "@c",
        "a@",
        "a@b@c",
        "a b@c",
        "a@b\n",
        "app:a@c",
        "a\u{202e}b@c",
        "a\u{200b}@c",
        &"a@".repeat(200),
    ] {
        assert!(!is_upn(bad), "{bad}");
    }
    assert!(is_oid("8b2c-11") && !is_oid("a b") && !is_oid(""));
    assert!(is_display_name("Ana Gómez") && !is_display_name(" ") && !is_display_name("a\tb"));
    assert!(is_display_name("זוהר 🧑‍🔧") && !is_display_name("Ana \u{202e}nimda"));
}

#[test]
fn a_day_is_the_last_one_of_a_membership() {
    let end = |text: &str| parse_until(text).map(|time| time.to_string());
    assert_eq!(end("2026-12-31"), Ok("2027-01-01T00:00:00Z".into()));
    assert_eq!(end("2026-12-31T17:00:00+01:00"), Ok("2026-12-31T16:00:00Z".into()));
    assert_eq!(end("9999-12-29"), Ok("9999-12-30T00:00:00Z".into()));
    for open in ["9999-12-30", "9999-12-31", "9999-12-31T00:00:00Z", "9999-12-31T23:59:59Z"] {
        assert_eq!(end(open), Ok("9999-12-30T22:00:00Z".into()), "{open}");
    }
    for bad in ["9999-12-32", "9999-12-31T", "10000-01-01"] {
        assert!(end(bad).is_err(), "{bad}");
    }
    for bad in ["", "soon", "2026-02-30", "2026-12-3", "31.12.2026"] {
        assert!(end(bad).is_err(), "{bad}");
    }
}

#[test]
fn the_last_lasting_admin_stays_whatever_the_change() {
    let ada = || seat("ada@c", &[Role::Admin]);
    let ends = || Seat { until: Some(NOW), ..ada() };
    let gone = step(Some(ada()), None);
    for after in [None, Some(seat("ada@c", &[Role::Desk])), Some(ends())] {
        let change = [step(Some(ada()), after)];
        assert_eq!(check(&change, "eve@c", 1, 1), Err(Refusal::LastAdmin));
        assert_eq!(check(&change, "eve@c", 2, 1), Err(Refusal::LastAdmin), "the other one ends");
        assert_eq!(check(&change, "eve@c", 2, 2), Ok(()));
    }
    let heir = step(None, Some(seat("bob@c", &[Role::Admin])));
    assert_eq!(check(&[gone.clone(), heir], "eve@c", 1, 1), Ok(()));
    // Where all end some day, the last of them still stays.
    assert_eq!(check(&[step(Some(ends()), None)], "eve@c", 1, 0), Err(Refusal::LastAdmin));
    assert_eq!(check(&[step(Some(ends()), None)], "eve@c", 2, 0), Ok(()));
    assert_eq!(check(&[gone], "ada@c", 2, 2), Err(Refusal::OwnRoles));
}

#[test]
fn nobody_changes_their_own_rights_but_their_name_is_theirs() {
    let own = seat("Ana@c", &[Role::Admin]);
    let change = |change: fn(&mut Seat)| {
        let mut after = own.clone();
        change(&mut after);
        check(&[step(Some(own.clone()), Some(after))], "aNA@c", 2, 2)
    };
    assert_eq!(change(|_| ()), Ok(()));
    assert_eq!(change(|seat| seat.display_name = Some("Ana".into())), Ok(()));
    assert_eq!(change(|seat| seat.until = Some(NOW)), Err(Refusal::OwnRoles));
    assert_eq!(change(|seat| seat.oid = Some("x".into())), Err(Refusal::OwnRoles));
    assert_eq!(change(|seat| _ = seat.roles.insert(Role::Support)), Err(Refusal::OwnRoles));
}

#[test]
fn what_a_step_does_is_told_in_words() {
    let before = seat("a@c", &[Role::Support, Role::Desk]);
    let after = Seat { until: Some(NOW), ..seat("a@c", &[Role::Desk, Role::Auditor]) };
    let change = step(Some(before.clone()), Some(after));
    assert_eq!(change.change(), Change::Changed);
    assert_eq!((change.granted(), change.taken()), (vec![Role::Auditor], vec![Role::Support]));
    assert_eq!(change.fields(), ["until"]);
    assert!(change.ends_elevations());
    let less = step(Some(before.clone()), Some(seat("a@c", &[Role::Support])));
    assert!(!less.ends_elevations());
    assert_eq!(step(Some(before.clone()), Some(before)).change(), Change::Unchanged);
}

#[test]
fn so_many_may_go_at_once() {
    for (text, size, limit) in [
        ("0", 100, 0),
        ("7", 100, 7),
        ("25%", 10, 2),
        ("100%", 10, 10),
        ("10%", 4_000_000_000, 400_000_000),
    ] {
        let bound: MaxRemove = text.parse().unwrap();
        assert_eq!(bound.of(size), limit, "{text}");
        assert_eq!(bound.to_string(), text);
    }
    for (size, limit) in [(1, 3), (30, 3), (39, 3), (40, 4), (10_000, 1_000)] {
        assert_eq!(MaxRemove::default().of(size), limit, "{size}");
    }
    for bad in ["", "%", "-1", "101%", "ten", "1.5%", "+3"] {
        assert!(bad.parse::<MaxRemove>().is_err(), "{bad}");
    }
}

#[test]
fn a_program_is_admitted_from_its_networks_only() {
    let networks = Networks::parse(&["10.1.2.3/16", "2001:db8::/32", "192.0.2.7"]).unwrap();
    assert_eq!(networks.texts(), ["10.1.0.0/16", "2001:db8::/32", "192.0.2.7/32"]);
    for (address, admitted) in [
        ("10.1.255.1", true),
        ("::ffff:10.1.0.1", true),
        ("2001:db8::1", true),
        ("192.0.2.7", true),
        ("192.0.2.8", false),
        ("10.2.0.1", false),
        ("::1", false),
        ("nonsense", false),
    ] {
        assert_eq!(networks.admit(Some(address)), admitted, "{address}");
    }
    assert!(!networks.admit(None) && Networks::default().admit(None));
    // A network of IPv4 in the mapped form is what it maps.
    let mapped = ["::ffff:127.0.0.1", "::ffff:10.1.2.3/104", "::ffff:0.0.0.0/96", "::ffff:0:0/95"];
    let networks = |text: &str| Networks::parse(&[text]).unwrap();
    let texts = mapped.map(|text| networks(text).texts().remove(0));
    assert_eq!(texts, ["127.0.0.1/32", "10.0.0.0/8", "0.0.0.0/0", "::fffe:0:0/95"]);
    assert!(networks(mapped[0]).admit(Some("127.0.0.1")));
    assert!(networks(mapped[1]).admit(Some("::ffff:10.9.9.9")));
    for bad in ["", "10.0.0.0/33", "10.0.0", "host.example"] {
        assert!(Networks::parse(&[bad]).is_err(), "{bad}");
    }
}

#[test]
fn the_escalation_team_is_kept_smaller_than_the_desk() {
    for (escalation, rest, warns) in
        [(0, 0, false), (1, 0, false), (2, 3, false), (2, 2, true), (3, 1, true), (2, 0, true)]
    {
        assert_eq!(Desk { escalation, rest }.warning().is_some(), warns, "{escalation} {rest}");
    }
}

#[test]
fn what_was_just_given_is_not_unused() {
    let days = |n: i64| SignedDuration::from_hours(24 * n);
    let at = |n: i64| NOW + days(n);
    let unused = |since, used| is_unused(since, used, days(90), at(100));
    assert!(unused(at(10), None) && unused(at(0), Some(at(10))));
    assert!(!unused(at(11), None) && !unused(at(0), Some(at(11))));
    assert!(!unused(at(50), Some(at(1))), "it was given anew");
}

fn roles() -> impl Strategy<Value = BTreeSet<Role>> {
    prop::collection::btree_set(prop::sample::select(Role::ALL.to_vec()), 1..4)
}

proptest! {
    /// Where everything of a plan is done, the team is the wanted one, and nothing is left to do.
    #[test]
    fn a_plan_leads_to_the_wanted_team(
        team in prop::collection::btree_map("[a-f]@c", roles(), 0..6),
        wanted in prop::collection::btree_map("[a-f]@c", roles(), 0..6),
        prune: bool,
    ) {
        let team: Vec<Seat> = team.into_iter()
            .map(|(upn, roles)| Seat { roles, ..Seat::new(upn) }).collect();
        let wanted: Vec<Wanted> = wanted.into_iter()
            .map(|(upn, roles)| Wanted { upn, roles, display_name: None, until: None, oid: None })
            .collect();
        let planned = plan(&team, &wanted, prune, NOW);
        prop_assert_eq!(prune && !planned.kept.is_empty(), false);
        prop_assert_eq!(!prune && planned.steps.iter().any(|s| s.after.is_none()), false);
        let mut then: std::collections::BTreeMap<String, Seat> =
            team.into_iter().map(|seat| (seat.upn.clone(), seat)).collect();
        for step in planned.steps {
            match step.after {
                Some(after) => _ = then.insert(after.upn.clone(), after),
                None => _ = then.remove(&step.before.unwrap().upn),
            }
        }
        for want in &wanted {
            prop_assert_eq!(&then[&want.upn].roles, &want.roles);
        }
        prop_assert_eq!(then.len(), wanted.len() + planned.kept.len());
        let then: Vec<Seat> = then.into_values().collect();
        let again = plan(&then, &wanted, prune, NOW);
        prop_assert_eq!((again.steps.len(), again.unchanged), (0, wanted.len()));
    }
}
