//! How an agent ends: because it was asked to, or because it cannot go on.

use std::time::Duration;

use tokio::sync::watch;

use crate::error::Error;

/// Why the loop ends.
#[derive(Debug)]
pub(super) enum Halt {
    /// It was asked to, and what is under way is safe to leave.
    Asked,
    /// It cannot go on.
    Failed(Error),
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Becomes true when the agent is to end; never, where nobody can ask.
#[derive(Debug, Clone)]
pub(super) struct Stop(Option<watch::Receiver<bool>>);

impl Stop {
    /// Ends when `asked` turns true, or nobody is left who could turn it.
    pub(super) fn when(asked: watch::Receiver<bool>) -> Self {
        Self(Some(asked))
    }

    /// Never ends.
    pub(super) fn never() -> Self {
        Self(None)
    }

    /// Whether the agent is to end.
    pub(super) fn is_asked(&self) -> bool {
        self.0.as_ref().is_some_and(|asked| *asked.borrow() || asked.has_changed().is_err())
    }

    /// Returns when the agent is to end.
    pub(super) async fn asked(&mut self) {
        match &mut self.0 {
            // An error says that the sender is gone, which asks as well.
            Some(asked) => drop(asked.wait_for(|asked| *asked).await),
            None => std::future::pending().await,
        }
    }

    /// Sleeps, unless asked to end before.
    pub(super) async fn sleep(&mut self, time: Duration) -> Result<(), Halt> {
        tokio::select! {
            biased;
            () = self.asked() => Err(Halt::Asked),
            () = tokio::time::sleep(time) => Ok(()),
        }
    }
}
