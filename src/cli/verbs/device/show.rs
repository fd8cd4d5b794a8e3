//! `mmd device show NAME`.

use std::time::Duration;

use serde_json::json;

use super::view;
use crate::{
    cli::{context::Context, output::Report, verbs::words::word},
    error::Result,
};

/// Which device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its name.
    pub name: String,
}

/// Shows one device.
///
/// # Errors
/// When there is none.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let found = cx.tenant().await?.device(&input.name, Duration::ZERO).await;
    let device = found.map_err(|error| not_found(error, &input.name))?;
    cx.output.report(&Report::details(view::details(&device), json!(device)))
}

/// Says how to look for what was not found.
pub(super) fn not_found(error: crate::error::Error, name: &str) -> crate::error::Error {
    match error.kind {
        crate::error::Kind::NotFound => {
            error.hint(format!("`mmd device search {}` looks for parts of names", word(name)))
        }
        _ => error,
    }
}
