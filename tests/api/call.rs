//! A call to the router and what comes back.

use std::net::SocketAddr;

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Request, request::Builder},
};
use mmd::api::{PREFER, PREFER_ANNOTATIONS};
use serde_json::{Value, json};
use tower::ServiceExt;

/// A call that is being put together.
pub struct Call<'w> {
    router: &'w Router,
    builder: Builder,
    body: Body,
}

impl<'w> Call<'w> {
    pub fn new(router: &'w Router, method: &str, uri: &str) -> Self {
        let builder = Request::builder().method(method).uri(uri);
        Self { router, builder, body: Body::empty() }
    }

    pub fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.builder = self.builder.header(name, value);
        self
    }

    /// Asks for our annotations.
    pub fn annotated(self) -> Self {
        self.header(PREFER, PREFER_ANNOTATIONS)
    }

    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").raw(body.to_string())
    }

    pub fn raw(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    /// As if it came from there.
    pub fn from(mut self, peer: SocketAddr) -> Self {
        self.builder = self.builder.extension(ConnectInfo(peer));
        self
    }

    pub async fn send(self) -> Answer {
        let request = self.builder.body(self.body).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Answer { status, headers, body }
    }
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Checks the status and the whole error object.
    #[track_caller]
    pub fn refuses(&self, status: u16, message: &str) {
        let whole = json!({ "error": { "code": status.to_string(), "message": message } });
        assert_eq!((self.status, self.json()), (status, whole));
    }

    /// The sentence of an error, after a check that nothing but the documented members is there.
    #[track_caller]
    pub fn error(&self) -> String {
        let body = self.json();
        assert_eq!(keys(&body), ["error"]);
        let known = ["code", "message", "details"];
        assert!(keys(&body["error"]).iter().all(|key| known.contains(key)), "{body}");
        assert_eq!(body["error"]["code"], self.status.to_string());
        body["error"]["message"].as_str().unwrap().to_owned()
    }
}

/// The names of an object's members, in order.
#[track_caller]
pub fn keys(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}
