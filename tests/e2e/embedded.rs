//! A fresh machine: the first command starts a service inside itself, on the sample tenant.

use crate::rig::Home;

const ELEVATE: [&str; 6] = ["elevate", "MARTA-LT", "-t", "INC0012345", "-m", "resync the clock"];

fn sign_in(home: &Home, password: &str) -> i32 {
    let args = ["device", "sign-in", "MARTA-LT", "--account", "mmdadmin", "--password-stdin"];
    home.mmd_with(&args, &format!("{password}\n")).code
}

#[test]
fn a_fresh_machine_elevates_closes_and_proves_it() {
    let home = Home::new();
    let elevated = home.mmd(&[&ELEVATE[..], &["--reveal", "--json"]].concat()).exits(0);
    let sample = "sample tenant Contoso: nothing here is real";
    assert!(!elevated.stderr.contains(sample), "{}", elevated.stderr);
    let said = elevated.json();
    let password = said["password"].as_str().expect("a password").to_owned();
    assert_eq!(said["status"], "PasswordSucceeded");
    assert_eq!(sign_in(&home, &password), 0, "the password opens the sample device");

    // Every command is a process of its own, and yet the request is still open.
    let again = home.mmd(&[&ELEVATE[..], &["--field", "password"]].concat()).exits(0);
    assert_eq!(again.line(), password, "the open request is used again");
    assert!(again.stderr.contains(sample), "{}", again.stderr);

    home.mmd(&["elevate", "close", "MARTA-LT", "-m", "resynced"]).exits(0);
    assert_eq!(sign_in(&home, &password), 4, "after the close it is refused");
    home.mmd(&["audit", "verify"]).exits(0);
    home.mmd(&["elevate", "close", "MARTA-LT", "-m", "again"]).exits(6);
    home.mmd(&["elevate", "close", "MARTA-LT", "-m", "again", "--if-open"]).exits(0);
}

#[test]
fn two_commands_at_once_share_the_sample_tenant() {
    let home = Home::new();
    home.mmd(&["device", "list"]).exits(0);
    let devices = ["MARTA-LT", "JONAS-LT", "AISHA-LT", "PIERRE-LT"];
    let outputs: Vec<_> = std::thread::scope(|scope| {
        let home = &home;
        let running: Vec<_> = devices
            .iter()
            .map(|device| {
                scope.spawn(move || {
                    let args = ["elevate", device, "-t", "I", "-m", "x", "--field", "password"];
                    home.mmd(&args)
                })
            })
            .collect();
        running.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    for said in outputs {
        assert_eq!(said.exits(0).line().len(), 16);
    }
}

#[test]
fn what_is_not_for_the_sample_says_how_to_sign_in() {
    let home = Home::new();
    let said = home.mmd(&["team", "list"]).exits(2);
    assert!(said.stderr.contains("mmd login URL"), "{}", said.stderr);
}

#[test]
fn a_device_called_like_a_verb_is_elevated_behind_two_dashes() {
    let home = Home::new();
    let listed = home.mmd(&["elevate", "--json", "list"]).exits(0);
    assert_eq!(listed.json(), serde_json::json!([]), "nothing was elevated");
    let args = ["elevate", "-t", "I", "-m", "x", "--json", "--", "list"];
    let said = home.mmd(&args).exits(5);
    assert!(said.stderr.contains("list"), "{}", said.stderr);
    home.mmd(&["elevate", "MARTA-LT", "list"]).exits(2);
    let plan = ["elevate", "MARTA-LT", "-t", "close", "-m", "list", "--json"];
    let said = home.mmd(&plan).exits(0).json();
    assert_eq!(said["request"]["planOfAction"], "list", "a flag's value is no verb");
}

#[test]
fn without_reveal_no_password_is_read_and_nothing_is_recorded_as_a_view() {
    let home = Home::new();
    let said = home.mmd(&[&ELEVATE[..], &["--json"]].concat()).exits(0);
    assert!(!said.stdout.contains("\"password\""), "{}", said.stdout);
    let events = home.mmd(&["audit", "list"]).exits(0);
    assert!(!events.stdout.contains("password.viewed"), "{}", events.stdout);
}
