//! `mmd team app rotate NAME`: a second secret, and the end of the first.

use std::time::Duration;

use serde_json::json;

use super::print;
use crate::{
    api::team::RotateApp,
    cli::{
        context::Context,
        output::Report,
        verbs::words::{count, word_and},
    },
    error::{Error, Kind, Result},
};

/// Which program, and which half of the rotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A second secret.
    Begin {
        /// The program.
        name: String,
        /// `--expires`
        expires_in_days: Option<u32>,
        /// `--grace`
        grace: Option<Duration>,
    },
    /// `--finish`: the end of the old one.
    Finish {
        /// The program.
        name: String,
    },
}

/// Rotates a program's secret.
///
/// # Errors
/// When there is no such program, or two of its secrets are in use.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    match input {
        Input::Begin { name, expires_in_days, grace } => {
            let how = RotateApp { expires_in_days, grace_seconds: grace.map(|g| g.as_secs()) };
            begin(&name, &how, cx).await
        }
        Input::Finish { name } => finish(&name, cx).await,
    }
}

fn known(error: Error) -> Error {
    match error.kind {
        Kind::NotFound => error.hint("see which there are: `mmd team app list`"),
        _ => error,
    }
}

async fn begin(name: &str, how: &RotateApp, cx: &Context) -> Result<()> {
    let command = format!("`mmd team app rotate {}`", word_and(name, "--finish"));
    let rotated = cx.tenant().await?.rotate_app(name, how).await;
    let rotated = rotated.map_err(|error| match error.kind {
        Kind::Refused => error.hint(format!("end the old one: {command}")),
        _ => known(error),
    })?;
    print(&rotated.client_secret, &rotated, cx)?;
    let until = rotated.old_secret_until;
    if until <= cx.clock.now() {
        cx.output.note(&format!("the old secret had ended at {until}"));
        cx.output.hint("the secret is not shown again");
        return Ok(());
    }
    cx.output.note(&format!("the old secret is good until {until}"));
    cx.output
        .hint(&format!("the secret is not shown again; when it is in use everywhere: {command}"));
    Ok(())
}

async fn finish(name: &str, cx: &Context) -> Result<()> {
    let finished = cx.tenant().await?.finish_app(name).await.map_err(known)?;
    cx.output.report(&Report::json_only(json!(finished)))?;
    let tokens = usize::try_from(finished.revoked_tokens).unwrap_or(usize::MAX);
    cx.output.note(&match finished.ended {
        true => {
            format!("the old secret of `{name}` has ended, and {} with it", count(tokens, "token"))
        }
        false => format!("`{name}` has no old secret: nothing to end"),
    });
    Ok(())
}
