//! A request written in the person's own editor: TOML with what there is to know beside it.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use super::{draft::Draft, form::Form, guide, written};
use crate::{
    api::ticket::{Severity, TicketType},
    cli::{
        context::Context,
        files,
        prompt::{self, Question, Silence},
        settings::scrub,
    },
    error::{Error, IoContext, Kind, Result},
};

/// True where the person has an editor.
pub fn is_there(cx: &Context) -> bool {
    editor(cx).is_some()
}

fn command(cx: &Context) -> Result<&str> {
    if cx.prompter.silence() == Some(Silence::NoInput) {
        return Err(Error::usage(format!("the editor is a question, and {}", Silence::NoInput)));
    }
    editor(cx).ok_or_else(|| {
        Error::usage("neither `VISUAL` nor `EDITOR` names an editor")
            .hint("set one, or use flags, `--from FILE`, or the dialogue")
    })
}

fn editor(cx: &Context) -> Option<&str> {
    ["VISUAL", "EDITOR"]
        .into_iter()
        .filter_map(|name| cx.environment.text(name))
        .find(|command| !command.trim().is_empty())
}

/// Where the text of a draft lies while it is written, and stays where it cannot be read.
pub(super) fn path_of(data: &Path, id: &str) -> PathBuf {
    data.join("drafts").join(format!("edit-{id}.toml"))
}

/// Lets the person write the request of `draft`, until it can be read or they give up. What they
/// wrote is in the draft, also under an error, or in a file that the error names; there it is found
/// again when the draft is opened the next time.
///
/// # Errors
/// [`Kind::Interrupted`] for an empty file, which is how one gives up in an editor.
pub fn write(draft: &mut Draft, cx: &Context) -> Result<()> {
    // Before anything is written into a file.
    command(cx)?;
    let path = path_of(&cx.settings.dirs.data, &draft.id);
    let template = template(&draft.form);
    if path.exists() {
        let shown = path.display();
        cx.output.note(&format!("what was written before is opened as it was: `{shown}`"));
    } else {
        files::write_private(&path, template.as_bytes())?;
    }
    loop {
        let opened = open(&path, cx);
        if opened.is_err() && is_untouched(&path, &template)? {
            files::remove_if_there(&path)?;
        }
        if !path.exists() {
            return opened.and_then(|()| Err(Error::failed("the editor left no file")));
        }
        let lies = |error: Error| {
            error.hint(format!("what you wrote lies in `{}`: give it to `--from`", path.display()))
        };
        let error = match written::form(&written::Place::File(path.clone())) {
            Ok(form) => {
                files::remove_if_there(&path)?;
                let form = trimmed(form);
                let is_empty = form.title.is_none() && form.description.is_none();
                if !is_empty {
                    draft.form = form;
                }
                opened?;
                return match is_empty {
                    true => Err(Error::new(Kind::Interrupted, "the request was left empty")
                        .hint("nothing was sent")),
                    false => Ok(()),
                };
            }
            Err(error) => error,
        };
        if let Err(ended) = opened {
            return Err(lies(ended.cause(error)));
        }
        if !cx.prompter.can_ask() {
            return Err(lies(error));
        }
        cx.output.error(&error);
        let again = Question::new("Open the editor again?", "--from");
        if !cx.prompter.confirm(again).map_err(lies)? {
            return Err(lies(error));
        }
    }
}

/// Whether the file is as it was before it was opened.
fn is_untouched(path: &Path, template: &str) -> Result<bool> {
    Ok(files::read_if_there(path)?.is_some_and(|bytes| bytes == template.as_bytes()))
}

/// A new file for one text.
pub(super) fn text_path(cx: &Context) -> PathBuf {
    super::unread::path_in(&cx.settings.dirs.data)
}

/// Lets the person write one text. It is in the file that is returned beside it until the caller
/// has sent it.
///
/// # Errors
/// [`Kind::Interrupted`] for an empty text.
pub fn text(about: &str, cx: &Context) -> Result<(String, PathBuf)> {
    let path = text_path(cx);
    let help = remarks(about);
    let template = format!("\n{help}");
    files::write_private(&path, template.as_bytes())?;
    let lies = |error: Error| error.hint(format!("what you wrote lies in `{}`", path.display()));
    if let Err(error) = open(&path, cx) {
        if is_untouched(&path, &template)? {
            files::remove_if_there(&path)?;
        }
        return Err(if path.exists() { lies(error) } else { error });
    }
    let bytes = files::read_if_there(&path)?.unwrap_or_default();
    let kept = without(&String::from_utf8_lossy(&bytes), &help);
    if kept.is_empty() {
        files::remove_if_there(&path)?;
        return Err(Error::new(Kind::Interrupted, "the text was left empty"));
    }
    // As it is sent, so that it can be sent from there.
    files::write_private(&path, kept.as_bytes()).map_err(lies)?;
    Ok((kept, path))
}

