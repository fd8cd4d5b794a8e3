//! DEVICE may be a name, a serial number, or a person: one device is that one, several are a
//! choice.

use serde_json::json;

use crate::{
    api::device::{Device, User},
    cli::{
        context::Context,
        prompt::Question,
        verbs::words::{count, word},
    },
    client::Tenant,
    error::{Error, Result},
};

/// A device that may be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its name.
    pub name: String,
    /// What tells it from others: model, serial number, user.
    about: String,
    serial_number: Option<String>,
    user_upn: Option<String>,
}

/// The name of the device that `text` means.
///
/// # Errors
/// When there is none, or several and nobody can be asked.
pub(super) async fn device(tenant: &Tenant, text: &str, cx: &Context) -> Result<String> {
    let mut found = all(tenant, text).await?;
    let chosen = match found.len() {
        0 => {
            return Err(Error::not_found(format!(
                "there is no device, serial number or person `{text}`"
            ))
            .hint(format!("`mmd device search {}` looks for parts of names", word(text))));
        }
        1 => 0,
        _ if cx.prompter.can_ask() => {
            let items: Vec<_> = found.iter().map(Candidate::line).collect();
            cx.prompter.select(Question::new("Which device?", "DEVICE"), &items, 0)?
        }
        _ => return Err(several(text, &found)),
    };
    let chosen = found.swap_remove(chosen.min(found.len() - 1));
    if !chosen.name.eq_ignore_ascii_case(text) {
        cx.output.note(&format!("`{text}` is {}", chosen.line()));
    }
    Ok(chosen.name)
}

/// Every device that `text` may mean, by name.
///
/// # Errors
/// When the service cannot be asked.
pub async fn all(tenant: &Tenant, text: &str) -> Result<Vec<Candidate>> {
    let (devices, users) =
        tokio::join!(tenant.devices(Some(text), None), tenant.users(Some(text), None));
    Ok(candidates(text, &devices?, &users?))
}

impl Candidate {
    fn of(device: &Device) -> Self {
        Self::new(
            &device.name,
            device.model.as_deref(),
            device.serial_number.as_deref(),
            device.user_upn.as_deref(),
        )
    }

    fn new(name: &str, model: Option<&str>, serial: Option<&str>, user: Option<&str>) -> Self {
        let about: Vec<_> =
            [model, serial, user].into_iter().flatten().filter(|part| !part.is_empty()).collect();
        Self {
            name: name.to_owned(),
            about: about.join(", "),
            serial_number: serial.map(str::to_owned),
            user_upn: user.map(str::to_owned),
        }
    }

    /// Its name, with what tells it from others.
    pub fn line(&self) -> String {
        match self.about.as_str() {
            "" => self.name.clone(),
            about => format!("{} ({about})", self.name),
        }
    }
}

/// The closest reading of `text` that means anything: a part of a name is no reading, because an
/// elevation must not go to a device that was not meant.
fn candidates(text: &str, devices: &[Device], users: &[User]) -> Vec<Candidate> {
    let is = |value: &str| value.eq_ignore_ascii_case(text);
    let maybe = |value: &Option<String>| value.as_deref().is_some_and(is);
    let by_device = |fits: &dyn Fn(&Device) -> bool| -> Vec<Candidate> {
        devices.iter().filter(|device| fits(device)).map(Candidate::of).collect()
    };
    let by_user = |fits: &dyn Fn(&User) -> bool| -> Vec<Candidate> {
        let devices_of = |user: &User| {
            let upn = user.upn.clone();
            let known = user.devices.iter().map(move |device| {
                let (model, serial) = (device.model.as_deref(), device.serial_number.as_deref());
                Candidate::new(&device.name, model, serial, Some(&upn))
            });
            known.collect::<Vec<_>>()
        };
        users.iter().filter(|user| fits(user)).flat_map(devices_of).collect()
    };
    // `marta.lopez` for `marta.lopez@contoso.com`.
    let local = |name: &str| name.split_once('@').is_some_and(|(local, _)| is(local));
    let maybe_local = |name: &Option<String>| name.as_deref().is_some_and(local);
    let address = |user: &User| is(&user.upn) || maybe(&user.email);
    let local_part = |user: &User| local(&user.upn) || maybe_local(&user.email);
    let name = |user: &User| user.name.as_deref().is_some_and(|name| has_words(name, text));
    let readings: [&dyn Fn() -> Vec<Candidate>; 7] = [
        &|| by_device(&|device| is(&device.name)),
        &|| by_device(&|device| maybe(&device.serial_number)),
        &|| by_device(&|device| maybe(&device.user_upn) || maybe(&device.user_email)),
        &|| by_user(&address),
        &|| by_device(&|device| maybe_local(&device.user_upn) || maybe_local(&device.user_email)),
        &|| by_user(&local_part),
        &|| by_user(&name),
    ];
    let found = readings.iter().map(|reading| reading()).find(|found| !found.is_empty());
    let mut found = found.unwrap_or_default();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found.dedup_by(|a, b| a.name == b.name);
    found
}

