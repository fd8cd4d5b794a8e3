//! Operation 12, the queue, and what waits for an admin: lists of support requests.

use axum::{Json, extract::State, http::StatusCode};
use rusqlite::Connection;

use super::tickets::{View, sees_all, sees_waiting};
use crate::{
    api::{Collection, ticket::Ticket as Wire},
    domain::filter::{self, FilterError, Property, Type},
    service::{
        App,
        access::Caller,
        input::{ListQuery, Preferences},
        problem::Problem,
        store::{
            Outcome, filter_sql,
            requests::Condition,
            tickets::{self, Ticket, Wanted},
        },
    },
};

/// What `$filter` and `$orderby` may name.
const SCHEMA: &[Property] = &[
    Property::new("title", Type::String),
    Property::new("description", Type::String),
    Property::new("isPartner", Type::Bool),
    // Two documented answers write it with a space.
    Property::new("type", Type::String).with_synonyms(&[
        ("Change Request", "ChangeRequest"),
        ("Request For Information", "RequestForInformation"),
    ]),
    Property::new("category", Type::String),
    Property::new("subcategory", Type::String),
    Property::new("compromiseIndicator", Type::String),
    Property::new("usersOrDevicesImpacted", Type::Int),
    Property::new("relatedAlerts", Type::String),
    Property::new("businessImpact", Type::String),
    Property::new("issueFirstNoticed", Type::Time),
    Property::new("issueReproduced", Type::Bool),
    Property::new("endUserSupportEngaged", Type::Bool),
    Property::new("troubleshootingSteps", Type::String),
    Property::new("nextActionOwner", Type::String),
    Property::new("nextActionTime", Type::Time),
    Property::new("reproSteps", Type::String),
    Property::new("id", Type::String),
    Property::new("severity", Type::Int),
    Property::new("state", Type::String),
    Property::new("createdDateTime", Type::Time),
    Property::new("resolvedDateTime", Type::Time),
    Property::new("contact", Type::Other),
    Property::new("emails", Type::Other),
    Property::new("attachments", Type::Other),
    Property::new("notes", Type::Other),
];

/// Operation 12. Programs and the team see all; the rest of the desk sees its own.
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    preferences: Preferences,
    query: ListQuery,
) -> Result<Json<Collection<Wire>>, Problem> {
    let query = query.ordered()?;
    let condition = query.filter.as_deref().map(condition).transpose()?.unwrap_or_default();
    let order = query.order.as_deref().map(order).transpose()?.unwrap_or_default();
    let filer = (!sees_all(&caller)).then(|| caller.name().to_owned());
    let wanted = Wanted { condition, order, filer, skip: query.skip, top: query.limit() };
    let view = View::new(&app, caller, preferences);
    let page = move |c: &Connection| {
        let rows = tickets::list(c, view.caller.tenant.id, &wanted)?;
        rows.into_iter().map(|ticket| view.wire(c, ticket, false)).collect::<Outcome<Vec<_>>>()
    };
    let mut value = app.store.list(page).await?;
    let next_link = query.finish(&mut value, &app.origin);
    Ok(Json(Collection { context: app.context("Tickets"), value, next_link }))
}

fn wrong(error: FilterError) -> Problem {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    Problem::new(status, error.to_string())
}

fn condition(text: &str) -> Result<Condition, Problem> {
    let expression = filter::parse(text, SCHEMA).map_err(wrong)?;
    // The parser knows the same properties as the columns do; a test holds them together.
    let fragment =
        filter_sql::filter(&expression, |name| tickets::column(name).unwrap_or("null"), 2);
    Ok(Condition { sql: fragment.sql, values: fragment.values })
}

fn order(text: &str) -> Result<String, Problem> {
    let orders = filter::parse_orderby(text, SCHEMA).map_err(wrong)?;
    Ok(filter_sql::order(&orders, |name| tickets::column(name).unwrap_or("null")))
}

/// Which of our own lists is asked for.
async fn own_list(
    app: App,
    caller: Caller,
    query: ListQuery,
    page: impl FnOnce(&Connection, &View, u32, u32) -> Outcome<Vec<Ticket>> + Send + 'static,
) -> Result<Json<Collection<Wire>>, Problem> {
    let query = query.only(false, false)?;
    // What has no documented form is always annotated.
    let preferences = Preferences { annotations: true, ..Preferences::default() };
    let view = View::new(&app, caller, preferences);
    let (skip, top) = (query.skip, query.limit());
    let rows = move |c: &Connection| {
        let rows = page(c, &view, skip, top)?;
        rows.into_iter().map(|ticket| view.wire(c, ticket, false)).collect::<Outcome<Vec<_>>>()
    };
    let mut value = app.store.list(rows).await?;
    let next_link = query.finish(&mut value, &app.origin);
    Ok(Json(Collection { context: app.context("Tickets"), value, next_link }))
}

/// `GET tickets/queue`: what operations have to work on, overdue first.
pub async fn queue(
    State(app): State<App>,
    caller: Caller,
    query: ListQuery,
) -> Result<Json<Collection<Wire>>, Problem> {
    own_list(app, caller, query, |c, view, skip, top| {
        tickets::queue(c, view.caller.tenant.id, skip, top)
    })
    .await
}

/// `GET tickets/handOvers`: what waits for an admin, the most severe first; one's own, for who is neither admin nor
/// auditor.
pub async fn waiting(
    State(app): State<App>,
    caller: Caller,
    query: ListQuery,
) -> Result<Json<Collection<Wire>>, Problem> {
    own_list(app, caller, query, |c, view, skip, top| {
        let caller = &view.caller;
        let filer = (!sees_waiting(caller)).then(|| caller.name());
        tickets::waiting(c, caller.tenant.id, filer, skip, top)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_property_that_can_be_filtered_has_a_column() {
        for property in SCHEMA.iter().filter(|property| !matches!(property.ty, Type::Other)) {
            assert!(tickets::column(property.name).is_some(), "{}", property.name);
        }
    }
}
