//! Authorization code with PKCE, in the browser.

use serde_json::json;

use crate::provider::{Person, World};

#[test]
fn a_member_signs_in_by_the_browser_and_works() {
    let Some(world) = World::start(json!({})) else { return };
    let ana = world.member("ana@mmd.local");
    world.service.admin.mmd(&["device", "enroll", "HR-1"]).exits(0);

    let said = ana.login(&["--json"], &[]).exits(0);
    let told = said.json();
    assert_eq!(told["user"], "ana@mmd.local");
    assert_eq!(told["roles"], json!(["support"]));
    assert!(told["tokenSource"].as_str().unwrap().starts_with("file ("), "{told}");
    assert!(said.stderr.contains("code_challenge_method=S256"), "{}", said.stderr);
    let saved = ana.saved();
    for name in ["access", "refresh"] {
        let secret = saved[name].as_str().expect("a token");
        assert!(!format!("{}{}", said.stdout, said.stderr).contains(secret));
    }
    let page = std::fs::read_to_string(ana.home.path().join("browser.log")).unwrap();
    assert!(page.lines().any(|line| line.starts_with("200 ")), "{page}");

    let status = ana.mmd(&["status", "--json"]).exits(0).json();
    assert_eq!(status["user"], "ana@mmd.local");
    assert!(status["tokenExpires"].is_string(), "{status}");
    let open = ana.mmd(&["elevate", "HR-1", "-t", "INC1", "-m", "look", "--json"]).exits(0).json();
    assert_eq!(open["request"]["requestingAgentUpn"], "ana@mmd.local");

    // A second sign-in is another session of the same person; with a path, as it is registered.
    let redirect = ["--redirect-uri", "http://localhost/Callback"];
    ana.login(&redirect, &[]).exits(0);
    let config = std::fs::read_to_string(ana.home.path().join(".config/mmd/config.toml")).unwrap();
    assert!(config.contains("redirect_uri = \"http://localhost/Callback\""), "{config}");
    let saved_again = ana.saved();
    assert_ne!(saved["refresh"], saved_again["refresh"]);
}

#[test]
fn the_answer_to_another_sign_in_is_refused_and_nothing_is_saved() {
    let Some(world) = World::start(json!({})) else { return };
    let ana = world.member("ana@mmd.local");
    for (tamper, code, cause) in [
        (r#"{"state":"wrong"}"#, 3, "its state is not the one that was sent"),
        (r#"{"state":null}"#, 3, "its state is not the one that was sent"),
        (r#"{"iss":"https://evil.example.com"}"#, 3, "it comes from https://evil.example.com"),
        (r#"{"iss":null}"#, 3, "it does not say that it comes from"),
        (r#"{"code":null}"#, 3, "it holds no code"),
        (r#"{"code":"wrong"}"#, 3, "does not take this sign-in"),
    ] {
        let said = ana.login(&[], &[("TAMPER", tamper)]).exits(code);
        assert!(said.stderr.contains(cause), "{tamper}: {}", said.stderr);
        assert!(!ana.token_file().exists(), "{tamper}");
        assert!(!ana.home.path().join(".config/mmd/config.toml").exists(), "{tamper}");
    }
    let refused = ana.login(&[], &[("REFUSE", "1")]).exits(4);
    assert!(refused.stderr.contains("refused at the provider"), "{}", refused.stderr);
}

#[test]
fn who_is_not_of_the_team_is_refused_and_nothing_is_saved() {
    let Some(world) = World::start(json!({})) else { return };
    let eve = Person::new(&world, "eve@elsewhere.example");
    let said = eve.login(&[], &[]);
    assert!(matches!(said.code, 3 | 4), "{said:?}");
    assert!(said.stderr.contains("hint:"), "{}", said.stderr);
    assert!(!eve.token_file().exists());
}

#[test]
fn nobody_is_sent_to_a_browser_where_nobody_is_to_be_asked() {
    let Some(world) = World::start(json!({})) else { return };
    let ana = world.member("ana@mmd.local");
    let said = ana.login(&["--no-input"], &[]).exits(2);
    assert!(said.stderr.contains("--with-token"), "{}", said.stderr);
    let said = ana.login(&["--issuer", "https://other.example.com"], &[]).exits(2);
    assert!(said.stderr.contains(&world.issuer), "{}", said.stderr);
}
