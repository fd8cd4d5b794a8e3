//! `mmd login [URL]`: signs a person in, by the way in that the service has.
//!
//! In this order, whatever the way: the service's certificate is trusted, the service is asked how
//! one signs in, the sign-in is made, tried (who am I?), and only then saved, with the profile.

mod browser;
mod device_code;
mod invite;
mod provider;
mod redirect;
mod replaced;
mod save;
mod trust;
mod with_token;

use self::{replaced::Replaced, save::SignedIn, trust::Trusted};
use super::words::{option, word};
use crate::{
    api::session::ProtectedResource,
    cli::{
        context::Context,
        credentials::{Credentials, Flow, StoreKind, UNUSABLE},
        prompt::Question,
        settings::{Config, DEFAULT_PROFILE, Environment, RedirectUri, ServiceUrl, Source},
    },
    client::{Client, Token, provider::Fresh, trust::Fingerprint},
    error::{Error, Kind, Result},
    secret::Secret,
};

/// Said of a service that wants tokens in a keyring only, and the way on.
const FORBIDS_FILES: &str = "the service forbids tokens in files";
const WITHOUT_FILES: &str = "use a machine with a keyring, or set `MMD_TOKEN` where it is needed";

/// Where, and how.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Input {
    /// The service; otherwise the profile's.
    pub url: Option<ServiceUrl>,
    /// The way in; otherwise the one that the service has.
    pub way: Option<Way>,
    /// `--store`
    pub store: StoreKind,
    /// `--issuer`: which of several providers.
    pub issuer: Option<String>,
    /// `--redirect-uri`: where the browser comes back to.
    pub redirect: Option<RedirectUri>,
    /// `--ca-fingerprint`: trusts the authority with this fingerprint.
    pub ca_fingerprint: Option<Fingerprint>,
}

/// A way in that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// `--invite`: the code may come from standard input.
    Invite,
    /// `--device-code`
    DeviceCode,
    /// `--with-token`: from standard input.
    Token,
}

/// What every way in works with.
struct Attempt<'a> {
    cx: &'a Context,
    input: &'a Input,
    credentials: std::sync::Arc<Credentials>,
    trusted: Trusted,
    profile: String,
}

/// Signs in, tries the token, and saves the profile.
///
/// # Errors
/// When a token is given already, the service is not trusted, nobody can sign in so, or nothing
/// can keep the token.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    refuse_given(&cx.environment, "login")?;
    keep_others(&input, cx)?;
    let fresh = if is_signed_in(cx)? { Fresh::Yes } else { Fresh::No };
    let before = cx.credentials()?.saved(&profile_name(cx)).ok().flatten();
    let (attempt, signed_in) = sign_in(&input, fresh, cx).await?;
    let replaced = before.map(|saved| Replaced::new(saved, &attempt));
    save::profile(&attempt, &signed_in)?;
    if let Some(replaced) = replaced {
        replaced.end(&signed_in, cx).await;
    }
    save::report(&attempt, &signed_in)
}

/// A profile of another service is not taken for this one unasked: its sign-in would be lost.
fn keep_others(input: &Input, cx: &Context) -> Result<()> {
    let (name, service) = (profile_name(cx), cx.service_url()?);
    let config = Config::load(&cx.settings.dirs.config_file())?;
    let other = config.profiles.get(&name).and_then(|profile| profile.service.as_ref());
    let Some(other) = other.filter(|other| *other != service && !cx.yes) else { return Ok(()) };
    let other_name =
        |error: Error| error.hint(format!("or keep both: `{}`", input.command(cx, Some("NAME"))));
    let question = format!("Profile `{name}` is for {other}: make it that of {service}?");
    let loses = format!("the profile `{name}` is for {other}, and its sign-in would be lost");
    match cx.prompter.confirm(Question::new(&question, "--yes")) {
        Ok(true) => Ok(()),
        Ok(false) => Err(other_name(Error::new(Kind::Refused, "the profile stays as it is"))),
        Err(error) if error.kind == Kind::Usage => Err(other_name(error.cause(loses))),
        Err(error) => Err(error),
    }
}

