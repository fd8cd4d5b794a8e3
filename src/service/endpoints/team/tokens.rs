//! Tokens: listed without what they are good for, and ended.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde_json::json;

use crate::{
    api::{
        Collection,
        team::{MAX_MEMBERS, RevokeTokens, TokenInfo},
    },
    service::{
        App,
        access::Caller,
        input::{Body, ListQuery},
        problem::Problem,
        store::{audit::Record, people},
    },
};

/// `GET tenants/T/tokens`
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    query: ListQuery,
) -> Result<Json<Collection<TokenInfo>>, Problem> {
    page(&app, &caller, None, query).await
}

/// `GET tenants/T/tokens/HOLDER`: of a member, or of `app:NAME`.
pub async fn of_holder(
    State(app): State<App>,
    caller: Caller,
    Path((_, holder)): Path<(String, String)>,
    query: ListQuery,
) -> Result<Json<Collection<TokenInfo>>, Problem> {
    page(&app, &caller, Some(holder), query).await
}

async fn page(
    app: &App,
    caller: &Caller,
    holder: Option<String>,
    query: ListQuery,
) -> Result<Json<Collection<TokenInfo>>, Problem> {
    let query = query.only(false, false)?;
    let tenant = caller.tenant.id;
    let (skip, limit, now) = (query.skip, query.limit(), app.clock.now());
    let list = move |c: &rusqlite::Connection| {
        people::list_tokens(c, tenant, holder.as_deref(), now, skip, limit)
    };
    let mut value = app.store.read(list).await?;
    let next_link = query.finish(&mut value, &app.origin);
    Ok(Json(Collection { context: app.context("Tokens"), value, next_link }))
}

/// `POST tenants/T/tokens/revoke`: all or none.
pub async fn revoke(
    State(app): State<App>,
    caller: Caller,
    body: Body,
) -> Result<StatusCode, Problem> {
    let RevokeTokens { ids } = body.read()?;
    if ids.is_empty() || ids.len() > MAX_MEMBERS {
        let message = format!("`ids` names between 1 and {MAX_MEMBERS} tokens.");
        return Err(Problem::bad_request(message.clone()).at("ids", "outOfRange", message));
    }
    let now = app.clock.now();
    app.store
        .write(move |c| {
            let tenant = caller.tenant.id;
            for id in &ids {
                let shown: String = id.chars().take(40).collect();
                let holder = people::token_holder(c, tenant, id)?.ok_or_else(|| {
                    Problem::not_found(format!("There is no token `{shown}`; none was revoked."))
                })?;
                people::revoke_by_id(c, tenant, id)?;
                Record::new(&caller.by, "token.revoked")
                    .detail(json!({ "token": id, "holder": holder }))
                    .append(c, tenant, now)?;
            }
            Ok(())
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
