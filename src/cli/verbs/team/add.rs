//! `mmd team add UPN…`.

use serde_json::json;

use super::list::roles;
use crate::{
    api::team::{Change, PutMemberResult, Role},
    cli::{
        context::Context,
        output::{Report, Table},
        verbs::{
            one_time::{self, Purpose},
            words::word,
        },
    },
    client::Tenant,
    error::Result,
};

/// Who, and what they may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Their UPNs.
    pub upns: Vec<String>,
    /// `--role`; none means what the service gives, `support`.
    pub roles: Vec<Role>,
    /// `--invite`: of a single member.
    pub invite: bool,
}

/// Adds members, or roles to members.
///
/// # Errors
/// For what the service refuses; those before it stay added, which is said.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let tenant = cx.tenant().await?;
    let mut done = Vec::new();
    let mut failed = None;
    for upn in &input.upns {
        match tenant.put_member(upn, &input.roles).await {
            Ok(result) => done.push(result),
            Err(error) => {
                failed = Some(if input.upns.len() > 1 {
                    error.cause(format!("at `{upn}`"))
                } else {
                    error
                });
                break;
            }
        }
    }
    if input.invite && failed.is_none() {
        for result in &done {
            cx.output.note(&sentence(result));
            invite(&tenant, &result.member.upn, cx).await?;
        }
        return Ok(());
    }
    if !done.is_empty() {
        cx.output.report(&Report::table(table(&done), json!(done)))?;
    }
    failed.map_or(Ok(()), Err)
}

async fn invite(tenant: &Tenant, upn: &str, cx: &Context) -> Result<()> {
    let code = tenant.invite_member(upn).await.map_err(|error| {
        error
            .hint(format!("the member is there: `mmd team add {} --invite` tries again", word(upn)))
    })?;
    let purpose = Purpose {
        what: format!("`{upn}` signs in by it"),
        next: format!(
            "they run `mmd login {} --invite`, with the code on standard input or when asked",
            one_time::service(cx).await?
        ),
    };
    one_time::print(&code, &purpose, cx)
}

fn word_of(change: Change) -> &'static str {
    match change {
        Change::Added => "added",
        Change::Changed => "changed",
        Change::Unchanged => "unchanged",
    }
}

fn sentence(result: &PutMemberResult) -> String {
    let member = &result.member;
    format!("{} {}: {}", member.upn, word_of(result.change), roles(&member.roles))
}

fn table(done: &[PutMemberResult]) -> Table {
    let mut table = Table::new(["UPN", "Change", "Roles"], "nobody was added");
    for result in done {
        table.push([
            result.member.upn.as_str().into(),
            word_of(result.change).into(),
            roles(&result.member.roles).into(),
        ]);
    }
    table
}
