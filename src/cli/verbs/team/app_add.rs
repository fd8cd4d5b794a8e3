//! `mmd team app add NAME`: a program's secret, alone on standard output.

use serde_json::json;

use crate::{
    api::team::NewApp,
    cli::{
        context::Context,
        output::{Format, Report},
    },
    error::Result,
};

/// Which program, and what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// `--may`; none means everything.
    pub may: Vec<String>,
    /// `--expires`
    pub expires_in_days: Option<u32>,
}

/// Adds a program.
///
/// # Errors
/// For what the service refuses.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let Input { name, may, expires_in_days } = input;
    let new = NewApp { name, may, expires_in_days };
    let credentials = cx.tenant().await?.add_app(&new).await?;
    match cx.output.options().format {
        Format::Json => cx.output.report(&Report::json_only(json!(credentials)))?,
        Format::Table | Format::Csv => {
            cx.output.secret(&credentials.client_secret)?;
            cx.output
                .note(&format!("the client id of `{}` is {}", new.name, credentials.client_id));
        }
    }
    cx.output.hint(
        "the secret is not shown again; a program hands both over as `MMD_CLIENT_ID` and \
         `MMD_CLIENT_SECRET`, with `MMD_TENANT`",
    );
    Ok(())
}
