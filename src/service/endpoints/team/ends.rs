//! Memberships that end by themselves.

use jiff::Timestamp;
use rusqlite::Connection;
use uuid::Uuid;

use super::apply::{Applying, apply};
use crate::{
    domain::team::Step,
    service::{
        App,
        store::{Outcome, audit::By, people, requests},
    },
};

/// What is said of an open request whose owner's membership has ended.
const ENDED: &str = "The membership has ended";

/// Ends every membership whose time has come by `now`: it is removed with its tokens, its open
/// requests close, and their devices rotate. Stored once seen, so that a clock that goes back makes
/// nothing valid again.
pub async fn end_memberships(app: &App, now: Timestamp) -> Outcome<()> {
    while app.store.read(people::next_end).await?.is_some_and(|end| end <= now) {
        let service = app.clone();
        let ended = app
            .store
            .write_then(
                move |c| end_due(c, now),
                move |(_, devices): &(usize, Vec<Uuid>)| {
                    devices.iter().for_each(|&device| service.touch(device));
                },
            )
            .await?;
        if ended.0 == 0 {
            break;
        }
    }
    Ok(())
}

fn end_due(c: &Connection, now: Timestamp) -> Outcome<(usize, Vec<Uuid>)> {
    let by = By::system();
    let mut devices = Vec::new();
    let due = people::ended_seats(c, now)?;
    let count = due.len();
    for (tenant, seat) in due {
        let open = requests::open_of(c, tenant, &seat.upn)?;
        devices.extend(open.iter().map(|request| request.device));
        let applying = Applying { tenant, by: &by, why: Some(("member.ended", ENDED)), now };
        apply(c, &applying, &Step { before: Some(seat), after: None }, &open)?;
    }
    Ok((count, devices))
}
