//! The account and the state directory of one agent, for use by its loop.
//!
//! Both block: on disks, locks and the system's tools. Their calls run on threads of their own.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::spawn_blocking;

use super::{accounts::Account, state::StateDir};
use crate::error::{Error, Result};

/// What one agent looks after. Copies share it.
#[derive(Clone)]
pub(super) struct Device(Arc<Inner>);

struct Inner {
    account: Mutex<Box<dyn Account>>,
    state: StateDir,
}

impl Device {
    pub(super) fn new(state: StateDir, account: Box<dyn Account>) -> Self {
        Self(Arc::new(Inner { account: Mutex::new(account), state }))
    }

    /// Runs `work` with the account and the state directory.
    ///
    /// The thread holds both, so when the loop is dropped meanwhile, the directory's lock lasts
    /// until the account is no longer being changed: the next agent starts from what is so.
    pub(super) async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Account, &StateDir) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let device = self.0.clone();
        let done = spawn_blocking(move || {
            // A panic leaves nothing half done in the account itself: it has no state of its own.
            let account = device.account.lock().unwrap_or_else(PoisonError::into_inner);
            work(&**account, &device.state)
        });
        done.await.unwrap_or_else(|error| {
            Err(Error::failed("the account's back-end broke off").cause(error))
        })
    }

    /// The account's fingerprint.
    pub(super) async fn fingerprint(&self) -> Result<String> {
        self.with(|account, _| account.fingerprint().map(String::from)).await
    }
}
