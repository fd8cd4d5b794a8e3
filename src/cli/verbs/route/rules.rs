//! `mmd route table`: the rules, in order.

use std::path::Path;

use serde_json::{Value, json};

use super::{Doors, files};
use crate::{
    cli::output::{Format, Report, Table},
    domain::route::table::Rule,
    error::Result,
};

/// Lists the rules of the table that speaks.
///
/// # Errors
/// For a faulty table.
pub(super) fn run(named: Option<&Path>, doors: &Doors<'_>) -> Result<()> {
    let spoken = files::table(named, doors.config)?;
    let mut table =
        Table::new(["Rule", "When", "Goes to", "Because"], "no rules").whole(&["Rule", "Goes to"]);
    let shown = doors.output.options();
    let for_people = shown.stdout_terminal && shown.format == Format::Table;
    for rule in &spoken.rules {
        table.push([
            rule.id.as_str().into(),
            // A terminal wraps between words only.
            match for_people {
                true => rule.when.to_string().replace('|', " or ").into(),
                false => rule.when.to_string().into(),
            },
            rule.to.to_string().into(),
            rule.because.as_str().into(),
        ]);
    }
    let rules: Vec<Value> = spoken.rules.iter().map(wire).collect();
    let json = json!({ "table": spoken.label, "hitPolicy": "first", "rules": rules });
    doors.output.report(&Report::table(table, json))?;
    doors.output.note(&format!("the first rule that fits decides; table: {}", spoken.label));
    Ok(())
}

fn wire(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "when": rule.when.to_string(),
        "destination": rule.to.to_string(),
        "via": rule.via,
        "first": rule.first,
        "elevationMayHelp": rule.elevate,
        "because": rule.because,
        "source": rule.source,
        "own": rule.own,
    })
}
