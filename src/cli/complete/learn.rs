//! Names that a verb has seen anyway are kept for completion. What cannot be kept is not missed:
//! nothing here fails.

use super::{
    engine::Candidate,
    names::{List, Names},
};
use crate::{
    api::{device::Device, elevation::ElevationRequest, team::Member},
    cli::context::Context,
};

/// Every device of the tenant, and who uses them.
pub fn devices(cx: &Context, devices: &[Device]) {
    let Some(names) = Names::in_use(&cx.settings) else { return };
    let _ = names.save(List::Devices, devices.iter().flat_map(device));
    let _ = names.save(List::People, devices.iter().filter_map(person));
}

/// Every member of the team.
pub fn members(cx: &Context, members: &[Member]) {
    let Some(names) = Names::in_use(&cx.settings) else { return };
    let member = |member: &Member| Candidate::new(&*member.upn, member.display_name.clone());
    let _ = names.save(List::Members, members.iter().map(member));
}

/// The caller's open requests.
pub fn requests(cx: &Context, open: &[ElevationRequest]) {
    let Some(names) = Names::in_use(&cx.settings) else { return };
    let _ = names.save(List::Requests, open.iter().flat_map(request));
}

/// A request that was opened just now.
pub fn opened(cx: &Context, opened: &ElevationRequest) {
    let Some(names) = Names::in_use(&cx.settings) else { return };
    let _ = names.change(List::Requests, |names| names.extend(request(opened)));
}

/// A request that was closed just now.
pub fn closed(cx: &Context, closed: &ElevationRequest) {
    let Some(names) = Names::in_use(&cx.settings) else { return };
    let gone = request(closed);
    let _ = names.change(List::Requests, |names| {
        names.retain(|name| !gone.iter().any(|gone| gone.value == name.value));
    });
}

fn device(device: &Device) -> Vec<Candidate> {
    let user = device.user_upn.as_deref();
    let parts: Vec<_> = [device.model.as_deref(), user].into_iter().flatten().collect();
    let mut names = vec![Candidate::new(&*device.name, Some(parts.join(", ")))];
    let serial = device.serial_number.as_deref().filter(|serial| !serial.trim().is_empty());
    names.extend(serial.map(|serial| Candidate::new(serial, Some(device.name.clone()))));
    names
}

fn person(device: &Device) -> Option<Candidate> {
    let upn = device.user_upn.as_deref().filter(|upn| !upn.is_empty())?;
    Some(Candidate::new(upn, Some(device.name.clone())))
}

fn request(request: &ElevationRequest) -> [Candidate; 2] {
    let (device, ticket) = (&request.device_name, &request.partner_ticket_id);
    [
        Candidate::new(&**device, Some(ticket.clone())),
        Candidate::new(request.id.to_string(), Some(format!("{device}, {ticket}"))),
    ]
}