/// Every word of `text` is a word of `name`.
fn has_words(name: &str, text: &str) -> bool {
    let words: Vec<_> = name.split_whitespace().map(str::to_lowercase).collect();
    let mut asked = text.split_whitespace().map(str::to_lowercase).peekable();
    asked.peek().is_some() && asked.all(|word| words.contains(&word))
}

fn several(text: &str, found: &[Candidate]) -> Error {
    let list = found.iter().map(|one| {
        json!({ "name": one.name, "serialNumber": one.serial_number, "userUpn": one.user_upn })
    });
    let mut error = Error::usage(format!("`{text}` may be {}", count(found.len(), "device")))
        .details(json!({ "candidates": list.collect::<Vec<_>>() }))
        .hint("name one of them");
    error.causes = found.iter().map(Candidate::line).collect();
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::device::UserDevice;

    fn device(name: &str, serial: &str, user: Option<&str>) -> Device {
        Device {
            name: name.into(),
            serial_number: Some(serial.into()),
            user_upn: user.map(str::to_owned),
            ..Device::default()
        }
    }

    fn user(upn: &str, name: &str, devices: &[&str]) -> User {
        let devices = devices.iter().map(|name| UserDevice {
            serial_number: None,
            name: (*name).into(),
            model: None,
            ring: None,
            last_intune_sync_time: None,
        });
        User {
            name: Some(name.into()),
            upn: upn.into(),
            email: None,
            groups: vec![],
            devices: devices.collect(),
        }
    }

    fn names(text: &str, devices: &[Device], users: &[User]) -> Vec<String> {
        candidates(text, devices, users).into_iter().map(|one| one.name).collect()
    }

    #[test]
    fn the_closest_reading_wins() {
        let devices = [
            device("PC-1", "S1", Some("marta.lopez@contoso.com")),
            device("PC-2", "PC-1", None),
            device("PC-3", "S3", Some("marta.lopez@contoso.com")),
            device("PC-10", "S10", Some("marta.lopezz@contoso.com")),
        ];
        let users = [
            user("marta.lopez@contoso.com", "Marta Lopez", &["PC-1", "PC-3"]),
            user("sam@contoso.com", "Sam Marta Poe", &["PC-9"]),
        ];
        for (text, expected) in [
            ("pc-1", &["PC-1"][..]),
            ("S3", &["PC-3"]),
            ("Marta.Lopez@contoso.com", &["PC-1", "PC-3"]),
            ("marta.lopez", &["PC-1", "PC-3"]),
            ("lopez MARTA", &["PC-1", "PC-3"]),
            ("marta", &["PC-1", "PC-3", "PC-9"]),
            ("sam poe", &["PC-9"]),
            ("PC", &[]),
            ("mart", &[]),
            (" ", &[]),
        ] {
            assert_eq!(names(text, &devices, &users), expected, "{text}");
        }
    }

    #[test]
    fn several_devices_are_listed_for_who_cannot_be_asked() {
        let devices = [device("PC-1", "S1", None), device("PC-3", "S3", Some("a@b"))];
        let found: Vec<_> = devices.iter().map(Candidate::of).collect();
        let error = several("marta", &found);
        assert_eq!(error.message, "`marta` may be 2 devices");
        assert_eq!(error.causes, ["PC-1 (S1)", "PC-3 (S3, a@b)"]);
        assert_eq!(
            error.details.unwrap()["candidates"][0],
            json!({ "name": "PC-1", "serialNumber": "S1", "userUpn": null })
        );
    }
}
