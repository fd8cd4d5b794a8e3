//! `mmd elevate`: request access, get the password, close.

pub mod close;
mod deliver;
pub mod extend;
mod guide;
pub mod list;
pub mod lookup;
pub mod open;
pub mod password;
pub mod show;
#[cfg(test)]
mod tests;
mod view;

use std::time::Duration;

use uuid::Uuid;

use super::words::{word, word_and};
use crate::{
    api::elevation::ElevationRequest,
    cli::{
        context::Context,
        output::{Output, delivery::Delivery},
    },
    client::{Tenant, Which},
    error::{Error, Kind, Result},
};

/// How a password is read and handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The flag, if there was one.
    pub delivery: Option<Delivery>,
    /// How long the device may take.
    pub wait: Duration,
    /// Which of its passwords.
    pub which: Which,
}

/// A request, by its id or by its device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Its id.
    Id(Uuid),
    /// Its device's name.
    Device(String),
}

impl Target {
    /// What looks like an id is one: no device is called like that.
    pub fn of(text: String) -> Self {
        text.parse().map_or_else(|_| Target::Device(text), Target::Id)
    }
}

/// The caller's open requests on `device`, newest first.
async fn own_open(cx: &Context, device: &str) -> Result<Vec<ElevationRequest>> {
    let open = &cx.me().await?.open_requests;
    let mut own: Vec<_> = open
        .iter()
        .filter(|request| request.device_name.eq_ignore_ascii_case(device))
        .cloned()
        .collect();
    own.sort_by_key(|request| std::cmp::Reverse(request.request_creation_time));
    Ok(own)
}

/// The one open request that `target` means.
async fn one_own(cx: &Context, tenant: &Tenant, target: &Target) -> Result<ElevationRequest> {
    let device = match target {
        Target::Id(id) => return tenant.elevation(*id, Duration::ZERO).await,
        Target::Device(device) => device,
    };
    // A person has one at most; a program may have several.
    match <[_; 1]>::try_from(own_open(cx, device).await?) {
        Ok([one]) => Ok(one),
        Err(none) if none.is_empty() => Err(none_open(device)),
        Err(several) => Err(ambiguous(device, &several)),
    }
}

fn none_open(device: &str) -> Error {
    Error::new(Kind::Refused, format!("you have no open elevation request for `{device}`"))
        .hint(format!("`mmd elevate {}` opens one", word(device)))
        .hint("`mmd elevate list --open` shows those that you have")
}

fn ambiguous(device: &str, requests: &[ElevationRequest]) -> Error {
    let mut error = Error::usage(format!("several requests are open for `{device}`"));
    error.causes.extend(
        requests
            .iter()
            .map(|request| format!("{} of {}", request.id, request.requesting_agent_upn)),
    );
    error.hint("name one of them by its id")
}

/// Says on which of the caller's open requests a new password has replaced one that was seen.
pub fn tell_superseded<'a>(
    requests: impl IntoIterator<Item = &'a ElevationRequest>,
    output: &Output,
) {
    for request in requests.into_iter().filter(|request| request.superseded == Some(true)) {
        let device = &request.device_name;
        output.warn(&format!(
            "the password of {device} was changed since you saw it: \
             `mmd elevate password {}` hands over the new one",
            word(device)
        ));
    }
}

/// What ends a request, as a command to type.
fn close_command(device: &str) -> String {
    format!("`mmd elevate close {}`", word_and(device, "-m \"…\""))
}
