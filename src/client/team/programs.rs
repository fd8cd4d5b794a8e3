//! Programs. What answers a secret is never repeated: the service does not keep it.

use reqwest::Method;

use super::super::Tenant;
use crate::{
    api::team::{AppCredentials, Finished, NewApp, Program, RemovedApp, RotateApp, Rotated},
    error::Result,
};

impl Tenant {
    /// All programs.
    ///
    /// # Errors
    /// Those of every call.
    pub async fn apps(&self) -> Result<Vec<Program>> {
        let path = self.path(&["apps"])?;
        self.client.rows(self.client.call(Method::GET, &path)).await
    }

    /// Adds a program.
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::error::Kind::Refused) when there is one of this name.
    pub async fn add_app(&self, new: &NewApp) -> Result<AppCredentials> {
        let path = self.path(&["apps"])?;
        self.client.call(Method::POST, &path).body(new)?.json().await
    }

    /// Gives a program a second secret.
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::error::Kind::Refused) while two are in use.
    pub async fn rotate_app(&self, name: &str, how: &RotateApp) -> Result<Rotated> {
        let path = self.path(&["apps", name, "rotate"])?;
        self.client.call(Method::POST, &path).body(how)?.json().await
    }

    /// Ends a program's old secret.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::error::Kind::NotFound) when there is no such program.
    pub async fn finish_app(&self, name: &str) -> Result<Finished> {
        let path = self.path(&["apps", name, "finish"])?;
        self.client.call(Method::POST, &path).json().await
    }

    /// Removes a program: closes its requests, ends its tokens.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::error::Kind::NotFound) when there is no such program.
    pub async fn remove_app(&self, name: &str) -> Result<RemovedApp> {
        let path = self.path(&["apps", name])?;
        self.client.call(Method::DELETE, &path).json().await
    }
}
