//! `mmd route explain`: which rules were tried, and why each did or did not fire.

use serde_json::json;

use super::{Asking, Doors, advise, view};
use crate::{
    cli::output::{Cell, Report, Table, Tone},
    domain::route::table::Tried,
    error::Result,
};

/// Lists every rule in order.
///
/// # Errors
/// Those of the advice.
pub(super) fn run(asking: Asking, doors: &Doors<'_>) -> Result<()> {
    let decided = advise::decide(asking, doors)?;
    let case = decided.advice.case;
    let mut table = Table::new(["Rule", "Fired", "Why"], "no rules");
    let mut tried = Vec::new();
    for (rule, outcome) in decided.table.explain(&case) {
        let (fired, why) = match outcome {
            Tried::Fired => (
                Cell::Toned("yes".into(), Tone::Good),
                vec![format!("everything fits: {}", rule.when), format!("goes to {}", rule.to)],
            ),
            Tried::Passed(why) => (Cell::Toned("no".into(), Tone::Dim), why),
            Tried::NotReached => (
                Cell::Toned("not tried".into(), Tone::Dim),
                vec![format!("`{}` had decided", decided.advice.rule)],
            ),
        };
        let fired_ = match &fired {
            Cell::Toned(word, _) => word.clone(),
            _ => String::new(),
        };
        tried.push(json!({ "rule": rule.id, "fired": fired_, "why": why }));
        table.push([rule.id.as_str().into(), fired, why.join("; ").into()]);
    }
    doors.output.note(&format!("the case: {case}"));
    let json = json!({
        "case": case.to_string(),
        "advice": view::json(&decided, doors.output.reach()),
        "tried": tried,
    });
    doors.output.report(&Report::table(table, json))?;
    doors.output.note(&format!("table: {}", decided.advice.table));
    Ok(())
}
