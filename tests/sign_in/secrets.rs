//! The tokens of a provider are nowhere but in the file that was asked for: not in the service's
//! database or log, not in what any command says at its most verbose, not in any process's
//! arguments or environment.

use serde_json::{Value, json};

use crate::{
    provider::World,
    rig::{Said, finish},
    sweep::{Processes, Sweep},
};

/// Every token that the provider has given out.
fn issued(world: &World) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(world.dir.path().join("issued.jsonl")).unwrap();
    let mut all = Vec::new();
    for line in text.lines() {
        let tokens: Value = serde_json::from_str(line).unwrap();
        for (kind, token) in tokens.as_object().unwrap() {
            all.push((kind.clone(), token.as_str().expect("a token").to_owned()));
        }
    }
    all
}

#[test]
fn the_tokens_of_a_provider_are_nowhere_but_where_they_were_asked_for() {
    let Some(mut world) = World::start(json!({})) else { return };
    let processes = Processes::watch();
    let mut spoken: Vec<Said> = Vec::new();
    {
        let ana = world.member("ana@mmd.local");
        world.service.admin.mmd(&["device", "enroll", "HR-1"]).exits(0);
        let mut said = |args: &[&str], code: i32| {
            let all = [args, &["--verbose"]].concat();
            spoken.push(ana.mmd(&all).exits(code));
        };
        let first = ana.login(&["--verbose", "--json"], &[]).exits(0);
        said(&["status", "--json"], 0);
        said(&["elevate", "HR-1", "-t", "INC1", "-m", "look"], 0);
        said(&["elevate", "password", "HR-1", "--field", "password", "--wait", "0s"], 8);
        // Renewed because it has run out, and because the service refuses it.
        ana.change("expires", json!("2020-01-01T00:00:00Z"));
        said(&["status"], 0);
        ana.change("access", json!("eyJhbGciOiJSUzI1NiJ9.e30.c2ln"));
        said(&["status"], 0);
        said(&["team", "add", "eve@mmd.local"], 4);
        said(&["doctor"], 0);
        said(&["elevate", "close", "HR-1", "-m", "done"], 0);
        // Once more, which is another session.
        let second = ana.login(&["--verbose"], &[]).exits(0);
        // A provider that refuses: errors tell what was said, and not what was asked with.
        let good = ana.saved()["refresh"].clone();
        ana.change("refresh", json!("long-gone-refresh-token"));
        ana.change("expires", json!("2020-01-01T00:00:00Z"));
        said(&["status"], 3);
        ana.change("refresh", good);
        said(&["status"], 0);
        said(&["logout"], 0);
        said(&["status"], 3);
        spoken.extend([first, second]);
        let kept = Sweep::of(&[ana.home.path()], std::collections::BTreeSet::new());
        let tokens = issued(&world);
        for kind in ["access_token", "refresh_token", "id_token"] {
            let count = tokens.iter().filter(|(name, _)| name == kind).count();
            assert!(count >= 4, "two sign-ins and two renewals gave {count} of {kind}");
        }
        for (_, token) in &tokens {
            kept.finds_no(token);
        }
    }
    let _ = finish(world.service.admin.command(&["audit", "list"]), None).exits(0);
    world.service.process.stop();
    let sweep = Sweep::of(&[world.service.dir.path()], processes.seen());
    assert!(sweep.looked_at("data/mmd.db") && sweep.looked_at("service.log"));
    for (kind, token) in issued(&world) {
        sweep.finds_no(&token);
        for said in &spoken {
            let text = format!("{}{}", said.stdout, said.stderr);
            assert!(!text.contains(&token), "{kind} in {text}");
        }
    }
    for said in &spoken {
        assert!(!format!("{}{}", said.stdout, said.stderr).contains("long-gone-refresh-token"));
    }
}
