//! `mmd route roles`: who answers for what, and how they are reached.

use std::path::Path;

use serde_json::{Value, json};

use super::{Doors, files};
use crate::{
    cli::output::{Report, Table},
    domain::route::{
        english::{self, ROLES},
        table::Contact,
        terms::{Destination, Term},
    },
    error::Result,
};

/// Lists the roles, and the destinations with their contacts.
///
/// # Errors
/// For a faulty table.
pub(super) fn run(named: Option<&Path>, doors: &Doors<'_>) -> Result<()> {
    let spoken = files::table(named, doors.config)?;
    let mut table = Table::new(["Role", "In mmd", "Answers for"], "no roles");
    for (role, in_mmd, duties) in ROLES {
        table.push([role.into(), in_mmd.into(), duties.into()]);
    }
    let roles: Vec<Value> = ROLES
        .iter()
        .map(|(role, in_mmd, duties)| json!({ "role": role, "inMmd": in_mmd, "duties": duties }))
        .collect();
    let none = Contact::default();
    let destinations: Vec<Value> = Destination::ALL
        .iter()
        .map(|destination| {
            let contact = spoken.contacts.get(destination).unwrap_or(&none);
            let name = contact.name.as_deref();
            json!({
                "destination": destination.as_str(),
                "name": name.unwrap_or_else(|| english::destination(*destination)),
                "contact": contact.contact,
                "hours": contact.hours,
                "id": contact.id,
            })
        })
        .collect();
    for destination in &destinations {
        if let Some(contact) = destination["contact"].as_str() {
            let name = destination["name"].as_str().unwrap_or_default();
            let id = destination["destination"].as_str().unwrap_or_default();
            table.push([name.into(), format!("destination {id}").into(), contact.into()]);
        }
    }
    let json = json!({
        "table": spoken.label,
        "support": spoken.support.as_str(),
        "roles": roles,
        "destinations": destinations,
    });
    doors.output.report(&Report::table(table, json))?;
    doors.output.note(&format!("support is {}; table: {}", spoken.support, spoken.label));
    Ok(())
}
