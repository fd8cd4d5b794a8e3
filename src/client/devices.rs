//! Devices and the people who use them.

use std::time::Duration;

use reqwest::Method;

use super::Tenant;
use crate::{
    api::{
        Collection,
        device::{Device, NewEnrollment, OneTimeCode, SignIn, SignInResult, User},
    },
    error::{Error, Result},
    secret::Secret,
};

impl Tenant {
    /// The devices in which `search` occurs (operation 5), or all; at most `top`, where given.
    ///
    /// # Errors
    /// Those of every call.
    pub async fn devices(&self, search: Option<&str>, top: Option<u32>) -> Result<Vec<Device>> {
        let path = self.path(&["devices"])?;
        let call = self.client.call(Method::GET, &path).maybe("$searchText", search);
        self.client.rows(call.maybe("$top", top)).await
    }

    /// One device (operation 6). With a `wait`, the answer comes as soon as it has confirmed the
    /// password that is due, at the latest after it.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::error::Kind::NotFound) when there is none.
    pub async fn device(&self, name: &str, wait: Duration) -> Result<Device> {
        let path = self.path(&["devices", name])?;
        self.client.call(Method::GET, &path).prefer_wait(wait).json().await
    }

    /// Orders a rotation; returns when it is ordered, not when it is done.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::error::Kind::NotFound) when there is no such device.
    pub async fn rotate(&self, name: &str) -> Result<()> {
        let path = self.path(&["devices", name, "rotate"])?;
        self.client.call(Method::POST, &path).keyed().done().await
    }

    /// Tries a password at a sample tenant's device.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::error::Kind::NotFound) in any other tenant.
    pub async fn sign_in(
        &self,
        device: &str,
        account: &str,
        password: Secret,
    ) -> Result<SignInResult> {
        let path = self.path(&["devices", device, "signIn"])?;
        let body = SignIn { account: account.to_owned(), password };
        self.client.call(Method::POST, &path).body(&body)?.json().await
    }

    /// Makes a one-time code by which a device is enrolled. Never repeated: its answer is a
    /// secret, which the service does not keep.
    ///
    /// # Errors
    /// Those of every call.
    pub async fn new_enrollment(&self, new: &NewEnrollment) -> Result<OneTimeCode> {
        let path = self.path(&["enrollments"])?;
        self.client.call(Method::POST, &path).body(new)?.json().await
    }

    /// The people in whom or whose devices `search` occurs (operation 7), or all; at most `top`,
    /// where given.
    ///
    /// # Errors
    /// Those of every call.
    pub async fn users(&self, search: Option<&str>, top: Option<u32>) -> Result<Vec<User>> {
        let path = self.path(&["users"])?;
        let call = self.client.call(Method::GET, &path).maybe("$searchText", search);
        self.client.rows(call.maybe("$top", top)).await
    }

    /// One person (operation 8, documented as a collection of one).
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::error::Kind::NotFound) when there is none.
    pub async fn user(&self, upn: &str) -> Result<User> {
        let path = self.path(&["users", upn])?;
        let found: Collection<User> = self.client.call(Method::GET, &path).json().await?;
        let none = || Error::not_found(format!("there is no user `{upn}`"));
        found.value.into_iter().next().ok_or_else(none)
    }
}
