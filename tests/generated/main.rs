//! Files that are made from the command line's definitions and committed: man pages and completion
//! scripts. `MMD_REFRESH=1 cargo test --test generated` makes them anew.

#[path = "../common/mod.rs"]
mod common;
mod man;
mod route_table;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use mmd::cli::{args, complete::SHELLS};

const REFRESH: &str = "MMD_REFRESH=1 cargo test --test generated";

fn dir(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn committed(dir: &Path) -> BTreeMap<String, String> {
    let Ok(entries) = fs::read_dir(dir) else { return BTreeMap::new() };
    let read = entries.flatten().map(|entry| {
        let name = entry.file_name().into_string().expect("a plain name");
        (name, fs::read_to_string(entry.path()).expect("a text file"))
    });
    read.collect()
}

/// Holds what is in `name` against what it should be, or makes it so where that is asked for.
fn check(name: &str, expected: &BTreeMap<String, String>) {
    let dir = dir(name);
    if std::env::var_os("MMD_REFRESH").is_some() {
        fs::create_dir_all(&dir).expect("a directory");
        for gone in committed(&dir).into_keys().filter(|file| !expected.contains_key(file)) {
            fs::remove_file(dir.join(gone)).expect("an old file");
        }
        for (file, text) in expected {
            fs::write(dir.join(file), text).expect("a new file");
        }
        return;
    }
    let committed = committed(&dir);
    let old: Vec<_> = expected
        .keys()
        .chain(committed.keys())
        .filter(|file| expected.get(*file) != committed.get(*file))
        .collect();
    assert!(old.is_empty(), "{name}/ is old ({old:?}): refresh it with `{REFRESH}`");
}

#[test]
fn man_pages_are_those_of_the_command_line() {
    let pages = man::pages(&args::command());
    assert!(pages.len() > 30, "{}", pages.len());
    check("man", &pages);
}

#[test]
fn completion_scripts_are_those_of_the_shells() {
    let name = args::command().get_name().to_owned();
    let scripts = SHELLS.iter().map(|(_, shell)| (shell.file().to_owned(), shell.script(&name)));
    check("completions", &scripts.collect());
}

#[test]
fn every_page_has_what_a_reader_looks_for() {
    for (file, page) in man::pages(&args::command()) {
        for section in [
            "NAME",
            "SYNOPSIS",
            "DESCRIPTION",
            "OPTIONS",
            "EXIT STATUS",
            "ENVIRONMENT",
            "FILES",
            "EXAMPLES",
            "SEE ALSO",
        ] {
            assert!(
                page.contains(&format!("\n.SH \"{section}\"\n"))
                    || page.contains(&format!("\n.SH {section}\n")),
                "{file}: {section}"
            );
        }
        assert!(!page.contains('`'), "{file}: {page}");
    }
}

/// What asks no service promises none of its refusals.
#[test]
fn what_works_offline_tells_no_exit_status_of_a_service() {
    for (file, page) in man::pages(&args::command()) {
        let exits = page.split(".SH EXIT STATUS\n").nth(1).expect("the section");
        let exits = exits.split(".SH ").next().expect("its text");
        let told = |code: u8| exits.contains(&format!("\\fB{code}\\fR\n"));
        let is_offline = file.starts_with("mmd-route") || file == "mmd-completions.1";
        for of_a_service in [3, 4, 5, 7, 8] {
            assert!(!is_offline || !told(of_a_service), "{file}: {of_a_service}");
        }
        assert!(told(1) && told(2), "{file}");
        assert_eq!(is_offline, told(0) && file != "mmd.1", "{file}");
    }
}

#[test]
fn the_readme_shows_the_table_of_the_man_page() {
    let readme = fs::read_to_string(dir("README.md")).expect("the README");
    let indented = |line: &str| match line {
        "" => "\n".to_owned(),
        line => format!("    {line}\n"),
    };
    let shown: String = route_table::EXAMPLE.lines().map(indented).collect();
    assert!(readme.contains(&shown), "README.md and tests/data/route.toml differ");
}

/// What the pages say of the environment is what is read of it.
#[test]
fn every_variable_is_told() {
    let read = fs::read_to_string(dir("src/cli/settings/environment.rs")).expect("the source");
    let known = read.split("#[cfg(test)]").next().expect("a beginning").split('"');
    let known: Vec<_> = known.filter(|text| text.starts_with("MMD_") && text.len() > 4).collect();
    assert!(known.len() > 10);
    for name in known {
        assert!(
            man::VARIABLES.iter().any(|(told, _)| *told == name),
            "{name} is not in the man page"
        );
    }
}

#[test]
fn every_exit_status_is_told() {
    use mmd::error::Kind;
    for kind in [
        Kind::Failed,
        Kind::Usage,
        Kind::SignIn,
        Kind::Forbidden,
        Kind::NotFound,
        Kind::Refused,
        Kind::Unreachable,
        Kind::NotNow,
        Kind::Interrupted,
    ] {
        assert!(man::EXITS.iter().any(|(code, _)| *code == kind.exit()), "{kind:?}");
    }
}

#[test]
fn man_pages_are_well_formed_and_fit_eighty_columns() {
    if Command::new("mandoc").arg("-T").arg("lint").arg("/dev/null").output().is_err() {
        return common::missing("mandoc");
    }
    for (file, page) in man::pages(&args::command()) {
        let scratch = tempfile::tempdir().expect("a directory");
        let path = scratch.path().join(&file);
        fs::write(&path, page).expect("a page");
        let lint = Command::new("mandoc").args(["-T", "lint", "-W", "error"]).arg(&path).output();
        let lint = lint.expect("mandoc runs");
        assert!(lint.status.success(), "{file}: {}", String::from_utf8_lossy(&lint.stdout));
        let shown =
            Command::new("mandoc").args(["-T", "utf8", "-O", "width=80"]).arg(&path).output();
        let shown = String::from_utf8(shown.expect("mandoc runs").stdout).expect("UTF-8");
        for line in shown.lines() {
            // Bold is a letter, a step back and the letter again.
            let back = line.matches('\u{8}').count();
            let width = line.chars().count() - 2 * back;
            assert!(width <= 80, "{file}: {line}");
        }
    }
}
