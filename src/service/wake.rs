//! Wakes whoever waits for a device: its agent's long poll, or a person who waits for a password.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::Notify;
use uuid::Uuid;

/// Who waits for which device.
#[derive(Default)]
pub struct Wakes(Mutex<HashMap<Uuid, Arc<Notify>>>);

impl Wakes {
    /// What to wait on. A wait that is enabled before the state is read misses nothing.
    pub fn of(&self, device: Uuid) -> Arc<Notify> {
        let mut devices = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody holds an entry that only the map knows: it can go.
        if devices.len() > 1024 {
            devices.retain(|_, notify| Arc::strong_count(notify) > 1);
        }
        Arc::clone(devices.entry(device).or_default())
    }

    /// Something about the device has changed.
    pub fn wake(&self, device: Uuid) {
        let devices = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(notify) = devices.get(&device) {
            notify.notify_waiters();
        }
    }

    /// Everybody wakes: the service stops.
    pub fn wake_all(&self) {
        for notify in self.0.lock().unwrap_or_else(PoisonError::into_inner).values() {
            notify.notify_waiters();
        }
    }
}
