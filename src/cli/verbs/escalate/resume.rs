//! `mmd escalate resume [ID]`: take up a draft.

use std::path::PathBuf;

use super::{
    attachments, create,
    draft::{Draft, Drafts},
    editor,
};
use crate::{
    cli::{context::Context, prompt::Question},
    error::Result,
};

/// Which draft, and what was typed beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its id, or how that begins; without one, the only draft there is.
    pub id: Option<String>,
    /// `--detach`: files that go no more with it.
    pub detach: Vec<PathBuf>,
    /// What changes it.
    pub change: create::Input,
}

/// Sends a draft, changed or as it stands.
///
/// # Errors
/// When there is no such draft; otherwise as [`create::run`].
pub async fn run(mut input: Input, cx: &Context) -> Result<()> {
    let mut draft = Drafts::of(cx).one(input.id.as_deref())?;
    draft.form.attach = attachments::without(draft.form.attach, &input.detach)?;
    if !cx.output.is_json() {
        let title = draft.form.title.as_deref().unwrap_or("no title yet");
        cx.output.note(&format!("draft {}: {title}", draft.id));
    }
    let as_it_stands = input.change == create::Input::default() && input.detach.is_empty();
    if as_it_stands && !cx.yes && cx.prompter.can_ask() {
        match choose(&draft, cx)? {
            Choice::Send => {}
            Choice::Edit => input.change.editor = true,
            Choice::Leave => {
                cx.output.note("left as it is");
                return Ok(());
            }
        }
    }
    let written = editor::path_of(&cx.settings.dirs.data, &draft.id);
    if !input.change.editor && input.change.from.is_none() && written.exists() {
        cx.output.warn(&format!(
            "what was written in the editor and could not be read is not sent: it lies in `{}`",
            written.display()
        ));
    }
    create::send(draft, input.change, cx).await
}

#[derive(Clone, Copy)]
enum Choice {
    Send,
    Edit,
    Leave,
}

fn choose(draft: &Draft, cx: &Context) -> Result<Choice> {
    let send = match draft.form.missing().is_empty() {
        true => "Send it as it stands",
        false => "Answer what is missing and send it",
    };
    let mut items = vec![(send, Choice::Send)];
    if editor::is_there(cx) {
        items.push(("Open it in the editor first", Choice::Edit));
    }
    items.push(("Leave it", Choice::Leave));
    let words: Vec<_> = items.iter().map(|(word, _)| (*word).to_owned()).collect();
    let question = Question::new("What is to be done with it?", "--yes");
    let chosen = cx.prompter.select(question, &words, 0)?;
    Ok(items.get(chosen).map_or(Choice::Leave, |(_, choice)| *choice))
}
