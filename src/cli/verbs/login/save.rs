//! What a sign-in leaves: the token in its store, the profile, and a word about both.

use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::Attempt;
use crate::{
    api::session::Me,
    cli::{
        context::kept_in,
        credentials::{Session, TokenSource},
        files,
        output::Report,
        settings::{Config, DEFAULT_PROFILE, Profile, Source},
        verbs::{audit::kept, words::option},
    },
    client::Token,
    error::{IoContext, Result},
    secret::Secret,
};

/// A sign-in that works, and is saved.
pub(super) struct SignedIn {
    /// For the service.
    pub(super) token: Secret,
    /// Who it is.
    pub(super) me: Me,
    /// The tenant.
    pub(super) tenant: Uuid,
    /// When the token ends.
    pub(super) expires: Option<Timestamp>,
    /// True where it is renewed by itself.
    pub(super) renewed: bool,
    /// Where it lies.
    pub(super) source: TokenSource,
}

/// What is to be saved.
pub(super) enum New<'a> {
    /// A token that is good until it ends, and nobody else has.
    Token(&'a Secret),
    /// A token that was handed over.
    Handed(&'a Secret),
    /// A sign-in at a provider.
    Session(&'a Session),
}

impl Attempt<'_> {
    /// Tries what has come of a sign-in, and saves it.
    ///
    /// # Errors
    /// When the service does not take the token, or nothing can keep it: then nothing is changed.
    pub(super) async fn keep(&self, new: New<'_>) -> Result<SignedIn> {
        let (token, renewed) = match &new {
            New::Token(token) | New::Handed(token) => ((*token).clone(), false),
            New::Session(session) => (session.access.clone(), session.refresh.is_some()),
        };
        let me = self.client(Token::known(token.clone()))?.me().await?;
        let source = {
            // Another process may be about to save the renewal of what was there.
            let renewal = self.cx.renewal(self.credentials.clone(), &self.profile);
            let _lock = renewal.lock().await?;
            let (profile, store) = (&self.profile, self.input.store);
            let service = self.cx.service_url()?.as_str();
            match new {
                New::Token(token) => self.credentials.save(profile, service, token, store)?,
                New::Handed(token) => {
                    self.credentials.save_handed(profile, service, token, store)?
                }
                New::Session(session) => self.credentials.save_session(profile, session, store)?,
            }
        };
        let (tenant, expires) = (me.tenant_id, me.token_expires);
        Ok(SignedIn { token, me, tenant, expires, renewed, source })
    }
}

/// Saves the profile and makes it current.
pub(super) fn profile(attempt: &Attempt<'_>, signed_in: &SignedIn) -> Result<()> {
    let Attempt { cx, input, trusted, profile: name, .. } = attempt;
    let settings = &cx.settings;
    let tenant = signed_in.tenant.to_string();
    if settings.tenant.as_ref().is_none_or(|known| known.value != tenant) {
        // The head that was kept is another trail's.
        kept::forget(&settings.dirs.data, name)?;
    }
    let ca_file = match (&trusted.pem, &settings.ca_file) {
        (Some(pem), _) if trusted.is_new => {
            let path: PathBuf = settings.dirs.config.join(format!("authorities/{name}.pem"));
            files::write_private(&path, pem)?;
            Some(path)
        }
        (_, Some(file)) => Some(file.value.clone()),
        (_, None) => None,
    };
    let ca_file = ca_file.map(|path| {
        std::path::absolute(&path)
            .or_failed(|| format!("`{}` has no absolute path", path.display()))
    });
    let of_profile = |source: &Source| matches!(source, Source::Profile(_));
    let client_id = settings.client_id.clone().filter(|id| of_profile(&id.source));
    let redirect_uri = input.redirect.clone().or_else(|| settings.redirect_uri.clone());
    let profile = Profile {
        service: Some(cx.service_url()?.clone()),
        tenant: Some(tenant),
        ca_file: ca_file.transpose()?,
        client_id: client_id.map(|id| id.value),
        redirect_uri,
        contact: settings.contact.clone().map(|contact| contact.value),
        delivery: settings.delivery.as_ref().map(|way| way.value),
    };
    Config::save_profile(&settings.dirs.config_file(), name, profile)
}

/// Says who is signed in where, and what comes next.
pub(super) fn report(attempt: &Attempt<'_>, signed_in: &SignedIn) -> Result<()> {
    let Attempt { cx, profile, .. } = attempt;
    let SignedIn { me, tenant, expires, source, .. } = signed_in;
    let service = cx.service_url()?;
    cx.output.report(&Report::json_only(json!({
        "profile": profile,
        "service": service,
        "tenant": tenant,
        "user": me.user,
        "roles": me.roles,
        "tokenSource": source.to_string(),
        "tokenExpires": expires,
    })))?;
    let roles: Vec<_> = me.roles.iter().map(|role| role.as_str()).collect();
    cx.output.note(&format!(
        "signed in at {service} as {} ({}: {}), profile `{profile}`",
        me.user,
        me.tenant_name,
        roles.join(", ")
    ));
    let kept = kept_in(source);
    cx.output.note(&match expires {
        _ if signed_in.renewed => format!("the sign-in is {kept}, and renews itself"),
        Some(expires) => {
            format!("the token is {kept}, and ends {}", cx.output.moment(*expires))
        }
        None => format!("the token is {kept}"),
    });
    if let TokenSource::File(_) = source {
        cx.output.warn("whoever can read that file is signed in as you");
    }
    let example = match profile == DEFAULT_PROFILE {
        true => String::new(),
        false => format!(" {}", option("--profile", profile)),
    };
    cx.output.hint(&format!("`mmd status{example}` shows it again"));
    Ok(())
}
