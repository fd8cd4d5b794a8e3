//! Every operation on one screen, with what it needs.

use std::time::Instant;

use axum::{
    Router,
    extract::{
        DefaultBodyLimit, Extension, RawPathParams, Request, State,
        rejection::RawPathParamsRejection,
    },
    handler::Handler,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{self, MethodFilter, MethodRouter, any},
};
use uuid::Uuid;

use super::{
    App,
    access::{Access, Call, authenticate, guard, is_there, peer},
    begun::finish,
    endpoints::{
        agent_contact, agents, audit, contacts, deliveries, devices, elevation_details,
        elevation_ends, elevation_requests, enrollments, health, me, metadata, metrics, profiles,
        protected_resource, sign_in,
        team::{apps, bulk, members, review, sync, tokens},
        tenant_health, ticket_attachments, ticket_edits, ticket_hand_overs, ticket_lists,
        ticket_notes, ticket_steps, ticket_work, tickets, users,
    },
    identity::Wanted,
    input::{BodyLimit, LARGE_BODY, MAX_BODY, refuse_options},
    left_over,
    problem::Problem,
};
use crate::api::{BASE, REQUEST_ID, RESOURCE_METADATA, agent::BASE as AGENT};

/// An operation's method, and what answers it.
type Endpoint = (Method, MethodRouter<App>);

/// An operation, as a test of all of them walks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Its method.
    pub method: Method,
    /// Its path, with names in braces.
    pub path: String,
    /// What it needs; `None` where it finds out by itself who speaks: agents, and those who are
    /// about to sign in.
    pub access: Option<Access>,
}

/// Every operation.
pub fn routes() -> Vec<Route> {
    let open = open().into_iter().map(|(path, (method, _))| (path, method, None));
    let agents =
        agents().into_iter().map(|(path, (method, _))| (format!("{AGENT}{path}"), method, None));
    let published = published().into_iter();
    let published = published
        .map(|(path, access, (method, _))| (format!("{BASE}{path}"), method, Some(access)));
    let all = open.chain(agents).chain(published);
    all.map(|(path, method, access)| Route { method, path, access }).collect()
}

/// What anybody may ask.
fn open() -> Vec<(String, Endpoint)> {
    vec![
        ("/healthz".into(), get(health::alive)),
        ("/readyz".into(), get(health::ready)),
        ("/metrics".into(), get(metrics::show)),
        (RESOURCE_METADATA.into(), get(protected_resource::of_origin)),
        (format!("{RESOURCE_METADATA}{BASE}"), get(protected_resource::of_base)),
        ("/invite/redeem".into(), finished(post(sign_in::redeem))),
        ("/{tenant}/oauth2/v2.0/token".into(), oauth(finished(token()))),
    ]
}

/// What agents say, each by its device's key.
fn agents() -> Vec<(&'static str, Endpoint)> {
    vec![
        ("/enroll", post(agents::enroll)),
        ("/contact", post(agent_contact::contact)),
        ("/escrow", post(agents::escrow)),
        ("/confirm", post(agents::confirm)),
        ("/aftermath", post(agents::aftermath)),
    ]
}

/// The service's router.
pub fn router(app: App) -> Router {
    let open = open()
        .into_iter()
        .fold(Router::new(), |router, (path, (_, methods))| router.route(&path, methods));
    let agents = agents()
        .into_iter()
        .fold(Router::new(), |router, (path, (_, methods))| router.route(path, methods));
    Router::new()
        .merge(open)
        .nest(AGENT, agents)
        .nest(BASE, guarded(&app))
        // A nested router leaves this one address below it to the outer one.
        .route(&format!("{BASE}/"), any(unknown))
        .fallback(nothing_here)
        .method_not_allowed_fallback(no_such_method)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn(left_over::forget))
        .layer(from_fn_with_state(app.clone(), around))
        .with_state(app)
}

