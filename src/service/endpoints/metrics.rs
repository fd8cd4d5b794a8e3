//! `GET /metrics`: counts in the text form of Prometheus. Without a token, so there is no name in
//! it, nor anything of a single device.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::atomic::{AtomicU64, Ordering},
};

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};

use crate::{
    api::delivery::State as Delivery,
    service::{
        App,
        problem::Problem,
        store::{deliveries, metrics, tenants},
    },
};

/// The form, as scrapers know it.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// How many requests were answered, by the first digit of their status.
#[derive(Debug, Default)]
pub struct Answered([AtomicU64; 5]);

impl Answered {
    /// Counts an answer.
    pub fn count(&self, status: StatusCode) {
        if let Some(counter) = self.0.get(usize::from(status.as_u16() / 100).wrapping_sub(1)) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Counts what there is now.
pub async fn show(State(app): State<App>) -> Result<impl IntoResponse, Problem> {
    let counts = app.store.read(metrics::counts).await?;
    let (deliveries, behind) = outgoing(&app).await?;
    let mut text = String::new();
    let mut family = |name: &str, kind: &str, help: &str, lines: &[(String, u64)]| {
        // Writing into a `String` cannot fail.
        let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
        for (labels, value) in lines {
            let _ = writeln!(text, "{name}{labels} {value}");
        }
    };
    let version = format!("{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"));
    family("mmd_build_info", "gauge", "Version of the service.", &[(version, 1)]);
    let answered = app.answered.0.iter().zip(1..).map(|(counter, digit)| {
        (format!("{{status=\"{digit}xx\"}}"), counter.load(Ordering::Relaxed))
    });
    family(
        "mmd_http_requests_total",
        "counter",
        "Requests answered since the start.",
        &answered.collect::<Vec<_>>(),
    );
    let plain = |value: u64| [(String::new(), value)];
    family("mmd_devices", "gauge", "Devices known.", &plain(counts.devices));
    family("mmd_elevations_open", "gauge", "Open elevation requests.", &plain(counts.open));
    let rotations = [("owed", counts.owed), ("pending", counts.pending), ("failed", counts.failed)];
    family(
        "mmd_rotations",
        "gauge",
        "Devices whose password is owed a rotation, waits for the device, or could not be changed.",
        &rotations.map(|(state, value)| (format!("{{state=\"{state}\"}}"), value)),
    );
    family(
        "mmd_agents_stopped",
        "gauge",
        "Agents that make no new passwords.",
        &plain(counts.stopped),
    );
    family(
        "mmd_deliveries",
        "gauge",
        "Notices that wait for a sink, or were given up.",
        &deliveries,
    );
    family(
        "mmd_audit_behind",
        "gauge",
        "Events of the audit trail that a sink does not have yet.",
        &behind,
    );
    Ok(([(header::CONTENT_TYPE, TEXT)], text))
}

/// Values with their labels.
type Lines = Vec<(String, u64)>;

/// What is pending and dead for each sink, and how far each audit sink is behind. A sink's name is
/// letters, digits, `-`, `_` and `.`: it needs no escape.
async fn outgoing(app: &App) -> Result<(Lines, Lines), Problem> {
    let followers = app.outbox.followers().to_vec();
    let (counts, behind) = app
        .store
        .read(move |c| {
            let mut behind = Vec::new();
            for follower in followers {
                let mut events = 0;
                for tenant in tenants::all(c)?.iter().filter(|t| follower.follows(t.id)) {
                    events += follower.behind(c, tenant.id)?;
                }
                behind.push((format!("{{sink=\"{}\"}}", follower.name), events));
            }
            Ok((deliveries::counts(c)?, behind))
        })
        .await?;
    // A sink of the configuration has a line also while there is nothing.
    let mut lines: BTreeMap<_, _> = app
        .settings
        .sink
        .iter()
        .flat_map(|sink| [Delivery::Pending, Delivery::Dead].map(|s| (label(&sink.name, s), 0)))
        .collect();
    for count in counts.into_iter().filter(|count| count.state != Delivery::Delivered) {
        lines.insert(label(&count.sink, count.state), count.count);
    }
    Ok((lines.into_iter().collect(), behind))
}

fn label(sink: &str, state: Delivery) -> String {
    format!("{{sink=\"{sink}\",state=\"{}\"}}", state.as_str())
}
