//! The advised command, with everything that was typed filled in; and the offer to go on with it.

use super::{Doors, advise::Decided};
use crate::{
    cli::{prompt::Question, verbs::words::word},
    domain::route::{advice::Step, terms::Severity},
    error::Result,
};

/// What a title is cut to: one line of a list.
const TITLE: usize = 200;

/// Stands for a device that nobody has named.
const DEVICE: &str = "DEVICE";

/// The words of the advised command behind `mmd`; `None` where it is no command of ours.
pub(super) fn words(decided: &Decided) -> Option<Vec<String>> {
    let (facts, case) = (&decided.facts, &decided.advice.case);
    let known = facts.known.as_ref().filter(|device| device.enrolled);
    let device = known.map(|device| device.name.clone()).or_else(|| facts.device.clone());
    let text = facts.text.as_deref().map(str::trim);
    let mut words: Vec<String> = Vec::new();
    let mut add = |parts: &[&str]| words.extend(parts.iter().map(|part| (*part).to_owned()));
    match decided.advice.next.as_ref()? {
        Step::Elevate => {
            add(&["elevate", device.as_deref().unwrap_or(DEVICE)]);
            if let Some(text) = text {
                add(&["--plan", text]);
            }
        }
        step @ (Step::Escalate | Step::HandOver) => {
            // What the team may file is filed, and reaches no admin.
            let severity = match (step, case.severity) {
                (Step::HandOver, Severity::C) => Severity::B,
                (_, severity) => severity,
            };
            let (severity, request) = (severity.to_string(), case.request.to_string());
            add(&["escalate", "--severity", &severity, "--type", &request]);
            if let Some(text) = text {
                let line = text.lines().map(str::trim).find(|line| !line.is_empty());
                let title: String = line.unwrap_or(text).chars().take(TITLE).collect();
                add(&["--title", &title, "--description", text]);
            }
            if let Some(device) = &device {
                add(&["--device", device]);
            }
        }
    }
    Some(words)
}

/// As a shell takes it.
pub(super) fn line(words: &[String]) -> String {
    let mut line = String::from("mmd");
    for word_ in words {
        line.push(' ');
        line.push_str(&match word_.starts_with("--") {
            true => word_.clone(),
            false => word(word_),
        });
    }
    line
}

/// Offers to go on with the advised command.
pub(super) fn offer(decided: &Decided, doors: &Doors<'_>) -> Result<Option<Vec<String>>> {
    let Some(mut words) = words(decided) else { return Ok(None) };
    let prompt = match decided.advice.next {
        Some(Step::HandOver) => format!("Hand it over to an IT admin with `mmd {}`?", words[0]),
        _ => format!("Go on with `mmd {}`?", words[0]),
    };
    if !doors.prompter.confirm(Question::new(&prompt, "--yes"))? {
        return Ok(None);
    }
    if let Some(unnamed) = words.iter_mut().find(|word| *word == DEVICE) {
        *unnamed = doors.prompter.text(Question::new("Device", DEVICE))?;
    }
    Ok(Some(words))
}