/// Whether there is a sign-in at this service already, which renews itself: whoever signs in once
/// more wants to prove anew who they are, because something needs that.
fn is_signed_in(cx: &Context) -> Result<bool> {
    let (credentials, profile) = (cx.credentials()?, profile_name(cx));
    // What cannot be read is no sign-in.
    let saved = credentials.read(Some(&profile), cx.service_url()?.as_str()).ok().flatten();
    Ok(saved.is_some_and(|token| token.session.is_some()))
}

/// Offers the sign-in of this profile once more because of `why`, and gives its new token.
///
/// # Errors
/// `why` where the person does not want to; otherwise as [`run`].
pub async fn again(cx: &Context, why: Error, fresh: bool) -> Result<Secret> {
    cx.output.warn(&why.to_string());
    if !cx.prompter.confirm(Question::new("Sign in now, and go on?", "mmd login"))? {
        return Err(why);
    }
    let credentials = cx.credentials()?;
    let profile = profile_name(cx);
    let session = match credentials.read(Some(&profile), cx.service_url()?.as_str()) {
        Ok(token) => token.and_then(|token| token.session),
        // What is lost is made anew.
        Err(_) => None,
    };
    let by_code = session.as_ref().is_some_and(|session| session.flow == Flow::DeviceCode);
    let input = Input {
        way: by_code.then_some(Way::DeviceCode),
        store: credentials.stored_in(&profile).unwrap_or_default(),
        issuer: session.map(|session| session.issuer),
        ..Input::default()
    };
    let fresh = if fresh { Fresh::Yes } else { Fresh::No };
    let (_, signed_in) = sign_in(&input, fresh, cx).await?;
    cx.output.note(&format!("signed in as {}", signed_in.me.user));
    Ok(signed_in.token)
}

async fn sign_in<'a>(
    input: &'a Input,
    fresh: Fresh,
    cx: &'a Context,
) -> Result<(Attempt<'a>, SignedIn)> {
    refuse_given(&cx.environment, "login")?;
    let credentials = cx.credentials()?;
    // Nothing that is worth anything is asked for, let alone sent, before this stands.
    let trusted = trust::establish(input, cx).await?;
    let attempt = Attempt { cx, input, credentials, trusted, profile: profile_name(cx) };
    let metadata = attempt.metadata().await?;
    attempt.check(metadata.as_ref())?;
    let forbids_files = metadata.as_ref().is_some_and(|says| !says.mmd_file_store);
    let providers = metadata.filter(|says| !says.authorization_servers.is_empty());
    let signed_in = match (input.way, providers) {
        (Some(Way::Token), _) => with_token::run(&attempt).await,
        (Some(Way::Invite), _) | (None, None) => invite::run(&attempt).await,
        (None, Some(says)) => provider::run(&attempt, &says, Flow::Browser, fresh).await,
        (Some(Way::DeviceCode), Some(says)) => {
            provider::run(&attempt, &says, Flow::DeviceCode, fresh).await
        }
        (Some(Way::DeviceCode), None) => {
            Err(Error::new(Kind::Refused, "the service has no identity provider")
                .hint("sign in by an invite: `mmd login URL --invite`"))
        }
    };
    let signed_in = signed_in.map_err(|error| attempt.in_a_file(error, forbids_files))?;
    Ok((attempt, signed_in))
}

