//! Elevation requests and the passwords that they give access to.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use uuid::Uuid;

use super::Tenant;
use crate::{
    api::elevation::{
        CloseElevationRequest, DeviceElevationDetail, ElevationRequest, ExtendElevationRequest,
        NewElevationRequest,
    },
    error::Result,
};

/// What opening a request brought.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The request.
    pub request: ElevationRequest,
    /// False where the caller's open request for the device was used again.
    pub is_new: bool,
}

/// Which of a device's passwords is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Which {
    /// The one that opens it, as far as the service knows.
    #[default]
    Newest,
    /// The same, but only once the device has confirmed it: never a guess.
    Confirmed,
    /// This one.
    Generation(u64),
    /// The one before the newest confirmed.
    Older,
}

impl Tenant {
    /// Opens an elevation request (operation 1), or finds the caller's open one.
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::error::Kind::Refused) for a Test ring device or too many open
    /// requests.
    pub async fn open_elevation(&self, new: &NewElevationRequest) -> Result<Opened> {
        let path = self.path(&["elevationRequests"])?;
        let call = self.client.call(Method::POST, &path).body(new)?.keyed();
        let answer = call.answer().await?.success()?;
        Ok(Opened { request: answer.json()?, is_new: answer.status == StatusCode::CREATED })
    }

    /// The elevation requests that fit `filter` (OData), or all; at most `top`, where given.
    ///
    /// # Errors
    /// [`Kind::Usage`](crate::error::Kind::Usage) for a filter that the service does not take.
    pub async fn elevations(
        &self,
        filter: Option<&str>,
        top: Option<u32>,
    ) -> Result<Vec<ElevationRequest>> {
        let path = self.path(&["elevationRequests"])?;
        let call = self.client.call(Method::GET, &path).maybe("$filter", filter);
        self.client.rows(call.maybe("$top", top)).await
    }

    /// One elevation request (operation 17). With a `wait`, the answer comes as soon as the device
    /// has confirmed what is due, at the latest after it.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::error::Kind::NotFound) when there is none.
    pub async fn elevation(&self, id: Uuid, wait: Duration) -> Result<ElevationRequest> {
        let path = self.path(&["elevationRequests", &id.to_string()])?;
        self.client.call(Method::GET, &path).prefer_wait(wait).json().await
    }

    /// Closes a request (operation 3); the device rotates now.
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::error::Kind::Refused) when it was closed already.
    pub async fn close_elevation(&self, id: Uuid, actions_taken: &str) -> Result<()> {
        let path = self.path(&["elevationRequests", &id.to_string()])?;
        let body = CloseElevationRequest { actions_taken: actions_taken.to_owned() };
        self.client.call(Method::PATCH, &path).body(&body)?.keyed().done().await
    }

    /// Extends a request by `by` from now, within the service's bound.
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::error::Kind::Refused) beyond the bound, or once it is closed.
    pub async fn extend_elevation(&self, id: Uuid, by: Duration) -> Result<ElevationRequest> {
        let path = self.path(&["elevationRequests", &id.to_string(), "extend"])?;
        let body = ExtendElevationRequest { seconds: by.as_secs() };
        self.client.call(Method::POST, &path).body(&body)?.keyed().json().await
    }

    /// Hands out a device's password (operation 4): an act that is recorded. `request` names the
    /// open request, where the caller has several. With a `wait`, the answer comes as soon as the
    /// device has confirmed, at the latest after it.
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::error::Kind::Refused) without an open request,
    /// [`Kind::NotNow`](crate::error::Kind::NotNow) when the device has not set a password yet, or
    /// not confirmed it where that is asked for, or too many were read.
    pub async fn password(
        &self,
        device: &str,
        which: Which,
        request: Option<Uuid>,
        wait: Duration,
    ) -> Result<DeviceElevationDetail> {
        let path = self.path(&["devices", device, "elevationDetails"])?;
        let call = self.client.call(Method::GET, &path).maybe("request", request);
        let call = match which {
            Which::Newest => call,
            Which::Confirmed => call.query("confirmed", "true"),
            Which::Generation(generation) => call.query("generation", &generation.to_string()),
            Which::Older => call.query("older", "true"),
        };
        call.prefer_wait(wait).json().await
    }
}
