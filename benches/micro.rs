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

async fn call(router: &Router, method: Method, path: &str, body: Option<Value>) -> Vec<u8> {
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
    let bytes = to_bytes(response.into_body(), 1 << 24).await.expect("a body");
    assert!(status.is_success() || status == StatusCode::CONFLICT, "{status}");
    bytes.into()
}

/// The sample tenant, served without a socket.
fn service(runtime: &tokio::runtime::Runtime) -> (tempfile::TempDir, Router, uuid::Uuid) {
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
    (dir, router(app), tenant)
}

/// Opening a request that exists already and being told its state: two requests, one transaction.
fn elevate_round(c: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (_dir, router, tenant) = service(&runtime);
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

/// The documented filters and orders over a hundred thousand tickets: 20 ms is the bound.
fn ticket_lists(c: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (dir, router, tenant) = service(&runtime);
    let db = rusqlite::Connection::open(dir.path().join("mmd.db")).expect("the database");
    db.execute_batch(&format!(
        "begin;
         with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000)
         insert into tickets (id, tenant, filed, filer, filer_fold, partner, title, description,
             type, category, subcategory, severity, hours, state, destination, next_owner, created,
             respond_by, queued, due, contact_id, given_name, surname, email, phone, devices)
         select printf('MMD-%07d-AAAAA', i), '{tenant}', 1, 'app:bot', 'app:bot', 0,
             case when i % 20000 = 0 then 'A Test of ' || i else 'Printer number ' || i end,
             printf('%.400c', 'd'), 'Incident', 'Devices', 'Hardware', 2 + i % 3,
             'support-hours', case when i % 10 = 0 then 'resolved' else 'active' end,
             'operations', 'Microsoft', 1772000000000000 + (i * 7919 % 100000) * 1000000,
             1772000000000000 + i * 1000000,
             i % 10 <> 0, 1772000000000000 + i * 1000000,
             '00000000-0000-4000-8000-000000000000', 'J', 'D', 'j@d', '1', '[]'
         from n;
         commit;"
    ))
    .expect("a hundred thousand tickets");
    for (name, query) in [
        ("newest 50", "$skip=0&$top=50&$orderby=createdDateTime%20desc"),
        ("contains(title)", "$filter=contains(title,'Test')"),
        ("contains(category)", "$filter=contains(category,'Office')"),
        ("state and severity", "$filter=state%20eq%20'resolved'%20and%20severity%20eq%202&$top=50"),
        (
            "state and severity, 1000 rows",
            "$filter=state%20eq%20'resolved'%20and%20severity%20eq%202",
        ),
    ] {
        let path = format!("/support/odata/v1/tickets?{query}");
        c.bench_function(&format!("100,000 tickets: {name}"), |b| {
            b.iter(|| runtime.block_on(call(&router, Method::GET, &path, None)))
        });
    }
    c.bench_function("100,000 tickets: queue, 50", |b| {
        let path = "/support/odata/v1/tickets/queue?$top=50";
        b.iter(|| runtime.block_on(call(&router, Method::GET, path, None)))
    });
}

criterion_group!(benches, filter_parsing, password_making, elevate_round, ticket_lists);
criterion_main!(benches);
