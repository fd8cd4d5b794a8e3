//! `mmd team app add NAME`: a program's secret, alone on standard output.

use super::print;
use crate::{
    api::team::{NewApp, Role},
    cli::{context::Context, output::Format},
    error::Result,
};

/// Which program, and what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// `--may`; none, without a role, means everything.
    pub may: Vec<String>,
    /// `--role`
    pub roles: Vec<Role>,
    /// `--expires`
    pub expires_in_days: Option<u32>,
    /// `--from`
    pub from: Vec<String>,
}

/// Adds a program.
///
/// # Errors
/// For what the service refuses.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let Input { name, may, roles, expires_in_days, from } = input;
    let new = NewApp { name, may, roles, expires_in_days, from };
    let credentials = cx.tenant().await?.add_app(&new).await?;
    print(&credentials.client_secret, &credentials, cx)?;
    if cx.output.options().format != Format::Json {
        cx.output.note(&format!("the client id of `{}` is {}", new.name, credentials.client_id));
    }
    cx.output.hint(
        "the secret is not shown again; a program hands both over as `MMD_CLIENT_ID` and \
         `MMD_CLIENT_SECRET`, with `MMD_TENANT`",
    );
    Ok(())
}