/// What lies under the published base: everything here needs a caller.
fn published() -> Vec<(&'static str, Access, Endpoint)> {
    use Access::{
        Administer, Audit, Close, Devices, Elevate, Elevations, LowerTickets, Passwords, Queue,
        Reassign, Rotate, SignedIn, Team, Tickets, WorkTickets,
    };
    vec![
        ("/$metadata", SignedIn, get(metadata::csdl)),
        ("/me", SignedIn, get(me::show)),
        ("/me/token", SignedIn, delete(me::revoke)),
        ("/tenants/{tenant}/elevationRequests", Elevate, post(elevation_requests::create)),
        ("/tenants/{tenant}/elevationRequests", Elevations, list(elevation_requests::list)),
        ("/tenants/{tenant}/elevationRequests/{id}", Elevations, get(elevation_requests::show)),
        ("/tenants/{tenant}/elevationRequests/{id}", Close, patch(elevation_ends::close)),
        ("/tenants/{tenant}/elevationRequests/{id}/extend", Elevate, post(elevation_ends::extend)),
        ("/tenants/{tenant}/devices", Devices, list(devices::list)),
        ("/tenants/{tenant}/devices/{name}", Devices, get(devices::show)),
        (
            "/tenants/{tenant}/devices/{name}/elevationDetails",
            Passwords,
            get_only(elevation_details::read),
        ),
        ("/tenants/{tenant}/devices/{name}/rotate", Rotate, post(devices::rotate)),
        ("/tenants/{tenant}/devices/{name}/signIn", Rotate, post(devices::sign_in)),
        ("/tenants/{tenant}/enrollments", Administer, post(enrollments::create)),
        ("/tenants/{tenant}/users", Devices, list(users::list)),
        ("/tenants/{tenant}/users/{upn}", Devices, get(users::show)),
        ("/tenants/{tenant}/members", Team, list(members::list)),
        ("/tenants/{tenant}/members/{upn}", Team, get(members::show)),
        ("/tenants/{tenant}/members/{upn}", Administer, put(members::put)),
        ("/tenants/{tenant}/members/{upn}", Administer, delete(members::remove)),
        ("/tenants/{tenant}/members/{upn}/invite", Administer, post(members::make_invite)),
        ("/tenants/{tenant}/team/add", Administer, large(post(bulk::add))),
        ("/tenants/{tenant}/team/remove", Administer, large(post(bulk::remove))),
        ("/tenants/{tenant}/team/sync", Administer, large(post(sync::sync))),
        ("/tenants/{tenant}/team/export", Team, list(sync::export)),
        ("/tenants/{tenant}/team/review", Team, list(review::review)),
        ("/tenants/{tenant}/apps", Team, list(apps::list)),
        ("/tenants/{tenant}/apps", Administer, post(apps::add)),
        ("/tenants/{tenant}/apps/{name}", Administer, delete(apps::remove)),
        ("/tenants/{tenant}/apps/{name}/rotate", Administer, post(apps::rotate)),
        ("/tenants/{tenant}/apps/{name}/finish", Administer, post(apps::finish)),
        ("/tenants/{tenant}/tokens", Team, list(tokens::list)),
        ("/tenants/{tenant}/tokens/{holder}", Team, list(tokens::of_holder)),
        ("/tenants/{tenant}/tokens/revoke", Administer, post(tokens::revoke)),
        ("/tenants/{tenant}/deliveries", Audit, list(deliveries::list)),
        ("/tenants/{tenant}/deliveries/{id}/retry", Administer, post(deliveries::retry)),
        ("/tenants/{tenant}/health", Audit, get(tenant_health::show)),
        ("/tenants/{tenant}/audit/events", Audit, get(audit::events)),
        ("/tenants/{tenant}/audit/head", Audit, get(audit::head)),
        ("/tenants/{tenant}/profiles", Devices, get(profiles::list)),
        ("/tenants/{tenant}/profiles/reassignProfile", Reassign, patch(profiles::reassign)),
        ("/tenants/{tenant}/profiles/{persona}", Administer, put(profiles::put)),
        ("/tenants/{tenant}/contacts", Tickets, get(contacts::list)),
        ("/tenants/{tenant}/contacts/{area}", Administer, put(contacts::put)),
        ("/tenants/{tenant}/contacts/{area}", Administer, delete(contacts::remove)),
        ("/tickets", Tickets, post(tickets::create)),
        ("/tickets", Tickets, list(ticket_lists::list)),
        ("/tickets/queue", Queue, list(ticket_lists::queue)),
        ("/tickets/handOvers", Tickets, list(ticket_lists::waiting)),
        // `{ticket}` stands for `tickets('ID')`; the guard turns anything else away.
        ("/{ticket}", Tickets, get(tickets::show)),
        ("/{ticket}", Tickets, patch(ticket_edits::edit)),
        ("/{ticket}/notes", Tickets, list(ticket_notes::list)),
        ("/{ticket}/addNote", Tickets, post(ticket_notes::add)),
        ("/{ticket}/timeline", Tickets, list(ticket_notes::timeline)),
        ("/{ticket}/file", Tickets, post(ticket_hand_overs::file)),
        ("/{ticket}/withdraw", Tickets, post(ticket_hand_overs::withdraw)),
        ("/{ticket}/resolve", Tickets, post(ticket_steps::resolve)),
        ("/{ticket}/reactivate", Tickets, post(ticket_steps::reactivate)),
        ("/{ticket}/transfer", Tickets, post(ticket_steps::transfer)),
        ("/{ticket}/take", WorkTickets, post(ticket_work::take)),
        ("/{ticket}/reply", WorkTickets, post(ticket_work::reply)),
        ("/{ticket}/lower", LowerTickets, post(ticket_work::lower)),
        ("/{ticket}/attachments", Tickets, get(ticket_attachments::list)),
        ("/{ticket}/attachments", Tickets, post(ticket_attachments::add)),
        ("/{ticket}/attachments/{id}", Tickets, get(ticket_attachments::download)),
    ]
}

