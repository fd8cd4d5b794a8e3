//! An organisation's own table over the built-in one.

use proptest::prelude::*;

use crate::domain::route::{
    check::Finding,
    read::{BUILT_IN, MAX_BYTES, built_in, read, read_with_findings},
    table::Case,
    terms::{Destination, Kind, Severity, Support},
};

const HEAD: &str = "name = \"contoso\"\nversion = \"7\"\n";

fn own(body: &str) -> Vec<u8> {
    format!("{HEAD}{body}").into_bytes()
}

fn rule(fields: &str) -> Vec<u8> {
    own(&format!("[[rule]]\n{fields}\n"))
}

fn reason(bytes: &[u8]) -> String {
    read(bytes).unwrap_err().to_string()
}

#[test]
fn a_rule_is_added_replaced_or_put_before_another() {
    let table =
        read(&own("[[rule]]\nid = \"sap\"\nwhen = { kind = \"local\", scope = \"all\" }\n\
         to = \"it-admin\"\nbecause = \"Ours.\"\n\
         [[rule]]\nid = \"local\"\nwhen = { kind = \"local\" }\nto = \"support-provider\"\n\
         because = \"Ours too.\"\n\
         [[rule]]\nid = \"late\"\nbefore = \"microsoft\"\n\
         when = { kind = \"microsoft\", ring = [\"first\", \"fast\"] }\nto = \"operations\"\n\
         because = \"Early rings.\"\n"))
        .unwrap();
    assert_eq!(table.label, "contoso 7, over built-in 1");
    let ids: Vec<_> = table.rules.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(ids[..2], ["compromise", "sap"]);
    assert_eq!(ids.len(), built_in().unwrap().rules.len() + 2);
    let place = |id: &str| ids.iter().position(|one| *one == id).unwrap();
    assert_eq!(place("late") + 1, place("microsoft"));
    assert_eq!(table.rules[place("local")].because, "Ours too.");
    let all = Case { scope: "all".parse().unwrap(), ..Case::of(Kind::Local) };
    assert_eq!(table.decide(&all).unwrap().to, Destination::ItAdmin);
}

#[test]
fn contacts_names_and_makers_are_read() {
    let table = read(&own("support = \"partner-led\"\n\
         [destinations.operations]\nname = \"the Endpoint team\"\n\
         [destinations.hardware-vendor]\ncontact = \"it-supply@contoso.com\"\nhours = \" \"\n\
         [manufacturers.Dell]\ncontact = \"+34 900 100 200\"\nid = \"ProSupport 8812\"\n"))
    .unwrap();
    assert_eq!(table.support, Support::PartnerLed);
    let operations = &table.contacts[&Destination::Operations];
    assert_eq!(operations.name.as_deref(), Some("the Endpoint team"));
    let dell = table.vendor(Some("DELL Inc.")).unwrap();
    assert_eq!(dell.id.as_deref(), Some("ProSupport 8812"));
    for maker in [Some("HP"), None] {
        let other = table.vendor(maker).unwrap();
        assert_eq!(other.contact.as_deref(), Some("it-supply@contoso.com"));
        assert_eq!(other.hours, None, "blank is as good as missing");
    }
}

#[test]
fn a_whole_table_of_ones_own_stands_alone() {
    let alone = BUILT_IN.replace("name = \"built-in\"", "name = \"alone\"\nextends = \"nothing\"");
    let table = read(alone.as_bytes()).unwrap();
    assert_eq!(table.label, "alone 1");
    assert_eq!(table.rules.len(), built_in().unwrap().rules.len());
    assert!(table.rules.iter().all(|rule| rule.own));
}

