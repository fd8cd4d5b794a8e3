//! Whether the service lives, and whether it can work.

use axum::extract::State;

use crate::service::{App, problem::Problem};

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the database answers too.
pub async fn ready(State(app): State<App>) -> Result<&'static str, Problem> {
    app.store.read(|c| Ok(c.query_row("select 1", [], |_| Ok(()))?)).await?;
    Ok("ready\n")
}
