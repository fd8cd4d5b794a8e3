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
    let line = |contact: &Contact| contact.line().unwrap_or_else(|| english::NO_CONTACT.into());
    for (destination, contact) in &spoken.contacts {
        if *contact != none {
            let name = contact.name.as_deref();
            let name = name.unwrap_or_else(|| english::destination(*destination));
            let in_mmd = format!("destination {destination}");
            table.push([name.into(), in_mmd.into(), line(contact).into()]);
        }
    }
    let mut manufacturers = Vec::new();
    for maker in spoken.manufacturers.keys() {
        let contact = spoken.vendor(Some(maker)).unwrap_or_default();
        let name = contact.name.as_deref().unwrap_or(maker);
        let in_mmd = format!("manufacturer {maker}");
        table.push([name.into(), in_mmd.into(), line(&contact).into()]);
        manufacturers.push(json!({
            "manufacturer": maker,
            "name": name,
            "contact": contact.contact,
            "hours": contact.hours,
            "id": contact.id,
        }));
    }
    let json = json!({
        "table": spoken.label,
        "support": spoken.support.as_str(),
        "roles": roles,
        "destinations": destinations,
        "manufacturers": manufacturers,
    });
    doors.output.report(&Report::table(table, json))?;
    doors.output.note(&format!("support is {}; table: {}", spoken.support, spoken.label));
    Ok(())
}
