//! `mmd escalate`: file a support request.

use super::{
    draft::{Draft, kept},
    editor, filing,
    form::Form,
    text::Text,
    written::{self, Place},
};
use crate::{cli::context::Context, error::Result};

/// What was typed, and where the rest comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Input {
    /// What the flags say.
    pub form: Form,
    /// `--from`
    pub from: Option<Place>,
    /// `--description -`
    pub description_stdin: bool,
    /// `--editor`
    pub editor: bool,
}

/// Files a support request.
///
/// # Errors
/// For what is missing, wrong or refused; what was typed is kept as a draft.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let draft = Draft::new(Form::default(), cx.clock.now());
    send(draft, input, cx).await
}

/// Files `draft` with what was typed beside it.
pub(super) async fn send(mut draft: Draft, mut input: Input, cx: &Context) -> Result<()> {
    let contact = cx.settings.contact.as_ref().map(|contact| &contact.value);
    let below = std::mem::take(&mut draft.form);
    let written = written_down(&mut input);
    let (below, fault) = match written {
        Ok(form) => (below.under(form), None),
        Err(error) => (below, Some(error)),
    };
    draft.form = below.under(input.form);
    if let Some(error) = fault {
        // What stood on the command line beside it is not lost.
        return Err(kept(error, draft, cx));
    }
    draft.form = draft.form.settled(contact);
    if input.editor {
        // Before it is written into a file of its own.
        if let Err(error) = editor::check(cx) {
            return Err(kept(error, draft, cx));
        }
        editor::write(&mut draft, cx)?;
        // An answer that was taken out in the editor is not put back from the profile.
        draft.form = draft.form.settled(None);
    }
    filing::file(draft, cx).await
}

/// What the file says; what standard input says takes its place among the flags.
fn written_down(input: &mut Input) -> Result<Form> {
    let form = input.from.as_ref().map(written::form).transpose()?;
    if input.description_stdin {
        input.form.description = Some(Text::Stdin.read("--description")?.text);
    }
    Ok(form.unwrap_or_default())
}
