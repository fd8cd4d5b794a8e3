//! `mmd audit verify`: the whole trail, from the service.

use std::path::PathBuf;

use super::{
    kept,
    proof::{self, Proof},
};
use crate::{
    cli::context::Context,
    client::AuditQuery,
    domain::audit::{Broken, Verifying},
    error::Result,
};

/// What to prove it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// `--since-head`
    pub since_head: Option<PathBuf>,
}

/// Follows the chain from its first event; it must meet the head that was kept elsewhere, the one
/// that was seen last on this machine, and the one that the service signs now.
///
/// # Errors
/// [`Kind::Failed`](crate::error::Kind::Failed) where it is broken, and how.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let since = input.since_head.as_deref().map(proof::head).transpose()?;
    let tenant = cx.tenant().await?;
    let now = tenant.audit_head().await?;
    let known: Vec<_> = [since.clone(), kept::load(cx)?].into_iter().flatten().collect();
    for head in &known {
        if head.tenant == now.tenant && head.key != now.key {
            return Err(proof::broken(&Broken::Key));
        }
    }
    let heads = known.into_iter().chain([now.clone()]).collect();
    let mut verifying = Verifying::new(now.tenant, heads).map_err(|error| proof::broken(&error))?;
    let mut events = tenant.audit_events(&AuditQuery::default()).await?;
    while let Some(line) = events.next().await? {
        verifying.event(&line).map_err(|error| proof::broken(&error))?;
    }
    let (seq, hash) = verifying.finish().map_err(|error| proof::broken(&error))?;
    kept::save(&now, cx)?;
    proof::report(&Proof { seq, hash, since }, &cx.output)
}
