//! `mmd team remove UPN…`.

use serde_json::json;

use super::{list::roles, names::Names};
use crate::{
    api::team::{Change, Removal, RemoveMembers, Role},
    cli::{
        context::Context,
        output::{Report, Table},
        verbs::words::count,
    },
    error::Result,
};

/// Who, or what of theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Who.
    pub names: Names,
    /// `--role`; none means the whole membership.
    pub roles: Vec<Role>,
}

/// Removes members, or roles of theirs, all or none.
///
/// # Errors
/// For what the service refuses.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let old = RemoveMembers { upns: input.names.read()?, roles: input.roles };
    let done = cx.tenant().await?.remove_members(&old).await?;
    cx.output.report(&Report::table(table(&done), json!(done)))?;
    for removal in done.iter().filter(|removal| removal.change == Change::Unchanged) {
        cx.output.note(&format!("{} {}", removal.upn, why_unchanged(removal)));
    }
    let closed: u32 = done.iter().map(|removal| removal.closed_requests).sum();
    if closed > 0 {
        let requests = count(usize::try_from(closed).unwrap_or(usize::MAX), "open request");
        cx.output
            .note(&format!("{requests} closed with it: the devices change their passwords now"));
    }
    Ok(())
}

fn why_unchanged(removal: &Removal) -> &'static str {
    match removal.roles.is_empty() {
        true => "is not on the team: nothing to remove",
        false => "does not hold it: nothing to take away",
    }
}

fn table(done: &[Removal]) -> Table {
    let headers = ["UPN", "Change", "Roles left", "Requests closed", "Tokens ended"];
    let mut table = Table::new(headers, "nobody was removed");
    for removal in done {
        table.push([
            removal.upn.as_str().into(),
            removal.change.as_str().into(),
            roles(&removal.roles).into(),
            i64::from(removal.closed_requests).into(),
            i64::from(removal.revoked_tokens).into(),
        ]);
    }
    table
}