fn guarded(app: &App) -> Router<App> {
    let each = published().into_iter();
    let guarded = each.fold(Router::new(), |router, (path, access, (_, methods))| {
        let state = (app.clone(), access);
        router.route(path, methods.route_layer(from_fn_with_state(state, guard)))
    });
    guarded.fallback(unknown).method_not_allowed_fallback(wrong_method)
}

macro_rules! endpoints {
    ($($name:ident $method:ident),*) => {$(
        fn $name<H, T>(handler: H) -> Endpoint
        where
            H: Handler<T, App>,
            T: 'static,
        {
            (Method::$method, routing::$name(handler).route_layer(from_fn(without_options)))
        }
    )*};
}

endpoints!(post POST, put PUT, patch PATCH, delete DELETE);

/// Names many members at once.
fn large((method, methods): Endpoint) -> Endpoint {
    let limit = DefaultBodyLimit::max(LARGE_BODY);
    (method, methods.route_layer(limit).route_layer(Extension(BodyLimit(LARGE_BODY))))
}

/// Counts and writes down who was refused, also when they hang up: no guard does it.
fn finished((method, methods): Endpoint) -> Endpoint {
    (method, methods.route_layer(from_fn(finish)))
}

/// What OAuth does not know is passed over there (RFC 6749, 3.2).
fn token() -> Endpoint {
    (Method::POST, routing::post(sign_in::token))
}

/// Clients of OAuth read its errors, whatever they do wrong.
fn oauth((method, methods): Endpoint) -> Endpoint {
    (method, methods.fallback(sign_in::not_a_post))
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
    path: Result<RawPathParams, RawPathParamsRejection>,
    headers: HeaderMap,
) -> Problem {
    match authenticate(&app, &headers, &Wanted::of(&headers, None), &call).await {
        Ok(_) if path.is_ok_and(|path| !is_there(&path)) => nothing_here().await,
        Ok(_) => no_such_method().await,
        Err(problem) => problem,
    }
}

/// A list, which takes the query options of lists, and judges them by itself.
fn list<H, T>(handler: H) -> Endpoint
where
    H: Handler<T, App>,
    T: 'static,
{
    (Method::GET, routing::get(handler))
}

/// Anything else that is read.
fn get<H, T>(handler: H) -> Endpoint
where
    H: Handler<T, App>,
    T: 'static,
{
    (Method::GET, routing::get(handler).route_layer(from_fn(without_options)))
}

/// Reading a password is an act: a `HEAD` must not stand for one.
fn get_only<H, T>(handler: H) -> Endpoint
where
    H: Handler<T, App>,
    T: 'static,
{
    let methods = routing::on(MethodFilter::HEAD, no_such_method).get(handler);
    (Method::GET, methods.route_layer(from_fn(without_options)))
}

/// What is asked for by an option and cannot be done is refused, not passed over.
async fn without_options(request: Request, next: Next) -> Response {
    match refuse_options(request.uri()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
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
async fn around(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let brought = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let well_formed = |id: &&str| {
        (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let id = match brought.filter(well_formed) {
        Some(id) => id.to_owned(),
        None => Uuid::new_v4().to_string(),
    };
    let from = peer(&request, &app.settings.behind_proxy);
    request.extensions_mut().insert(Call { id: id.clone(), from });
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let begun = Instant::now();
    let mut response = in_our_shape(next.run(request).await);
    app.answered.count(response.status());
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
