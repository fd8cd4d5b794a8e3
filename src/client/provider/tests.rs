//! Providers that a real one is not: away, elsewhere, forbidding. The rest is tested against a
//! real one, in `tests/sign_in`.

use std::pin::Pin;

use axum::{
    Json, Router,
    http::{StatusCode, header::LOCATION},
    response::IntoResponse,
    routing::{get, post},
};
use serde_json::{Value, json};

use super::*;
use crate::{client::loopback::Server, error::Kind};

const TIME: Duration = Duration::from_secs(5);

fn no_wait(_: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(tokio::task::yield_now())
}

/// A provider that says of itself what `change` makes of the truth, and answers every device
/// code request with `device` and every token request with `token`.
async fn provider(
    change: impl Fn(&str, &mut Value) + Clone + Send + Sync + 'static,
    device: (u16, Value),
    token: (u16, Value),
) -> Server {
    let describe = get(move |headers: axum::http::HeaderMap| async move {
        let origin = format!("https://{}", headers["host"].to_str().unwrap());
        let mut metadata = json!({
            "issuer": origin,
            "authorization_endpoint": format!("{origin}/auth"),
            "token_endpoint": format!("{origin}/token"),
            "device_authorization_endpoint": format!("{origin}/device"),
            "scopes_supported": ["openid"],
        });
        change(&origin, &mut metadata);
        let status = metadata["status"].as_u64().and_then(|status| u16::try_from(status).ok());
        if let Some(status) = status {
            return StatusCode::from_u16(status).unwrap().into_response();
        }
        match metadata["away"].as_str() {
            Some(to) => (StatusCode::FOUND, [(LOCATION, to.to_owned())]).into_response(),
            None => Json(metadata).into_response(),
        }
    });
    let answer = |(status, body): (u16, Value)| {
        post(move || async move { (StatusCode::from_u16(status).unwrap(), Json(body)) })
    };
    Server::start(
        Router::new()
            .route("/.well-known/openid-configuration", describe)
            .route("/device", answer(device))
            .route("/token", answer(token)),
    )
    .await
}

async fn found(server: &Server) -> Result<Provider> {
    let asked = Asked {
        issuer: server.origin.clone(),
        client_id: "mmd".into(),
        scopes: vec!["api://mmd/Support".into()],
        resource: None,
    };
    Provider::find(asked, Some(&server.pem), TIME).await
}

fn code() -> (u16, Value) {
    let uri = "https://id.example.com/device";
    let body = json!({ "device_code": "d", "user_code": "u", "verification_uri": uri,
        "expires_in": 600 });
    (200, body)
}

#[tokio::test]
async fn a_provider_that_leads_elsewhere_is_not_followed() {
    let away = |_: &str, metadata: &mut Value| {
        metadata["away"] = json!("https://evil.example.com/");
    };
    let server = provider(away, code(), code()).await;
    let error = found(&server).await.err().unwrap();
    assert!(
        error.message.ends_with("redirects to https://evil.example.com/, which is not followed")
    );

    let other = |_: &str, metadata: &mut Value| metadata["issuer"] = json!("https://evil.example");
    let server = provider(other, code(), code()).await;
    let error = found(&server).await.err().unwrap();
    assert_eq!(error.causes, ["it calls itself https://evil.example"]);

    let nowhere = Asked { issuer: "https://127.0.0.1:1".into(), ..found_asked(&server) };
    let error = Provider::find(nowhere, Some(&server.pem), TIME).await.err().unwrap();
    assert_eq!(error.kind, Kind::Unreachable);
    assert!(error.hints[0].contains("identity provider"), "{error:?}");
}

#[tokio::test]
async fn a_provider_that_is_broken_is_one_that_cannot_be_reached_and_no_wrong_setting() {
    for (status, kind) in [(500, Kind::Unreachable), (503, Kind::Unreachable), (404, Kind::Failed)]
    {
        let server = provider(move |_, said| said["status"] = json!(status), code(), code()).await;
        let error = found(&server).await.err().unwrap();
        assert_eq!(error.kind, kind, "{status}: {error:?}");
        assert!(error.causes[0].contains(&format!("answered {status}")), "{error:?}");
        let setting = error.hints[0].contains("`[[sign_in.issuer]]`");
        assert_eq!(setting, kind == Kind::Failed, "{error:?}");
    }
}

