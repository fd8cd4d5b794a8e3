//! `GET /metrics`: counts in the text form of Prometheus. Without a token, so there is no name in
//! it, nor anything of a single device.

use std::{
    fmt::Write as _,
    sync::atomic::{AtomicU64, Ordering},
};

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};

use crate::service::{App, problem::Problem, store::metrics};

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
    Ok(([(header::CONTENT_TYPE, TEXT)], text))
}
