//! `mmd logout`: ends the token at the service, and forgets it here whatever the service says.

use super::login::refuse_given;
use crate::{
    cli::{context::Context, credentials::Token as Stored},
    client::Token,
    error::{Error, Kind, Result},
};

/// Signs out.
///
/// # Errors
/// When the token cannot be removed from this machine. A service that is away is only a warning.
pub async fn run(cx: &Context) -> Result<()> {
    let credentials = cx.credentials()?;
    refuse_given(&credentials, "logout")?;
    let Some(profile) = &cx.settings.profile else {
        return Err(Error::usage("no profile has a sign-in for this service")
            .hint("leave out `--service` and `MMD_SERVICE`, or name a profile: `--profile NAME`"));
    };
    let profile = &profile.value;
    match credentials.read(Some(profile)) {
        Ok(Some(token)) => revoke(token, cx).await,
        Ok(None) => {}
        Err(error) => cx
            .output
            .warn(&format!("the token cannot be read, so the service still takes it: {error}")),
    }
    match credentials.delete(profile)? {
        true => cx.output.note(&format!("signed out of profile `{profile}`")),
        false => cx.output.note(&format!("nobody was signed in with profile `{profile}`")),
    }
    Ok(())
}

async fn revoke(token: Stored, cx: &Context) {
    let revoked = match cx.client_with(Token::known(token.secret)) {
        Ok(client) => client.logout().await,
        Err(error) => Err(error),
    };
    match revoked {
        // Not known any more: that is what was wanted.
        Err(error) if error.kind == Kind::SignIn => {}
        Err(error) => cx.output.warn(&format!(
            "the token is forgotten here, but the service could not be told and takes it until it \
             ends: {error}"
        )),
        Ok(()) => {}
    }
}
