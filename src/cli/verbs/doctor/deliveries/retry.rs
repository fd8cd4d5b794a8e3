//! `mmd doctor deliveries retry ID…`.

use serde_json::json;
use uuid::Uuid;

use super::table;
use crate::{
    api::delivery::{Delivery, State},
    cli::{
        context::Context,
        output::Report,
        verbs::words::{count, word},
    },
    error::{Error, Kind, Result},
};

/// Which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Those to be sent again.
    pub which: Which,
}

/// Which dead letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// By their ids, or how these begin.
    These(Vec<String>),
    /// All of them.
    All {
        /// Only those of this sink.
        sink: Option<String>,
    },
}

/// Sends dead letters again, the oldest first. Nothing is sent before all were found; one that
/// cannot be sent keeps no other from it, but without the service or a sign-in none can be.
///
/// # Errors
/// Where one is not there or cannot be sent, after the others were.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let tenant = cx.tenant().await?;
    let mut dead = tenant.deliveries(Some(State::Dead)).await?;
    dead.reverse();
    let wanted = match &input.which {
        Which::These(ids) => chosen(&dead, ids)?,
        Which::All { sink } => {
            let fits = |one: &&Delivery| sink.as_ref().is_none_or(|sink| one.sink == *sink);
            dead.iter().filter(fits).map(|delivery| delivery.id).collect()
        }
    };
    let mut sent = Vec::new();
    let mut failed = None;
    let mut left = wanted.len();
    for id in &wanted {
        left -= 1;
        match tenant.retry_delivery(*id).await {
            Ok(delivery) => sent.push(delivery),
            Err(error) => {
                let about = error.cause(format!("about the delivery {id}"));
                if ends(about.kind) {
                    failed = Some(about);
                    break;
                }
                failed = failed.or(Some(about));
            }
        }
    }
    cx.output.report(&Report::table(table(&sent, "no dead letters"), json!(sent)))?;
    if let Some(error) = failed {
        let mut told = format!("{} of {} are sent again", sent.len(), wanted.len());
        if left > 0 {
            told.push_str(&format!(", and {left} were not tried"));
        }
        return Err(error.cause(told));
    }
    if !sent.is_empty() {
        cx.output.note(&format!("sent again: {}", count(sent.len(), "dead letter")));
        cx.output.hint("`mmd doctor deliveries list --state pending` shows what is on its way");
    }
    Ok(())
}

/// Whether an error says that the next one would fare no better.
fn ends(kind: Kind) -> bool {
    matches!(kind, Kind::Unreachable | Kind::SignIn | Kind::Interrupted)
}

/// The deliveries of `ids`, each once. A whole id is taken as it is: the service knows what has
/// become of it.
fn chosen(dead: &[Delivery], ids: &[String]) -> Result<Vec<Uuid>> {
    let mut chosen = Vec::new();
    for text in ids {
        let begin = text.to_ascii_lowercase();
        let fits = |one: &&Delivery| one.id.to_string().starts_with(&begin);
        let fitting: Vec<_> = dead.iter().filter(fits).collect();
        let id = match (fitting.as_slice(), text.parse()) {
            ([one], _) => one.id,
            (_, Ok(id)) => id,
            ([], _) => {
                return Err(Error::not_found(format!("there is no dead letter `{text}`"))
                    .hint("`mmd doctor deliveries list` shows them"));
            }
            (several, _) => {
                let mut error = Error::usage(format!("several dead letters begin with `{text}`"));
                error.causes.extend(
                    several
                        .iter()
                        .take(5)
                        .map(|one| format!("{}: {} of {}", one.id, one.event, word(&one.subject))),
                );
                return Err(error.hint("write more of the id"));
            }
        };
        if !chosen.contains(&id) {
            chosen.push(id);
        }
    }
    Ok(chosen)
}