/// What there is to know, as lines that are told from what is written.
fn remarks(about: &str) -> String {
    let ours = about.lines().chain(["These lines are not sent; leave only them to give up."]);
    ours.map(|line| format!("# {line}\n")).collect()
}

/// `text` without the lines of `help`: others that begin with `#` are the person's own.
fn without(text: &str, help: &str) -> String {
    let own: Vec<_> = text.lines().filter(|line| !help.lines().any(|ours| ours == *line)).collect();
    own.join("\n").trim().to_owned()
}

/// Runs the editor, as a shell would: it may have arguments.
fn open(path: &Path, cx: &Context) -> Result<()> {
    let editor = command(cx)?;
    // Ctrl-C is the editor's meanwhile.
    let _held = prompt::hold_interrupts();
    let mut command = shell(editor, path);
    // Standard output is data; an editor draws on the terminal.
    let drawing = cx.output.options().stdout_terminal;
    if !drawing {
        command.stdout(std::io::stderr());
    }
    let status =
        scrub(&mut command).status().or_failed(|| format!("`{editor}` cannot be started"))?;
    match status.success() {
        true => Ok(()),
        false => Err(Error::failed(format!("`{editor}` ended with {status}"))),
    }
}

#[cfg(unix)]
fn shell(editor: &str, path: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{editor} \"$1\""), "mmd"]).arg(path);
    command
}

#[cfg(not(unix))]
fn shell(editor: &str, path: &Path) -> Command {
    let mut words = editor.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).arg(path);
    command
}

/// Without the line breaks that the template put there, and without what was left empty.
fn trimmed(mut form: Form) -> Form {
    let text = |text: &mut Option<String>| {
        *text = text.take().map(|t| t.trim_end().to_owned()).filter(|t| !t.is_empty());
    };
    for each in [
        &mut form.title,
        &mut form.description,
        &mut form.category,
        &mut form.subcategory,
        &mut form.contact.given_name,
        &mut form.contact.surname,
        &mut form.contact.email,
        &mut form.contact.phone_number,
        &mut form.business_impact,
        &mut form.troubleshooting_steps,
        &mut form.repro_steps,
    ] {
        text(each);
    }
    form.devices.retain(|device| !device.trim().is_empty());
    form
}

/// The request so far, with what there is to know.
fn template(form: &Form) -> String {
    let mut text = String::from(
        "# A support request. Save it and leave the editor: it is sent.\n\
         # Leave it empty to give up. Lines that begin with # are not sent.\n#\n",
    );
    // Writing into a `String` cannot fail.
    for severity in Severity::ALL {
        let [first, rest @ ..] = guide::severity_lines(severity);
        let [promise, asked, who] = rest;
        let _ = writeln!(text, "# {first}\n#    {promise}; {who}\n#    asked of you: {asked}");
    }
    text.push_str("# Information and change requests are always C.\n");
    let severity = form.severity.map(Severity::letter).unwrap_or_default();
    let _ = writeln!(text, "severity = {}\n", value(severity));
    let types: Vec<_> = TicketType::ALL.iter().map(|ty| ty.as_str()).collect();
    let _ = writeln!(text, "# {}", types.join(", "));
    let ty = form.ty.unwrap_or(TicketType::Incident).as_str();
    let _ = writeln!(text, "type = {}\n", value(ty));
    let line = |text: &mut String, name: &str, of: &Option<String>| {
        let _ = writeln!(text, "{name} = {}", value(of.as_deref().unwrap_or_default()));
    };
    line(&mut text, "title", &form.title);
    let _ = writeln!(text, "description = {}\n", long(form.description.as_deref()));
    text.push_str("# Known pairs; any other is taken too:\n");
    for (category, subcategory) in guide::PAIRS {
        let _ = writeln!(text, "#    {category} / {subcategory}");
    }
    line(&mut text, "category", &form.category);
    line(&mut text, "subcategory", &form.subcategory);
    text.push('\n');
    optional(&mut text, form);
    let contact = &form.contact;
    text.push_str("\n# Who can be reached\n[contact]\n");
    line(&mut text, "givenName", &contact.given_name);
    line(&mut text, "surname", &contact.surname);
    line(&mut text, "email", &contact.email);
    line(&mut text, "phoneNumber", &contact.phone_number);
    text
}

