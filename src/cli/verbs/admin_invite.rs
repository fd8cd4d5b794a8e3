//! `mmd serve admin-invite`.

use std::path::PathBuf;

use serde_json::json;

use super::serve;
use crate::{
    cli::output::{Format, Output, Report},
    error::Result,
};

/// For whom, where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// `--data-dir`
    pub data_dir: PathBuf,
    /// `--tenant`
    pub tenant: Option<String>,
    /// `--member`
    pub member: Option<String>,
    /// `MMD_MASTER_KEY_FILE`
    pub master_key_file: Option<PathBuf>,
}

/// Prints the code alone, because it was asked for by name.
///
/// # Errors
/// When there is no such service or member.
pub async fn run(input: &Input, output: &Output) -> Result<()> {
    let Input { data_dir, tenant, member, master_key_file } = input;
    let service = serve::at_rest(data_dir, master_key_file.as_deref())?;
    let (upn, code) = service.admin_invite(tenant.clone(), member.clone()).await?;
    match output.options().format {
        Format::Json => output.report(&Report::json_only(json!(code)))?,
        Format::Table | Format::Csv => output.secret(&code.code)?,
    }
    output.note(&format!("signs in {upn}, once, until {}", output.moment(code.expires)));
    Ok(())
}
