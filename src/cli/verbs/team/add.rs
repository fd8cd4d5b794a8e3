//! `mmd team add UPN…`.

use jiff::Timestamp;
use serde_json::json;

use super::{list::roles, names::Names};
use crate::{
    api::team::{AddMembers, PutMember, PutMemberResult, Role},
    cli::{
        context::Context,
        output::{Report, Table},
        verbs::{
            one_time::{self, Purpose},
            words::word_and,
        },
    },
    client::Tenant,
    error::{Error, Kind, Result},
};

/// `--until`: when a membership ends; `None` is `never`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Until(pub Option<Timestamp>);

/// Who, and what they may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Who.
    pub names: Names,
    /// `--role`; none means what the service gives a new member, `support`.
    pub roles: Vec<Role>,
    /// `--until`
    pub until: Option<Until>,
    /// `--invite`: of a single member.
    pub invite: bool,
    /// `--oid`: of a single member.
    pub oid: Option<String>,
}

/// Adds members, or roles to members, all or none.
///
/// # Errors
/// For what the service refuses.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let Input { names, roles, until, invite: invited, oid } = input;
    let member = PutMember { roles, until: until.map(|until| until.0), oid: oid.map(Some) };
    let new = AddMembers { upns: names.read()?, member };
    let tenant = cx.tenant().await?;
    if invited {
        check_invites(cx).await?;
    }
    let done = tenant.add_members(&new).await?;
    if invited {
        for result in &done {
            cx.output.note(&sentence(result));
            invite(&tenant, &result.member.upn, cx).await?;
        }
        return Ok(());
    }
    cx.output.report(&Report::table(table(&done), json!(done)))
}

/// Nobody is added for an invite that there will not be.
async fn check_invites(cx: &Context) -> Result<()> {
    let says = cx.client().await?.protected_resource().await?;
    let Some(says) = says.filter(|says| !says.mmd_invites) else { return Ok(()) };
    let refused = Error::new(Kind::Refused, "the service lets nobody in by an invite");
    Err(match says.authorization_servers.is_empty() {
        true => refused.hint("its operator can change that: `invites = true` in `[sign_in]`"),
        false => refused.hint("add them without `--invite`: they sign in at the identity provider"),
    })
}

async fn invite(tenant: &Tenant, upn: &str, cx: &Context) -> Result<()> {
    let code = tenant.invite_member(upn).await.map_err(|error| {
        error.hint(format!(
            "the member is there: `mmd team add {}` tries again",
            word_and(upn, "--invite")
        ))
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

fn sentence(result: &PutMemberResult) -> String {
    let member = &result.member;
    format!("{} {}: {}", member.upn, result.change.as_str(), roles(&member.roles))
}

fn table(done: &[PutMemberResult]) -> Table {
    let mut table = Table::new(["UPN", "Change", "Roles", "Until"], "nobody was added");
    for result in done {
        table.push([
            result.member.upn.as_str().into(),
            result.change.as_str().into(),
            roles(&result.member.roles).into(),
            result.member.until.into(),
        ]);
    }
    table
}
