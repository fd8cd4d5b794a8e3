//! A sign-in at the identity provider that the service names.

use super::{
    Attempt, browser, device_code,
    save::{New, SignedIn},
};
use crate::{
    api::session::{ProtectedResource, ProviderClient},
    cli::{
        credentials::{Flow, Session},
        prompt::Question,
    },
    client::{
        TIMEOUT,
        provider::{Asked, Fresh, Provider},
    },
    error::{Error, Kind, Result},
};

/// Signs in by `flow`, and tries and keeps what comes of it.
pub(super) async fn run(
    attempt: &Attempt<'_>,
    says: &ProtectedResource,
    flow: Flow,
    fresh: Fresh,
) -> Result<SignedIn> {
    let cx = attempt.cx;
    let asked = asked(attempt, says)?;
    attempt.credentials.try_store(attempt.input.store)?;
    let timeout = cx.timeout.unwrap_or(TIMEOUT);
    let provider = Provider::find(asked.clone(), attempt.trusted.pem.as_deref(), timeout).await?;
    let tokens = match flow {
        Flow::Browser => browser::run(attempt, &provider, &asked, fresh).await?,
        Flow::DeviceCode => device_code::run(attempt, &provider).await?,
    };
    let session = Session::new(tokens, asked, flow, cx.clock.now());
    let kept = attempt.keep(New::Session(&session)).await;
    if let (Err(_), Some(refresh)) = (&kept, &session.refresh) {
        // Nobody will use it any more. Where even that fails it ends by itself.
        let _ = provider.revoke(refresh).await;
    }
    kept
}

/// Which provider, as which client, for what.
fn asked(attempt: &Attempt<'_>, says: &ProtectedResource) -> Result<Asked> {
    let service = attempt.cx.service_url()?.as_str();
    let issuer = issuer(attempt, &says.authorization_servers)?;
    // RFC 9728, 3.3: what describes another resource must not be used for this one.
    let origin = origin_of(&says.resource);
    if origin.as_deref().is_some_and(|origin| origin != service) {
        let theirs = &says.resource;
        return Err(Error::failed(format!("{service} says that it is {theirs}"))
            .hint(format!("name it as it names itself: `mmd login {theirs}`")));
    }
    let own = attempt.cx.settings.client_id.as_ref().map(|id| id.value.clone());
    let ours = says.mmd_providers.get(&issuer).cloned();
    let published = ours.as_ref().map(|ours| ours.client_id.clone());
    let client_id = own.or(published).ok_or_else(|| {
        Error::failed(format!("{service} does not say which client `mmd` is at {issuer}"))
            .hint("set `MMD_CLIENT_ID` to the client that was registered for `mmd`")
            .hint("ask the service's admin to name it: `client_ids` in `[[sign_in.issuer]]`")
    })?;
    // Another service that speaks RFC 9728 says no more than its scopes and its name.
    let (scopes, resource) = match ours {
        Some(ProviderClient { scopes, resource, .. }) => (scopes, resource),
        None => (says.scopes_supported.clone(), Some(says.resource.clone())),
    };
    Ok(Asked { issuer, client_id, scopes, resource })
}

/// The one provider, the one that was named, or the one that is chosen.
fn issuer(attempt: &Attempt<'_>, issuers: &[String]) -> Result<String> {
    let named = attempt.input.issuer.as_ref();
    match (named, issuers) {
        (Some(named), _) if issuers.contains(named) => Ok(named.clone()),
        (Some(named), _) => Err(Error::usage(format!(
            "the service takes no sign-in of {named}, but of {}",
            issuers.join(", ")
        ))),
        (None, [one]) => Ok(one.clone()),
        (_, several) => {
            let question = Question::new("Sign in at", "--issuer");
            let chosen = attempt.cx.prompter.select(question, several, 0).map_err(|error| {
                match error.kind {
                    Kind::Usage => error.cause(format!("there are {}", several.join(", "))),
                    _ => error,
                }
            })?;
            Ok(several[chosen].clone())
        }
    }
}

/// Where a resource identifier is an HTTPS address, its origin; others (`api://…`) say nothing.
fn origin_of(resource: &str) -> Option<String> {
    let service: crate::cli::settings::ServiceUrl = resource.parse().ok()?;
    Some(service.as_str().to_owned())
}
