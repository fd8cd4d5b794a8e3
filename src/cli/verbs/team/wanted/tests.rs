use proptest::prelude::*;
use serde_json::json;

use super::*;

fn members(text: &str, prune: bool) -> Result<Vec<WantedMember>> {
    parse(text, "`t`", prune).map(|rows| rows.into_iter().map(|(_, member)| member).collect())
}

fn refused(text: &str) -> Vec<String> {
    let error = parse(text, "`t`", true).unwrap_err();
    assert_eq!(error.kind, crate::error::Kind::Usage);
    let first = error.message.strip_prefix("`t` is refused: ").unwrap_or(&error.message).to_owned();
    [vec![first], error.causes].concat()
}

#[test]
fn a_csv_file_is_read_with_any_columns_in_any_order() {
    let text = "Roles,UPN,until\r\ndesk;auditor,ana@c,\r\n\"support\",Bob@c,2026-12-31\r\n";
    let end = "2027-01-01T00:00:00Z".parse().unwrap();
    let member = |upn: &str, roles: &[Role], until| WantedMember {
        upn: upn.into(),
        display_name: None,
        roles: roles.to_vec(),
        until: Some(until),
        oid: None,
    };
    assert_eq!(
        members(text, true).unwrap(),
        [
            member("ana@c", &[Role::Desk, Role::Auditor], None),
            member("Bob@c", &[Role::Support], Some(end))
        ]
    );
}

#[test]
fn a_bad_line_in_the_middle_refuses_the_whole_file_and_is_named() {
    let text = "upn,roles\nana@c,desk\nbob,desk\neve@c,root\n\nana@C,desk\n";
    assert_eq!(
        refused(text),
        [
            "line 3: `bob` is not a UPN: a UPN looks like `name@domain`",
            "line 4: `root` is not a role: use desk, support, admin, operations or auditor",
            "line 6: `ana@C` is named already on line 2",
        ]
    );
}

#[test]
fn one_person_is_not_two_members() {
    assert_eq!(
        refused("upn,roles,oid\na@c,desk,8b2c\nb@c,desk,\nc@c,desk,\nd@c,desk,8b2c\n"),
        ["line 5: the oid `8b2c` stands on line 2, too"]
    );
}

#[test]
fn a_file_that_is_cut_off_is_refused() {
    let whole = "upn,displayName,roles,until,oid\nana@c,Ana,desk,,\nbob@c,\"Bob, B.\",support,,\n";
    assert!(parse(whole, "`t`", true).is_ok());
    let second = whole.find("bob").unwrap();
    for end in second + 1..whole.len() {
        assert!(parse(&whole[..end], "`t`", true).is_err(), "{:?}", &whole[..end]);
    }
    assert_eq!(
        refused("upn,roles\nana@c,desk"),
        ["line 2: it has no line break at its end: with `--prune` the file must not be cut off"]
    );
    assert!(parse("upn,roles\nana@c,desk", "`t`", false).is_ok());
    let json = json!([{ "upn": "ana@c", "roles": ["desk"] }]).to_string();
    for end in 1..json.len() {
        assert!(parse(&json[..end], "`t`", false).is_err(), "{:?}", &json[..end]);
    }
}

