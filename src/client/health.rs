//! Whether a service answers, and how it is kept.

use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};
use reqwest::Method;

use super::{Client, Tenant};
use crate::{
    api::health::Health,
    error::{Error, Kind, Result},
};

impl Client {
    /// Asks for a sign of life, without a token. Returns the time that the service has, to the
    /// second, where it says.
    ///
    /// # Errors
    /// [`Kind::Unreachable`] when there is none.
    pub async fn alive(&self) -> Result<Option<Timestamp>> {
        let answer = self.call(Method::GET, "/healthz").anonymous().answer().await?.success()?;
        let date = answer.header("date");
        Ok(date.and_then(|date| DateTimeParser::new().parse_timestamp(date).ok()))
    }
}

impl Tenant {
    /// What an admin should look after.
    ///
    /// # Errors
    /// [`Kind::Forbidden`] for who is neither admin nor auditor.
    pub async fn health(&self) -> Result<Health> {
        let path = self.path(&["health"])?;
        self.client.call(Method::GET, &path).json().await
    }
}

/// Whether the service was there, and its certificate kept us from asking it.
pub fn is_about_certificate(error: &Error) -> bool {
    error.kind == Kind::Unreachable && error.message.starts_with("the certificate of ")
}
