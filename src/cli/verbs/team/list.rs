//! `mmd team list`.

use serde_json::json;

use crate::{
    api::team::{Member, Role},
    cli::{
        complete::learn,
        context::Context,
        output::{Cell, Report, Table, Tone},
    },
    error::Result,
};

/// Lists the members of the team.
///
/// # Errors
/// For what the service refuses.
pub async fn run(cx: &Context) -> Result<()> {
    let members = cx.tenant().await?.members().await?;
    learn::members(cx, &members);
    cx.output.report(&Report::table(table(&members), json!(members)))
}

fn table(members: &[Member]) -> Table {
    let headers = ["UPN", "Name", "Roles", "Signed in", "Added by", "Added", "Until"];
    let mut table = Table::new(headers, "no members");
    for member in members {
        let signed_in = match (member.last_sign_in, member.bound) {
            (Some(time), _) => time.into(),
            (None, true) => Cell::Empty,
            (None, false) => Cell::Toned("not yet".into(), Tone::Dim),
        };
        table.push([
            member.upn.as_str().into(),
            member.display_name.clone().into(),
            roles(&member.roles).into(),
            signed_in,
            member.added_by.as_str().into(),
            member.added_at.into(),
            member.until.into(),
        ]);
    }
    table
}

/// `admin, support`
pub(super) fn roles(roles: &[Role]) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ")
}
