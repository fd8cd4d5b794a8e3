//! `mmd escalate take ID`: one of operations works on it.

use super::step;
use crate::{
    api::messages,
    cli::{
        context::Context,
        verbs::words::{option, word_and},
    },
    error::{Kind, Result},
};

/// Which request, and from whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its id.
    pub id: String,
    /// `--from`: who has it now.
    pub from: Option<String>,
}

/// Takes a request to work on it.
///
/// # Errors
/// [`Kind::Refused`] when somebody else has it: the sentence says who.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let step = async { cx.tenant().await?.take_ticket(&input.id, input.from.as_deref()).await };
    let ticket = step::sent(&input.id, cx, step).await.map_err(|error| match error.kind {
        // Of what is resolved, or lies elsewhere, no name makes it theirs.
        Kind::Refused => match messages::holder(&error.message).map(|by| option("--from", by)) {
            Some(from) => error
                .hint(format!("by agreement: `mmd escalate take {}`", word_and(&input.id, &from))),
            None => error,
        },
        _ => error,
    })?;
    step::report(&ticket, "yours", cx)
}
