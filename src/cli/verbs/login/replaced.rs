//! The token that a new sign-in has taken the place of: where nobody has it any more, it is ended.

use std::time::Duration;

use super::{Attempt, save::SignedIn};
use crate::{
    cli::{
        context::{Context, ca_pem},
        credentials::Saved,
        settings::Config,
    },
    client::{Client, ClientSettings, Token},
    error::{Kind, Result},
    secret::Secret,
};

/// How long its service has to answer: the new sign-in is made, and somebody waits for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// What was saved before.
pub(super) struct Replaced {
    saved: Saved,
    /// The authority of its service.
    ca_pem: Option<Vec<u8>>,
}

impl Replaced {
    /// To be read before the new profile is saved.
    pub(super) fn new(saved: Saved, attempt: &Attempt<'_>) -> Self {
        let own = attempt.cx.service_url().is_ok_and(|service| service.as_str() == saved.service);
        let ca_pem = match own {
            true => attempt.trusted.pem.clone(),
            false => {
                let config = Config::load(&attempt.cx.settings.dirs.config_file());
                let profile = config.ok().and_then(|mut c| c.profiles.remove(&attempt.profile));
                profile.and_then(|profile| ca_pem(&profile.ca_file?).ok())
            }
        };
        Self { saved, ca_pem }
    }

    /// Ends it, unless somebody else may have it: it was handed over, or another profile has it as
    /// well. A provider's session is left alone: the new sign-in may be part of it.
    pub(super) async fn end(self, signed_in: &SignedIn, cx: &Context) {
        let Saved { service, token, handed } = self.saved;
        let again = token.secret.matches(signed_in.token.expose());
        if handed || again || token.session.is_some() || is_elsewhere(&token.secret, cx) {
            return;
        }
        let end = async || -> Result<()> {
            let origin = ClientSettings::new(service.as_str());
            let (timeout, token) = (PATIENCE, Token::known(token.secret.clone()));
            let ca_pem = self.ca_pem.clone();
            Client::new(ClientSettings { ca_pem, timeout, token, ..origin })?.logout().await
        };
        match end().await {
            Err(error) if error.kind != Kind::SignIn => cx.output.warn(&format!(
                "{service} could not be told of the end of the token that this replaces: {error}"
            )),
            _ => {}
        }
    }
}

/// Whether a profile has `token`: the one that had it has got another by now.
fn is_elsewhere(token: &Secret, cx: &Context) -> bool {
    let config = Config::load(&cx.settings.dirs.config_file());
    let (Ok(config), Ok(credentials)) = (config, cx.credentials()) else { return true };
    config.profiles.keys().any(|profile| match credentials.saved(profile) {
        Ok(saved) => saved.is_some_and(|saved| saved.token.secret.matches(token.expose())),
        // It may be there.
        Err(_) => true,
    })
}
