//! `mmd agent run`: until it is told to stop.

use std::path::Path;

use tokio::{signal, sync::watch};

use crate::{
    agent::{run::run as keep_rotating, state::StateDir},
    error::{IoContext, Result},
};

/// Runs the agent of `state_dir`.
///
/// # Errors
/// When no device is enrolled there, another agent runs on it, or it cannot go on.
pub async fn run(state_dir: &Path) -> Result<()> {
    let state = StateDir::open(state_dir)?;
    let (stop, stopped) = watch::channel(false);
    let mut running = std::pin::pin!(keep_rotating(state, stopped));
    tokio::select! {
        ended = &mut running => return ended,
        told = told_to_stop() => told?,
    }
    tracing::info!("stopping");
    // The agent may have ended by itself meanwhile.
    let _ = stop.send(true);
    running.await
}

async fn told_to_stop() -> Result<()> {
    let cannot = || "the signal to stop cannot be awaited".to_owned();
    #[cfg(unix)]
    {
        let kind = signal::unix::SignalKind::terminate();
        let mut terminate = signal::unix::signal(kind).or_failed(cannot)?;
        tokio::select! {
            _ = terminate.recv() => Ok(()),
            interrupted = signal::ctrl_c() => interrupted.or_failed(cannot),
        }
    }
    #[cfg(not(unix))]
    signal::ctrl_c().await.or_failed(cannot)
}
