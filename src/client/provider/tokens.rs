//! Tokens: what a provider gives, renews and ends.

use std::time::Duration;

use oauth2::{
    ExtraTokenFields, RefreshToken, RequestTokenError, RevocationErrorResponseType,
    StandardRevocableToken, StandardTokenResponse, TokenResponse, basic::BasicTokenType,
};
use serde::{Deserialize, Serialize};

use super::{Provider, refusal};
use crate::{error::Result, secret::Secret};

/// What a person's sign-in has brought.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// For the service.
    pub access: Secret,
    /// For new tokens, where the provider gives one.
    pub refresh: Option<Secret>,
    /// How long the access token is good, where the provider says so.
    pub expires_in: Option<Duration>,
    /// About the person; only checked.
    pub(super) id_token: Option<Secret>,
}

/// The member that OpenID Connect adds to a token answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct IdToken {
    id_token: Option<Secret>,
}

impl ExtraTokenFields for IdToken {}

/// A token answer.
pub(super) type Response = StandardTokenResponse<IdToken, BasicTokenType>;

impl Tokens {
    pub(super) fn of(response: Response) -> Self {
        let secret = |text: &str| Secret::new(text.to_owned());
        Self {
            access: secret(response.access_token().secret()),
            refresh: response
                .refresh_token()
                .map(|token| secret(token.secret()))
                .filter(|token| !token.expose().is_empty()),
            expires_in: response.expires_in(),
            id_token: response.extra_fields().id_token.clone(),
        }
    }
}

impl Provider {
    /// Trades a refresh token for new tokens. Without a new refresh token among them the old one
    /// stays good.
    ///
    /// # Errors
    /// [`Kind::SignIn`](crate::error::Kind::SignIn) when the session has ended, and only a new
    /// sign-in helps.
    pub async fn refresh(&self, refresh: &Secret) -> Result<Tokens> {
        let old = RefreshToken::new(refresh.expose().to_owned());
        let mut request = self.oauth.exchange_refresh_token(&old);
        if let Some(resource) = self.asked.resource.as_deref() {
            request = request.add_extra_param("resource", resource);
        }
        let http = self.http.door();
        let response = request.request_async(&http).await;
        let response = response.map_err(|error| refusal::of_tokens(error, &self.asked.issuer))?;
        let mut tokens = self.checked(response, None)?;
        tokens.refresh = tokens.refresh.or_else(|| Some(refresh.clone()));
        Ok(tokens)
    }

    /// Ends a session by its refresh token (RFC 7009), and with it what came of it. False where
    /// the provider has no way to do that.
    ///
    /// # Errors
    /// When the provider does not answer, or refuses.
    pub async fn revoke(&self, refresh: &Secret) -> Result<bool> {
        if self.metadata.revocation_endpoint.is_none() {
            return Ok(false);
        }
        let token = RefreshToken::new(refresh.expose().to_owned());
        let http = self.http.door();
        let request = self.oauth.revoke_token(StandardRevocableToken::RefreshToken(token));
        let request = request.map_err(|error| refusal::of_setting(&error, &self.asked.issuer))?;
        match request.request_async(&http).await {
            Ok(()) => Ok(true),
            Err(RequestTokenError::ServerResponse(told))
                if matches!(told.error(), RevocationErrorResponseType::UnsupportedTokenType) =>
            {
                Ok(false)
            }
            Err(error) => Err(refusal::of_revocation(error, &self.asked.issuer)),
        }
    }
}
