//! The advised command, with everything that was typed filled in; and the offer to go on with it.

use super::{Doors, advise::Decided};
use crate::{
    cli::{
        args,
        output::clean,
        prompt::Question,
        reach::Reach,
        verbs::words::{self, given},
    },
    domain::route::{advice::Step, terms::Severity},
    error::Result,
};

/// What a title is cut to: one line of a list.
const TITLE: usize = 200;

/// Stands for a device that nobody has named.
const DEVICE: &str = "DEVICE";

/// The words of the advised command behind `mmd`; `None` where it is no command of ours.
pub(super) fn words(decided: &Decided) -> Option<Vec<String>> {
    words_for(device(decided), decided)
}

/// The device that the command is about, where one is named.
fn device(decided: &Decided) -> Option<&str> {
    let facts = &decided.facts;
    let known = facts.known.as_ref().filter(|device| device.enrolled);
    known.map(|device| device.name.as_str()).or(facts.device.as_deref())
}

fn words_for(device: Option<&str>, decided: &Decided) -> Option<Vec<String>> {
    let (facts, case) = (&decided.facts, &decided.advice.case);
    let device = device.map(clean::line).filter(|device| !device.trim().is_empty());
    let text = facts.text.as_deref().map(clean::lines);
    let text = text.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let mut words: Vec<String> = Vec::new();
    let mut add = |parts: &[&str]| words.extend(parts.iter().map(|part| (*part).to_owned()));
    match decided.advice.next.as_ref()? {
        Step::Elevate => {
            let device = device.as_deref().unwrap_or(DEVICE);
            // What looks like a flag or a command is a device behind the dashes only.
            let behind = device.starts_with('-') || is_command_of("elevate", device);
            add(&["elevate"]);
            if !behind {
                add(&[device]);
            }
            if let Some(text) = text {
                words.extend(given("--plan", text));
            }
            if behind {
                words.extend(["--".to_owned(), device.to_owned()]);
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
                words.extend(given("--title", &clean::line(&title)));
                // A dash alone means standard input there.
                if text != "-" {
                    words.extend(given("--description", text));
                }
            }
            if let Some(device) = &device {
                // Where several may follow, what is called like a command would end them.
                match is_command_of("escalate", device) {
                    true => words.push(format!("--device={device}")),
                    false => words.extend(given("--device", device)),
                }
            }
        }
    }
    Some(words)
}

fn is_command_of(verb: &str, name: &str) -> bool {
    // Few devices are called as commands are, and to make the commands takes time.
    let like_one = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    like_one && args::command_of(verb).is_some_and(|verb| verb.find_subcommand(name).is_some())
}

/// As a shell takes it; it goes where the advice came from.
pub(super) fn line(words: &[String], reach: &Reach) -> String {
    reach.command(&format!("mmd {}", words::line(words))).into_owned()
}

/// Offers to go on with the advised command.
pub(super) fn offer(decided: &Decided, doors: &Doors<'_>) -> Result<Option<Vec<String>>> {
    let Some(words) = words(decided) else { return Ok(None) };
    let prompt = match decided.advice.next {
        Some(Step::HandOver) => format!("Hand it over to an IT admin with `mmd {}`?", words[0]),
        _ => format!("Go on with `mmd {}`?", words[0]),
    };
    if !doors.prompter.confirm(Question::new(&prompt, "--yes"))? {
        return Ok(None);
    }
    if matches!(decided.advice.next, Some(Step::Elevate)) && device(decided).is_none() {
        let named = doors.prompter.text(Question::new("Device", DEVICE))?;
        return Ok(words_for(Some(&named), decided));
    }
    Ok(Some(words))
}
