//! The authorization code with PKCE over a loopback redirect (RFC 6749 4.1, RFC 7636, RFC 8252):
//! the address for the browser, the checks of what comes back, and the trade of the code.

use std::time::Instant;

use oauth2::{AuthorizationCode, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl};
use reqwest::Url;

use super::{Provider, Tokens, refusal};
use crate::{
    client::failure::plain,
    error::{Error, Kind, Result},
    secret::Secret,
};

/// Whether the person must prove who they are, whatever session their browser has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fresh {
    /// A session of the browser will do.
    #[default]
    No,
    /// They sign in anew.
    Yes,
}

/// A sign-in under way: good for one redirect.
pub struct Authorization {
    /// Where the browser goes.
    pub url: Url,
    redirect: RedirectUrl,
    state: CsrfToken,
    nonce: String,
    verifier: PkceCodeVerifier,
    fresh: Fresh,
    at: Instant,
}

/// What the browser has brought back: the query of the redirect.
#[derive(Debug, Default)]
pub struct Redirected {
    state: Option<String>,
    iss: Option<String>,
    code: Option<Secret>,
    error: Option<String>,
    description: Option<String>,
}

impl Redirected {
    /// Reads the query of the redirect's address.
    pub fn of(url: &Url) -> Self {
        let mut this = Self::default();
        for (name, value) in url.query_pairs() {
            let value = value.into_owned();
            match &*name {
                "state" => this.state = Some(value),
                "iss" => this.iss = Some(value),
                "code" => this.code = Some(Secret::new(value)),
                "error" => this.error = Some(value),
                "error_description" => this.description = Some(value),
                _ => {}
            }
        }
        this
    }
}

impl Provider {
    /// Begins a sign-in that comes back to `redirect`. Verifier, state and nonce are made anew.
    ///
    /// # Errors
    /// When `redirect` is no address.
    pub fn authorize(&self, redirect: &str, fresh: Fresh) -> Result<Authorization> {
        let redirect = RedirectUrl::new(redirect.to_owned()).map_err(|error| {
            Error::usage(format!("`{redirect}` is no address to come back to")).cause(error)
        })?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let nonce = CsrfToken::new_random().into_secret();
        let mut request = self
            .oauth
            .authorize_url(CsrfToken::new_random)
            .set_redirect_uri(std::borrow::Cow::Borrowed(&redirect))
            .add_scopes(self.scopes())
            .set_pkce_challenge(challenge)
            .add_extra_param("nonce", nonce.as_str());
        if let Some(resource) = self.asked.resource.as_deref() {
            request = request.add_extra_param("resource", resource);
        }
        let prompt = self.prompt(fresh);
        if !prompt.is_empty() {
            request = request.add_extra_param("prompt", prompt);
        }
        let (url, state) = request.url();
        let at = Instant::now();
        Ok(Authorization { url, redirect, state, nonce, verifier, fresh, at })
    }

    /// What the person is asked for in any case. A refresh token takes their consent each time
    /// (OpenID Connect Core, 11), but at Microsoft Entra ID, where an admin has given it for all.
    fn prompt(&self, fresh: Fresh) -> &'static str {
        let entra = self.asked.issuer.starts_with("https://login.microsoftonline.");
        match (fresh, self.is_renewable() && !entra) {
            (Fresh::No, false) => "",
            (Fresh::No, true) => "consent",
            (Fresh::Yes, false) => "login",
            (Fresh::Yes, true) => "login consent",
        }
    }

    /// Trades what the browser has brought back for tokens.
    ///
    /// # Errors
    /// When it is not the answer to `begun`, or the person or the provider has refused.
    pub async fn exchange(&self, begun: Authorization, back: Redirected) -> Result<Tokens> {
        let code = self.code(&begun, back)?;
        let mut request = self
            .oauth
            .exchange_code(AuthorizationCode::new(code.expose().to_owned()))
            .set_redirect_uri(std::borrow::Cow::Borrowed(&begun.redirect))
            .set_pkce_verifier(begun.verifier);
        if let Some(resource) = self.asked.resource.as_deref() {
            request = request.add_extra_param("resource", resource);
        }
        let http = self.http.door();
        let response = request.request_async(&http).await;
        let response = response.map_err(|error| refusal::of_tokens(error, &self.asked.issuer))?;
        let tokens = self.checked(response, Some(&begun.nonce))?;
        self.check_fresh(&tokens, begun.fresh, begun.at)?;
        Ok(tokens)
    }

    /// The code, when the redirect answers `begun` and comes from this provider.
    fn code(&self, begun: &Authorization, back: Redirected) -> Result<Secret> {
        let foreign = |why: String| {
            Error::new(Kind::SignIn, "the browser brought back the answer to another sign-in")
                .cause(why)
                .hint("nothing was signed in to; start again: `mmd login`")
        };
        let state = Secret::new(back.state.unwrap_or_default());
        if !state.matches(begun.state.secret()) {
            return Err(foreign("its state is not the one that was sent".into()));
        }
        let issuer = &self.metadata.issuer;
        match back.iss {
            // RFC 9207: a mix of providers is found out by the issuer that signs the answer.
            Some(iss) if iss != *issuer => {
                return Err(foreign(format!(
                    "it comes from {}, and the sign-in went to {issuer}",
                    plain(&iss)
                )));
            }
            None if self.metadata.authorization_response_iss_parameter_supported => {
                return Err(foreign(format!("it does not say that it comes from {issuer}")));
            }
            _ => {}
        }
        match (back.error, back.code) {
            (Some(error), _) => Err(refusal::told(&error, back.description.as_deref(), issuer)),
            (None, Some(code)) if !code.is_empty() => Ok(code),
            _ => Err(foreign("it holds no code".into())),
        }
    }
}
