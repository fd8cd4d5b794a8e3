//! `mmd login --device-code`: a sign-in that is finished on another machine.

use super::Attempt;
use crate::{
    cli::output::span,
    client::provider::{Fresh, Provider, Tokens},
    error::Result,
};

/// Shows the code, and waits until it was used.
pub(super) async fn run(
    attempt: &Attempt<'_>,
    provider: &Provider,
    fresh: Fresh,
) -> Result<Tokens> {
    let output = &attempt.cx.output;
    let code = provider.device_code(fresh).await?;
    output.tell(&format!(
        "To sign in, open {} on any machine, and type the code\n  {}",
        code.address(),
        code.user_code()
    ));
    if let Some(complete) = code.complete_address() {
        output.tell(&format!("or open, with the code in it:\n  {complete}"));
    }
    if fresh == Fresh::Yes {
        // Not every provider can be told to ask.
        output.tell("Type the password there too: an older session of that browser will not do.");
    }
    // Somebody who was sent a code by another must not type it.
    output.note(&format!(
        "waiting for {} at most; only use a code that you have asked for yourself",
        span(code.expires_in())
    ));
    provider.await_device(&code, |wait| Box::pin(tokio::time::sleep(wait))).await
}
