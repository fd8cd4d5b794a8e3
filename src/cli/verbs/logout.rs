//! `mmd logout`: ends the sign-in where it was made, and forgets it here whatever is said there.

use serde_json::json;

use super::{login::refuse_given, words::option};
use crate::{
    cli::{
        complete::names::Names,
        context::Context,
        credentials::{Saved, Session, Token as Stored, UNUSABLE},
        output::Report,
    },
    client::{TIMEOUT, Token, provider::Provider},
    error::{Error, IoContext, Kind, Result},
};

/// How a token ends that nobody has any more.
const REVOKE: &str = "`mmd team tokens revoke ID`";

/// Signs out.
///
/// # Errors
/// When the token cannot be read now, or not be removed from this machine. A service that is away is
/// only a warning, and so is a sign-in that nothing can read any more.
pub async fn run(cx: &Context) -> Result<()> {
    refuse_given(&cx.environment, "logout")?;
    let credentials = cx.credentials()?;
    let Some(profile) = &cx.settings.profile else {
        return Err(Error::usage("no profile has a sign-in for this service")
            .hint("leave out `--service` and `MMD_SERVICE`, or name a profile: `--profile NAME`"));
    };
    let profile = &profile.value;
    // A renewal by another process would bring the sign-in back.
    let _lock = cx.renewal(credentials.clone(), profile).lock().await?;
    let service = cx.service_url()?.as_str();
    let revoked = match credentials.saved(profile) {
        Ok(Some(Saved { token: Stored { session: Some(session), .. }, .. })) => {
            end(&session, cx).await
        }
        Ok(Some(saved)) if saved.service != service => {
            cx.output.warn(&format!(
                "the token was for {}, which could not be told and takes it until it ends",
                saved.service
            ));
            false
        }
        Ok(Some(saved)) => revoke(saved.token, cx).await,
        Ok(None) => false,
        Err(error) if error.kind != Kind::SignIn && !cx.yes => return Err(unread(error, profile)),
        Err(error) => {
            cx.output
                .warn(&format!("the token cannot be read, so the service still takes it: {error}"));
            cx.output.hint(&format!("an admin ends it by {REVOKE}"));
            false
        }
    };
    match credentials.delete(profile)? {
        true => cx.output.note(&format!("signed out of profile `{profile}`")),
        false => cx.output.note(&format!("nobody was signed in with profile `{profile}`")),
    }
    // What the signed-in could see is not for whoever comes next.
    if let Some(names) = Names::of(&cx.settings) {
        names.forget().or_failed(|| format!("the names in `{}` stay", names.dir().display()))?;
    }
    cx.output.report(&Report::json_only(json!({ "profile": profile, "revoked": revoked })))
}

/// What is there may be readable later, and only then can its end be told: it stays.
fn unread(mut error: Error, profile: &str) -> Error {
    let again = format!("mmd logout {}", option("--profile", profile));
    if error.message == UNUSABLE {
        error.hints = vec![format!("unlock the keyring, then again: `{again}`")];
    }
    error.hint(format!("or forget it here, and an admin ends it by {REVOKE}: `{again} --yes`"))
}

/// Whether the service does not take the token any more.
async fn revoke(token: Stored, cx: &Context) -> bool {
    let revoked = async {
        // It is of one tenant, whatever tenant is named.
        let client = cx.client_trusting(cx.ca_pem()?, Token::known(token.secret), None)?;
        client.logout().await
    };
    let revoked = revoked.await;
    match revoked {
        // Not known any more: that is what was wanted.
        Err(error) if error.kind == Kind::SignIn => true,
        Err(error) => {
            cx.output.warn(&format!(
                "the token is forgotten here, but the service could not be told and takes it until \
                 it ends: {error}"
            ));
            false
        }
        Ok(()) => true,
    }
}

/// Whether the provider renews the session no more. An access token that is out already is good
/// until it ends, an hour at most with most providers: nobody but this machine had it.
async fn end(session: &Session, cx: &Context) -> bool {
    let issuer = &session.issuer;
    let Some(refresh) = &session.refresh else { return false };
    let revoked = async {
        let ca_pem = cx.ca_pem()?;
        let timeout = cx.timeout.unwrap_or(TIMEOUT);
        Provider::find(session.asked(), ca_pem.as_deref(), timeout).await?.revoke(refresh).await
    };
    match revoked.await {
        Ok(true) => true,
        Ok(false) => {
            cx.output.note(&format!(
                "{issuer} has no way to end a session: end it in your account there if this \
                 machine is not yours"
            ));
            false
        }
        Err(error) => {
            cx.output.warn(&format!(
                "the sign-in is forgotten here, but {issuer} could not be told: {error}"
            ));
            false
        }
    }
}