#[test]
fn a_faulty_file_is_refused_with_line_and_reason() {
    let good = "id = \"a\"\nto = \"it-admin\"\nbecause = \"Ours.\"";
    for (bytes, expected) in [
        (rule("id = \"a\"\nbecause = \"Ours.\""), "line 3: missing field `to`"),
        (rule("id = \"a\"\nto = \"it-admin\""), "line 3: missing field `because`"),
        (rule("to = \"it-admin\"\nbecause = \"Ours.\""), "line 3: missing field `id`"),
        (
            rule("id = \"a\"\nto = \"the-moon\"\nbecause = \"Ours.\""),
            "line 5: `the-moon` is no destination: write `support-provider`",
        ),
        (
            rule(&format!("{good}\nwhen = {{ weather = \"rain\" }}")),
            "line 7: unknown field `weather`, expected one of `kind`",
        ),
        (
            rule(&format!("{good}\nwhen = {{ kind = \"software\" }}")),
            "line 7: `software` is no kind of issue: write `hardware`",
        ),
        (
            rule(&format!("{good}\nwhen = {{ kind = [] }}")),
            "line 7: an empty list of kind of issue fits nothing",
        ),
        (rule(&format!("{good}\ncolour = \"red\"")), "line 7: unknown field `colour`"),
        (rule("id = \"A b\"\nto = \"it-admin\"\nbecause = \"x\""), "line 4: `A b` is no id"),
        (
            rule("id = \"a\"\nto = \"it-admin\"\nbecause = \" \""),
            "line 4: the rule `a` says no reason",
        ),
        (
            rule(&format!("{good}\nbefore = \"nobody\"")),
            "line 4: there is no rule `nobody` to stand before",
        ),
        (
            rule("id = \"local\"\nbefore = \"hardware\"\nto = \"it-admin\"\nbecause = \"x\""),
            "line 4: `local` replaces a rule in its place",
        ),
        (
            own(&format!("[[rule]]\n{good}\nwhen = {{ kind = \"local\" }}\n[[rule]]\n{good}\n")),
            "line 9: the id `a` stands on line 4 already",
        ),
        (b"name = \"\"\nversion = \"1\"\n".to_vec(), "line 1: the `name` is blank"),
        (b"version = \"1\"\n".to_vec(), "line 1: missing field `name`"),
        (own("[destinations.moon]\n"), "line 3: `moon` is no destination"),
        (
            own("[manufacturers.dell]\nid = \"1\"\n[manufacturers.Dell]\nid = \"2\"\n"),
            "line 5: the manufacturer `Dell` stands on line 3 already",
        ),
        (
            own("[manufacturers]\nhp = { id = \"1\" }\n'' = { id = \"2\" }\n"),
            "line 5: the name of a manufacturer is blank",
        ),
        (own("[manufacturers.' ']\n"), "line 3: the name of a manufacturer is blank"),
        (own("support = \"by-nobody\"\n"), "line 3: `by-nobody` is no kind of support"),
        (own("[[rule]\n"), "line 3: "),
        (vec![b'#'; MAX_BYTES + 1], "it is larger than 256 KiB"),
        (vec![b'#'; 10_000_000], "it is larger than 256 KiB"),
        ([HEAD.as_bytes(), b"# caf\xe9\n"].concat(), "line 3: it is not UTF-8"),
        (HEAD.encode_utf16().flat_map(u16::to_le_bytes).collect(), "line 1: "),
        (Vec::new(), "line 1: missing field `name`"),
    ] {
        let said = reason(&bytes);
        assert!(said.starts_with(expected), "{said}\nand not: {expected}");
    }
    let before = BUILT_IN;
    assert_eq!(built_in().unwrap().rules.len(), before.matches("[[rule]]").count());
}

#[test]
fn a_mark_of_the_encoding_is_no_fault() {
    let marked = [b"\xef\xbb\xbf", HEAD.as_bytes()].concat();
    assert_eq!(read(&marked).unwrap().label, "contoso 7, over built-in 1");
}

#[test]
fn a_gap_is_shown_by_a_case_that_nothing_decides() {
    let narrowed = rule(
        "id = \"local\"\nwhen = { kind = \"local\", severity = \"C\" }\n\
         to = \"support-provider\"\nbecause = \"Only C.\"",
    );
    let said = reason(&narrowed);
    assert!(
        said.starts_with("no rule decides this case: kind=local scope=one severity=A"),
        "{said}"
    );
    let (table, findings) = read_with_findings(&narrowed).unwrap();
    let [(None, Finding::Gap(example))] = &findings[..] else { panic!("{findings:?}") };
    assert_eq!(table.decide(example), None);
    assert_eq!((example.kind, example.severity), (Kind::Local, Severity::A));
}

#[test]
fn a_rule_that_cannot_fire_is_shown_with_the_one_in_its_way() {
    let hidden = rule(
        "id = \"late\"\nbefore = \"microsoft\"\nwhen = { kind = \"local\" }\n\
         to = \"it-admin\"\nbecause = \"Too late.\"",
    );
    let said = reason(&hidden);
    let expected = "line 4: the rule `late` can never fire: `local` stands before it and decides";
    assert!(said.starts_with(expected) || said.contains("`not-enrolled` stands before"), "{said}");
    // To overrule a built-in rule is what an own table is for.
    let overruling =
        rule("id = \"ours\"\nwhen = { kind = \"local\" }\nto = \"it-admin\"\nbecause = \"Ours.\"");
    let (_, findings) = read_with_findings(&overruling).unwrap();
    let [(None, finding)] = &findings[..] else { panic!("{findings:?}") };
    assert!(!finding.is_fault() && finding.rule() == Some("local"), "{finding}");
    read(&overruling).unwrap();
}

