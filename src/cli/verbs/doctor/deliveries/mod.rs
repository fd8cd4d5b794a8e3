//! `mmd doctor deliveries`: what was not delivered to other systems.

pub mod list;
pub mod retry;
#[cfg(test)]
mod tests;

use crate::{
    api::delivery::{Delivery, State},
    cli::output::{Cell, Table, Tone},
};

/// Deliveries as rows; an empty table says `none`.
fn table(deliveries: &[Delivery], none: &'static str) -> Table {
    let headers = ["Id", "Sink", "To", "Event", "About", "State", "Tried", "Happened", "Why"];
    let mut table = Table::new(headers, none);
    for delivery in deliveries {
        let tone = match delivery.state {
            State::Pending => Tone::Warn,
            State::Delivered => Tone::Good,
            State::Dead => Tone::Bad,
        };
        table.push([
            delivery.id.to_string().into(),
            delivery.sink.as_str().into(),
            delivery.recipient.clone().into(),
            delivery.event.as_str().into(),
            delivery.subject.as_str().into(),
            Cell::Toned(delivery.state.as_str().to_owned(), tone),
            i64::from(delivery.attempts).into(),
            delivery.created.into(),
            delivery.last_error.clone().into(),
        ]);
    }
    table
}
