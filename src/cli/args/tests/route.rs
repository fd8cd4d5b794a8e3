//! `mmd route`, whose verbs share their place with a text in any words.

use super::*;
use crate::{
    cli::verbs::route::{Asking, Input},
    domain::route::terms::{Asker, Kind as Issue, RequestType, Scope, Severity},
};

fn about(text: &str) -> Asking {
    Asking { text: Some(text.into()), ..Asking::default() }
}

fn advise(asking: Asking) -> Verb {
    Verb::Route(Input::Advise(asking))
}

#[test]
fn an_issue_is_routed_by_flags_and_by_text() {
    for (line, asking) in [
        ("route", Asking::default()),
        (
            "route --issue service --scope several --severity A --type incident --as desk \
             --device D1 --table t.toml",
            Asking {
                text: None,
                kind: Some(Issue::Service),
                scope: Some(Scope::Several),
                severity: Some(Severity::A),
                request: Some(RequestType::Incident),
                asker: Some(Asker::Desk),
                device: Some("D1".into()),
                table: Some("t.toml".into()),
            },
        ),
        ("route --severity b", Asking { severity: Some(Severity::B), ..Asking::default() }),
        ("route the  screen  flickers", about("the screen flickers")),
        ("route the screen flickers", about("the screen flickers")),
        ("--json route -", about("-")),
        ("route -- -x", about("-x")),
        ("route VPN down --as admin", Asking { asker: Some(Asker::Admin), ..about("VPN down") }),
        ("route --as admin VPN down", Asking { asker: Some(Asker::Admin), ..about("VPN down") }),
    ] {
        assert_eq!(verb(line), advise(asking), "{line}");
    }
}

#[test]
fn the_verbs_of_route() {
    let path = || Some("t.toml".into());
    for (line, input) in [
        ("route roles", Input::Roles(None)),
        ("route --json roles --table t.toml", Input::Roles(path())),
        ("route table", Input::Table(None)),
        ("route table --table t.toml", Input::Table(path())),
        ("route --table t.toml table", Input::Table(path())),
        ("route --table t.toml roles", Input::Roles(path())),
        (
            "route --table t.toml explain VPN down",
            Input::Explain(Asking { table: path(), ..about("VPN down") }),
        ),
        ("route guidance", Input::Guidance(None)),
        ("route guidance install chrome", Input::Guidance(Some("install chrome".into()))),
        ("route explain VPN down", Input::Explain(about("VPN down"))),
        (
            "route explain --issue local",
            Input::Explain(Asking { kind: Some(Issue::Local), ..Asking::default() }),
        ),
        ("route check t.toml", Input::Check("t.toml".into())),
    ] {
        assert_eq!(verb(line), Verb::Route(input), "{line}");
    }
}

#[test]
fn a_word_that_is_no_verb_is_text_and_nothing_else_is_suggested() {
    let command = command();
    let route = command.find_subcommand("route").unwrap();
    let verbs: Vec<_> = route.get_subcommands().map(clap::Command::get_name).collect();
    assert_eq!(verbs, ["roles", "table", "guidance", "explain", "check"]);
    for word in ["logot", "logout", "tabel", "rolls", "elevate", "team", "statsu", "help", "Table"]
    {
        assert_eq!(verb(&format!("route {word}")), advise(about(word)));
        assert_eq!(verb(&format!("route my {word} now")), advise(about(&format!("my {word} now"))));
        assert_eq!(verb(&format!("route --json {word}")), advise(about(word)));
    }
    for word in verbs {
        assert_eq!(verb(&format!("route -- {word}")), advise(about(word)));
        assert_eq!(verb(&format!("route the {word}")), advise(about(&format!("the {word}"))));
        // A flag's value is no verb.
        let asked = Asking { device: Some(word.into()), ..Asking::default() };
        assert_eq!(verb(&format!("route --device {word}")), advise(asked));
    }
}

#[test]
fn what_contradicts_itself_is_refused_and_names_no_other_command() {
    for (line, sentence) in [
        ("route --issue local table", "an issue stands before a command of `route`"),
        ("route printer --json table", "an issue stands before a command of `route`"),
        ("route --table t.toml --issue local table", "an issue stands before a command of `route`"),
        ("route --table t.toml table --table u.toml", "`--table` is there twice"),
        ("route --table t.toml guidance", "`route guidance` takes no `--table`"),
        ("route --table t.toml check u.toml", "`route check` takes no `--table`"),
        ("route --issue software", "invalid value 'software' for '--issue <KIND>'"),
        (
            "route --severity D",
            "invalid value 'D' for '--severity <SEVERITY>': `D` is not a severity: use A (critical), \
             B (moderate) or C (minimal)",
        ),
        (
            "route --severity 2",
            "invalid value '2' for '--severity <SEVERITY>': `2` is not a severity: use A \
             (critical), B (moderate) or C (minimal)",
        ),
        ("route --as me", "invalid value 'me' for '--as <WHO>'"),
        ("route check", "the following required arguments were not provided"),
        ("route \u{1}\u{2}", "the text is blank"),
    ] {
        assert_eq!(refused(line), sentence, "{line}");
    }
    for line in ["route --isue local", "route table --tabel x", "route check a b"] {
        let said = parse(&words(line)).unwrap_err().plain;
        for command in ["logout", "login", "team", "audit", "serve"] {
            assert!(!said.contains(command), "{line}: {said}");
        }
    }
}
