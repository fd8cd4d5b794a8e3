//! `mmd doctor deliveries list`.

use serde_json::json;

use super::table;
use crate::{
    api::delivery::State,
    cli::{context::Context, output::Report},
    error::Result,
};

/// Which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// `--state`; none lists all.
    pub state: Option<State>,
    /// `--sink`
    pub sink: Option<String>,
}

/// Lists deliveries, the newest first.
///
/// # Errors
/// For who is neither admin nor auditor.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let mut deliveries = cx.tenant().await?.deliveries(input.state).await?;
    if let Some(sink) = &input.sink {
        deliveries.retain(|delivery| delivery.sink == *sink);
    }
    let none = match input.state {
        Some(State::Dead) => "no dead letters",
        _ => "no deliveries",
    };
    cx.output.report(&Report::table(table(&deliveries, none), json!(deliveries)))?;
    if deliveries.iter().any(|delivery| delivery.state == State::Dead) {
        cx.output.hint("`mmd doctor deliveries retry ID` sends one again, `--all` each of them");
    }
    Ok(())
}
