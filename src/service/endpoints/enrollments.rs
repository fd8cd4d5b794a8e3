//! One-time codes by which a device's agent comes in.

use axum::{Json, extract::State, http::StatusCode};
use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::json;
use uuid::Uuid;

use crate::{
    api::device::{NewEnrollment, OneTimeCode},
    secret::Secret,
    service::{
        App,
        access::Caller,
        code,
        input::Body,
        problem::Problem,
        store::{
            Outcome,
            audit::{By, Record},
            devices::{self, Device, Facts},
            enrollments::{self, Enrollment},
        },
    },
};

/// The update rings of the published contract.
const RINGS: [&str; 4] = ["Test", "First", "Fast", "Broad"];

/// `POST tenants/T/enrollments`: the device is made when it is not known yet.
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    body: Body,
) -> Result<(StatusCode, Json<OneTimeCode>), Problem> {
    let [name] = body.texts([("deviceName", 64)])?;
    let NewEnrollment { ring, .. } = body.read()?;
    if let Some(ring) = ring.as_deref().filter(|ring| !RINGS.contains(ring)) {
        let message = format!("`{ring}` is not a ring: use Test, First, Fast or Broad.");
        return Err(Problem::bad_request(message.clone()).at("ring", "unknown", message));
    }
    if name.chars().any(char::is_control) || name.trim() != name {
        let message = "A device's name has no control characters and no space around it.";
        return Err(Problem::bad_request(message).at("deviceName", "malformed", message));
    }
    let now = app.clock.now();
    let expires = now + app.settings.sign_in.enrollment_lifetime;
    let code = app
        .store
        .write(move |c| {
            let tenant = caller.tenant.id;
            let device = match devices::by_name(c, tenant, &name)? {
                Some(mut device) => {
                    // A ring that was asked for must not be ignored: `Test` forbids elevation.
                    if ring.is_some() && ring != device.ring {
                        device.ring = ring;
                        devices::describe(c, &device)?;
                        Record::new(&caller.by, "device.changed")
                            .device(&device.name)
                            .detail(json!({ "ring": device.ring }))
                            .append(c, tenant, now)?;
                    }
                    device
                }
                None => {
                    let device = Device {
                        id: Uuid::new_v4(),
                        tenant,
                        name,
                        serial_number: None,
                        global_id: None,
                        user_fold: None,
                        ring: Some(ring.unwrap_or_else(|| "Broad".to_owned())),
                        persona: Some("Standard".into()),
                        facts: Facts::default(),
                    };
                    devices::insert(c, &device, now)?;
                    device
                }
            };
            make(c, &device, &caller.by, now, expires)
        })
        .await?;
    Ok((StatusCode::CREATED, Json(OneTimeCode { code, expires })))
}

/// A one-time code for `device`; an earlier unused one ends.
pub fn make(
    c: &Connection,
    device: &Device,
    by: &By,
    now: Timestamp,
    expires: Timestamp,
) -> Outcome<Secret> {
    let (code, public, secret) = code::make();
    let tenant = device.tenant;
    let enrollment =
        Enrollment { tenant, device: device.id, secret, expires, wrong: 0, key_hash: None };
    enrollments::put(c, &public, &enrollment, &by.who)?;
    Record::new(by, "enrollment.made")
        .device(&device.name)
        .detail(json!({ "code": public, "expires": expires }))
        .append(c, tenant, now)?;
    Ok(code)
}
