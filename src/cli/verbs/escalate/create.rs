//! `mmd escalate`: file a support request.

use std::io::{IsTerminal, Read, stdin};

use super::{
    draft::{Draft, kept},
    editor, filing,
    form::Form,
    text,
    written::{self, Place},
};
use crate::{
    cli::{context::Context, files},
    error::{Error, Result},
};

/// What was typed, and where the rest comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Input {
    /// What the flags say.
    pub form: Form,
    /// What an empty value takes out of a draft.
    pub cleared: Cleared,
    /// `--from`
    pub from: Option<Place>,
    /// `--description -`
    pub description_stdin: bool,
    /// `--editor`
    pub editor: bool,
}

/// What is taken out of a draft before anything is put in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cleared {
    /// `--device ''`
    pub devices: bool,
    /// `--elevation ''`
    pub elevation: bool,
}

/// Files a support request.
///
/// # Errors
/// For what is missing, wrong or refused; what was typed is kept as a draft.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let draft = Draft::new(Form::default(), cx.clock.now());
    send(draft, input, cx).await
}

/// `error`, because of which nothing can be sent to anybody; what was typed is kept under it as a
/// draft.
pub fn keep(mut input: Input, error: Error, cx: &Context) -> Error {
    if stdin().is_terminal() {
        // Nothing was typed there yet.
        input.description_stdin = false;
        input.from = input.from.filter(|place| *place != Place::Stdin);
    }
    let draft = Draft::new(Form::default(), cx.clock.now());
    match gathered(draft, input, stdin(), cx) {
        Ok(draft) => kept(error, draft, cx),
        Err(fault) => {
            let error = error.cause(format!("and not all of it could be read: {fault}"));
            fault.hints.into_iter().fold(error, Error::hint)
        }
    }
}

/// Files `draft` with what was typed beside it.
pub(super) async fn send(draft: Draft, input: Input, cx: &Context) -> Result<()> {
    let contact = cx.settings.contact.as_ref().map(|contact| &contact.value);
    let editor = input.editor;
    let mut draft = gathered(draft, input, stdin(), cx)?;
    draft.form = draft.form.settled(contact);
    if editor {
        let written = editor::write(&mut draft, cx);
        // An answer that was taken out in the editor is not put back from the profile.
        draft.form = draft.form.settled(None).dated(cx.clock.now());
        if let Err(error) = written {
            return Err(kept(error, draft, cx));
        }
    }
    filing::file(draft, cx).await
}

/// `draft` with what was typed: on the command line, which counts most, on standard input and in
/// the file.
///
/// # Errors
/// For what cannot be read; everything else that was typed is kept.
pub(super) fn gathered(
    mut draft: Draft,
    mut input: Input,
    stdin: impl Read,
    cx: &Context,
) -> Result<Draft> {
    let mut faults = Vec::new();
    // Standard input first: it comes once, and lies nowhere else.
    let mut written = piped(&mut input, stdin, cx).unwrap_or_else(|error| {
        faults.push(error);
        Form::default()
    });
    if let Some(place @ Place::File(_)) = &input.from {
        match written::form(place) {
            Ok(form) => written = form,
            Err(error) => faults.push(error),
        }
    }
    let mut below = draft.form.under(written);
    if input.cleared.devices {
        below.devices.clear();
    }
    if input.cleared.elevation {
        below.elevation = None;
    }
    draft.form = below.under(input.form).dated(cx.clock.now());
    match faults.into_iter().next() {
        // What stood on the command line beside it is not lost.
        Some(error) => Err(kept(error, draft, cx)),
        None => Ok(draft),
    }
}

/// What standard input says: a request, or a description, which takes its place among the flags.
fn piped(input: &mut Input, stdin: impl Read, cx: &Context) -> Result<Form> {
    let is_request = input.from == Some(Place::Stdin);
    if !is_request && !input.description_stdin {
        return Ok(Form::default());
    }
    let bytes = written::stdin_bytes(stdin)?;
    let read = match is_request {
        true => written::stdin_form(&bytes),
        false => written::stdin_text_of(&bytes)
            .and_then(|text| text::piped(text, "--description"))
            .map(|given| {
                input.form.description = Some(given.text);
                Form::default()
            }),
    };
    read.map_err(|error| unread(error, &bytes, is_request, cx))
}

/// Keeps what came by standard input and could not be read, and says where it lies.
fn unread(error: Error, bytes: &[u8], is_request: bool, cx: &Context) -> Error {
    if bytes.trim_ascii().is_empty() {
        return error;
    }
    let path = editor::text_path(cx);
    match files::write_private(&path, bytes) {
        Ok(()) => error.hint(format!(
            "what came by standard input lies in `{}`: correct it, and give it to `{}`",
            path.display(),
            if is_request { "--from" } else { "--description - <" }
        )),
        Err(fault) => error.cause(format!("and what came could not be kept: {fault}")),
    }
}
