use serde_json::{Value, json};

use super::*;
use crate::cli::{
    output::{
        Format,
        tests::{captured, piped, terminal},
    },
    prompt::tests::Scripted,
    verbs::testing::{Answered, Fake, error, me},
};

fn states(checks: &[Check]) -> Vec<(&str, State)> {
    checks.iter().map(|check| (check.name, check.state)).collect()
}

/// The checks of a service that answers by `script`.
async fn service(script: fn(&str, &Value) -> Answered) -> Vec<Check> {
    let fake = Fake::start(script).await;
    let home = tempfile::tempdir().unwrap();
    let (cx, ..) = fake.context(home.path(), piped(Format::Json), Scripted::silent());
    // The test's clock stands still; the fake says the real time.
    let mut checks = service::checks(&cx).await;
    checks.retain(|check| check.name != "clock");
    checks
}

fn admin() -> Value {
    let mut me = me(json!([]));
    me["roles"] = json!(["admin"]);
    me
}

#[tokio::test]
async fn what_the_service_says_of_itself_is_told_to_its_admins() {
    let checks = service(|line, _| match line {
        "GET /healthz" => (200, json!("ok")),
        "GET /me" => (200, admin()),
        "GET /health" => {
            let warning =
                json!({ "code": "c", "message": "The key lies there.", "hint": "Move it." });
            (200, json!({ "warnings": [warning] }))
        }
        other => panic!("{other}"),
    })
    .await;
    let expected = [
        ("service", State::Ok),
        ("certificate", State::Ok),
        ("sign-in", State::Ok),
        ("service's health", State::Warning),
    ];
    assert_eq!(states(&checks), expected);
    assert_eq!(checks[3].hint.as_deref(), Some("Move it."));
}

#[tokio::test]
async fn the_desk_asks_for_nothing_that_it_may_not_see() {
    let checks = service(|line, _| match line {
        "GET /healthz" => (200, json!("ok")),
        "GET /me" => (200, me(json!([]))),
        other => panic!("{other}"),
    })
    .await;
    assert!(checks.iter().all(|check| check.state == State::Ok), "{checks:?}");
}

#[tokio::test]
async fn who_is_not_signed_in_is_told_how() {
    let checks = service(|line, _| match line {
        "GET /healthz" => (200, json!("ok")),
        _ => error(401, "no"),
    })
    .await;
    assert_eq!(checks.last().unwrap().name, "sign-in");
    assert_eq!(checks.last().unwrap().state, State::Failed);
    assert!(checks.last().unwrap().hint.as_ref().unwrap().contains("mmd login"));
}

#[tokio::test]
async fn a_wrong_authority_is_told_apart_from_a_service_that_is_away() {
    let fake = Fake::start(|line, _| panic!("{line}")).await;
    let home = tempfile::tempdir().unwrap();
    let (cx, ..) = fake.context(home.path(), piped(Format::Json), Scripted::silent());
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(home.path().join("ca.pem"), other.cert.pem()).unwrap();
    let checks = service::checks(&cx).await;
    assert_eq!(states(&checks), [("certificate", State::Failed)]);

    let (cx, ..) = fake.context(home.path(), piped(Format::Json), Scripted::silent());
    drop(fake);
    assert_eq!(states(&service::checks(&cx).await), [("service", State::Failed)]);
}

#[test]
fn checks_are_told_and_a_failed_one_is_an_error() {
    let checks = [
        Check::ok("configuration", "none yet"),
        Check::warning("clock", "it is late", "set it"),
        Check::failed("service", &Error::failed("gone").cause("refused").hint("start it")),
    ];
    let (output, stdout, stderr) = captured(terminal());
    let failed = tell(&checks, &output).unwrap_err();
    assert_eq!((failed.message.as_str(), failed.kind.exit()), ("1 check failed", 1));
    assert_eq!(
        stdout.text(),
        "Check          State    Finding\nconfiguration  ok       none yet\n\
         clock          warning  it is late\nservice        failed   gone (refused)\n"
    );
    assert_eq!(stderr.text(), "hint: clock: set it\nhint: service: start it\n");
    let (output, stdout, _) = captured(piped(Format::Json));
    assert!(tell(&checks[..2], &output).is_ok());
    let view: Value = serde_json::from_str(&stdout.text()).unwrap();
    assert_eq!(
        view,
        json!({ "checks": [
            { "name": "configuration", "state": "ok", "message": "none yet", "hint": null },
            { "name": "clock", "state": "warning", "message": "it is late", "hint": "set it" },
        ] })
    );
}

#[test]
fn a_config_file_that_cannot_be_read_is_the_only_finding() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("config.toml"), "= =").unwrap();
    let dir = home.path().as_os_str();
    let environment =
        Environment::of([("MMD_CONFIG_DIR", dir), ("MMD_DATA_DIR", dir), ("MMD_CACHE_DIR", dir)])
            .unwrap();
    let checks = local::settings(&Flags::default(), &environment);
    assert_eq!(states(&checks), [("configuration", State::Failed)]);
    std::fs::write(home.path().join("config.toml"), "").unwrap();
    let checks = local::settings(&Flags::default(), &environment);
    assert_eq!(states(&checks), [("configuration", State::Ok), ("profile", State::Ok)]);

    // The organisation's own decision table is looked at where there is one.
    let own = home.path().join("route.toml");
    std::fs::write(&own, "name = \"contoso\"\nversion = \"3\"\n").unwrap();
    let checks = local::settings(&Flags::default(), &environment);
    let expected = Check::ok("route table", "contoso 3, over built-in 1");
    assert_eq!(checks.last(), Some(&expected));
    std::fs::write(&own, "name = \"contoso\"\n[[rule]]\n").unwrap();
    for config in ["", "= ="] {
        std::fs::write(home.path().join("config.toml"), config).unwrap();
        let checks = local::settings(&Flags::default(), &environment);
        let faulty = checks.last().unwrap();
        assert_eq!((faulty.name, faulty.state), ("route table", State::Failed));
        let message = &faulty.message;
        assert!(message.contains("route.toml` cannot be used (line "), "{message}");
        assert!(faulty.hint.as_ref().unwrap().contains("--table built-in"), "{faulty:?}");
    }
}
