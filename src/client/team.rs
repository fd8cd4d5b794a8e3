//! Members of the team and programs.

use reqwest::Method;

use super::Tenant;
use crate::{
    api::{
        device::OneTimeCode,
        team::{
            AppCredentials, Member, NewApp, PutMember, PutMemberResult, RemoveMemberResult, Role,
        },
    },
    error::Result,
};

impl Tenant {
    /// Everybody of the team.
    ///
    /// # Errors
    /// Those of every call.
    pub async fn members(&self) -> Result<Vec<Member>> {
        let path = self.path(&["members"])?;
        self.client.rows(self.client.call(Method::GET, &path)).await
    }

    /// Adds a member, or roles to one.
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::error::Kind::Refused) for one's own roles.
    pub async fn put_member(&self, upn: &str, roles: &[Role]) -> Result<PutMemberResult> {
        let path = self.path(&["members", upn])?;
        let body = PutMember { roles: roles.to_vec() };
        self.client.call(Method::PUT, &path).body(&body)?.keyed().json().await
    }

    /// Removes a member: closes their requests, ends their tokens.
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::error::Kind::Refused) for the last admin.
    pub async fn remove_member(&self, upn: &str) -> Result<RemoveMemberResult> {
        let path = self.path(&["members", upn])?;
        self.client.call(Method::DELETE, &path).keyed().json().await
    }

    /// Makes a one-time code by which a member signs in. Never repeated: its answer is a secret,
    /// which the service does not keep.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::error::Kind::NotFound) when there is no such member.
    pub async fn invite_member(&self, upn: &str) -> Result<OneTimeCode> {
        let path = self.path(&["members", upn, "invite"])?;
        self.client.call(Method::POST, &path).json().await
    }

    /// Adds a program. Never repeated: its answer is a secret, which the service does not keep.
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::error::Kind::Refused) when there is one of this name.
    pub async fn add_app(&self, new: &NewApp) -> Result<AppCredentials> {
        let path = self.path(&["apps"])?;
        self.client.call(Method::POST, &path).body(new)?.json().await
    }
}
