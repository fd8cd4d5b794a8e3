use std::sync::{Arc, Mutex};

use axum::{Json, Router, http::StatusCode, response::IntoResponse, routing::post};
use uuid::Uuid;

use super::*;
use crate::{agent::state::StateView, client::loopback::Server, error::Kind};

/// Notes whoever comes, and fails after it where `broken` says so.
struct Seen {
    pairs: Vec<(String, String)>,
    broken: bool,
}

async fn service() -> (Server, Arc<Mutex<Seen>>) {
    let seen = Arc::new(Mutex::new(Seen { pairs: vec![], broken: false }));
    let noted = seen.clone();
    let enroll = async move |Json(enroll): Json<Enroll>| {
        let mut seen = noted.lock().unwrap();
        assert_eq!((enroll.backend.as_str(), enroll.login_name.as_str()), ("file", "mmdadmin"));
        assert_eq!(enroll.serial_number, None, "a made-up device has none of this machine's");
        seen.pairs.push((enroll.code.expose().to_owned(), enroll.key_hash));
        if seen.broken {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
        let (device_id, tenant_id) = (Uuid::from_u128(1), Uuid::from_u128(2));
        Json(Enrolled { device_id, tenant_id, device_name: "CONTOSO-1".into() }).into_response()
    };
    (Server::start(Router::new().route("/agent/v1/enroll", post(enroll))).await, seen)
}

fn enrolment(server: &Server, directory: &Path, code: &str) -> Enrolment {
    Enrolment {
        code: Secret::new(format!("{code}\n")),
        ca_pem: Some(server.pem.clone()),
        account: "mmdadmin".into(),
        backend: Backend::File(directory.join("account.json")),
        serial_number: None,
    }
}

#[tokio::test]
async fn running_again_with_the_same_code_sends_the_same_key_until_it_is_taken() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("state");
    let (server, seen) = service().await;
    let client = Client::new(server.settings()).unwrap();
    let go = async |code| enroll(&path, &client, enrolment(&server, scratch.path(), code)).await;

    seen.lock().unwrap().broken = true;
    go("one").await.unwrap_err();
    assert_eq!(StateView::open(&path).unwrap().config().unwrap_err().kind, Kind::NotFound);
    go("two").await.unwrap_err();
    seen.lock().unwrap().broken = false;
    let joined = go("two").await.unwrap();
    assert_eq!(joined.enrolled.device_name, "CONTOSO-1");
    assert_eq!(joined.warnings, []);

    let pairs = seen.lock().unwrap().pairs.clone();
    assert_eq!(pairs.iter().map(|pair| pair.0.as_str()).collect::<Vec<_>>(), ["one", "two", "two"]);
    assert_ne!(pairs[0].1, pairs[1].1, "another code, another key");
    assert_eq!(pairs[1].1, pairs[2].1, "the same pair");
    let state = StateView::open(&path).unwrap();
    assert_eq!(sha256(state.key().unwrap().expose()), pairs[2].1);
    let config = state.config().unwrap();
    assert_eq!((config.service.as_str(), config.own_ca), (server.origin.as_str(), true));
    assert_eq!(state.ca_pem(&config).unwrap().unwrap(), server.pem);
    assert_eq!(state.read(NEW_KEY).unwrap(), None);
}

#[tokio::test]
async fn a_device_stays_enrolled_until_its_new_key_is_taken() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("state");
    let (server, seen) = service().await;
    let client = Client::new(server.settings()).unwrap();
    let go = async |code| enroll(&path, &client, enrolment(&server, scratch.path(), code)).await;
    go("one").await.unwrap();
    StateDir::open(&path).unwrap().write(JOURNAL, b"{}").unwrap();
    let before = StateView::open(&path).unwrap().key().unwrap();

    seen.lock().unwrap().broken = true;
    go("mistyped").await.unwrap_err();
    let state = StateView::open(&path).unwrap();
    assert!(state.config().is_ok() && state.key().unwrap().matches(before.expose()));
    assert!(state.read(JOURNAL).unwrap().is_some());

    seen.lock().unwrap().broken = false;
    go("two").await.unwrap();
    assert!(!state.key().unwrap().matches(before.expose()));
    assert_eq!(state.read(JOURNAL).unwrap(), None, "its numbers mean nothing any more");
}

#[tokio::test]
async fn nothing_is_sent_for_an_account_that_is_not_there_or_without_a_code() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("state");
    let (server, seen) = service().await;
    let client = Client::new(server.settings()).unwrap();
    let empty = enroll(&path, &client, enrolment(&server, scratch.path(), " ")).await;
    assert_eq!(empty.unwrap_err().kind, Kind::Usage);
    enroll(&path, &client, enrolment(&server, scratch.path(), "one")).await.unwrap();
    let other = Enrolment { account: "other".into(), ..enrolment(&server, scratch.path(), "two") };
    assert_eq!(enroll(&path, &client, other).await.unwrap_err().kind, Kind::NotFound);
    assert_eq!(seen.lock().unwrap().pairs.len(), 1);
}
