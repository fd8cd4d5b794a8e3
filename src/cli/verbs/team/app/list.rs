//! `mmd team app list`.

use serde_json::json;

use crate::{
    api::team::Program,
    cli::{
        context::Context,
        output::{Cell, Report, Table, Tone},
        verbs::team::list::roles,
    },
    error::Result,
};

/// Lists programs.
///
/// # Errors
/// For what the service refuses.
pub async fn run(cx: &Context) -> Result<()> {
    let programs = cx.tenant().await?.apps().await?;
    cx.output.report(&Report::table(table(&programs), json!(programs)))
}

fn table(programs: &[Program]) -> Table {
    let headers =
        ["Name", "May", "Roles", "From", "Client id", "Last used", "Expires", "Old secret until"];
    let mut table = Table::new(headers, "no programs");
    for program in programs {
        let may = match (program.may.is_empty(), program.roles.is_empty()) {
            (true, true) => Cell::Toned("everything".into(), Tone::Warn),
            _ => program.may.join(", ").into(),
        };
        let from = match program.from.is_empty() {
            true => Cell::Toned("anywhere".into(), Tone::Dim),
            false => program.from.join(", ").into(),
        };
        table.push([
            program.name.as_str().into(),
            may,
            roles(&program.roles).into(),
            from,
            program.client_id.as_str().into(),
            program.last_used.into(),
            program.expires.into(),
            program.old_secret_until.into(),
        ]);
    }
    table
}
