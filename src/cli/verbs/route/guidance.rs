//! `mmd route guidance [PLAN]`: what elevated access is for, or what is to be said of a plan.

use serde_json::{Value, json};

use super::Doors;
use crate::{
    cli::output::{Cell, Details, Report, Table, Tone},
    domain::route::guidance::{self, ACTIONS, Action, Verdict},
    error::Result,
};

/// Lists the actions, or says what a plan is.
///
/// # Errors
/// When standard output cannot be written.
pub(super) fn run(plan: Option<&str>, doors: &Doors<'_>) -> Result<()> {
    let Some(plan) = plan else { return list(doors) };
    let found = guidance::of_plan(plan);
    let category = guidance::category(plan);
    let Some(found) = found else {
        let details = Details::new()
            .row("Plan", "nothing to say: the framework names no such action")
            .row("Category", category);
        let json = json!({ "verdict": null, "what": null, "instead": null, "words": [], "category": category });
        return doors.output.report(&Report::details(details, json));
    };
    let words: Vec<_> = found.words.iter().map(|word| format!("\"{word}\"")).collect();
    let details = Details::new()
        .row("Plan", Cell::Toned(found.action.verdict.as_str().into(), tone(found.action.verdict)))
        .row("Action", found.action.what)
        .row("Found in", words.join(", "))
        .row("Instead", found.action.instead)
        .row("Category", category);
    let mut json = wire(&found.action);
    json["words"] = json!(found.words);
    json["category"] = json!(category);
    doors.output.report(&Report::details(details, json))
}

fn list(doors: &Doors<'_>) -> Result<()> {
    let mut table = Table::new(["Verdict", "Action", "Instead"], "no actions");
    for action in ACTIONS {
        table.push([
            Cell::Toned(action.verdict.as_str().into(), tone(action.verdict)),
            action.what.into(),
            action.instead.into(),
        ]);
    }
    let json: Vec<Value> = ACTIONS.iter().map(wire).collect();
    doors.output.report(&Report::table(table, json!(json)))
}

fn wire(action: &Action) -> Value {
    json!({
        "verdict": action.verdict.as_str(),
        "what": action.what,
        "instead": action.instead,
    })
}

fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Typical => Tone::Good,
        Verdict::NotRecommended => Tone::Warn,
        Verdict::NotSupported | Verdict::Compromise => Tone::Bad,
    }
}
