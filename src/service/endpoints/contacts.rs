//! Admin contacts: who stands by for an area when the primary contact cannot be reached.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};
use rusqlite::Connection;
use serde_json::json;

use super::ticket_input;
use crate::{
    api::{
        Collection,
        ticket::{AdminContact, Area},
    },
    service::{
        App,
        access::Caller,
        input::Body,
        problem::Problem,
        replay::{self, Replay},
        store::{audit::Record, contacts},
    },
};

fn area(word: &str) -> Result<Area, Problem> {
    word.parse().map_err(|why: String| Problem::not_found(format!("There is no such area: {why}.")))
}

/// `GET tenants/T/contacts`
pub async fn list(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Collection<AdminContact>>, Problem> {
    let value = app.store.read(move |c| contacts::all(c, caller.tenant.id)).await?;
    Ok(Json(Collection { context: app.context("AdminContacts"), value, next_link: None }))
}

/// `PUT tenants/T/contacts/AREA`: setting the same again changes nothing.
pub async fn put(
    State(app): State<App>,
    caller: Caller,
    Path((_, word)): Path<(String, String)>,
    body: Body,
) -> Result<Json<AdminContact>, Problem> {
    let area = area(&word)?;
    let contact = ticket_input::admin_contact(&body)?;
    let now = app.clock.now();
    let put = move |c: &Connection| {
        let tenant = caller.tenant.id;
        let known = contacts::get(c, tenant, area)?;
        if let Some(known) = known.filter(|known| {
            known.name == contact.name
                && known.email == contact.email
                && known.phone_number == contact.phone_number
        }) {
            return Ok(known);
        }
        contacts::put(c, tenant, area, &contact, caller.name(), now)?;
        let facts = json!({ "area": area, "email": contact.email });
        Record::new(&caller.by, "contact.set").detail(facts).append(c, tenant, now)?;
        contacts::get(c, tenant, area)?.ok_or_else(Problem::internal)
    };
    Ok(Json(app.store.write(put).await?))
}

/// `DELETE tenants/T/contacts/AREA`
pub async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path((_, word)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let area = area(&word)?;
    let operation = format!("DELETE contacts {area}");
    let replay = Replay::of(&headers, &caller, &operation, &Body::default())?;
    let now = app.clock.now();
    let remove = move |c: &Connection| {
        let tenant = caller.tenant.id;
        if replay::find(c, replay.as_ref())?.is_some() {
            return Ok(());
        }
        if !contacts::remove(c, tenant, area)? {
            return Err(Problem::not_found(format!("There is no admin contact for {area}.")));
        }
        let facts = json!({ "area": area });
        Record::new(&caller.by, "contact.removed").detail(facts).append(c, tenant, now)?;
        replay::keep(c, replay.as_ref(), StatusCode::NO_CONTENT, None, now)
    };
    app.store.write(remove).await?;
    Ok(StatusCode::NO_CONTENT)
}