/// What may be left out: as a remark where it is.
fn optional(text: &mut String, form: &Form) {
    text.push_str("# What follows may be left out.\n");
    let mut row = |name: &str, given: Option<String>, example: &str| {
        let _ = match given {
            Some(given) => writeln!(text, "{name} = {given}"),
            None => writeln!(text, "# {name} = {example}"),
        };
    };
    let list = |all: Vec<&str>| {
        (!all.is_empty()).then(|| {
            let all: Vec<_> = all.into_iter().map(value).collect();
            format!("[{}]", all.join(", "))
        })
    };
    row("devices", list(form.devices.iter().map(String::as_str).collect()), "[\"MARTA-LT\"]");
    row("since", form.issue_first_noticed.as_ref().map(|s| value(&s.to_string())), "\"2h\"");
    row("impact", form.business_impact.as_deref().map(|t| long(Some(t))), "\"\"");
    row("steps", form.troubleshooting_steps.as_deref().map(|t| long(Some(t))), "\"\"");
    row("repro", form.repro_steps.as_deref().map(|t| long(Some(t))), "\"\"");
    row("hours", form.hours.map(|hours| value(hours.as_str())), "\"all-day\"   # severity B only");
    row("usersOrDevicesImpacted", form.users_or_devices_impacted.map(|n| n.to_string()), "1");
    row("issueReproduced", form.issue_reproduced.map(|b| b.to_string()), "false");
    row("endUserSupportEngaged", form.end_user_support_engaged.map(|b| b.to_string()), "true");
    if let Some(elevation) = form.elevation {
        row("elevation", Some(value(&elevation.to_string())), "");
    }
    let files: Vec<_> = form.attach.iter().map(|path| path.to_string_lossy()).collect();
    row("attach", list(files.iter().map(AsRef::as_ref).collect()), "[\"/path/to/a.log\"]");
}

/// A string as TOML has it.
fn value(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A text of several lines, as it is typed: in literal quotes nothing has to be escaped.
fn long(text: Option<&str>) -> String {
    let text = text.unwrap_or_default();
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    match text.contains("'''") || text.ends_with('\'') || text.contains(odd) {
        true => value(text),
        false => format!("'''\n{text}\n'''"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::verbs::escalate::form::tests::whole;

    #[test]
    fn the_template_is_read_as_what_it_was_made_from() {
        let odd = Form {
            title: Some("it's <b>\"odd\"</b> \\ ".trim().into()),
            description: Some("C:\\Temp is full\n\tsince noon\n# not a remark".into()),
            business_impact: Some("'''".into()),
            issue_first_noticed: Some("2h".parse().unwrap()),
            devices: vec!["MARTA-LT".into(), "a\"b".into()],
            hours: Some(crate::api::ticket::Hours::AllDay),
            users_or_devices_impacted: Some(3),
            issue_reproduced: Some(false),
            elevation: Some(uuid::Uuid::nil()),
            attach: vec!["/tmp/a.log".into()],
            ..whole()
        };
        for form in [whole(), odd] {
            let text = template(&form);
            assert_eq!(trimmed(written::parse(&text).unwrap()), form, "{text}");
        }
        let empty = trimmed(written::parse(&template(&Form::default())).unwrap());
        assert_eq!(empty, Form { ty: Some(TicketType::Incident), ..Form::default() });
    }

    #[test]
    fn only_the_lines_that_were_there_are_left_out() {
        let help = remarks("Note");
        let typed = format!("# Heading\n#1 fails\n\n  indented\n{help}");
        assert_eq!(without(&typed, &help), "# Heading\n#1 fails\n\n  indented");
        assert_eq!(without(&format!("\n{help}"), &help), "");
    }

    #[test]
    fn it_teaches_the_severities() {
        let text = template(&Form::default());
        for words in ["# A (critical): ", "every day until it is solved", "an IT admin files it"] {
            assert!(text.contains(words), "{text}");
        }
    }
}
