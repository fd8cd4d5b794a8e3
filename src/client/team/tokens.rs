//! Tokens, without the tokens.

use reqwest::Method;

use super::super::Tenant;
use crate::{
    api::team::{RevokeTokens, TokenInfo},
    error::Result,
};

impl Tenant {
    /// All tokens, or those of one holder: a UPN, or `app:NAME`.
    ///
    /// # Errors
    /// Those of every call.
    pub async fn tokens(&self, holder: Option<&str>) -> Result<Vec<TokenInfo>> {
        let path = match holder {
            Some(holder) => self.path(&["tokens", holder])?,
            None => self.path(&["tokens"])?,
        };
        self.client.rows(self.client.call(Method::GET, &path)).await
    }

    /// Ends tokens by their ids, all or none.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::error::Kind::NotFound) where one of them is not known.
    pub async fn revoke_tokens(&self, ids: &[String]) -> Result<()> {
        let path = self.path(&["tokens", "revoke"])?;
        let body = RevokeTokens { ids: ids.to_vec() };
        self.client.call(Method::POST, &path).body(&body)?.done().await
    }
}
