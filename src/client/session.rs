//! Signing in, and knowing who one is.

use reqwest::Method;

use super::{Client, call};
use crate::{
    api::{
        BASE, RESOURCE_METADATA,
        session::{Me, ProtectedResource, RedeemInvite, Redeemed, TokenAnswer},
    },
    error::Result,
    secret::Secret,
};

/// The documented scope of the client-credentials request; our service takes its own as well.
const SCOPE: &str = "https://mwaas-services-customerapi-prod.azurewebsites.net/.default";

impl Client {
    /// What the service says of itself to those who want to sign in; `None` where it says nothing.
    ///
    /// # Errors
    /// Those of every call but that nothing is there.
    pub async fn protected_resource(&self) -> Result<Option<ProtectedResource>> {
        let answer = self.call(Method::GET, RESOURCE_METADATA).anonymous().answer().await?;
        match answer.is_missing() {
            true => Ok(None),
            false => answer.success()?.json().map(Some),
        }
    }

    /// Trades an invite for the token whose hash is given. Repeated when an answer is lost: the
    /// same pair answers the same.
    ///
    /// # Errors
    /// When the code is not (or no longer) good.
    pub async fn redeem(&self, redeem: &RedeemInvite) -> Result<Redeemed> {
        let call = self.call(Method::POST, "/invite/redeem").anonymous().body(redeem)?;
        call.repeatable().json().await
    }

    /// Signs a program in (operation 16).
    ///
    /// # Errors
    /// [`Kind::SignIn`](crate::error::Kind::SignIn) when id or secret is wrong.
    pub async fn program_token(
        &self,
        tenant: &str,
        client_id: &str,
        client_secret: &Secret,
    ) -> Result<TokenAnswer> {
        let path = call::path("", &[tenant, "oauth2", "v2.0", "token"])?;
        let fields = [
            ("client_id", client_id),
            ("client_secret", client_secret.expose()),
            ("scope", SCOPE),
            ("grant_type", "client_credentials"),
        ];
        self.call(Method::POST, &path).anonymous().form(&fields).json().await
    }

    /// Who the caller is.
    ///
    /// # Errors
    /// [`Kind::SignIn`](crate::error::Kind::SignIn) without a token that is good.
    pub async fn me(&self) -> Result<Me> {
        self.call(Method::GET, &format!("{BASE}/me")).json().await
    }

    /// Ends the token that this client uses.
    ///
    /// # Errors
    /// Those of every call.
    pub async fn logout(&self) -> Result<()> {
        self.call(Method::DELETE, &format!("{BASE}/me/token")).done().await
    }
}
