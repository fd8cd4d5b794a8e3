//! The audit trail: the stored bytes of events, and where the chain stands.

use axum::{
    Json,
    body::{Body, Bytes},
    extract::{Query, State},
    http::header,
    response::{IntoResponse, Response},
};
use futures_util::stream;
use serde::Deserialize;

use crate::{
    api::audit::Head,
    domain::audit::sign_head,
    service::{
        App,
        access::Caller,
        problem::Problem,
        store::{
            Outcome,
            audit::{self, Selection},
        },
    },
};

/// How many events are read at a time.
const CHUNK: u32 = 500;

/// Which events are wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    after: u64,
    device: Option<String>,
    who: Option<String>,
    action: Option<String>,
    latest: Option<u32>,
    limit: Option<u32>,
}

/// `GET tenants/T/audit/events`: JSON lines, oldest first, read while they are sent.
pub async fn events(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let tenant = caller.tenant.id;
    let mut selection = Selection {
        after: wanted.after,
        device: wanted.device,
        who: wanted.who,
        action: wanted.action,
        latest: wanted.latest,
        limit: CHUNK,
    };
    if let Some(latest) = selection.latest {
        selection.limit = latest.min(10_000);
        let rows = app.store.read(move |c| audit::read(c, tenant, &selection)).await?;
        return Ok(lines(Body::from(join(rows))));
    }
    let left = wanted.limit.unwrap_or(u32::MAX);
    let body =
        stream::unfold((app, selection, left), move |(app, mut selection, left)| async move {
            selection.limit = CHUNK.min(left);
            if selection.limit == 0 {
                return None;
            }
            let reading = selection.clone();
            let rows: Outcome<_> = app.store.read(move |c| audit::read(c, tenant, &reading)).await;
            match rows {
                Ok(rows) if rows.is_empty() => None,
                Ok(rows) => {
                    selection.after = rows.last().map_or(selection.after, |(seq, _)| *seq);
                    let left = left - u32::try_from(rows.len()).unwrap_or(left);
                    Some((Ok(Bytes::from(join(rows))), (app, selection, left)))
                }
                // The client sees a broken stream, never a shorter trail.
                Err(problem) => {
                    let error = std::io::Error::other(problem.message);
                    Some((Err(error), (app, selection, 0)))
                }
            }
        });
    Ok(lines(Body::from_stream(body)))
}

fn join(rows: Vec<(u64, Vec<u8>)>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (_, body) in rows {
        bytes.extend(body);
        bytes.push(b'\n');
    }
    bytes
}

fn lines(body: Body) -> Response {
    ([(header::CONTENT_TYPE, "application/jsonl")], body).into_response()
}

/// `GET tenants/T/audit/head`: where the chain stands now, signed.
pub async fn head(State(app): State<App>, caller: Caller) -> Result<Json<Head>, Problem> {
    let tenant = caller.tenant.id;
    let (seq, hash, quiet) = app
        .store
        .read(move |c| {
            let (seq, hash) = audit::tip(c, tenant)?;
            Ok((seq, hash, audit::quiet_rotations(c, tenant)?))
        })
        .await?;
    Ok(Json(sign_head(&app.head_key, tenant, seq, hash, app.clock.now(), quiet)))
}
