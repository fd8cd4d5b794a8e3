//! The token that a new sign-in has taken the place of: nobody has it any more, so it is ended.

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

    /// Ends it, unless it is the one that was handed over once more. A provider's session is left
    /// alone: the new sign-in may be part of it.
    pub(super) async fn end(self, signed_in: &SignedIn, cx: &Context) {
        let token = self.saved.token;
        if token.session.is_some() || token.secret.matches(signed_in.token.expose()) {
            return;
        }
        let end = async || -> Result<()> {
            let origin = ClientSettings::new(self.saved.service.as_str());
            let (timeout, token) = (PATIENCE, Token::known(token.secret.clone()));
            let ca_pem = self.ca_pem.clone();
            Client::new(ClientSettings { ca_pem, timeout, token, ..origin })?.logout().await
        };
        match end().await {
            Err(error) if error.kind != Kind::SignIn => cx.output.warn(&format!(
                "{} could not be told of the end of the token that this replaces: {error}",
                self.saved.service
            )),
            _ => {}
        }
    }
}