#[test]
fn what_is_no_team_says_what_it_is() {
    for (text, fault) in [
        ("", "`t` is empty"),
        (" \n", "`t` is empty"),
        ("upn,roles\n", "`t` names nobody"),
        ("[]", "`t` names nobody"),
        ("{}", "line 1: the team is an array of members: `[{\"upn\": …}]`"),
        (
            "upn;roles\na@c;desk\n",
            "line 1: there is no column `upn;roles`: columns are separated by commas (known: upn, displayName, roles, until, oid)",
        ),
        (
            "upn,role\na@c,desk\n",
            "line 1: there is no column `role` (known: upn, displayName, roles, until, oid)",
        ),
        ("upn\na@c\n", "line 1: the column `roles` is missing"),
        ("upn,roles,upn\n", "line 1: the column `upn` stands twice"),
        ("upn,roles\na@c,desk,x\n", "line 2: 3 fields where the header has 2 columns"),
        (
            "upn,roles,until\na@c,desk,soon\n",
            "line 2: `soon` is no day or time: write `2026-12-31` or `2026-12-31T17:00:00Z`",
        ),
        ("[{\"upn\": \"a@c\"}]", "member 1: `roles` is missing, or no array of words"),
        (
            "[{\"upn\": \"a@c\", \"roles\": \"desk\"}]",
            "member 1: `roles` is missing, or no array of words",
        ),
        ("[1]", "member 1: it is no object"),
        ("upn,roles\n#a@c,desk\n", "line 2: `#a@c` is not a UPN: a UPN looks like `name@domain`"),
        (
            "[{\"upn\": \"a@c\", \"roles\": []},\n{\"upn\": \"b@c\", \"upn\": \"c@c\", \"roles\": []}]",
            "line 2, column 20: `upn` stands twice",
        ),
        (
            "[{\"upn\": \"a@c\", \"roles\": [\"desk\"], \"role\": 1}]",
            "member 1: there is no `role` (known: upn, displayName, roles, until, oid)",
        ),
        ("[\n{\"upn\": nonsense", "line 2, column 10: it is no JSON from here on"),
    ] {
        assert_eq!(refused(text)[0], fault, "{text:?}");
    }
}

#[test]
fn what_a_spreadsheet_leaves_is_no_member() {
    let text = "sep=,\r\nupn,roles,until\r\nana@c,desk,\r\n,,\r\n  \r\n,\r\nbob@c,desk,\r\n";
    let names: Vec<_> = members(text, true).unwrap().into_iter().map(|m| m.upn).collect();
    assert_eq!(names, ["ana@c", "bob@c"]);
    let bad = text.replace("bob@c", "bob");
    assert_eq!(refused(&bad), ["line 7: `bob` is not a UPN: a UPN looks like `name@domain`"]);
}

#[test]
fn only_the_first_faults_are_told() {
    let text = "upn,roles\n".to_owned() + &"bob,desk\n".repeat(25);
    let told = refused(&text);
    assert_eq!(told.len(), FAULTS + 1);
    assert_eq!(told[FAULTS], "and 15 more");
}

#[test]
fn the_json_of_a_list_is_taken_too() {
    let listed = json!([{
        "upn": "ana@c", "displayName": null, "roles": ["desk"], "until": null, "partner": false,
        "bound": true, "addedBy": "x@c", "addedAt": "2026-03-02T09:00:00Z", "lastSignIn": null,
    }]);
    let read = members(&listed.to_string(), false).unwrap();
    assert_eq!(read[0].display_name, Some(None));
    assert_eq!(read[0].oid, None, "what a list does not show stays");
}

proptest! {
    /// What `export` prints, `sync` reads: the same team, in either form.
    #[test]
    fn what_is_exported_is_read_back(
        rows in prop::collection::btree_map(
            "[a-z]{1,5}@c",
            (
                prop::option::of("[A-Za-z\",;'=é-]([ A-Za-z\",;'é-]{0,8}[A-Za-z\",é])?"),
                prop::collection::btree_set(prop::sample::select(Role::ALL.to_vec()), 0..5),
                prop::option::of(0_i64..4_000_000_000_000_000),
                any::<bool>(),
            ),
            1..8,
        )
    ) {
        let team: Vec<_> = rows.into_iter().map(|(upn, (name, roles, until, oid))| WantedMember {
            oid: Some(oid.then(|| format!("\"{upn},-"))),
            upn,
            display_name: Some(name),
            roles: roles.into_iter().collect(),
            until: Some(until.map(|at| jiff::Timestamp::from_microsecond(at).unwrap())),
        }).collect();
        let csv = String::from_utf8(to_csv(&team).unwrap()).unwrap();
        prop_assert_eq!(&members(&csv, true).unwrap(), &team);
        let json = json!(team).to_string();
        prop_assert_eq!(&members(&json, true).unwrap(), &team);
    }
}
