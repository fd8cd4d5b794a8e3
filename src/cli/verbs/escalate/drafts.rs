//! `mmd escalate drafts`: what was typed and not filed.

use serde_json::json;

use super::{
    draft::{Draft, Drafts},
    editor,
};
use crate::{
    cli::{
        context::Context,
        files,
        output::{Report, Table},
    },
    error::Result,
};

/// What is to be done with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// `--discard`; none lists them.
    pub discard: Option<String>,
}

/// Lists the drafts of the profile, or drops one.
///
/// # Errors
/// When there is no such draft.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let drafts = Drafts::of(cx);
    if let Some(id) = &input.discard {
        let draft = drafts.one(Some(id))?;
        drafts.discard(&draft.id)?;
        files::remove_if_there(&editor::path_of(&cx.settings.dirs.data, &draft.id))?;
        cx.output.note(&format!("the draft {} is gone", draft.id));
        return cx.output.report(&Report::json_only(json!(draft)));
    }
    let all = drafts.all()?;
    cx.output.report(&Report::table(table(&all), json!(all)))?;
    if !all.is_empty() {
        cx.output.hint(
            "`mmd escalate resume ID` takes one up, `mmd escalate drafts --discard ID` drops it",
        );
    }
    Ok(())
}

fn table(all: &[Draft]) -> Table {
    let mut table = Table::new(["Id", "Title", "Severity", "Begun", "Why"], "no drafts");
    for draft in all {
        table.push([
            draft.id.as_str().into(),
            draft.form.title.clone().into(),
            draft.form.severity.map(|severity| severity.letter().to_owned()).into(),
            draft.created.into(),
            draft.reason.as_str().into(),
        ]);
    }
    table
}
