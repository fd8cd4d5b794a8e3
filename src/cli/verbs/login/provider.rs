//! A sign-in at the identity provider that the service names.

use reqwest::Url;

use super::{
    Attempt, browser, device_code,
    save::{New, SignedIn},
};
use crate::{
    api::session::{ProtectedResource, ProviderClient},
    cli::{
        credentials::{Flow, Session},
        prompt::Question,
        verbs::words::word,
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
        Flow::DeviceCode => device_code::run(attempt, &provider, fresh).await?,
    };
    let service = cx.service_url()?.as_str().to_owned();
    let session = Session::new(tokens, asked, flow, service, cx.clock.now());
    let kept = attempt.keep(New::Session(&session)).await;
    let kept = kept.map_err(|error| not_taken(error, &session));
    if let (Err(_), Some(refresh)) = (&kept, &session.refresh) {
        // Nobody will use it any more. Where even that fails it ends by itself.
        let _ = provider.revoke(refresh).await;
    }
    kept
}

/// The provider has just let the person in, so where the service does not take its token another
/// sign-in would end the same way: what is wrong is what the two have been told of each other.
fn not_taken(error: Error, session: &Session) -> Error {
    if error.kind != Kind::SignIn {
        return error;
    }
    let Session { service, issuer, access, .. } = session;
    let why = match access.expose().split('.').count() {
        3 => error.message,
        _ => "the token is no signed JWT, and the service can check no other".to_owned(),
    };
    let message = format!("{service} does not take the token that {issuer} has just given");
    Error::new(Kind::SignIn, message).cause(why).hint(
        "another sign-in does not help: ask whoever runs the service to look at its \
             `[[sign_in.issuer]]`, and at what the provider gives",
    )
}

/// Which provider, as which client, for what.
fn asked(attempt: &Attempt<'_>, says: &ProtectedResource) -> Result<Asked> {
    let service = attempt.cx.service_url()?.as_str();
    let issuer = issuer(attempt, &says.authorization_servers)?;
    // RFC 9728, 3.3: what describes another resource must not be used for this one.
    if !is_of(&says.resource, service) {
        let theirs = &says.resource;
        return Err(Error::failed(format!("{service} says that it is {theirs}"))
            .hint(format!("name it as it names itself: `mmd login {}`", word(theirs))));
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
    if let Some(other) = of_another(&scopes, resource.as_deref(), service) {
        return Err(Error::failed(format!("{service} wants a token for another service: {other}"))
            .hint("nothing was asked for: such a token would open the other service to this one")
            .hint("ask the service's admin to name its own address: `audience` and `scopes` in `[[sign_in.issuer]]`"));
    }
    Ok(Asked { issuer, client_id, scopes, resource })
}

/// What of it names another service than the one at `service`, which would get a token that is good
/// there. A scope that is no web address is the provider's own word.
fn of_another<'a>(
    scopes: &'a [String],
    resource: Option<&'a str>,
    service: &str,
) -> Option<&'a str> {
    let web =
        |scope: &&str| Url::parse(scope).is_ok_and(|url| matches!(url.scheme(), "https" | "http"));
    let scopes = scopes.iter().map(String::as_str).filter(web);
    resource.into_iter().chain(scopes).find(|text| !is_of(text, service))
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

/// Whether `text` is an address at the origin `service`.
fn is_of(text: &str, service: &str) -> bool {
    let origin = |text: &str| {
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "https" | "http"))?;
        Some(url.origin())
    };
    origin(text).is_some_and(|found| origin(service) == Some(found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    const OURS: &str = "https://mmd.example";

    #[test]
    fn only_addresses_at_the_origin_of_the_service_are_its_own() {
        for own in [
            OURS,
            "https://mmd.example/",
            "https://MMD.example:443/support/odata/v1",
            "https://mmd.example/any/path?x=y",
        ] {
            assert!(is_of(own, OURS), "{own}");
        }
        for other in [
            "https://payroll.example",
            "https://payroll.example/mmd.example",
            "https://mmd.example.evil.example",
            "https://mmd.example@payroll.example/",
            "https://mmd.example:8443",
            "http://mmd.example",
            "api://payroll",
            "payroll",
            "",
        ] {
            assert!(!is_of(other, OURS), "{other}");
        }
    }

    #[test]
    fn whose_fresh_token_is_not_taken_is_sent_to_whoever_runs_the_service() {
        let session = |access: &str| Session {
            service: OURS.into(),
            access: Secret::new(access.into()),
            refresh: None,
            expires: None,
            issuer: "https://id.example".into(),
            client_id: "mmd".into(),
            scopes: vec![],
            resource: None,
            flow: Flow::Browser,
        };
        let refused = || Error::new(Kind::SignIn, "It was made for another.").hint("`mmd login`");
        let no_jwt = "the token is no signed JWT, and the service can check no other";
        for (access, why) in [("a.b.c", "It was made for another."), ("opaque", no_jwt)] {
            let error = not_taken(refused(), &session(access));
            let message = "https://mmd.example does not take the token that https://id.example has just given";
            assert_eq!((error.kind, error.message.as_str()), (Kind::SignIn, message));
            assert_eq!(error.causes, [why]);
            assert!(error.hints.len() == 1 && error.hints[0].contains("`[[sign_in.issuer]]`"));
        }
        let away = not_taken(Error::new(Kind::Unreachable, "away"), &session("a.b.c"));
        assert_eq!(away.message, "away");
    }

    #[test]
    fn no_token_is_asked_for_that_is_good_at_another_service() {
        let asks = |scopes: &[&str], resource: Option<&str>| {
            let scopes: Vec<_> = scopes.iter().map(|&scope| scope.to_owned()).collect();
            of_another(&scopes, resource, OURS).map(str::to_owned)
        };
        let own = ["openid", "MmdSupport.ReadWrite", "api://mmd/Support.Access"];
        assert_eq!(asks(&own, None), None);
        assert_eq!(asks(&own, Some("https://mmd.example/support/odata/v1")), None);
        assert_eq!(asks(&["https://mmd.example/Support.Access"], None), None);
        for other in ["https://payroll.example", "https://payroll.example/a/path", "api://payroll"]
        {
            assert_eq!(asks(&own, Some(other)).as_deref(), Some(other));
        }
        let graph = "HTTPS://graph.example/.default";
        assert_eq!(asks(&["openid", graph], Some(OURS)).as_deref(), Some(graph));
    }
}
