//! A person's identity provider: what it says of itself, and the tokens that it gives.
//!
//! OAuth 2.0 as far as it goes is the `oauth2` crate's; here stand our HTTP beneath it, discovery
//! (OpenID Connect Discovery, RFC 8414), the checks of the redirect (`state`, RFC 9207) and of the
//! ID token, and what a refusal means to a person. `openidconnect` would bring a dozen signature
//! crates for ID tokens that come straight from the provider over TLS, where OpenID Connect Core
//! 3.1.3.7 asks for none; nothing is decided here by what they say.

mod code;
mod device;
mod discovery;
mod http;
mod id_token;
mod refusal;
#[cfg(test)]
mod tests;
mod tokens;

use std::time::{Duration, Instant};

use oauth2::{
    AuthUrl, ClientId, DeviceAuthorizationUrl, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    RevocationUrl, Scope, StandardRevocableToken, TokenResponse, TokenUrl,
    basic::{self, BasicTokenType},
};

pub use self::{
    code::{Authorization, Fresh, Redirected},
    device::{DeviceCode, Waits},
    tokens::Tokens,
};
use self::{discovery::Metadata, http::Http, tokens::Response};
use crate::{
    client::failure::plain,
    error::{Error, Result},
};

/// The OAuth client that the library makes requests by.
type OAuth = oauth2::Client<
    basic::BasicErrorResponse,
    Response,
    basic::BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    basic::BasicRevocationErrorResponse,
    EndpointSet,
    EndpointMaybeSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointSet,
>;

/// What is asked for at a provider, and by which client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The provider's identifier, as it stands in `iss`.
    pub issuer: String,
    /// The public client that the provider knows `mmd` by.
    pub client_id: String,
    /// The scopes of the service.
    pub scopes: Vec<String>,
    /// The service's resource indicator (RFC 8707); none where the scopes name it already, as they
    /// do at Microsoft Entra ID, which refuses to hear it twice.
    pub resource: Option<String>,
}

/// A provider that was found, for one client and one service.
pub struct Provider {
    http: Http,
    metadata: Metadata,
    asked: Asked,
    oauth: OAuth,
}

impl Provider {
    /// Finds the provider by its own description. Trusts the system's authorities and those in
    /// `ca_pem`; every answer has to come within `timeout`.
    ///
    /// # Errors
    /// [`Kind::Unreachable`](crate::error::Kind::Unreachable) when it does not answer, otherwise
    /// when what it says of itself cannot be used.
    pub async fn find(asked: Asked, ca_pem: Option<&[u8]>, timeout: Duration) -> Result<Self> {
        let http = Http::new(ca_pem, timeout)?;
        let metadata = discovery::find(&http, &asked.issuer).await?;
        let wrong = |error: oauth2::url::ParseError| {
            Error::failed(format!("what {} says of itself holds no address", asked.issuer))
                .cause(error)
        };
        let url = |text: &str| AuthUrl::new(text.to_owned()).map_err(wrong);
        let device = metadata.device_authorization_endpoint.clone();
        let device = device.map(DeviceAuthorizationUrl::new).transpose().map_err(wrong)?;
        let revocation = metadata.revocation_endpoint.clone();
        let revocation = revocation.map(RevocationUrl::new).transpose().map_err(wrong)?;
        let oauth = oauth2::Client::new(ClientId::new(asked.client_id.clone()))
            .set_auth_uri(url(&metadata.authorization_endpoint)?)
            .set_token_uri(TokenUrl::new(metadata.token_endpoint.clone()).map_err(wrong)?)
            .set_device_authorization_url_option(device)
            .set_revocation_url_option(revocation);
        Ok(Self { http, metadata, asked, oauth })
    }

    /// The same, but every answer has to come within `timeout` from now on.
    pub fn within(mut self, timeout: Duration) -> Self {
        self.http = self.http.within(timeout);
        self
    }

    /// Whether the provider knows the scope that asks for a refresh token; some give one unasked,
    /// and refuse what they do not know.
    fn is_renewable(&self) -> bool {
        let known = self.metadata.scopes_supported.as_deref();
        known.is_none_or(|known| known.iter().any(|scope| scope == "offline_access"))
    }

    /// The scopes that are asked for: the service's, an ID token, and a refresh token.
    fn scopes(&self) -> impl Iterator<Item = Scope> + '_ {
        let offline = self.is_renewable().then_some("offline_access");
        let own = ["openid"].into_iter().chain(offline);
        let asked = self.asked.scopes.iter().map(String::as_str);
        asked.chain(own).map(|scope| Scope::new(scope.to_owned()))
    }

    /// Refuses a session that the browser had before `begun`, where a new sign-in was asked for.
    fn check_fresh(&self, tokens: &Tokens, fresh: Fresh, begun: Instant) -> Result<()> {
        match (fresh, &tokens.id_token) {
            (Fresh::Yes, Some(id_token)) => {
                id_token::check_fresh(id_token, &self.asked, begun.elapsed())
            }
            _ => Ok(()),
        }
    }

    /// What a new access token is good for, as [`Tokens`] that passed the checks of its ID token.
    fn checked(&self, response: Response, nonce: Option<&str>) -> Result<Tokens> {
        // RFC 6749, 7.1: a token of a type that is not understood must not be used.
        let other = match response.token_type() {
            BasicTokenType::Bearer => None,
            BasicTokenType::Mac => Some("mac"),
            BasicTokenType::Extension(name) => Some(name.as_str()),
        };
        if let Some(other) = other {
            let (issuer, other) = (&self.asked.issuer, plain(other));
            return Err(Error::failed(format!(
                "{issuer} gave a token of the type `{other}`, and only `Bearer` is known here"
            )));
        }
        let tokens = Tokens::of(response);
        if let Some(id_token) = &tokens.id_token {
            id_token::check(id_token, &self.asked, nonce)?;
        } else if nonce.is_some() {
            return Err(Error::failed(format!("{} gave no ID token", self.asked.issuer)));
        }
        Ok(tokens)
    }
}
