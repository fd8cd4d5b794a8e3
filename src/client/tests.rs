use std::{
    collections::BTreeMap,
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Json, Router,
    body::Body,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use rcgen::generate_simple_self_signed;
use serde_json::{Value, json};

use super::{loopback::Server, *};
use crate::{
    api::agent::{Confirm, refusal},
    error::Kind,
    secret::Secret,
};

fn page(names: &[&str], next: Option<String>) -> Json<Value> {
    let users: Vec<_> =
        names.iter().map(|upn| json!({ "upn": upn, "groups": [], "devices": [] })).collect();
    let mut body = json!({ "@odata.context": "c", "value": users });
    if let Some(next) = next {
        body["@odata.nextLink"] = next.into();
    }
    Json(body)
}

#[tokio::test]
async fn every_page_of_a_list_is_read_and_names_are_encoded() {
    let users = get(|Query(query): Query<BTreeMap<String, String>>| async move {
        let next = "/support/odata/v1/tenants/t1/users?$skip=1".to_owned();
        match query.get("$skip") {
            None => {
                assert_eq!(query["$searchText"], "é & co");
                page(&["a"], Some(next))
            }
            Some(_) => page(&["b"], None),
        }
    });
    let one = get(|uri: Uri| async move { page(&[uri.path().rsplit('/').next().unwrap()], None) });
    let router = Router::new()
        .route("/support/odata/v1/tenants/t1/users", users)
        .route("/support/odata/v1/tenants/t1/users/{upn}", one);
    let server = Server::start(router).await;
    let tenant = server.tenant();
    let found = tenant.users(Some("é & co"), None).await.unwrap();
    assert_eq!(found.iter().map(|user| user.upn.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(tenant.user("a/b@c").await.unwrap().upn, "a%2Fb%40c");
    for odd in ["", ".", ".."] {
        assert_eq!(tenant.user(odd).await.unwrap_err().kind, Kind::Usage);
    }
}

#[tokio::test]
async fn a_list_that_goes_on_elsewhere_or_for_ever_is_refused() {
    let links = [
        ("away", "https://127.0.0.1:1/support/odata/v1/more", "continues its list at"),
        ("plain", "http://127.0.0.1/more", "continues its list at"),
        ("round", "/support/odata/v1/tenants/round/users", "does not end"),
    ];
    for (tenant, link, says) in links {
        let users = any(move || async move { page(&["a"], Some(link.to_owned())) });
        let path = format!("/support/odata/v1/tenants/{tenant}/users");
        let server = Server::start(Router::new().route(&path, users)).await;
        let client = Client::new(server.settings()).unwrap();
        let error = client.tenant(tenant).users(None, None).await.unwrap_err();
        assert!(error.message.contains(says), "{error}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let hits = Arc::new(AtomicUsize::new(0));
    let moved = get(|| async { (StatusCode::FOUND, [(header::LOCATION, "/elsewhere")]) });
    let elsewhere = get(async |State(hits): State<Arc<AtomicUsize>>| {
        hits.fetch_add(1, Ordering::Relaxed);
    });
    let router = Router::new()
        .route("/support/odata/v1/me", moved)
        .route("/elsewhere", elsewhere)
        .with_state(hits.clone());
    let server = Server::start(router).await;
    let error = Client::new(server.settings()).unwrap().me().await.unwrap_err();
    assert!(error.message.ends_with("redirects to /elsewhere, which is not followed"), "{error}");
    assert_eq!(hits.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn only_the_named_authority_is_trusted_and_only_for_its_name() {
    let (server, other) = tokio::join!(
        Server::start(Router::new()),
        Server::named(Router::new(), "mmd.example.com"),
    );
    let settings = ClientSettings { ca_pem: Some(other.pem.clone()), ..server.settings() };
    let error = Client::new(settings).unwrap().me().await.unwrap_err();
    assert_eq!(error.kind, Kind::Unreachable);
    assert!(error.hints.concat().contains("--ca-file"), "{error:?}");
    let error = Client::new(other.settings()).unwrap().me().await.unwrap_err();
    assert!(error.message.ends_with("was made for another name"), "{error:?}");
}

#[tokio::test]
async fn a_service_that_is_not_there_is_named_with_the_way_on() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let settings =
        ClientSettings { direct: true, ..ClientSettings::new(format!("https://{free}")) };
    let pem = generate_simple_self_signed(["a".to_owned()]).unwrap().cert.pem().into_bytes();
    let settings = ClientSettings { ca_pem: Some(pem), ..settings };
    let error = Client::new(settings).unwrap().me().await.unwrap_err();
    assert_eq!(
        (error.kind, error.message),
        (Kind::Unreachable, format!("nobody answers at https://{free}"))
    );
    assert!(error.hints[0].contains("`mmd serve`"), "{:?}", error.hints);
}

#[tokio::test]
async fn origins_and_authorities_are_checked_before_anything_is_sent() {
    let bad = [
        "mmd.example.com",
        "http://mmd.example.com",
        "https://a:b@mmd.example.com",
        "https://mmd.example.com/support",
        "https://mmd.example.com/?a",
    ];
    for origin in bad {
        assert_eq!(Client::new(ClientSettings::new(origin)).unwrap_err().kind, Kind::Usage);
    }
    for pem in
        [&b""[..], b"nothing", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"]
    {
        let settings = ClientSettings {
            ca_pem: Some(pem.to_vec()),
            ..ClientSettings::new("https://mmd.example.com:8443/")
        };
        assert!(Client::new(settings).is_err());
    }
}

/// Answers each request with the next of `answers`, and counts.
fn in_turn(answers: &'static [(u16, Option<&'static str>)]) -> (Router, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let answer = async move |State(count): State<Arc<AtomicUsize>>, headers: HeaderMap| {
        assert_eq!(headers[header::AUTHORIZATION], "Bearer t0ken");
        assert!(headers.contains_key(crate::api::REQUEST_ID));
        let (status, wait) = answers[count.fetch_add(1, Ordering::Relaxed)];
        let mut response = (StatusCode::from_u16(status).unwrap(), Json(json!({}))).into_response();
        if let Some(wait) = wait {
            response.headers_mut().insert(header::RETRY_AFTER, wait.parse().unwrap());
        }
        response
    };
    (Router::new().fallback(any(answer)).with_state(count.clone()), count)
}

#[tokio::test]
async fn only_what_may_be_repeated_is() {
    let (router, count) = in_turn(&[(503, None), (202, None)]);
    let server = Server::start(router).await;
    server.tenant().rotate("d").await.unwrap();
    assert_eq!(count.load(Ordering::Relaxed), 2, "a write with a key");

    let (router, count) = in_turn(&[(503, None), (201, None)]);
    let server = Server::start(router).await;
    assert!(server.tenant().invite_member("a").await.is_err());
    assert_eq!(count.load(Ordering::Relaxed), 1, "a write without one");

    let (router, count) = in_turn(&[(429, Some("3600")), (200, None)]);
    let server = Server::start(router).await;
    let error = server.tenant().device("d", Duration::ZERO).await.unwrap_err();
    assert_eq!((error.kind, error.retry_after), (Kind::NotNow, Some(Duration::from_secs(3600))));
    assert_eq!(count.load(Ordering::Relaxed), 1, "a wait that is too long");

    let (router, count) = in_turn(&[(502, None), (503, None), (504, None), (200, None)]);
    let server = Server::start(router).await;
    assert!(server.tenant().device("d", Duration::ZERO).await.is_err());
    assert_eq!(count.load(Ordering::Relaxed), 3, "not for ever");
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_not_waited_for() {
    let hang = any(async || std::future::pending::<()>().await);
    let server = Server::start(Router::new().fallback(hang)).await;
    let settings = ClientSettings { timeout: Duration::from_millis(200), ..server.settings() };
    let error = Client::new(settings).unwrap().me().await.unwrap_err();
    assert_eq!(error.kind, Kind::Unreachable);
    assert!(error.hints[0].contains("--timeout"), "{error:?}");
}

#[tokio::test]
async fn an_answer_without_end_is_not_read() {
    let endless = any(async || Body::from(vec![b' '; 17 * 1024 * 1024]));
    let server = Server::start(Router::new().fallback(endless)).await;
    let error = Client::new(server.settings()).unwrap().me().await.unwrap_err();
    assert_eq!(error.message, "the service's answer is too large");
}

#[tokio::test]
async fn an_answer_that_is_not_understood_quotes_no_value() {
    let odd = any(async || Json(json!({ "opens": "hunter2" })));
    let server = Server::start(Router::new().fallback(odd)).await;
    let tried = server.tenant().sign_in("d", "a", Secret::new("p".into())).await;
    let error = tried.unwrap_err();
    assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
}

#[tokio::test]
async fn events_come_as_the_bytes_that_are_stored() {
    let lines = any(async || Body::from("{\"a\" : 1}\n\n{\"b\":\u{20}2}"));
    let server = Server::start(Router::new().fallback(lines)).await;
    let mut events = server.tenant().audit_events(&AuditQuery::default()).await.unwrap();
    assert_eq!(events.next().await.unwrap().as_deref(), Some(&b"{\"a\" : 1}"[..]));
    assert_eq!(events.next().await.unwrap().as_deref(), Some(&b"{\"b\": 2}"[..]));
    assert_eq!(events.next().await.unwrap(), None);
}

#[tokio::test]
async fn an_agent_tells_refusals_apart() {
    let answer = async |Json(confirm): Json<Confirm>| -> Response {
        let (status, code) = match confirm.generation {
            1 => (409, refusal::CHALLENGE),
            2 => (409, refusal::COPIED),
            3 => (409, refusal::UNKNOWN_INSTANCE),
            4 => (401, refusal::KEY),
            5 => (404, ""),
            6 => (403, ""),
            // A gateway's own.
            7 => (401, ""),
            8 => (401, "invalid_token"),
            _ => (503, ""),
        };
        let number = Uuid::from_u128(7).to_string();
        let detail = json!([{ "code": code, "message": number, "target": "instance" }]);
        let body = json!({ "error": { "code": "409", "message": "No.", "details": detail } });
        (StatusCode::from_u16(status).unwrap(), Json(body)).into_response()
    };
    let server = Server::start(Router::new().route("/agent/v1/confirm", post(answer))).await;
    let agent = AgentClient::new(Client::new(server.settings()).unwrap());
    let refused = async |generation| {
        let (instance, attempt) = (Uuid::nil(), Uuid::nil());
        let confirm = Confirm { instance, challenge: None, attempt, generation };
        agent.confirm(&confirm).await.unwrap_err()
    };
    assert!(matches!(refused(1).await, AgentRefusal::Challenge(n) if n == Uuid::from_u128(7)));
    assert!(matches!(refused(2).await, AgentRefusal::Copied(_)));
    assert!(matches!(refused(3).await, AgentRefusal::UnknownInstance));
    assert!(matches!(refused(4).await, AgentRefusal::Key(_)));
    assert!(matches!(refused(5).await, AgentRefusal::Final(_)));
    for generation in 6..=9 {
        assert!(matches!(refused(generation).await, AgentRefusal::Unclear(_)), "{generation}");
    }
}

#[tokio::test]
async fn a_refused_token_is_renewed_and_the_request_sent_once_more() {
    let bearers = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = bearers.clone();
    let answer = any(move |headers: HeaderMap| {
        let text = |name: &str| headers.get(name).map(|v| v.to_str().unwrap().to_owned());
        let bearer = text("authorization").unwrap();
        seen.lock().unwrap().push((bearer.clone(), text(crate::api::TENANT)));
        async move {
            match bearer.as_str() {
                "Bearer new" => StatusCode::NO_CONTENT.into_response(),
                _ => StatusCode::UNAUTHORIZED.into_response(),
            }
        }
    });
    let server = Server::start(Router::new().fallback(answer)).await;
    let client = |renewed: &'static str| {
        let token = Token::renewable(async { Ok(Secret::new("old".into())) }, move |refused| {
            assert!(!refused.too_old);
            async move { Ok((!renewed.is_empty()).then(|| Secret::new(renewed.into()))) }
        });
        let tenant = Some("contoso".to_owned());
        Client::new(ClientSettings { token, tenant, ..server.settings() }).unwrap()
    };
    let renewing = client("new");
    renewing.logout().await.unwrap();
    renewing.logout().await.unwrap();
    let tenant = Some("contoso".to_owned());
    let sent = |text: &str| (format!("Bearer {text}"), tenant.clone());
    assert_eq!(*bearers.lock().unwrap(), [sent("old"), sent("new"), sent("new")]);
    bearers.lock().unwrap().clear();
    for useless in ["other", ""] {
        assert_eq!(client(useless).logout().await.unwrap_err().kind, Kind::SignIn);
    }
    assert_eq!(*bearers.lock().unwrap(), [sent("old"), sent("other"), sent("old")]);
}
