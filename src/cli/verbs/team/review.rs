//! `mmd team review`: who holds what, and what lies idle.

use jiff::SignedDuration;
use serde_json::json;

use crate::{
    api::team::Held,
    cli::{
        context::Context,
        output::{Cell, Report, Table, Tone},
    },
    domain::team::is_unused,
    error::Result,
};

/// What to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// `--unused`
    pub unused_days: Option<u32>,
}

/// Lists who holds what.
///
/// # Errors
/// For what the service refuses.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let mut held = cx.tenant().await?.review_team().await?;
    if let Some(days) = input.unused_days {
        let (span, now) = (SignedDuration::from_hours(24 * i64::from(days)), cx.clock.now());
        held.retain(|row| is_unused(row.since, row.last_used, span, now));
    }
    let empty = match input.unused_days {
        Some(_) => "nothing is unused for so long",
        None => "nobody holds anything",
    };
    cx.output.report(&Report::table(table(&held, empty), json!(held)))
}

fn table(held: &[Held], empty: &'static str) -> Table {
    let headers = ["Who", "Holds", "Since", "By", "Last used", "Until"];
    let mut table = Table::new(headers, empty);
    for row in held {
        let used = match row.last_used {
            Some(time) => Cell::Time(time),
            None => Cell::Toned("never".into(), Tone::Warn),
        };
        table.push([
            row.who.as_str().into(),
            row.holds.replace(',', ", ").into(),
            row.since.into(),
            row.by.as_str().into(),
            used,
            row.until.into(),
        ]);
    }
    table
}
