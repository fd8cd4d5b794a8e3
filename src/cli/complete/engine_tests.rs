use super::*;
use crate::cli::args::command;

/// What is offered for the last word of `line`.
fn offered(line: &str) -> Vec<String> {
    let mut words: Vec<_> = line.split(' ').map(str::to_owned).collect();
    let word = words.pop().unwrap();
    // Of each kind there is one name, which says what was asked for.
    let look_up = |kind: Kind, typed: &Typed, prefix: &str| {
        let fixed = kinds::fixed(kind, typed);
        if !fixed.is_empty() {
            return kinds::beginning(&fixed, prefix);
        }
        vec![Candidate::new(format!("{kind:?}({prefix})"), None)]
    };
    match complete(&command(), &words, &word, &look_up) {
        Completion::Files => vec!["a file".into()],
        Completion::Names(names) => names.into_iter().map(|name| name.value).collect(),
    }
}

#[test]
fn verbs_and_names_stand_where_they_may() {
    for (line, names) in [
        ("el", &["elevate"][..]),
        ("lo", &["login", "logout"]),
        ("--profile work sta", &["status"]),
        ("elevate MAR", &["DevicesAndPeople(MAR)"]),
        ("elevate clo", &["close", "DevicesAndPeople(clo)"]),
        ("elevate -- lis", &["DevicesAndPeople(lis)"]),
        ("elevate -- ", &["DevicesAndPeople()"]),
        ("elevate -- --", &["DevicesAndPeople(--)"]),
        ("elevate -- list ", &[]),
        ("elevate D1 -- ", &[]),
        ("team remove -- a@b --", &["Members(--)"]),
        ("status -- ", &[]),
        ("-- ", &[]),
        ("elevate D1 lis", &[]),
        ("elevate close MAR", &["Requests(MAR)"]),
        ("elevate list --device ", &["Devices()"]),
        ("elevate list --device=M", &["--device=Devices(M)"]),
        ("device show M", &["Devices(M)"]),
        ("device rotate M", &["Devices(M)"]),
        ("audit who M", &["Devices(M)"]),
        ("audit list --who a", &["Everybody(a)"]),
        ("team remove a", &["Members(a)"]),
        ("team remove a@b c", &["Members(c)"]),
        ("team add a", &["Everybody(a)"]),
        ("status --profile w", &["Profiles(w)"]),
        ("--profile=w", &["--profile=Profiles(w)"]),
        ("completions ", &["bash", "zsh", "fish", "powershell"]),
        ("device list --rotation o", &["ok", "owed"]),
        ("team app add x --may devices,tic", &["devices,tickets"]),
        ("device enroll X --ring f", &["First", "Fast"]),
        ("audit verify trail", &["a file"]),
        ("--ca-file c", &["a file"]),
        ("elevate D1 --category ", &["Office", "Hardware", "Other"]),
        ("elevate D1 --category Office --subcategory ", &["Excel", "Word"]),
        ("elevate D1 --title x", &[]),
        ("nonsense x", &[]),
    ] {
        assert_eq!(offered(line), names, "{line}");
    }
}

#[test]
fn the_value_of_a_flag_is_no_verb() {
    // clap's own engine goes on with the flags of `elevate password` here.
    assert!(offered("elevate D1 --field password --tick").contains(&"--ticket".into()));
    assert_eq!(offered("elevate D1 --field pass"), ["password"]);
    assert_eq!(offered("elevate -mlist D1 --tit"), ["--title"]);
    assert_eq!(offered("elevate -m list D1 --tit"), ["--title"]);
    assert_eq!(offered("elevate -cm list D1 --cop"), Vec::<String>::new(), "copy is given");
}

#[test]
fn flags_are_offered_where_they_are_begun_and_where_nothing_else_is() {
    assert!(offered("elevate ").iter().all(|name| !name.starts_with('-')));
    assert!(offered("elevate -").contains(&"--copy".into()));
    assert!(offered("elevate --j").contains(&"--json".into()));
    assert!(offered("elevate --json --j").is_empty(), "it is there already");
    assert!(offered("team add a@b --role desk --ro").contains(&"--role".into()), "may be repeated");
    assert!(offered("audit list -").contains(&"-n".into()), "has no long name");
    assert!(offered("audit head ").contains(&"--json".into()));
    assert!(offered("--ver").contains(&"--version".into()));
    assert!(offered("status --ver").contains(&"--verbose".into()));
}

#[test]
fn every_word_of_every_verb_has_an_answer() {
    fn walk(command: &Command, line: &str) {
        for inner in command.get_subcommands() {
            let line = format!("{line}{} ", inner.get_name());
            assert!(offered(line.trim_end()).contains(&inner.get_name().into()), "{line}");
            for odd in ["", "-", "--", "--=", "-=", "é", "--é=", "-tés", "'"] {
                offered(&format!("{line}{odd}"));
            }
            walk(inner, &line);
        }
    }
    walk(&command(), "");
}
