//! A sign-in in the browser of this machine, which comes back on a loopback address.

use std::time::Duration;

use super::{Attempt, redirect::Listener};
use crate::{
    cli::{browser, settings::RedirectUri},
    client::provider::{Asked, Fresh, Provider, Redirected, Tokens},
    error::{Error, Result},
};

/// How long a person has for it.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// Opens the browser, waits for its answer, and trades that for tokens.
pub(super) async fn run(
    attempt: &Attempt<'_>,
    provider: &Provider,
    asked: &Asked,
    fresh: Fresh,
) -> Result<Tokens> {
    let cx = attempt.cx;
    if cx.settings.no_input.value {
        return Err(Error::usage(
            "a sign-in in the browser needs a person, and none is to be asked",
        )
        .hint("hand over a token: `mmd login URL --with-token < FILE`, or set `MMD_TOKEN`")
        .hint("a program signs in by `MMD_CLIENT_ID` and `MMD_CLIENT_SECRET`"));
    }
    let wanted = attempt.input.redirect.as_ref().or(cx.settings.redirect_uri.as_ref());
    let default = RedirectUri::default_of(&asked.issuer);
    let listener = Listener::start(wanted.unwrap_or(&default)).await?;
    let begun = provider.authorize(listener.uri(), fresh)?;
    let opened = browser::open(begun.url.as_str(), &cx.environment);
    cx.output.tell(&match opened {
        true => format!("Sign in in the browser. If none opens, go to\n  {}", begun.url),
        false => format!("To sign in, open this in a browser of this machine:\n  {}", begun.url),
    });
    if !opened {
        cx.output.hint("on a machine without a browser: `mmd login URL --device-code`");
    }
    let back = listener.answer(PATIENCE).await?;
    provider.exchange(begun, Redirected::of(&back)).await
}
