//! `mmd doctor`: whether everything that commands rest on is as it should be.
//!
//! Nothing is changed. A check that rests on one that failed is left out: one cause, one line.

pub mod deliveries;
mod local;
mod service;

use std::time::Duration;

use serde::Serialize;
use serde_json::json;

use crate::{
    cli::{
        context::Context,
        output::{Cell, Format, Output, Report, Table, Tone},
        settings::{Environment, Flags},
        verbs::words::count,
    },
    error::{Error, Result},
};

/// What is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The global flags.
    pub flags: Flags,
    /// `--timeout`
    pub timeout: Option<Duration>,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// As it should be.
    Ok,
    /// Works, and somebody should look after it.
    Warning,
    /// Does not work.
    Failed,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Check {
    name: &'static str,
    state: State,
    message: String,
    hint: Option<String>,
}

impl Check {
    fn ok(name: &'static str, message: impl Into<String>) -> Self {
        Self { name, state: State::Ok, message: message.into(), hint: None }
    }

    fn warning(name: &'static str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        let (message, hint) = (message.into(), Some(hint.into()));
        Self { name, state: State::Warning, message, hint }
    }

    /// An error's sentence and its outermost cause; the hint is its first.
    fn failed(name: &'static str, error: &Error) -> Self {
        let cause = error.causes.first().map(|cause| format!(" ({cause})")).unwrap_or_default();
        let message = format!("{}{cause}", error.message);
        Self { name, state: State::Failed, message, hint: error.hints.first().cloned() }
    }
}

/// Looks at everything and says how it is.
///
/// # Errors
/// When a check failed, after all of them were told.
pub async fn run(input: &Input, output: &Output) -> Result<()> {
    let environment = Environment::read()?;
    let mut checks = local::settings(&input.flags, &environment);
    // Without settings there is nothing else to look at.
    if let Ok(mut cx) = Context::unattended(&input.flags, environment) {
        cx.timeout = input.timeout;
        checks.extend(local::files(&cx));
        checks.extend(local::keyring(&cx));
        checks.push(local::names(&cx));
        checks.extend(service::checks(&cx).await);
    }
    tell(&checks, output)
}

fn tell(checks: &[Check], output: &Output) -> Result<()> {
    let mut table = Table::new(["Check", "State", "Finding"], "nothing was checked");
    for check in checks {
        let state = match check.state {
            State::Ok => Cell::Toned("ok".into(), Tone::Good),
            State::Warning => Cell::Toned("warning".into(), Tone::Warn),
            State::Failed => Cell::Toned("failed".into(), Tone::Bad),
        };
        table.push([check.name.into(), state, check.message.as_str().into()]);
    }
    output.report(&Report::table(table, json!({ "checks": checks })))?;
    for check in checks {
        // The JSON has them.
        if let (Some(hint), false) = (&check.hint, output.options().format == Format::Json) {
            output.hint(&format!("{}: {hint}", check.name));
        }
    }
    match checks.iter().filter(|check| check.state == State::Failed).count() {
        0 => Ok(()),
        failed => Err(Error::failed(format!("{} failed", count(failed, "check")))),
    }
}

#[cfg(test)]
mod tests;
