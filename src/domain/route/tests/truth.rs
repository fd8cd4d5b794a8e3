//! The built-in table says what the framework says.

use std::collections::HashSet;

use jiff::Timestamp;
use proptest::prelude::*;

use crate::domain::route::{
    advice::{Advice, Device, Facts, Step, advise},
    check::check,
    read::{built_in, read},
    table::{Case, Tried},
    terms::{Asker, Destination, Kind, RequestType, Ring, Scope, Severity, Support, Term},
    understand::understand,
};

/// Cases with their destinations, derived by hand from the framework's text: kind, scope, severity,
/// type, who asks, ring, enrolled.
const ROWS: &str = include_str!("truth-table.txt");

fn row(line: &str, support: Support) -> (Case, Destination) {
    let (case, destination) = line.split_once(" -> ").expect(line);
    let words: Vec<_> = case.split(' ').collect();
    let [kind, scope, severity, request, asker, ring, enrolled] = words[..] else {
        panic!("{line}")
    };
    let case = Case {
        kind: kind.parse().unwrap(),
        scope: scope.parse().unwrap(),
        severity: severity.parse().unwrap(),
        request: request.parse().unwrap(),
        asker: asker.parse().unwrap(),
        ring: ring.parse().unwrap(),
        enrolled: enrolled.parse().unwrap(),
        support,
    };
    (case.settled(), destination.parse().unwrap())
}

fn rows() -> Vec<&'static str> {
    ROWS.lines().filter(|line| !line.starts_with('#')).collect()
}

fn holds_for(support: Support) {
    let table = built_in().unwrap();
    for line in rows() {
        let (case, destination) = row(line, support);
        let rule = table.decide(&case).unwrap();
        assert_eq!(rule.to, destination, "{line}: decided by `{}`", rule.id);
    }
}

#[test]
fn the_framework_holds_where_support_is_customer_led() {
    holds_for(Support::CustomerLed);
}

#[test]
fn the_framework_holds_where_support_is_partner_led() {
    holds_for(Support::PartnerLed);
}

#[test]
fn the_truth_table_has_eighty_different_rows_and_uses_every_rule() {
    let rows = rows();
    assert!(rows.len() >= 80, "{}", rows.len());
    assert_eq!(rows.iter().collect::<HashSet<_>>().len(), rows.len());
    let table = built_in().unwrap();
    let fired: HashSet<_> = rows
        .iter()
        .filter_map(|line| table.decide(&row(line, Support::CustomerLed).0))
        .map(|rule| rule.id.as_str())
        .collect();
    for rule in &table.rules {
        assert!(fired.contains(rule.id.as_str()), "no row for `{}`", rule.id);
    }
}

#[test]
fn the_built_in_table_passes_its_own_check() {
    let table = built_in().unwrap();
    assert_eq!(check(&table), []);
    assert!(Case::all().all(|case| table.decide(&case).is_some()));
}

#[test]
fn every_rule_says_why_and_where_the_framework_says_so() {
    for rule in built_in().unwrap().rules {
        assert!(rule.because.ends_with('.'), "{}", rule.id);
        assert!(rule.source.is_some(), "{}", rule.id);
        assert!(rule.first.is_none_or(|first| first.ends_with('.')), "{}", rule.id);
    }
}

#[test]
fn severity_and_scope_change_the_destination_of_service_and_microsoft_only() {
    let table = built_in().unwrap();
    for case in Case::all() {
        if matches!(case.kind.as_str(), "service" | "microsoft") {
            continue;
        }
        let plain = Case { severity: Severity::C, scope: "one".parse().unwrap(), ..case }.settled();
        assert_eq!(table.decide(&case).unwrap().to, table.decide(&plain).unwrap().to, "{case}");
    }
}

#[test]
fn who_files_what_they_may_is_sent_on_and_never_to_themselves() {
    let table = built_in().unwrap();
    for case in Case::all().filter(|case| case.asker.as_str() == "admin") {
        assert_ne!(table.decide(&case).unwrap().to, Destination::ItAdmin, "{case}");
    }
}

fn any_case() -> impl Strategy<Value = Case> {
    let all: Vec<_> = Case::all().collect();
    prop::sample::select(all)
}

