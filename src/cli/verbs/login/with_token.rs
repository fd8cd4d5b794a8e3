//! `mmd login --with-token`: keeps a token that was got by other means.

use super::{
    Attempt,
    save::{New, SignedIn},
};
use crate::{
    cli::verbs::stdin,
    error::{Kind, Result},
    secret::Secret,
};

/// Reads the token from standard input, or asks for it on a terminal.
pub(super) async fn run(attempt: &Attempt<'_>) -> Result<SignedIn> {
    let typed = stdin::secret_or_ask("the token", "Token", attempt.cx)?;
    let token = Secret::new(typed.expose().trim().to_owned());
    attempt.keep(New::Handed(&token)).await.map_err(|mut error| {
        if error.kind == Kind::SignIn {
            error.hints = vec!["nothing was saved: hand over a token that is good".into()];
        }
        error
    })
}
