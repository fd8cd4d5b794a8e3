//! The device code, with the provider's answers in between.

use std::{
    io::{BufRead, BufReader, Read},
    pin::Pin,
    sync::Mutex,
    time::Duration,
};

use mmd::{
    client::provider::{Asked, Fresh, Provider, Tokens},
    error::{Kind, Result},
    secret::Secret,
};
use serde_json::json;

use crate::provider::{Person, World};

/// The waits that were asked for; tests do not wait as long.
static WAITS: Mutex<Vec<Duration>> = Mutex::new(Vec::new());

fn no_wait(wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    WAITS.lock().unwrap().push(wait);
    Box::pin(tokio::time::sleep(Duration::from_millis(20)))
}

fn asked(world: &World) -> Asked {
    Asked {
        issuer: world.issuer.clone(),
        client_id: "mmd-cli".into(),
        scopes: vec!["MmdSupport.ReadWrite".into()],
        resource: Some(world.service.url.clone()),
    }
}

/// Asks for a code, and for its outcome while `meanwhile` happens to it.
fn outcome(world: &World, meanwhile: impl FnOnce(&str, &str) + Send + 'static) -> Result<Tokens> {
    outcome_of(world, Fresh::No, meanwhile).0
}

/// As [`outcome`], with the waits in between.
fn outcome_of(
    world: &World,
    fresh: Fresh,
    meanwhile: impl FnOnce(&str, &str) + Send + 'static,
) -> (Result<Tokens>, Vec<Duration>) {
    // The waits are one sign-in's at a time.
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    WAITS.lock().unwrap().clear();
    let ca_pem = std::fs::read(world.dir.path().join("certificate.pem")).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let ended = runtime.block_on(async {
        let timeout = Duration::from_secs(10);
        let provider = Provider::find(asked(world), Some(&ca_pem), timeout).await?;
        let code = provider.device_code(fresh).await?;
        let (address, user_code) = (code.address().to_owned(), code.user_code().to_owned());
        let other_machine = tokio::task::spawn_blocking(move || meanwhile(&address, &user_code));
        let tokens = provider.await_device(&code, no_wait).await;
        other_machine.await.unwrap();
        tokens
    });
    (ended, std::mem::take(&mut *WAITS.lock().unwrap()))
}

#[test]
fn a_device_code_is_awaited_at_the_provider_s_pace_until_it_is_allowed_refused_or_over() {
    let Some(world) = World::start(json!({ "slow": 1 })) else { return };
    let world = std::sync::Arc::new(world);
    let ana = |refuse: bool| {
        let world = world.clone();
        move |address: &str, code: &str| {
            Person::new(&world, "ana@mmd.local").type_code(address, code, refuse);
        }
    };
    let (tokens, waits) = outcome_of(&world, Fresh::No, ana(false));
    let tokens = tokens.unwrap();
    assert!(tokens.refresh.is_some());
    assert_eq!(tokens.expires_in, Some(Duration::from_secs(3600)));
    assert_eq!(waits[0], Duration::from_secs(5), "pending, and the provider names no interval");
    assert_eq!(waits[1], Duration::from_secs(10), "slow_down adds 5 s");
    assert!(waits.windows(2).all(|pair| pair[0] <= pair[1]), "for good: {waits:?}");

    let refused = outcome(&world, ana(true)).unwrap_err();
    assert_eq!(refused.kind, Kind::Forbidden);
    assert!(refused.hints.iter().any(|hint| hint.contains("without `--device-code`")));

    let Some(world) = World::start(json!({ "device": 1 })) else { return };
    let expired = outcome(&world, |_, _| {}).unwrap_err();
    assert_eq!(expired.kind, Kind::SignIn);
    assert!(expired.message.contains("expired"), "{expired}");
}

/// What the service goes by when it is asked for a password.
fn auth_time(access: &Secret) -> i64 {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let payload = access.expose().split('.').nth(1).expect("a JWT");
    let claims = URL_SAFE_NO_PAD.decode(payload).expect("base64");
    let claims: serde_json::Value = serde_json::from_slice(&claims).expect("JSON");
    claims["auth_time"].as_i64().expect("a time")
}

#[test]
fn a_browser_that_is_signed_in_is_asked_again_where_that_is_needed() {
    let Some(world) = World::start(json!({})) else { return };
    let world = std::sync::Arc::new(world);
    let (asked, mut signed_in) = (std::sync::Arc::new(Mutex::new(vec![])), vec![]);
    for fresh in [Fresh::No, Fresh::No, Fresh::Yes] {
        if fresh == Fresh::Yes {
            world.an_hour_later();
        }
        let (of_person, kept) = (world.clone(), asked.clone());
        let same_browser = move |address: &str, code: &str| {
            let mut ana = Person::new(&of_person, "ana@mmd.local");
            ana.jar = of_person.dir.path().join("jar");
            kept.lock().unwrap().push(ana.type_code(address, code, false));
        };
        let tokens = outcome_of(&world, fresh, same_browser).0.unwrap();
        signed_in.push(auth_time(&tokens.access));
    }
    assert_eq!(*asked.lock().unwrap(), [true, false, true]);
    assert_eq!(signed_in[0], signed_in[1], "the session of the browser");
    assert!(signed_in[2] >= signed_in[0] + 3600, "{signed_in:?}");
}

#[test]
fn a_machine_without_a_browser_is_signed_in_from_another() {
    let Some(world) = World::start(json!({})) else { return };
    // Nothing is asked here, so it works where nothing may be asked.
    for (upn, quietly) in [("ana@mmd.local", "--quiet"), ("ben@mmd.local", "--no-input")] {
        signs_in_from_another(&world.member(upn), quietly);
    }
}

fn signs_in_from_another(person: &Person<'_>, quietly: &str) {
    let mut login = person.login_command(&["--device-code", quietly], &[]).spawn().unwrap();
    let mut stderr = BufReader::new(login.stderr.take().unwrap());
    let mut lines = || {
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        line.trim().to_owned()
    };
    let (first, code) = (lines(), lines());
    let address = first.split_whitespace().find(|word| word.starts_with("https://")).unwrap();
    person.type_code(address.trim_end_matches(','), &code, false);
    assert_eq!(login.wait().unwrap().code(), Some(0));
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert_eq!(person.saved()["flow"], "deviceCode", "{rest}");
    person.mmd(&["status"]).exits(0);
}
