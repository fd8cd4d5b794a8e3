//! `mmd agent enroll`: trades a one-time code for a key of the device's own.

use std::path::PathBuf;

use serde_json::json;

use crate::{
    agent::{
        accounts::Backend,
        enroll::{Enrolment, enroll},
    },
    cli::{
        context::{self, Context},
        output::Report,
        verbs::{stdin, words::option},
    },
    client::Token,
    error::Result,
};

/// What is enrolled, and where that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// `--account`
    pub account: String,
    /// `--state-dir`
    pub state_dir: PathBuf,
    /// `--backend`; none means the platform's own.
    pub backend: Option<Backend>,
}

/// Enrols this device at the service that is named.
///
/// # Errors
/// For an account that must not be rotated, and for what the service refuses.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let client = cx.client_with(Token::none())?;
    let backend = input.backend.map_or_else(Backend::platform, Ok)?;
    let ca_file = cx.settings.ca_file.as_ref();
    let ca_pem = ca_file.map(|path| context::ca_pem(&path.value)).transpose()?;
    let code = stdin::secret_or_ask("the enrolment code", "Enrolment code", cx)?;
    let Input { account, state_dir, .. } = input;
    let enrolment = Enrolment { code, ca_pem, account, backend, serial_number: None };
    let joined = enroll(&state_dir, &client, enrolment).await?;
    for warning in &joined.warnings {
        cx.output.warn(&warning.to_string());
    }
    let enrolled = &joined.enrolled;
    let warnings: Vec<_> = joined.warnings.iter().map(ToString::to_string).collect();
    cx.output.report(&Report::json_only(json!({
        "device": enrolled.device_name,
        "deviceId": enrolled.device_id,
        "tenant": enrolled.tenant_id,
        "service": client.origin(),
        "warnings": warnings,
    })))?;
    cx.output.note(&format!("enrolled at {} as {}", client.origin(), enrolled.device_name));
    let state_dir = option("--state-dir", &state_dir.display().to_string());
    cx.output.hint(&format!("`mmd agent run {state_dir}` keeps its password rotating"));
    Ok(())
}
