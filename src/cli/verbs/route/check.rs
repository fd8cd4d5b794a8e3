//! `mmd route check FILE`: whether a table is complete and every rule of it can fire.

use std::path::Path;

use serde_json::json;

use super::{Doors, files};
use crate::{
    cli::{
        output::{Details, Report},
        verbs::words::count,
    },
    domain::route::read,
    error::{Error, Result},
};

/// Proves it, or shows a case that disproves it.
///
/// # Errors
/// [`Kind::Usage`](crate::error::Kind::Usage) for a file that is no table or not whole.
pub(super) fn run(file: &Path, doors: &Doors<'_>) -> Result<()> {
    let bytes = files::must(file)?;
    let (table, findings) =
        read::read_with_findings(&bytes).map_err(|fault| files::faulty(file, &fault))?;
    let placed = |line: &Option<usize>, finding: &dyn std::fmt::Display| match line {
        Some(line) => format!("line {line}: {finding}"),
        None => finding.to_string(),
    };
    let (faults, notes): (Vec<_>, Vec<_>) =
        findings.iter().partition(|(_, finding)| finding.is_fault());
    if !faults.is_empty() {
        let mut error = Error::usage(format!("the table `{}` is not whole", file.display()));
        error.causes = faults.iter().map(|(line, finding)| placed(line, finding)).collect();
        return Err(error.hint("nothing of a faulty table is used"));
    }
    let notes: Vec<_> = notes.iter().map(|(line, finding)| placed(line, finding)).collect();
    for note in &notes {
        doors.output.note(&format!("overruled: {note}"));
    }
    let (rules, cases) = (table.rules.len(), table.cases().count());
    let details = Details::new()
        .row("Table", table.label.as_str())
        .row("Complete", format!("each of {cases} cases is decided"))
        .row("Rules", format!("{}; each of the own ones can fire", count(rules, "rule")));
    let json = json!({
        "table": table.label,
        "complete": true,
        "cases": cases,
        "rules": rules,
        "overruled": notes,
    });
    doors.output.report(&Report::details(details, json))
}
