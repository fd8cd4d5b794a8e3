//! Names for completion come from what verbs have seen, are read anew in the background, and go
//! with the sign-in.

use std::{fs, path::PathBuf};

use crate::rig::{Home, Service, wait_for};

fn names(home: &Home, list: &str) -> PathBuf {
    home.path().join(".cache/mmd/names/default").join(list)
}

/// What is offered for the last of `words`, as the script of fish asks.
fn offered(home: &Home, words: &[&str]) -> Vec<String> {
    let number = words.len().to_string();
    let args: Vec<_> =
        ["__complete", "fish", &number, "mmd"].into_iter().chain(words.iter().copied()).collect();
    let said = home.mmd(&args).exits(0);
    assert_eq!(said.stderr, "");
    let lines = said.stdout.lines().skip(1);
    lines.map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn names_are_learnt_read_anew_and_forgotten() {
    let service = Service::start();
    let home = &service.admin;
    for device in ["MARTA-LT", "OLU-LT"] {
        home.mmd(&["device", "enroll", device, "--ring", "Broad"]).exits(0);
    }

    // Nothing is known yet: a process in the background finds out.
    assert_eq!(offered(home, &["device", "show", "mar"]), Vec::<String>::new());
    wait_for("the names", || names(home, "members").exists().then_some(()));
    assert_eq!(offered(home, &["device", "show", "mar"]), ["MARTA-LT"]);
    assert_eq!(offered(home, &["elevate", "OLU"]), ["OLU-LT"]);
    assert_eq!(offered(home, &["team", "remove", ""]), ["admin@mmd.local"]);

    // A list that is shown is kept as well.
    home.mmd(&["device", "enroll", "SOFIA-LT", "--ring", "Broad"]).exits(0);
    assert_eq!(offered(home, &["device", "show", "sof"]), Vec::<String>::new());
    home.mmd(&["device", "list"]).exits(0);
    assert_eq!(offered(home, &["device", "show", "sof"]), ["SOFIA-LT"]);

    // One's own open requests, as they come and go.
    home.mmd(&["status"]).exits(0);
    assert_eq!(offered(home, &["elevate", "close", ""]), Vec::<String>::new());
    home.mmd(&["elevate", "MARTA-LT", "-t", "INC1", "-m", "look", "--field", "request"]).exits(0);
    let open = offered(home, &["elevate", "close", ""]);
    assert!(open.len() == 2 && open.contains(&"MARTA-LT".into()), "{open:?}");
    home.mmd(&["elevate", "close", "MARTA-LT", "-m", "looked"]).exits(0);
    assert_eq!(offered(home, &["elevate", "close", ""]), Vec::<String>::new());

    let kept: String = ["devices", "people", "members", "requests"]
        .iter()
        .filter_map(|list| fs::read_to_string(names(home, list)).ok())
        .collect();
    assert!(!kept.contains("mmd_"), "no token: {kept}");

    home.mmd(&["logout"]).exits(0);
    assert!(!home.path().join(".cache/mmd/names/default").exists());
}

#[test]
fn a_script_is_installed_only_on_a_yes() {
    let home = Home::new();
    let script = home.path().join(".config/fish/completions/mmd.fish");
    let asked = home.mmd(&["completions", "fish", "--install"]).exits(2);
    assert!(asked.stderr.contains("--yes"), "{}", asked.stderr);
    assert!(asked.stderr.contains("mmd.fish"), "it says what it would do: {}", asked.stderr);
    assert!(!script.exists());
    home.mmd(&["completions", "fish", "--install", "--yes"]).exits(0);
    let printed = home.mmd(&["completions", "fish"]).exits(0);
    assert_eq!(fs::read_to_string(&script).expect("the script"), printed.stdout);
    let again = home.mmd(&["completions", "fish", "--install"]).exits(0);
    assert_eq!(again.stderr, "the completions of fish are installed already\n");

    home.mmd(&["completions", "bash", "--install", "--yes"]).exits(0);
    // A login shell reads no `.bashrc`; this one stands for an interactive one.
    let text = "source ~/.bashrc 2>/dev/null; source ~/.local/share/bash-completion/completions/mmd; \
                complete -p mmd";
    let known = home.command_of("bash", &["-c", text]).output().expect("bash");
    assert!(String::from_utf8_lossy(&known.stdout).contains("_mmd mmd"));
}
