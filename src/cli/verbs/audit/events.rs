//! Events for people.

use serde_json::{Value, json};

use crate::{
    api::audit::Event,
    cli::output::{Cell, Table, Tone},
    client::{AuditQuery, Tenant},
    error::{Error, Result},
};

/// The events that fit, in full and as they are shown.
pub(super) async fn read(tenant: &Tenant, query: &AuditQuery) -> Result<(Vec<Event>, Value)> {
    let mut lines = tenant.audit_events(query).await?;
    let (mut events, mut values) = (Vec::new(), Vec::new());
    while let Some(line) = lines.next().await? {
        let broken = |error| Error::failed("the service sent an event that is none").cause(error);
        events.push(serde_json::from_slice(&line).map_err(broken)?);
        // As stored: members of a newer service are not lost.
        values.push(serde_json::from_slice::<Value>(&line).map_err(broken)?);
    }
    Ok((events, json!(values)))
}

/// One row for each.
pub(super) fn table(events: &[Event], when_empty: &'static str) -> Table {
    let headers = ["Seq", "Time", "Who", "Action", "Device", "Generation", "Result", "Detail"];
    let mut table = Table::new(headers, when_empty);
    for event in events {
        let result = match event.result.as_str() {
            "done" => Cell::Toned("done".into(), Tone::Dim),
            other => Cell::Toned(other.to_owned(), Tone::Warn),
        };
        table.push([
            number(event.seq).into(),
            event.time.into(),
            event.who.as_str().into(),
            event.action.as_str().into(),
            event.device.clone().into(),
            event.generation.and_then(number).into(),
            result,
            event.detail.as_ref().map(facts).into(),
        ]);
    }
    table
}

/// Who saw which password, and when.
pub(super) fn views(events: &[Event]) -> Table {
    let headers = ["Who", "Generation", "Time", "Request", "From"];
    let mut table = Table::new(headers, "nobody has seen a password of this device");
    for event in events {
        table.push([
            event.who.as_str().into(),
            event.generation.and_then(number).into(),
            event.time.into(),
            event.request.map(|id| id.to_string()).into(),
            event.from.clone().into(),
        ]);
    }
    table
}

fn number(number: u64) -> Option<i64> {
    i64::try_from(number).ok()
}

/// `{"ticket": "INC1"}` as `ticket INC1`.
fn facts(detail: &Value) -> String {
    let Value::Object(members) = detail else { return plain(detail) };
    let facts = members.iter().map(|(name, value)| format!("{name} {}", plain(value)));
    facts.collect::<Vec<_>>().join(", ")
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_are_told_in_words() {
        for (detail, text) in [
            (json!({"ticket": "INC1", "roles": ["admin"]}), "ticket INC1, roles [\"admin\"]"),
            (json!("in words"), "in words"),
        ] {
            assert_eq!(facts(&detail), text);
        }
    }
}
