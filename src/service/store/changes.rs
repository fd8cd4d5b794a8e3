//! Says that there is something new to send, once it is durable: nobody has to poll for it, and
//! whoever writes it need not think of it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use rusqlite::{Connection, hooks::Action};
use tokio::sync::watch;

/// What wakes the senders.
#[derive(Default)]
pub struct Changes {
    deliveries: Watched,
    audit: Watched,
}

#[derive(Default)]
struct Watched {
    /// Something was written in the transaction under way.
    touched: Arc<AtomicBool>,
    told: watch::Sender<()>,
}

impl Watched {
    fn tell(&self) {
        if self.touched.swap(false, Ordering::AcqRel) {
            self.told.send_replace(());
        }
    }
}

impl Changes {
    /// Notes what the writer's connection adds.
    pub fn watch(&self, connection: &mut Connection) -> rusqlite::Result<()> {
        let deliveries = Arc::clone(&self.deliveries.touched);
        let audit = Arc::clone(&self.audit.touched);
        connection.update_hook(Some(move |action, _: &str, table: &str, _| {
            // Work that is undone later wakes somebody for nothing, and that is all.
            match (action, table) {
                (Action::SQLITE_INSERT, "deliveries") => deliveries.store(true, Ordering::Release),
                (Action::SQLITE_INSERT, "audit") => audit.store(true, Ordering::Release),
                _ => {}
            }
        }))
    }

    /// The transaction has ended: wakes whoever has something to send.
    pub fn tell(&self) {
        self.deliveries.tell();
        self.audit.tell();
    }

    /// A delivery that was added before may go now: a dead letter is sent again, or what held it up
    /// does so no more.
    pub fn wake_deliveries(&self) {
        self.deliveries.told.send_replace(());
    }

    /// Changes whenever a delivery was added.
    pub fn deliveries(&self) -> watch::Receiver<()> {
        self.deliveries.told.subscribe()
    }

    /// Changes whenever an event was recorded.
    pub fn audit(&self) -> watch::Receiver<()> {
        self.audit.told.subscribe()
    }
}
