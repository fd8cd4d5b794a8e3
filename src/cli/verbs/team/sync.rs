//! `mmd team sync FILE`: plan, ask, apply, all or nothing.

use std::{collections::HashSet, path::PathBuf};

use serde_json::json;

use super::{list::roles, wanted};
use crate::{
    api::{
        messages,
        team::{Closes, SyncPlan, SyncTeam, SyncedChange},
    },
    cli::{
        context::Context,
        output::{Format, Report, Table},
        prompt::Question,
        verbs::words::count,
    },
    client::Tenant,
    domain::team::{MaxRemove, bound, losing},
    error::{Error, Kind, Result},
};

/// How often a plan is made anew because the team has changed under it.
const ATTEMPTS: u32 = 3;

/// Which file, and how far it may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The wanted team; `-` is standard input.
    pub file: PathBuf,
    /// `--dry-run`
    pub dry_run: bool,
    /// `--prune`
    pub prune: bool,
    /// `--max-remove`
    pub max_remove: Option<MaxRemove>,
}

/// Makes the team what the file says.
///
/// # Errors
/// For a file that is not whole and well-formed, before anything is sent; for what the service
/// refuses; when nobody says yes.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let (members, places) = wanted::read(&input.file, input.prune)?;
    let mut wanted = SyncTeam {
        members,
        prune: input.prune,
        max_remove: input.max_remove.map(|bound| bound.to_string()),
        dry_run: true,
        version: None,
    };
    let tenant = cx.tenant().await?;
    for attempt in 1.. {
        wanted.dry_run = true;
        wanted.version = None;
        let plan = send(&tenant, &wanted, "planning", 1, cx).await;
        let plan = plan.map_err(|error| places.name(error))?;
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        if !plan.removed.is_empty() || takes_roles(&plan) {
            places.whole()?;
        }
        let (removed, left) = (number(plan.removed.len()), number(plan.left_with_desk()));
        let too_many = removed.saturating_add(left) > plan.max_remove;
        if input.dry_run {
            report(&plan, cx)?;
            if too_many {
                cx.output.warn(&format!(
                    "this would be refused: it would {}, and {}",
                    losing(removed, left),
                    bound(plan.max_remove)
                ));
            }
            cx.output.note(&format!("nothing was changed; the plan: {}", summary(&plan)));
            tell_who_stays(&plan, cx);
            return Ok(());
        }
        if plan.is_empty() {
            // Nothing is left to do.
            return finish(&SyncPlan { applied: true, ..plan }, true, cx);
        }
        // A plan that will be refused is sent all the same: a refusal is recorded.
        let shown = !too_many && confirm(&plan, cx)?;
        wanted.dry_run = false;
        wanted.version = Some(plan.version.clone());
        match send(&tenant, &wanted, "applying", 2, cx).await {
            Ok(done) => return finish(&done, !shown, cx),
            Err(error) if error.message == messages::TEAM_CHANGED && attempt < ATTEMPTS => {
                cx.output.note("somebody has changed the team meanwhile: planning again");
            }
            Err(error) if too_many && error.kind == Kind::Refused => {
                return Err(error
                    .hint("see who: the same with `--dry-run`")
                    .hint("if it is right, allow more: `--max-remove N`"));
            }
            Err(error) => return Err(places.name(error)),
        }
    }
    Err(Error::failed("the team keeps changing"))
}

async fn send(
    tenant: &Tenant,
    wanted: &SyncTeam,
    doing: &str,
    step: u64,
    cx: &Context,
) -> Result<SyncPlan> {
    let progress = cx.output.steps(3);
    progress.at(step, &format!("{doing} {}", count(wanted.members.len(), "member")));
    tenant.sync_team(wanted).await
}

fn takes_roles(plan: &SyncPlan) -> bool {
    plan.changed.iter().any(|change| !change.taken.is_empty())
}

/// Asks where anybody would be removed or lose a role. Returns whether the plan was shown for it.
fn confirm(plan: &SyncPlan, cx: &Context) -> Result<bool> {
    let takes = takes_roles(plan);
    if cx.yes || plan.removed.is_empty() && (!takes || !cx.prompter.can_ask()) {
        return Ok(false);
    }
    cx.prompter.check("--yes").map_err(|error| {
        error
            .cause(format!("it would mean: {}", summary(plan)))
            .hint("look first: the same with `--dry-run`")
    })?;
    // As JSON, what is printed is what was done.
    let shown = cx.output.options().format != Format::Json;
    if shown {
        cx.output.report(&Report::table(table(plan), json!(plan)))?;
    }
    let question = format!("Change the team: {}?", summary(plan));
    match cx.prompter.confirm(Question::new(&question, "--yes"))? {
        true => Ok(shown),
        false => Err(Error::new(Kind::Failed, "nothing was changed")),
    }
}

