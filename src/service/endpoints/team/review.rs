//! Who holds what, since when, by whom, and when it was last used.

use axum::{Json, extract::State};

use crate::{
    api::{Collection, team::Held},
    service::{App, access::Caller, input::ListQuery, problem::Problem, store::people},
};

/// `GET tenants/T/team/review`
pub async fn review(
    State(app): State<App>,
    caller: Caller,
    query: ListQuery,
) -> Result<Json<Collection<Held>>, Problem> {
    let query = query.only(false, false)?;
    let (skip, limit) = (query.skip, query.limit());
    let mut value = app.store.read(move |c| people::held(c, caller.tenant.id, skip, limit)).await?;
    let next_link = query.finish(&mut value, &app.origin);
    Ok(Json(Collection { context: app.context("Held"), value, next_link }))
}
