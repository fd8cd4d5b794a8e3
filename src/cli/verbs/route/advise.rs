//! `mmd route [TEXT]`: where an issue goes, and why.

use std::io::{Read, stdin};

use super::{Answer, Asking, Doors, Known, dialogue, files, next, view};
use crate::{
    cli::output::{Format, clean},
    domain::route::{
        advice::{Advice, Facts, advise},
        english,
        table::Table,
        terms::{Asker, Kind, RequestType},
        understand::{MAX_BYTES, understand},
    },
    error::{Error, IoContext, Result},
};

/// Says where it goes, and offers to go on.
///
/// # Errors
/// For a faulty table, and where there is neither text nor flag and nobody can be asked.
pub(super) fn run(asking: Asking, doors: &Doors<'_>) -> Result<Option<Vec<String>>> {
    let decided = decide(asking, doors)?;
    let text = decided.facts.text.as_deref().unwrap_or_default().trim();
    let shown = clean::line(text);
    if decided.advice.candidates.is_empty() && !shown.trim().is_empty() && !text.contains(' ') {
        doors.output.note(&english::taken_as_text(&shown));
    }
    doors.output.report(&view::report(&decided, doors.output))?;
    let shown = doors.output.options();
    let at_a_terminal = shown.stdout_terminal && shown.format == Format::Table;
    match at_a_terminal && doors.prompter.can_ask() {
        true => next::offer(&decided, doors),
        false => Ok(None),
    }
}

/// A decision, with what it was made from.
pub(super) struct Decided {
    pub table: Table,
    pub facts: Facts,
    pub advice: Advice,
}

/// Reads what there is to read, asks what is missing, and decides.
pub(super) fn decide(mut asking: Asking, doors: &Doors<'_>) -> Result<Decided> {
    if asking.text.as_deref() == Some("-") {
        if asking.table.as_deref().is_some_and(files::is_standard_input) {
            return Err(Error::usage("TEXT and `--table` cannot both be standard input"));
        }
        asking.text = Some(standard_input()?);
    }
    let table = files::table(asking.table.as_deref(), doors.config)?;
    // Who types `mmd route hardware` names a kind, and describes nothing.
    let named = asking.text.as_deref().and_then(|text| text.trim().parse::<Kind>().ok());
    if let (None, Some(kind)) = (asking.kind, named) {
        doors.output.note(&english::taken_as_kind(kind));
        (asking.kind, asking.text) = (named, None);
    }
    // An incident may be about anything.
    let by_type = asking.request.and_then(RequestType::kind);
    let nothing_said = asking.text.is_none() && asking.kind.is_none() && by_type.is_none();
    if nothing_said {
        dialogue::check(doors)?;
        asking.text = Some(dialogue::text(doors)?);
    }
    if asking.text.as_ref().is_some_and(|text| text.len() > MAX_BYTES) {
        return Err(too_long());
    }
    let understanding = asking.text.as_deref().map(understand);
    let mut known = None;
    if let Some(typed) = asking.device.take() {
        let Answer { known: answer, asker } = (doors.ask)(&typed);
        if let (None, Some(asker)) = (asking.asker, asker) {
            // The escalation team is the default; anything else is told.
            if asker != Asker::Team {
                doors.output.note(&english::asked_as(asker));
            }
            asking.asker = Some(asker);
        }
        match answer {
            Known::Device(device) => {
                if device.enrolled && !device.name.eq_ignore_ascii_case(&typed) {
                    doors.output.note(&format!("`{typed}` is {}", device.name));
                }
                (asking.device, known) = (Some(typed), Some(device));
            }
            Known::Several(names) => {
                doors.output.note(&english::several_devices(&typed, &names));
            }
            Known::Unasked(why) => {
                doors.output.note(&format!("decided without the device's facts: {why}"));
                asking.device = Some(typed);
            }
        }
    }
    let mut facts = Facts {
        kind: asking.kind,
        scope: asking.scope,
        severity: asking.severity,
        request: asking.request,
        asker: asking.asker,
        text: asking.text,
        device: asking.device,
        known,
    };
    if doors.output.options().format == Format::Table && doors.prompter.can_ask() {
        dialogue::complete(&mut facts, understanding.as_ref(), &table, nothing_said, doors)?;
    }
    let advice = advise(&table, &facts, understanding.as_ref(), doors.now)
        .ok_or_else(|| Error::failed("the table decides nothing"))?;
    Ok(Decided { table, facts, advice })
}

fn standard_input() -> Result<String> {
    let mut bytes = Vec::new();
    let sentence = || "the text cannot be read from standard input".to_owned();
    stdin().lock().take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).or_failed(sentence)?;
    if bytes.len() > MAX_BYTES {
        return Err(too_long());
    }
    let text =
        String::from_utf8(bytes).map_err(|_| Error::usage(sentence()).cause("it is not UTF-8"))?;
    match text.chars().any(|c| !c.is_whitespace() && !c.is_control()) {
        true => Ok(text),
        false => Err(Error::usage("the text on standard input is blank")),
    }
}

fn too_long() -> Error {
    Error::usage(format!("the text is longer than {} KiB", MAX_BYTES / 1024))
        .hint("the few sentences that say what is wrong are enough")
}
