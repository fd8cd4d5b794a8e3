//! Notices on their way to the sinks of the configuration: what is dead, and sending it again.

use axum::{
    Json,
    extract::{Path, Query, State},
};
use serde::Deserialize;

use crate::{
    api::{
        Collection, Entity,
        delivery::{self, Delivery},
    },
    service::{
        App,
        access::Caller,
        input::ListQuery,
        problem::Problem,
        store::{audit::Record, deliveries},
    },
};

/// Which deliveries are wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    state: Option<String>,
}

/// `GET tenants/T/deliveries?state=dead`, newest first.
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
    query: ListQuery,
) -> Result<Json<Collection<Delivery>>, Problem> {
    let query = query.only(false, false)?;
    let state = wanted.state.map(|word| {
        delivery::State::parse(&word).ok_or_else(|| {
            let message = "`state` is `pending`, `delivered` or `dead`.";
            Problem::bad_request(message).at("state", "unknown", message)
        })
    });
    let state = state.transpose()?;
    let (skip, limit) = (query.skip, query.limit());
    let tenant = caller.tenant.id;
    let mut value =
        app.store.list(move |c| deliveries::list(c, tenant, state, skip, limit)).await?;
    let mut next_link = query.finish(&mut value, &app.origin);
    if let (Some(link), Some(state)) = (&mut next_link, state) {
        link.push_str("&state=");
        link.push_str(state.as_str());
    }
    Ok(Json(Collection { context: app.context("Deliveries"), value, next_link }))
}

/// `POST tenants/T/deliveries/ID/retry`: sends a dead letter again. One that is under way already
/// is left alone, so that a repeat of the call is harmless. The sink is tried at once, also where its
/// receiver has said that it wants nothing for longer.
pub async fn retry(
    State(app): State<App>,
    caller: Caller,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<Entity<Delivery>>, Problem> {
    let missing = || Problem::not_found("This delivery does not exist.");
    let id = id.parse().map_err(|_| missing())?;
    let (service, now) = (app.clone(), app.clock.now());
    let woken = app.clone();
    let work = move |c: &rusqlite::Connection| {
        let tenant = caller.tenant.id;
        let known = deliveries::get(c, tenant, id)?.ok_or_else(missing)?;
        match known.state {
            delivery::State::Pending => return Ok(known),
            delivery::State::Delivered => {
                return Err(Problem::conflict("This delivery has reached its receiver."));
            }
            delivery::State::Dead => {}
        }
        if !service.outbox.knows(&known.sink) {
            let sink = &known.sink;
            let message = format!("The configuration has no sink `{sink}` any more.");
            return Err(Problem::conflict(message));
        }
        deliveries::retry(c, tenant, id, now)?;
        Record::new(&caller.by, "delivery.retried")
            .detail(serde_json::json!({
                "delivery": known.id,
                "sink": known.sink,
                "event": known.event,
                "subject": known.subject,
            }))
            .append(c, tenant, now)?;
        deliveries::get(c, tenant, id)?.ok_or_else(missing)
    };
    let wake = move |known: &Delivery| {
        woken.outbox.end_wait(&known.sink, now);
        woken.store.changes().wake_deliveries();
    };
    let value = app.store.write_then(work, wake).await?;
    Ok(Json(Entity { context: app.context("Deliveries/$entity"), value }))
}
