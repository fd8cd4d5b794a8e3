//! Waits until a device has confirmed what is due.

use std::time::{Duration, Instant};

use crate::{
    api::device::{Device, RotationState},
    client::Tenant,
    error::Result,
};

/// How long a device of the embedded sample may take: it runs in this very process.
pub const EMBEDDED: Duration = Duration::from_secs(30);

/// The longest wait that the service takes in one call.
const LONGEST: Duration = Duration::from_secs(55);

/// An answer that came sooner than was asked for is not asked for again at once.
const PAUSE: Duration = Duration::from_secs(1);

/// True when nothing about the device's password is on its way.
pub fn is_settled(device: &Device) -> bool {
    device.rotation.as_ref().is_some_and(|rotation| rotation.state == RotationState::Ok)
}

/// The device once it has confirmed what is due, or as it is after `wait`.
///
/// # Errors
/// Those of every call.
pub async fn settle(tenant: &Tenant, name: &str, wait: Duration) -> Result<Device> {
    let end = Instant::now() + wait;
    loop {
        let asked = Instant::now();
        let left = end.saturating_duration_since(asked);
        let device = tenant.device(name, left.min(LONGEST)).await?;
        if is_settled(&device) || end.saturating_duration_since(Instant::now()) < PAUSE {
            return Ok(device);
        }
        if asked.elapsed() < PAUSE {
            tokio::time::sleep(PAUSE).await;
        }
    }
}
