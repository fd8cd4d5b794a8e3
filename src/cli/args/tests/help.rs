//! What the help says, and that its examples work.

use clap::{builder::StyledStr, error::ErrorKind};

use super::*;

#[test]
fn help_and_version_are_data_and_errors_keep_their_form() {
    for line in ["--help", "-h", "help", "--version", "elevate --help", "team app add -h"] {
        assert!(parse(&words(line)).unwrap_err().is_data, "{line}");
    }
    for (line, json) in [
        ("nonsense --json", true),
        ("nonsense --output json", true),
        ("nonsense --output=json", true),
        ("nonsense", false),
        ("elevate D1 D2 -- --json", false),
    ] {
        assert_eq!(parse(&words(line)).unwrap_err().json, json, "{line}");
    }
    let error = parse(&words("team add")).unwrap_err().error;
    assert_eq!(error.causes, ["<UPN>..."]);
    let error = parse(&words("statsu")).unwrap_err().error;
    assert!(error.hints[0].contains("status"), "{:?}", error.hints);
}

#[test]
fn a_tip_is_a_slip_of_the_fingers_and_no_guess() {
    for (line, tip) in [
        ("elevte", Some("elevate")),
        ("lgoin https://mmd.example.com", Some("login")),
        ("status --jsn", Some("--json")),
        ("status --output jsno", Some("json")),
        ("rebuild", None),
        ("destroy", None),
        ("status --purge", None),
    ] {
        let unrun = parse(&words(line)).unwrap_err();
        let tipped = unrun.error.hints.len() > 1;
        assert_eq!(tipped, tip.is_some(), "{line}: {}", unrun.plain);
        assert!(unrun.error.hints[0].contains(tip.unwrap_or("--help")), "{:?}", unrun.error.hints);
    }
}

/// The command lines in the examples of `help`: what stands before a pipe, a file or a remark.
fn examples(help: &str) -> Vec<Vec<String>> {
    let joined = help.replace("\\\n    ", "");
    let lines = joined.lines().filter_map(|line| line.strip_prefix("  "));
    let ends = |line: &str| ["  ", " | ", " < ", " > ", " >> "].map(|end| line.find(end));
    let own = lines.filter(|line| line.starts_with("mmd ")).map(|line| {
        let end = ends(line).into_iter().flatten().min().unwrap_or(line.len());
        // A quoted part is one word.
        let parts = line[..end].split('"').enumerate();
        parts
            .flat_map(|(index, part)| match index % 2 {
                1 => vec![part.to_owned()],
                _ => part.split_whitespace().map(str::to_owned).collect(),
            })
            .collect()
    });
    own.collect()
}

#[test]
fn every_example_is_a_command_line() {
    let mut command = command();
    command.build();
    let mut all = vec![(String::from("mmd"), command.clone())];
    commands(&command, "mmd", &mut all);
    let mut count = 0;
    for (path, command) in &all {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        for example in examples(&help) {
            let args: Vec<_> = example.iter().map(OsString::from).collect();
            let cli = parse(&args).unwrap_or_else(|unrun| panic!("{path}: {}", unrun.plain));
            cli.verb(&environment()).unwrap_or_else(|error| panic!("{path}: {error}"));
            count += 1;
        }
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{path}");
    }
    assert!(count > 50, "{count}");
}

/// Every command, with the words that lead to it.
fn commands(command: &Command, path: &str, all: &mut Vec<(String, Command)>) {
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        let path = format!("{path} {}", inner.get_name());
        all.push((path.clone(), inner.clone()));
        commands(inner, &path, all);
    }
}

#[test]
fn every_command_has_a_first_line_examples_and_a_group() {
    let mut command = command();
    command.build();
    let mut all = Vec::new();
    commands(&command, "mmd", &mut all);
    assert!(all.len() > 30, "{}", all.len());
    for (path, command) in &all {
        let about = command.get_about().unwrap_or_else(|| panic!("{path}")).to_string();
        assert!(about.len() < 80 && !about.ends_with('.'), "{path}: {about}");
        assert!(about.starts_with(|c: char| c.is_uppercase()), "{path}: {about}");
        let is_leaf = command.get_subcommands().all(|inner| inner.get_name() == "help");
        if is_leaf {
            let after = command.get_after_help().unwrap_or_else(|| panic!("{path}")).to_string();
            assert!(after.starts_with("Example"), "{path}");
            let own = after.lines().any(|line| line.starts_with(&format!("  {path}")));
            assert!(own, "{path}");
        }
    }
    let top = command.get_subcommands().map(clap::Command::get_name);
    let mut top: Vec<_> = top.filter(|name| *name != "help").collect();
    let mut grouped: Vec<_> = GROUPS.iter().flat_map(|(_, names)| *names).copied().collect();
    top.sort_unstable();
    grouped.sort_unstable();
    assert_eq!(grouped, top);
}

#[test]
fn what_a_list_says_of_a_command_its_own_help_says() {
    fn text(about: Option<&StyledStr>) -> Option<String> {
        about.map(ToString::to_string)
    }
    fn compare(listed: &Command, own: &Command) {
        for inner in listed.get_subcommands() {
            let own = own.find_subcommand(inner.get_name()).unwrap();
            assert_eq!(text(inner.get_about()), text(own.get_about()));
            compare(inner, own);
        }
    }

    compare(&deferred(), &command());
}

#[test]
fn the_command_line_is_consistent() {
    command().debug_assert();
    let error = command().try_get_matches_from(["mmd"]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand);
}
