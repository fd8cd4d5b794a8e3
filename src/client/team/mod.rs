//! Members of the team, programs and tokens.

mod programs;
mod tokens;

use reqwest::Method;

use super::Tenant;
use crate::{
    api::{
        device::OneTimeCode,
        team::{
            AddMembers, Held, Member, PutMemberResult, Removal, RemoveMembers, Results, SyncPlan,
            SyncTeam, WantedMember,
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

    /// One member.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::error::Kind::NotFound) when there is no such member.
    pub async fn member(&self, upn: &str) -> Result<Member> {
        let path = self.path(&["members", upn])?;
        self.client.call(Method::GET, &path).json().await
    }

    /// Adds members, or roles to members, all or none; a row for each, in the order of asking.
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::error::Kind::Refused) for one's own roles.
    pub async fn add_members(&self, new: &AddMembers) -> Result<Vec<PutMemberResult>> {
        let path = self.path(&["team", "add"])?;
        let call = self.client.call(Method::POST, &path).body(new)?.keyed();
        call.json().await.map(|results: Results<_>| results.value)
    }

    /// Removes members, or roles of theirs, all or none: closes their requests, ends their tokens.
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::error::Kind::Refused) for the last admin, and for one's own roles.
    pub async fn remove_members(&self, old: &RemoveMembers) -> Result<Vec<Removal>> {
        let path = self.path(&["team", "remove"])?;
        let call = self.client.call(Method::POST, &path).body(old)?.keyed();
        call.json().await.map(|results: Results<_>| results.value)
    }

    /// Plans how to make the team the wanted one, or does it.
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::error::Kind::Refused) by a rule, and with
    /// [`TEAM_CHANGED`](crate::api::messages::TEAM_CHANGED) where the team is not the planned one.
    pub async fn sync_team(&self, wanted: &SyncTeam) -> Result<SyncPlan> {
        let path = self.path(&["team", "sync"])?;
        self.client.call(Method::POST, &path).body(wanted)?.keyed().json().await
    }

    /// The team as [`sync_team`](Self::sync_team) takes it.
    ///
    /// # Errors
    /// Those of every call.
    pub async fn export_team(&self) -> Result<Vec<WantedMember>> {
        let path = self.path(&["team", "export"])?;
        self.client.rows(self.client.call(Method::GET, &path)).await
    }

    /// Who holds what.
    ///
    /// # Errors
    /// Those of every call.
    pub async fn review_team(&self) -> Result<Vec<Held>> {
        let path = self.path(&["team", "review"])?;
        self.client.rows(self.client.call(Method::GET, &path)).await
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
}
