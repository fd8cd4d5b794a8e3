//! `mmd audit export`: the stored bytes, one event a line.

use super::kept;
use crate::{cli::context::Context, client::AuditQuery, error::Result};

/// How much is gathered before it is written.
const CHUNK: usize = 64 * 1024;

/// Where to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Behind this event.
    pub after: u64,
}

/// Prints every event.
///
/// # Errors
/// When the stream breaks off: what was printed so far is not all there is.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let after = (input.after > 0).then_some(input.after);
    let tenant = cx.tenant().await?;
    let mut events = tenant.audit_events(&AuditQuery { after, ..AuditQuery::default() }).await?;
    let mut chunk = Vec::new();
    while let Some(line) = events.next().await? {
        chunk.extend_from_slice(&line);
        chunk.push(b'\n');
        if chunk.len() >= CHUNK {
            cx.output.bytes(&chunk)?;
            chunk.clear();
        }
        if cx.output.is_closed() {
            return Ok(());
        }
    }
    cx.output.bytes(&chunk)?;
    kept::look(&tenant, cx).await;
    Ok(())
}
