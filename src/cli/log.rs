//! What is told of the way, on standard error: with `--verbose`, and by the agent as it runs.

use tracing_subscriber::{EnvFilter, fmt};

/// Tells requests with their ids, methods, paths and answers; never what they carry.
pub fn verbose() {
    start("mmd=debug");
}

/// Tells what a person who keeps an agent running wants to know.
pub fn agent(verbose: bool) {
    start(if verbose { "mmd=debug" } else { "mmd=info" });
}

fn start(filter: &str) {
    let log = fmt().with_env_filter(EnvFilter::new(filter)).with_writer(std::io::stderr);
    // Whoever was first keeps it.
    let _ = log.with_ansi(false).try_init();
}
