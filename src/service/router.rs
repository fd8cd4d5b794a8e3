//! Every operation on one screen, with what it needs.

use std::time::Instant;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Extension, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{MethodRouter, any, delete, get, patch, post, put},
};
use uuid::Uuid;

use super::{
    App,
    access::{Access, Call, authenticate, guard, peer},
    endpoints::{
        agent_contact, agents, audit, devices, elevation_details, elevation_ends,
        elevation_requests, enrollments, health, me, metadata, protected_resource, sign_in, team,
        users,
    },
    identity::Wanted,
    input::MAX_BODY,
    problem::Problem,
};
use crate::api::{BASE, REQUEST_ID, RESOURCE_METADATA, agent::BASE as AGENT};

/// The service's router.
pub fn router(app: App) -> Router {
    let open = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route(RESOURCE_METADATA, get(protected_resource::of_origin))
        .route(&format!("{RESOURCE_METADATA}{BASE}"), get(protected_resource::of_base))
        .route("/invite/redeem", post(sign_in::redeem))
        .route("/{tenant}/oauth2/v2.0/token", post(sign_in::token));
    let agents = Router::new()
        .route("/enroll", post(agents::enroll))
        .route("/contact", post(agent_contact::contact))
        .route("/escrow", post(agents::escrow))
        .route("/confirm", post(agents::confirm))
        .route("/aftermath", post(agents::aftermath));
    Router::new()
        .merge(open)
        .nest(AGENT, agents)
        .nest(BASE, published(&app))
        // A nested router leaves this one address below it to the outer one.
        .route(&format!("{BASE}/"), any(unknown))
        .fallback(nothing_here)
        .method_not_allowed_fallback(no_such_method)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn(around))
        .with_state(app)
}

/// What lies under the published base: everything here needs a caller.
fn published(app: &App) -> Router<App> {
    use Access::{
        Administer, Audit, Close, Devices, Elevate, Elevations, Passwords, Rotate, SignedIn, Team,
    };
    let routes: Vec<(&str, Access, MethodRouter<App>)> = vec![
        ("/$metadata", SignedIn, get(metadata::csdl)),
        ("/me", SignedIn, get(me::show)),
        ("/me/token", SignedIn, delete(me::revoke)),
        ("/tenants/{tenant}/elevationRequests", Elevate, post(elevation_requests::create)),
        ("/tenants/{tenant}/elevationRequests", Elevations, get(elevation_requests::list)),
        ("/tenants/{tenant}/elevationRequests/{id}", Elevations, get(elevation_requests::show)),
        ("/tenants/{tenant}/elevationRequests/{id}", Close, patch(elevation_ends::close)),
        ("/tenants/{tenant}/elevationRequests/{id}/extend", Elevate, post(elevation_ends::extend)),
        ("/tenants/{tenant}/devices", Devices, get(devices::list)),
        ("/tenants/{tenant}/devices/{name}", Devices, get(devices::show)),
        (
            "/tenants/{tenant}/devices/{name}/elevationDetails",
            Passwords,
            get_only(elevation_details::read),
        ),
        ("/tenants/{tenant}/devices/{name}/rotate", Rotate, post(devices::rotate)),
        ("/tenants/{tenant}/devices/{name}/signIn", Rotate, post(devices::sign_in)),
        ("/tenants/{tenant}/enrollments", Administer, post(enrollments::create)),
        ("/tenants/{tenant}/users", Devices, get(users::list)),
        ("/tenants/{tenant}/users/{upn}", Devices, get(users::show)),
        ("/tenants/{tenant}/members", Team, get(team::list)),
        ("/tenants/{tenant}/members/{upn}", Administer, put(team::put)),
        ("/tenants/{tenant}/members/{upn}", Administer, delete(team::remove)),
        ("/tenants/{tenant}/members/{upn}/invite", Administer, post(team::make_invite)),
        ("/tenants/{tenant}/apps", Administer, post(team::add_app)),
        ("/tenants/{tenant}/audit/events", Audit, get(audit::events)),
        ("/tenants/{tenant}/audit/head", Audit, get(audit::head)),
    ];
    let guarded = routes.into_iter().fold(Router::new(), |router, (path, access, methods)| {
        let state = (app.clone(), access);
        router.route(path, methods.route_layer(from_fn_with_state(state, guard)))
    });
    guarded.fallback(unknown).method_not_allowed_fallback(wrong_method)
}

/// A stranger learns nothing of what there is: without a token there is no 404.
async fn unknown(
    State(app): State<App>,
    Extension(call): Extension<Call>,
    headers: HeaderMap,
) -> Problem {
    match authenticate(&app, &headers, &Wanted::of(&headers, None), &call).await {
        Ok(_) => nothing_here().await,
        Err(problem) => problem,
    }
}

async fn wrong_method(
    State(app): State<App>,
    Extension(call): Extension<Call>,
    headers: HeaderMap,
) -> Problem {
    match authenticate(&app, &headers, &Wanted::of(&headers, None), &call).await {
        Ok(_) => no_such_method().await,
        Err(problem) => problem,
    }
}

/// Reading a password is an act: a `HEAD` must not stand for one.
fn get_only<H, T>(handler: H) -> MethodRouter<App>
where
    H: axum::handler::Handler<T, App>,
    T: 'static,
{
    axum::routing::on(axum::routing::MethodFilter::HEAD, no_such_method).get(handler)
}

async fn nothing_here() -> Problem {
    Problem::not_found("There is nothing at this address.")
}

async fn no_such_method() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "This address does not take this method.")
}

/// Errors that the framework answers by itself, for a path or a query that cannot be read, are
/// plain text; ours have one shape.
fn in_our_shape(response: Response) -> Response {
    let status = response.status();
    let plain = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    match status.is_client_error() && plain {
        true => Problem::new(status, "The address or its query cannot be read.").into_response(),
        false => response,
    }
}

/// Gives every call an id, which the client may bring, and writes one line about it.
async fn around(mut request: Request, next: Next) -> Response {
    let brought = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let well_formed = |id: &&str| {
        (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let id = match brought.filter(well_formed) {
        Some(id) => id.to_owned(),
        None => Uuid::new_v4().to_string(),
    };
    let from = peer(&request);
    request.extensions_mut().insert(Call { id: id.clone(), from });
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let begun = Instant::now();
    let mut response = in_our_shape(next.run(request).await);
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, value);
    }
    // Nothing that this service says belongs in a cache.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    tracing::info!(
        call = id,
        %method,
        path,
        status = response.status().as_u16(),
        ms = begun.elapsed().as_millis(),
        "answered"
    );
    response
}