#[tokio::test]
async fn a_token_of_another_type_is_refused_and_an_empty_refresh_token_is_none() {
    let given = async |token_type: &str, refresh: &str| {
        let body = json!({ "access_token": "a", "token_type": token_type,
            "refresh_token": refresh, "expires_in": 60 });
        let server = provider(|_, _| {}, code(), (200, body)).await;
        let found = found(&server).await.unwrap();
        let code = found.device_code(Fresh::No).await.unwrap();
        let once = found.await_device(&code, no_wait).await;
        let renewed = found.refresh(&crate::secret::Secret::new("old".into())).await;
        (once, renewed)
    };
    for other in ["DPoP", "mac", "N_A"] {
        let (once, renewed) = given(other, "r").await;
        for error in [once.unwrap_err(), renewed.unwrap_err()] {
            assert_eq!(error.kind, Kind::Failed);
            let named = format!("gave a token of the type `{}`", other.to_lowercase());
            assert!(error.message.to_lowercase().contains(&named.to_lowercase()), "{error:?}");
        }
    }
    for bearer in ["Bearer", "bearer", "BEARER"] {
        let (once, renewed) = given(bearer, "r").await;
        assert!(once.unwrap().refresh.unwrap().matches("r"), "{bearer}");
        assert!(renewed.unwrap().refresh.unwrap().matches("r"), "{bearer}");
    }
    let (once, renewed) = given("Bearer", "").await;
    assert!(once.unwrap().refresh.is_none());
    assert!(renewed.unwrap().refresh.unwrap().matches("old"), "the old one stays");
}

fn found_asked(server: &Server) -> Asked {
    Asked { issuer: server.origin.clone(), client_id: "mmd".into(), scopes: vec![], resource: None }
}

#[tokio::test]
async fn what_a_provider_does_not_know_is_not_asked_of_it() {
    let server = provider(|_, _| {}, code(), code()).await;
    let begun = found(&server).await.unwrap().authorize("http://127.0.0.1:9", Fresh::No).unwrap();
    let query: std::collections::BTreeMap<_, _> = begun.url.query_pairs().into_owned().collect();
    assert_eq!(query["scope"], "api://mmd/Support openid");
    assert!(!query.contains_key("resource") && !query.contains_key("prompt"), "{query:?}");
    let fresh = found(&server).await.unwrap().authorize("http://127.0.0.1:9", Fresh::Yes).unwrap();
    assert!(fresh.url.query().unwrap().contains("prompt=login"));
    assert_ne!(begun.url.query(), fresh.url.query());
}

#[tokio::test]
async fn a_flow_that_is_blocked_by_policy_names_the_default_one() {
    let blocked = json!({ "error": "unauthorized_client",
        "error_description": "AADSTS7000218: blocked.\r\nCorrelation ID: c-1" });
    let server = provider(|_, _| {}, (400, blocked), code()).await;
    let error = found(&server).await.unwrap().device_code(Fresh::No).await.err().unwrap();
    assert_eq!(error.kind, Kind::Forbidden);
    assert!(error.causes[0].contains("Correlation ID: c-1"), "{error:?}");
    assert!(error.hints[0].contains("without `--device-code`"), "{error:?}");

    let declined = json!({ "error": "authorization_declined" });
    let server = provider(|_, _| {}, code(), (400, declined)).await;
    let found_one = found(&server).await.unwrap();
    let code = found_one.device_code(Fresh::No).await.unwrap();
    let error = found_one.await_device(&code, no_wait).await.unwrap_err();
    assert_eq!((error.kind, error.hints.len()), (Kind::Forbidden, 1));

    let none = |_: &str, metadata: &mut Value| {
        metadata["device_authorization_endpoint"] = Value::Null;
    };
    let server = provider(none, self::code(), self::code()).await;
    let error = found(&server).await.unwrap().device_code(Fresh::No).await.err().unwrap();
    assert_eq!((error.kind, error.hints.len()), (Kind::Refused, 1));
}

#[tokio::test]
async fn a_provider_that_goes_away_while_a_device_is_awaited_is_given_up() {
    let gone = |_: &str, metadata: &mut Value| {
        metadata["token_endpoint"] = json!("https://127.0.0.1:1/token");
    };
    let server = provider(gone, code(), code()).await;
    let found = found(&server).await.unwrap();
    let code = found.device_code(Fresh::No).await.unwrap();
    let error = found.await_device(&code, no_wait).await.unwrap_err();
    assert_eq!(error.kind, Kind::Unreachable);
}

#[tokio::test]
async fn a_code_that_expires_between_two_questions_is_awaited_no_longer() {
    fn for_ever(_: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(std::future::pending())
    }
    for answer in ["slow_down", "authorization_pending"] {
        let mut code = code();
        code.1["expires_in"] = json!(1);
        let server = provider(|_, _| {}, code, (400, json!({ "error": answer }))).await;
        let found = found(&server).await.unwrap();
        let code = found.device_code(Fresh::No).await.unwrap();
        let error = found.await_device(&code, for_ever).await.unwrap_err();
        assert_eq!(error.kind, Kind::SignIn, "{answer}");
        assert_eq!(error.message, "the code has expired before anybody used it");
        assert_eq!(error.hints, ["ask for another: `mmd login URL --device-code`"]);
    }
}
