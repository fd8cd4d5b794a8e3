//! Tokens that the provider really gave, but not for this, and forged ones: refused with a
//! challenge that says why.

use std::process::Command;

use serde_json::{Value, json};

use crate::{
    provider::{Person, World},
    rig::Said,
};

/// Signs `claims` with the provider's own key, or as `how` says.
fn forged(world: &World, header: &Value, claims: &Value, how: &str) -> String {
    let script = r#"
        const { createPrivateKey, createPublicKey, createHmac, sign } = require('node:crypto');
        const [file, header, claims, how] = process.argv.slice(1);
        const [jwk] = JSON.parse(require('node:fs').readFileSync(file)).keys;
        const key = createPrivateKey({ key: jwk, format: 'jwk' });
        const text = [header, claims].map((part) => Buffer.from(part).toString('base64url')).join('.');
        const pem = createPublicKey(key).export({ type: 'spki', format: 'pem' });
        const made = {
            own: () => sign('sha256', text, key).toString('base64url'),
            hmac: () => createHmac('sha256', pem).update(text).digest('base64url'),
            none: () => '',
        };
        process.stdout.write(`${text}.${made[how]()}`);
    "#;
    let keys = world.dir.path().join("jwks.json");
    let output = Command::new("node")
        .args(["-e", script])
        .arg(keys)
        .args([header.to_string(), claims.to_string(), how.to_owned()])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Status, challenge and body of `GET me` with `token`.
fn me(world: &World, token: &str, path: &str) -> (String, String) {
    let output = Command::new("curl")
        .args(["--silent", "--include", "--cacert", &world.service.ca_file, "--config", "-"])
        .arg(format!("{}{path}", world.service.url))
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .and_then(|mut curl| {
            use std::io::Write;
            let mut stdin = curl.stdin.take().unwrap();
            writeln!(stdin, "header = \"Authorization: Bearer {token}\"")?;
            drop(stdin);
            curl.wait_with_output()
        })
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let status = text.split_whitespace().nth(1).unwrap().to_owned();
    let challenge = text
        .lines()
        .find(|line| line.to_ascii_lowercase().starts_with("www-authenticate:"))
        .unwrap_or_default();
    (status, challenge.to_owned())
}

fn claims_of(token: &str) -> Value {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

const ME: &str = "/support/odata/v1/me";

#[test]
fn a_token_that_is_not_for_this_service_is_refused_with_a_challenge() {
    let Some(world) = World::start(json!({})) else { return };
    let ana = world.member("ana@mmd.local");
    ana.login(&[], &[]).exits(0);
    let token = ana.saved()["access"].as_str().unwrap().to_owned();
    assert_eq!(me(&world, &token, ME).0, "200");
    let good = claims_of(&token);
    let header = json!({ "alg": "RS256", "typ": "at+jwt", "kid": "test" });
    let again = forged(&world, &header, &good, "own");
    assert_eq!(me(&world, &again, ME).0, "200", "so what follows is refused for its one change");

    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        forged(&world, &header, &claims, "own")
    };
    let now = jiff::Timestamp::now().as_second();
    let algorithm = |alg: &str, how: &str| {
        let header = json!({ "alg": alg, "typ": "at+jwt", "kid": "test" });
        forged(&world, &header, &good, how)
    };
    for (what, token) in [
        ("audience", with("aud", json!("https://elsewhere.example.com"))),
        ("issuer", with("iss", json!("https://elsewhere.example.com"))),
        ("client", with("client_id", json!("another-cli"))),
        ("expired", with("exp", json!(now - 600))),
        ("not yet valid", with("nbf", json!(now + 600))),
        ("none", algorithm("none", "none")),
        ("HS256 with the public key", algorithm("HS256", "hmac")),
        ("signature", format!("{}x", &again[..again.len() - 1])),
    ] {
        let (status, challenge) = me(&world, &token, ME);
        assert_eq!(status, "401", "{what}");
        assert!(challenge.contains("invalid_token"), "{what}: {challenge}");
        assert!(challenge.contains("resource_metadata="), "{what}: {challenge}");
    }
    // Good, but given for less: RFC 6750, 3.1.
    let (status, challenge) = me(&world, &with("scope", json!("openid")), ME);
    assert_eq!(status, "403", "a token without our scope");
    let needed = "error=\"insufficient_scope\", scope=\"MmdSupport.ReadWrite\"";
    assert!(challenge.contains(needed), "{challenge}");
}

#[test]
fn a_provider_whose_clock_is_wrong_is_named_and_nothing_is_saved() {
    let Some(world) = World::start(json!({})) else { return };
    let ana = world.member("ana@mmd.local");
    world.an_hour_later();
    let said = ana.login(&[], &[]).exits(3);
    assert!(said.stderr.contains("the service's clock says"), "{}", said.stderr);
    assert!(said.stderr.contains("`[[sign_in.issuer]]`"), "{}", said.stderr);
    assert!(!said.stderr.contains("mmd login"), "it would end the same way: {}", said.stderr);
    assert!(!ana.token_file().exists());
    assert!(!ana.home.path().join(".config/mmd/config.toml").exists());
}

#[test]
fn a_provider_whose_tokens_are_no_jwts_is_for_whoever_runs_the_service_to_mend() {
    let Some(world) = World::start(json!({ "opaque": true })) else { return };
    let ana = world.member("ana@mmd.local");
    let said = ana.login(&[], &[]).exits(3);
    let not_taken = "does not take the token that https://127.0.0.1:";
    for part in [not_taken, "the token is no signed JWT", "`[[sign_in.issuer]]`"] {
        assert!(said.stderr.contains(part), "{part}: {}", said.stderr);
    }
    assert!(!said.stderr.contains("mmd login"), "it would end the same way: {}", said.stderr);
    assert!(!ana.token_file().exists());
}

#[test]
fn a_second_subject_with_a_known_upn_is_a_stranger() {
    let Some(world) = World::start(json!({})) else { return };
    let ana = world.member("ana@mmd.local");
    ana.login(&[], &[]).exits(0);
    let token = ana.saved()["access"].as_str().unwrap().to_owned();
    let mut claims = claims_of(&token);
    claims["sub"] = json!("somebody-else");
    let header = json!({ "alg": "RS256", "typ": "at+jwt", "kid": "test" });
    let (status, challenge) = me(&world, &forged(&world, &header, &claims, "own"), ME);
    // Who they are is proven, and it is nobody here: no other token would help.
    assert_eq!((status.as_str(), challenge.as_str()), ("403", ""));
    let said: Said = Person::new(&world, "ana@mmd.local").login(&[], &[]);
    assert_eq!(said.code, 0, "the same subject on another machine: {}", said.stderr);
}

#[test]
fn a_token_for_a_program_opens_nothing_to_people_and_none_is_taken_unannounced() {
    let Some(world) = World::start(json!({})) else { return };
    let body = format!(
        "grant_type=client_credentials&scope=MmdSupport.ReadWrite&resource={}",
        world.service.url
    );
    let output = Command::new("curl")
        .args(["--silent", "--user", "monitor:monitor-secret", "--data", &body, "--cacert"])
        .arg(world.dir.path().join("certificate.pem"))
        .arg(format!("{}/token", world.issuer))
        .output()
        .unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let token = answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}"));
    let (status, challenge) = me(&world, token, ME);
    assert_eq!(status, "401", "{challenge}");
    assert!(challenge.contains("invalid_token"), "{challenge}");
}
