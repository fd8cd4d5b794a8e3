//! How a device looks.

use crate::{
    api::device::{Device, Rotation, RotationState},
    cli::output::{Cell, Details, Table, Tone},
};

/// In a word, with its colour.
pub(super) fn state(rotation: Option<&Rotation>) -> Cell {
    let Some(rotation) = rotation else { return Cell::Empty };
    let (word, tone) = match rotation.state {
        RotationState::Ok => ("ok", Tone::Good),
        RotationState::Owed => ("owed", Tone::Bad),
        RotationState::Pending => ("pending", Tone::Warn),
        RotationState::Failed => ("failed", Tone::Bad),
        RotationState::Never => ("never", Tone::Dim),
    };
    Cell::Toned(word.into(), tone)
}

/// One row for each, narrow enough for most terminals.
pub(super) fn table(devices: &[Device]) -> Table {
    let headers = ["Name", "User", "Model", "Ring", "Rotation", "Last contact"];
    let mut table = Table::new(headers, "no devices");
    for device in devices {
        let rotation = device.rotation.as_ref();
        let user = device.user_upn.clone().or_else(|| device.assigned_user.clone());
        table.push([
            device.name.as_str().into(),
            user.into(),
            device.model.clone().into(),
            device.primary_update_ring.clone().into(),
            state(rotation),
            rotation.and_then(|rotation| rotation.last_contact).into(),
        ]);
    }
    table
}

/// All of it that a person looks for.
pub(super) fn details(device: &Device) -> Details {
    let names = |names: Vec<&str>| Cell::text(names.join("\n"));
    let groups = device.groups.iter().map(|group| group.display_name.as_str()).collect();
    let configurations = device.configurations.iter().map(|one| one.name.as_str()).collect();
    let rotation = device.rotation.as_ref();
    let mut details = Details::new()
        .row("Name", device.name.as_str())
        .row("User", device.user_upn.clone().or_else(|| device.assigned_user.clone()))
        .row("Manufacturer", device.manufacturer.clone())
        .row("Model", device.model.clone())
        .row("Serial number", device.serial_number.clone())
        .row("System", device.operating_system_edition.clone().or(device.os_version.clone()))
        .row("Ring", device.primary_update_ring.clone())
        .row("Persona", device.persona.clone())
        .row("Compliance", device.compliance_state.clone())
        .row("Groups", names(groups))
        .row("Configurations", names(configurations))
        .row("Rotation", state(rotation));
    if let Some(rotation) = rotation {
        details = details
            .row("Account", rotation.account.clone())
            .row("Generation", generation(rotation))
            .row("Confirmed", rotation.confirmed_at)
            .row("Last contact", rotation.last_contact);
        if rotation.owed_since.is_some() {
            details = details.row("Owed since", rotation.owed_since);
        }
        if let Some(reason) = &rotation.due {
            details = details.row("Due", reason.as_str());
        }
        if let Some(why) = &rotation.stopped {
            details = details.row("Stopped", Cell::Toned(why.clone(), Tone::Bad));
        }
    }
    details
}

fn generation(rotation: &Rotation) -> Option<i64> {
    rotation.generation.and_then(|number| i64::try_from(number).ok())
}
