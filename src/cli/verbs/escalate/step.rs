//! A step on a request: sent, and what it says of the request as it is then.

use serde_json::json;

use super::{ask, view};
use crate::{
    api::{
        messages,
        team::Role,
        ticket::{Severity, Ticket},
    },
    cli::{context::Context, output::Report, prompt::unless_interrupted, verbs::words::word},
    domain::ticket::{Filing, may_file, may_reactivate},
    error::{Error, Kind, Result},
};

/// Sends `step` on the request `id`, unless it is interrupted. Nobody knows then whether it was done,
/// and the error says so.
pub(super) async fn sent<T>(
    id: &str,
    cx: &Context,
    step: impl Future<Output = Result<T>>,
) -> Result<T> {
    match unless_interrupted(step).await {
        Err(error) if error.kind == Kind::Interrupted => {
            Err(error.cause("it was on its way, and may have arrived"))
        }
        Err(error) => Err(refused(error, id, cx).await),
        done => done,
    }
}

/// Names the way back under a refusal because the request `id` is resolved, where there is one.
pub(super) async fn refused(error: Error, id: &str, cx: &Context) -> Error {
    let resolved = error.message == messages::RESOLVED;
    match resolved && unless_interrupted(is_reactivated(id, cx)).await.unwrap_or(false) {
        true => error.hint(format!("`mmd escalate reactivate {}` takes it up again", word(id))),
        false => error,
    }
}

/// Whether the caller may take the resolved request `id` up again now, as far as is known here.
async fn is_reactivated(id: &str, cx: &Context) -> Result<bool> {
    let (ticket, me) = (cx.tenant().await?.ticket(id).await?, cx.me().await?);
    let now = cx.clock.now();
    let in_time = ticket.resolved_date_time.is_some_and(|resolved| may_reactivate(resolved, now));
    // It is promised anew, as if it were filed; operations take up what they resolved too early.
    let may = ticket.severity == Severity::C
        || me.roles.contains(&Role::Operations)
        || may_file(ask::roles(me), ticket.severity) == Filing::Filed;
    Ok(in_time && may)
}

/// The request, and in a word what became of it.
pub(super) fn report(ticket: &Ticket, done: &str, cx: &Context) -> Result<()> {
    cx.output.report(&Report::details(view::details(ticket, &[]), json!(ticket)))?;
    cx.output.note(&format!("{} is {done}", ticket.id));
    cx.output.hint(&format!("`mmd escalate show {}` follows it", word(&ticket.id)));
    Ok(())
}
