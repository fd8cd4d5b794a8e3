//! How advice looks: for people, and as the JSON of the contract.

use serde_json::{Value, json};

use super::{advise::Decided, next};
use crate::{
    cli::{
        output::{Cell, Details, Output, Report, Tone},
        reach::Reach,
    },
    domain::route::{
        advice::Step,
        english,
        terms::{Destination, Term},
    },
};

/// Wide enough for every label.
const LABELS: usize = 14;

/// The advice; its last line names the table that spoke. Its commands go where `output` says.
pub(super) fn report(decided: &Decided, output: &Output) -> Report {
    let (advice, options, reach) = (&decided.advice, output.options(), output.reach());
    let width = options.width.filter(|_| options.stdout_terminal).unwrap_or(u16::MAX);
    let width = usize::from(width).saturating_sub(LABELS).max(30);
    let fold = |text: &str| fold(text, width);
    let tone = match (advice.destination, advice.certain) {
        (Destination::SecurityOperations, _) => Tone::Bad,
        (_, true) => Tone::Good,
        (_, false) => Tone::Warn,
    };
    let mut details = Details::new()
        .row("Goes to", Cell::Toned(advice.name.clone(), tone))
        .row("Because", fold(&reach.told(&advice.reasons.join("\n"))));
    if let Some(first) = &advice.first {
        details = details.row("First", fold(first));
    }
    if let Some(via) = &advice.via {
        details = details.row("Via", via.as_str());
    }
    if let Some(contact) = &advice.contact {
        details = details.row("Contact", fold(contact));
    }
    if advice.respond_by.is_some() {
        let severity = advice.case.severity;
        details = details
            .row("Severity", fold(&english::promise(severity)))
            .row("Asked of you", fold(english::asked(severity)));
    }
    details =
        details.row("Elevation", english::elevation(advice.elevation_may_help, advice.destination));
    if let Some(words) = next::words(decided) {
        let label = match advice.next {
            Some(Step::HandOver) => "Hand over",
            _ => "Next",
        };
        details = details.row(label, next::line(&words, reach));
    }
    let source = advice.source.as_deref().map(|source| format!(" ({source})"));
    let details = details
        .row("Rule", format!("{}{}", advice.rule, source.unwrap_or_default()))
        .row("Table", advice.table.as_str());
    Report::details(details, json(decided, reach))
}

/// The contract.
pub(super) fn json(decided: &Decided, reach: &Reach) -> Value {
    let advice = &decided.advice;
    let candidates: Vec<_> = advice
        .candidates
        .iter()
        .map(|one| {
            json!({
                "kind": one.kind.as_str(),
                "destination": one.destination.as_str(),
                "words": one.words,
            })
        })
        .collect();
    json!({
        "kind": advice.case.kind.as_str(),
        "destination": advice.destination.as_str(),
        "certain": advice.certain,
        "severity": advice.case.severity.as_str(),
        "rule": advice.rule,
        "table": advice.table,
        "reasons": advice.reasons.iter().map(|reason| reach.told(reason)).collect::<Vec<_>>(),
        "first": advice.first,
        "via": advice.via,
        "contact": advice.contact,
        "respondBy": advice.respond_by,
        "elevationMayHelp": advice.elevation_may_help,
        "next": next::words(decided).map(|words| next::line(&words, reach)),
        "candidates": candidates,
    })
}

/// Breaks long lines between words, so that they stay within their column.
fn fold(text: &str, width: usize) -> String {
    let mut folded = String::with_capacity(text.len() + 8);
    for (number, line) in text.lines().enumerate() {
        if number > 0 {
            folded.push('\n');
        }
        let mut room = width;
        for (number, word) in line.split(' ').enumerate() {
            let length = word.chars().count();
            match number {
                0 => {}
                _ if length + 1 > room => {
                    folded.push('\n');
                    room = width;
                }
                _ => {
                    folded.push(' ');
                    room -= 1;
                }
            }
            folded.push_str(word);
            room = room.saturating_sub(length);
        }
    }
    folded
}
