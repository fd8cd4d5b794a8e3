//! Inside one process: filter parsing, password making, one elevate round against the service.

use std::{hint::black_box, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Method, Request, StatusCode},
};
use criterion::{Criterion, criterion_group, criterion_main};
use mmd::{
    clock::SystemClock,
    domain::{
        filter::{self, Property, Type},
        password::{SystemEntropy, generate},
    },
    secret::Secret,
    service::{Parts, Service, access::EmbeddedSession, router, sample, settings::Settings},
};
use serde_json::{Value, json};
use tower::ServiceExt;

fn filter_parsing(c: &mut Criterion) {
    const SCHEMA: &[Property] = &[
        Property::new("deviceName", Type::String),
        Property::new("title", Type::String),
        Property::new("severity", Type::Int),
        Property::new("requestCreationTime", Type::Time),
    ];
    let documented = "deviceName eq 'MMD-03690457680'";
    let long = "(contains(tolower(title),'disk') or startswith(deviceName,'MMD-')) and not \
                (severity in (3,4)) and requestCreationTime ge 2026-01-01T00:00:00Z";
    c.bench_function("filter: documented", |b| {
        b.iter(|| filter::parse(black_box(documented), SCHEMA).map(|_| ()))
    });
    c.bench_function("filter: every operator", |b| {
        b.iter(|| filter::parse(black_box(long), SCHEMA).map(|_| ()))
    });
}

fn password_making(c: &mut Criterion) {
    c.bench_function("password", |b| b.iter(|| generate(&mut SystemEntropy)));
}

async fn call(router: &Router, method: Method, path: &str, body: Option<Value>) -> Value {
    let body = body.map_or_else(Body::empty, |json| Body::from(json.to_string()));
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", "Bearer bench")
        .header("prefer", "include-annotations=\"mmd.*\"")
        .body(body)
        .expect("a request");
    let response = router.clone().oneshot(request).await.expect("an answer");
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 1 << 20).await.expect("a body");
    assert!(status.is_success() || status == StatusCode::CONFLICT, "{status}");
    serde_json::from_slice(&bytes).unwrap_or(Value::Null)
}

/// Opening a request that exists already and being told its state: two requests, one transaction.
fn elevate_round(c: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let dir = tempfile::tempdir().expect("a directory");
    let app = Service::open(Parts {
        data_dir: dir.path(),
        origin: "https://localhost".into(),
        settings: Settings::default(),
        clock: Arc::new(SystemClock),
        master_key_file: None,
        embedded: Some(EmbeddedSession {
            token: Secret::new("bench".into()),
            upn: "you@contoso.com".into(),
        }),
    })
    .expect("a service");
    let tenant = runtime.block_on(sample::ensure(&app)).expect("a tenant").id;
    let router = router(app);
    let base = format!("/support/odata/v1/tenants/{tenant}");
    let new = json!({
        "partnerTicketId": "INC1", "deviceName": "MARTA-LT", "title": "clock",
        "category": "Other", "subcategory": "Other", "planOfAction": "resync the clock",
    });
    let (create, details) =
        (format!("{base}/elevationRequests"), format!("{base}/devices/MARTA-LT/elevationDetails"));
    c.bench_function("elevate round, in process", |b| {
        b.iter(|| {
            runtime.block_on(async {
                call(&router, Method::POST, &create, Some(new.clone())).await;
                call(&router, Method::GET, &details, None).await
            })
        })
    });
}

criterion_group!(benches, filter_parsing, password_making, elevate_round);
criterion_main!(benches);