#[test]
fn a_rule_for_what_is_never_decided_is_shown_with_the_case_that_it_becomes() {
    for (when, expected) in [
        (
            "kind = \"information\", type = \"incident\"",
            "kind=information severity=A type=incident is always decided as severity=C type=information",
        ),
        (
            "kind = \"security\", severity = \"C\"",
            "kind=security severity=C type=incident is always decided as severity=A type=incident",
        ),
        (
            "kind = \"security\", type = \"change\"",
            "kind=security severity=A type=change is always decided as severity=A type=incident",
        ),
        (
            "kind = \"change\", severity = \"A\"",
            "kind=change severity=A type=incident is always decided as severity=C type=change",
        ),
        (
            "type = \"change\", severity = [\"A\", \"B\"]",
            "kind=hardware severity=A type=change is always decided as severity=C type=change",
        ),
    ] {
        let idle = rule(&format!(
            "id = \"never\"\nbefore = \"compromise\"\nwhen = {{ {when} }}\n\
             to = \"security-operations\"\nbecause = \"x\""
        ));
        assert_eq!(reason(&idle), format!("line 4: the rule `never` can never fire: {expected}"));
    }
}

#[test]
fn a_table_that_decides_all_that_is_ever_asked_is_whole() {
    let rule = |id: &str, when: &str, to: &str| {
        format!("[[rule]]\nid = \"{id}\"\nwhen = {{ {when} }}\nto = \"{to}\"\nbecause = \"x\"\n")
    };
    let rules = [
        rule(
            "a",
            "kind = \"security\", type = \"incident\", severity = \"A\"",
            "security-operations",
        ),
        rule("b", "kind = [\"information\", \"change\"], severity = \"C\"", "operations"),
        rule(
            "c",
            "kind = [\"hardware\", \"local\", \"service\", \"microsoft\"]",
            "support-provider",
        ),
    ];
    let alone = own(&format!("extends = \"nothing\"\n{}", rules.concat()));
    assert_eq!(read_with_findings(&alone).unwrap().1, []);
    assert_eq!(read(&alone).unwrap().rules.len(), 3);
}

#[test]
fn a_table_decides_for_its_own_kind_of_support_alone() {
    let rule = |id: &str, when: &str, to: &str| {
        format!("[[rule]]\nid = \"{id}\"\nwhen = {{ {when} }}\nto = \"{to}\"\nbecause = \"x\"\n")
    };
    // One that says nothing is customer-led.
    for (said, support, other) in [
        ("support = \"partner-led\"\n", "partner-led", "customer-led"),
        ("support = \"customer-led\"\n", "customer-led", "partner-led"),
        ("", "customer-led", "partner-led"),
    ] {
        let theirs =
            rule("theirs", &format!("kind = \"local\", support = \"{other}\""), "it-admin");
        let line = 4 + said.lines().count();
        assert_eq!(
            reason(&own(&format!("{said}{theirs}"))),
            format!(
                "line {line}: the rule `theirs` can never fire: the support of this table is \
                 `{support}`"
            )
        );
        let security = rule("safe", "kind = \"security\"", "security-operations");
        let ours = rule("ours", &format!("support = \"{support}\""), "support-provider");
        let alone = own(&format!("{said}extends = \"nothing\"\n{security}{ours}"));
        assert_eq!(read_with_findings(&alone).unwrap().1, []);
        read(&alone).unwrap();
    }
}

#[test]
fn no_table_sends_a_sign_of_compromise_elsewhere() {
    for fields in [
        "id = \"compromise\"\nwhen = { kind = \"security\" }\nto = \"it-admin\"\nbecause = \"x\"",
        "id = \"x\"\nbefore = \"compromise\"\nwhen = { ring = \"test\" }\nto = \"operations\"\nbecause = \"x\"",
    ] {
        let said = reason(&rule(fields));
        assert!(said.contains("sends a sign of compromise elsewhere"), "{said}");
    }
}

#[test]
fn no_table_lets_a_device_with_a_sign_of_compromise_be_elevated() {
    let compromise = |more: &str| {
        rule(&format!(
            "id = \"compromise\"\nwhen = {{ kind = \"security\" }}\nto = \"security-operations\"\n\
             because = \"x\"\n{more}"
        ))
    };
    let said = reason(&compromise("elevate = true"));
    assert!(said.contains("lets a device with a sign of compromise be elevated"), "{said}");
    assert!(read(&compromise("elevate = false")).is_ok());
}

proptest! {
    #[test]
    fn any_bytes_are_a_table_or_a_fault(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes);
    }

    #[test]
    fn a_table_that_was_damaged_is_whole_or_refused(at in 0..BUILT_IN.len(), with in any::<u8>()) {
        let mut bytes = BUILT_IN.replace("[[rule]]\nid = \"c", "extends = \"nothing\"\n[[rule]]\nid = \"c").into_bytes();
        bytes[at] = with;
        if let Ok(table) = read(&bytes) {
            prop_assert!(Case::all().all(|case| table.decide(&case).is_some()));
        }
    }
}
