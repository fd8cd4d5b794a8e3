//! `mmd team remove UPN…`.

use serde_json::json;

use crate::{
    api::team::RemoveMemberResult,
    cli::{
        context::Context,
        output::{Report, Table},
        verbs::words::count,
    },
    error::Result,
};

/// Who.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Their UPNs.
    pub upns: Vec<String>,
}

/// Removes members.
///
/// # Errors
/// For what the service refuses; those before it stay removed, which is said.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let tenant = cx.tenant().await?;
    let mut done = Vec::new();
    let mut failed = None;
    for upn in &input.upns {
        match tenant.remove_member(upn).await {
            Ok(result) => done.push((upn.as_str(), result)),
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
    if !done.is_empty() {
        cx.output.report(&report(&done))?;
    }
    let closed: u32 = done.iter().map(|(_, result)| result.closed_requests).sum();
    if closed > 0 {
        let requests = count(usize::try_from(closed).unwrap_or(usize::MAX), "open request");
        cx.output
            .note(&format!("{requests} closed with it: the devices change their passwords now"));
    }
    failed.map_or(Ok(()), Err)
}

fn report(done: &[(&str, RemoveMemberResult)]) -> Report {
    let mut table = Table::new(["UPN", "Requests closed", "Tokens ended"], "nobody was removed");
    let mut rows = Vec::new();
    for (upn, result) in done {
        let (closed, tokens) = (result.closed_requests, result.revoked_tokens);
        table.push([(*upn).into(), i64::from(closed).into(), i64::from(tokens).into()]);
        rows.push(json!({ "upn": upn, "closedRequests": closed, "revokedTokens": tokens }));
    }
    Report::table(table, json!(rows))
}
