//! `mmd escalate attach ID FILE…`.

use std::path::PathBuf;

use serde_json::json;

use super::{
    attachments::{self, Sent},
    step,
};
use crate::{
    api::ticket::Attachment,
    cli::{
        context::Context,
        output::{Report, Table},
    },
    error::Result,
};

/// To which request, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its id.
    pub id: String,
    /// The files.
    pub files: Vec<PathBuf>,
}

/// Attaches files; all are looked at before the first is sent.
///
/// # Errors
/// For a file that is not there, or cannot be attached; for what the service refuses, behind those
/// that did arrive.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let files = attachments::check(&input.files)?;
    let tenant = cx.tenant().await?;
    let Sent { attached, fault } = attachments::send(&tenant, &input.id, &files, cx).await;
    if !attached.is_empty() {
        cx.output.report(&Report::table(table(&attached), json!(attached)))?;
    }
    match fault {
        None => Ok(()),
        Some(fault) => Err(step::refused(fault, &input.id, cx).await),
    }
}

fn table(sent: &[Attachment]) -> Table {
    let mut table = Table::new(["Name", "Bytes", "SHA-256", "Id"], "nothing was attached");
    for attachment in sent {
        table.push([
            attachment.name.as_str().into(),
            i64::try_from(attachment.size).unwrap_or(i64::MAX).into(),
            attachment.sha256.as_str().into(),
            attachment.id.to_string().into(),
        ]);
    }
    table
}