fn finish(plan: &SyncPlan, show: bool, cx: &Context) -> Result<()> {
    if show {
        report(plan, cx)?;
    }
    cx.output.note(&summary(plan));
    if plan.closes().open_requests > 0 {
        cx.output.note("the devices of the closed requests change their passwords now");
    }
    tell_who_stays(plan, cx);
    Ok(())
}

/// Who is on the team though the file does not want them, and who is not though it names them.
fn tell_who_stays(plan: &SyncPlan, cx: &Context) {
    let ended = folded(&plan.ended);
    let (overdue, unnamed): (Vec<_>, Vec<_>) =
        plan.kept.iter().partition(|upn| ended.contains(&upn.to_lowercase()));
    let stay = |count: usize| if count == 1 { "stays" } else { "stay" };
    let them = |count: usize| if count == 1 { "removes that one" } else { "removes them" };
    if let n @ 1.. = unnamed.len() {
        let who = count(n, "member");
        cx.output.hint(&format!("{who} not in the file {}: `--prune` {}", stay(n), them(n)));
    }
    if let n @ 1.. = overdue.len() {
        let who = count(n, "member");
        let (stay, them) = (stay(n), them(n));
        cx.output.hint(&format!(
            "{who} whose end in the file has passed {stay} as before: `--prune` {them}"
        ));
    }
}

/// Whose end in the file has passed, and who is not on the team either.
fn left_out(plan: &SyncPlan) -> usize {
    let there = folded(plan.kept.iter().chain(plan.removed.iter().map(|ending| &ending.upn)));
    plan.ended.iter().filter(|upn| !there.contains(&upn.to_lowercase())).count()
}

fn folded<'u>(upns: impl IntoIterator<Item = &'u String>) -> HashSet<String> {
    upns.into_iter().map(|upn| upn.to_lowercase()).collect()
}

fn report(plan: &SyncPlan, cx: &Context) -> Result<()> {
    cx.output.report(&Report::table(table(plan), json!(plan)))
}

/// `2 added, 1 removed, 7 unchanged; closes 1 open request, ends 2 tokens`
fn summary(plan: &SyncPlan) -> String {
    let number = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
    let parts = [
        (plan.added.len(), "added"),
        (plan.changed.len(), "changed"),
        (plan.removed.len(), "removed"),
        (number(plan.unchanged), "unchanged"),
        (plan.kept.len(), "kept"),
        (left_out(plan), "not added because the end in the file has passed"),
    ];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let mut text =
        parts.map(|(count, what)| format!("{count} {what}")).collect::<Vec<_>>().join(", ");
    let ends = closes(plan.closes());
    if !ends.is_empty() {
        text.push_str(&format!("; ends {ends}"));
    }
    text
}

/// `1 open request, 2 tokens`
fn closes(closes: Closes) -> String {
    let number = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
    let parts = [(closes.open_requests, "open request"), (closes.tokens, "token")];
    let parts = parts.into_iter().filter(|(n, _)| *n > 0);
    parts.map(|(n, what)| count(number(n), what)).collect::<Vec<_>>().join(", ")
}

/// `+auditor -support until`
fn difference(change: &SyncedChange) -> String {
    let granted = change.granted.iter().map(|role| format!("+{role}"));
    let taken = change.taken.iter().map(|role| format!("-{role}"));
    let fields = change.fields.iter().cloned();
    granted.chain(taken).chain(fields).collect::<Vec<_>>().join(" ")
}

fn table(plan: &SyncPlan) -> Table {
    let headers = ["Change", "UPN", "Roles", "Difference", "Ends"];
    let empty = match plan.kept.is_empty() && plan.ended.is_empty() {
        true => "the team is as the file says",
        false => "nothing is to be changed",
    };
    let mut table = Table::new(headers, empty);
    for added in &plan.added {
        table.push([
            "added".into(),
            added.upn.as_str().into(),
            roles(&added.roles).into(),
            "".into(),
            "".into(),
        ]);
    }
    for change in &plan.changed {
        table.push([
            "changed".into(),
            change.upn.as_str().into(),
            roles(&change.roles).into(),
            difference(change).into(),
            closes(change.closes).into(),
        ]);
    }
    for removed in &plan.removed {
        table.push([
            "removed".into(),
            removed.upn.as_str().into(),
            roles(&removed.roles).into(),
            "".into(),
            closes(removed.closes).into(),
        ]);
    }
    table
}