proptest! {
    #[test]
    fn the_evaluator_is_total_and_explains_what_it_decides(case in any_case()) {
        let table = built_in().unwrap();
        let decided = table.decide(&case).unwrap();
        let tried = table.explain(&case);
        prop_assert_eq!(tried.len(), table.rules.len());
        let fired: Vec<_> = tried.iter().filter(|(_, tried)| *tried == Tried::Fired).collect();
        prop_assert_eq!(fired.len(), 1);
        prop_assert_eq!(&fired[0].0.id, &decided.id);
        for (rule, tried) in &tried {
            match tried {
                Tried::Passed(why) => {
                    prop_assert!(!why.is_empty());
                    prop_assert!(!rule.when.fits(&case));
                }
                Tried::Fired => prop_assert!(rule.when.fits(&case)),
                Tried::NotReached => {}
            }
        }
    }
}

#[test]
fn all_cases_are_what_all_combinations_settle_to_each_once() {
    let cases: HashSet<_> = Case::all().map(|case| case.to_string()).collect();
    // Three kinds settle severity and type; of the others an incident has three severities, and a
    // request one.
    assert_eq!(cases.len(), (3 + 4 * (3 + 2)) * 3 * 3 * 5 * 2 * 2);
    assert_eq!(Case::all().count(), cases.len());
    let settled: HashSet<_> = Case::combinations().map(|case| case.settled().to_string()).collect();
    assert_eq!(settled, cases);
    assert_eq!(Destination::ALL.len(), 6);
}

fn advised(kind: &str, scope: &str, asker: &str, request: &str, text: Option<&str>) -> Advice {
    let facts = Facts {
        kind: Some(kind.parse().unwrap()),
        scope: Some(scope.parse().unwrap()),
        asker: Some(asker.parse().unwrap()),
        request: Some(request.parse().unwrap()),
        ..Facts::default()
    };
    let understood = text.map(understand);
    advise(&built_in().unwrap(), &facts, understood.as_ref(), Timestamp::UNIX_EPOCH).unwrap()
}

#[test]
fn elevation_may_help_with_one_broken_device_whoever_asks() {
    for asker in ["desk", "team", "admin"] {
        for kind in ["service", "microsoft"] {
            assert!(advised(kind, "one", asker, "incident", None).elevation_may_help);
            assert!(!advised(kind, "several", asker, "incident", None).elevation_may_help);
            assert!(!advised(kind, "one", asker, "change", None).elevation_may_help);
        }
    }
}

#[test]
fn against_a_sign_of_compromise_no_flag_advises_elevation() {
    let plain = advised("local", "one", "team", "incident", Some("the VPN is slow"));
    assert_eq!((plain.elevation_may_help, plain.next), (true, Some(Step::Elevate)));
    let alarmed = advised("local", "one", "team", "incident", Some("ransomware on the VPN PC"));
    assert_eq!((alarmed.elevation_may_help, alarmed.next), (false, None));
    assert!(!alarmed.certain);
}

#[test]
fn a_microsoft_issue_of_several_users_is_handed_over() {
    let advice = advised("microsoft", "several", "team", "incident", None);
    assert_eq!(advice.next, Some(Step::HandOver));
}

/// Were one advised, `mmd elevate` and `mmd escalate` would refuse it, whatever the table says.
#[test]
fn about_a_device_in_the_test_group_only_requests_are_advised() {
    let known =
        Device { name: "LAB-1".into(), manufacturer: None, ring: Ring::Test, enrolled: true };
    let ours = "name = \"x\"\nversion = \"1\"\n[[rule]]\nid = \"ours\"\n\
        when = { kind = [\"local\", \"service\"] }\nto = \"operations\"\nbecause = \"Ours.\"\n";
    for table in [built_in().unwrap(), read(ours.as_bytes()).unwrap()] {
        for case in Case::all().filter(|case| case.ring == Ring::Test) {
            let facts = Facts {
                kind: Some(case.kind),
                scope: Some(case.scope),
                severity: Some(case.severity),
                request: Some(case.request),
                asker: Some(case.asker),
                known: Some(known.clone()),
                ..Facts::default()
            };
            let advice = advise(&table, &facts, None, Timestamp::UNIX_EPOCH).unwrap();
            assert!(!advice.elevation_may_help, "{case}");
            match case.request {
                RequestType::Incident => assert_eq!(advice.next, None, "{case}"),
                _ => assert_ne!(advice.next, Some(Step::Elevate), "{case}"),
            }
        }
    }
    let facts = Facts { kind: Some(Kind::Change), known: Some(known), ..Facts::default() };
    let asked = Facts { asker: Some(Asker::Admin), scope: Some(Scope::Several), ..facts };
    let advice = advise(&built_in().unwrap(), &asked, None, Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(advice.next, Some(Step::Escalate));
}