impl Attempt<'_> {
    /// A client of the service, with the authority that is trusted now. The tenant that the
    /// profile holds is that of the last sign-in, and this one may be another's.
    fn client(&self, token: Token) -> Result<Client> {
        let named = |source: &Source| matches!(source, Source::Flag(_) | Source::Env(_));
        let tenant = self.cx.settings.tenant.as_ref().filter(|tenant| named(&tenant.source));
        let tenant = tenant.map(|tenant| tenant.value.clone());
        self.cx.client_trusting(self.trusted.pem.clone(), token, tenant)
    }

    /// How one signs in at the service; `None` where it says nothing of that.
    async fn metadata(&self) -> Result<Option<ProtectedResource>> {
        self.client(Token::none())?.protected_resource().await
    }

    /// Refuses what the service does not allow, before anything is asked.
    fn check(&self, metadata: Option<&ProtectedResource>) -> Result<()> {
        if self.input.store == StoreKind::File && metadata.is_some_and(|says| !says.mmd_file_store)
        {
            return Err(Error::new(Kind::Refused, FORBIDS_FILES).hint(WITHOUT_FILES));
        }
        Ok(())
    }

    /// Without a keyring there are two ways on: the same command once more, but for the store, or
    /// a token in the environment. The first one only where the service allows it.
    fn in_a_file(&self, mut error: Error, forbids_files: bool) -> Error {
        if error.message != UNUSABLE {
            return error;
        }
        if forbids_files {
            error.hints = vec![WITHOUT_FILES.to_owned()];
            return error.cause(FORBIDS_FILES);
        }
        let command = self.input.command(self.cx, None);
        let keeps = "keeps the token in a file that only you can read";
        error.hints = vec![
            format!("`{command} --store file` {keeps}"),
            "`MMD_TOKEN`, where you have a token already, works without signing in".to_owned(),
        ];
        error
    }
}

impl Input {
    /// The same command once more, as a shell takes it, for `other` where another profile is meant.
    /// What the environment and the profile say, they say again.
    fn command(&self, cx: &Context, other: Option<&str>) -> String {
        let mut command = "mmd login".to_owned();
        let service = other.and_then(|_| cx.service_url().ok()).or(self.url.as_ref());
        if let Some(url) = service {
            command.push_str(&format!(" {}", word(url.as_str())));
        }
        let typed = |source: &Source| matches!(source, Source::Flag(_));
        if let Some(file) = cx.settings.ca_file.as_ref().filter(|file| typed(&file.source)) {
            command
                .push_str(&format!(" {}", option("--ca-file", &file.value.display().to_string())));
        }
        let profile = cx.settings.profile.as_ref().filter(|profile| typed(&profile.source));
        if let Some(profile) = other.or(profile.map(|profile| profile.value.as_str())) {
            command.push_str(&format!(" {}", option("--profile", profile)));
        }
        if let Some(tenant) = cx.settings.tenant.as_ref().filter(|tenant| typed(&tenant.source)) {
            command.push_str(&format!(" {}", option("--tenant", &tenant.value)));
        }
        if let Some(fingerprint) = self.ca_fingerprint {
            command.push_str(&format!(" --ca-fingerprint {fingerprint}"));
        }
        if let Some(issuer) = &self.issuer {
            command.push_str(&format!(" {}", option("--issuer", issuer)));
        }
        if let Some(redirect) = &self.redirect {
            command.push_str(&format!(" {}", option("--redirect-uri", &redirect.to_string())));
        }
        command.push_str(match self.way {
            Some(Way::Invite) => " --invite",
            Some(Way::DeviceCode) => " --device-code",
            Some(Way::Token) => " --with-token",
            None => "",
        });
        if self.store == StoreKind::File {
            command.push_str(" --store file");
        }
        command
    }
}

/// A token or a program's secret from the environment beats whatever is saved, so signing in or out
/// has no effect.
pub(super) fn refuse_given(environment: &Environment, verb: &str) -> Result<()> {
    let Some(variable) = environment.given() else { return Ok(()) };
    Err(Error::usage(format!("`{variable}` is set, and beats what `{verb}` works on"))
        .hint(format!("unset it first: `unset {variable}`")))
}

fn profile_name(cx: &Context) -> String {
    let named = cx.settings.profile.as_ref().map(|profile| profile.value.clone());
    named.unwrap_or_else(|| DEFAULT_PROFILE.to_owned())
}

/// Whether a failure leaves it open what the other side has heard.
fn is_open(error: &Error) -> bool {
    matches!(error.kind, Kind::Unreachable | Kind::Failed | Kind::NotNow)
}
