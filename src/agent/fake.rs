//! A service in memory over the real ledger, and an account over the real `file` back-end, that
//! fail where a test says.

mod world;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard},
    time::Duration,
};

use tokio::sync::Notify;
use world::{Answer, Delivered, Message};
pub use world::{Fault, World};

use super::{
    accounts::{
        Account, Backend, Check, Fingerprint, Warning,
        file::{FileAccount, try_sign_in},
    },
    service::Service,
    state::{Config, StateDir},
};
use crate::{
    api::agent::{Aftermath, Confirm, Confirmed, Contact, Escrow, Escrowed, Orders},
    client::AgentRefusal,
    domain::rotation::Reason,
    error::{Error, Kind, Result},
    secret::Secret,
};

/// What goes wrong with a call to the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// It fails without effect.
    Fails,
    /// It has its effect and fails.
    Lies,
    /// Another password is set than was asked for, and nobody says so.
    Garbles,
    /// The agent ends before it.
    KilledBefore,
    /// The agent ends after its effect.
    KilledAfter,
}

/// Ends an agent at a point of the test's choosing.
#[derive(Default)]
pub struct Kill {
    struck: Notify,
    released: Mutex<bool>,
    changed: Condvar,
}

impl Kill {
    pub async fn struck(&self) {
        self.struck.notified().await;
    }

    /// Lets the thread go on that the kill holds, once nobody waits for what it does.
    pub fn release(&self) {
        *self.released.lock().unwrap() = true;
        self.changed.notify_all();
    }

    fn block(&self) {
        self.struck.notify_one();
        let released = self.released.lock().unwrap();
        drop(self.changed.wait_while(released, |released| !*released).unwrap());
    }
}

/// A service and a device to test an agent between.
#[derive(Clone)]
pub struct Bench {
    pub world: Arc<Mutex<World>>,
    pub flaws: Arc<Mutex<BTreeMap<usize, Flaw>>>,
    pub calls: Arc<Mutex<usize>>,
    pub kill: Arc<Kill>,
    /// Why the account must be left alone, if it must.
    pub refused: Arc<Mutex<Option<&'static str>>>,
    /// True where the account cannot be looked at.
    pub unseen: Arc<Mutex<bool>>,
    /// True where the sign-in check lets everybody in.
    pub gullible: Arc<Mutex<bool>>,
    directory: Arc<tempfile::TempDir>,
}

impl Bench {
    pub fn new() -> Self {
        let bench = Self {
            world: Arc::default(),
            flaws: Arc::default(),
            calls: Arc::default(),
            kill: Arc::default(),
            refused: Arc::default(),
            unseen: Arc::default(),
            gullible: Arc::default(),
            directory: Arc::new(scratch()),
        };
        let config = Config {
            service: "https://127.0.0.1:1".into(),
            own_ca: false,
            tenant: "t".into(),
            device_id: "d".into(),
            device_name: "CONTOSO-1".into(),
            account: "mmdadmin".into(),
            backend: Backend::File(bench.account_file()),
        };
        let state = StateDir::create(&bench.state_path()).unwrap();
        state.save_config(&config).unwrap();
        state.save_key(&Secret::new("k".into())).unwrap();
        bench
    }

    pub fn state_path(&self) -> PathBuf {
        self.directory.path().join("state")
    }

    pub fn account_file(&self) -> PathBuf {
        self.directory.path().join("account.json")
    }

    fn other_file(&self) -> PathBuf {
        self.directory.path().join("other.json")
    }

    pub fn state(&self) -> StateDir {
        StateDir::open(&self.state_path()).unwrap()
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    pub fn account(&self) -> Box<dyn Account> {
        let inner = FileAccount::open(&self.account_file(), "mmdadmin").unwrap();
        Box::new(Flawed { inner, bench: self.clone() })
    }

    pub fn flaw(&self, flaws: impl IntoIterator<Item = (usize, Flaw)>) {
        *self.calls.lock().unwrap() = 0;
        *self.flaws.lock().unwrap() = flaws.into_iter().collect();
    }

    /// Nothing goes wrong any more, and whoever was killed is gone.
    pub fn heal(&mut self) {
        self.kill.release();
        self.kill = Arc::default();
        self.flaw([]);
        self.world().disturb([]);
    }

    /// Whether one of the passwords that are handed out opens the account.
    pub fn opens(&self) -> bool {
        let passwords = self.world().handed_out();
        passwords.iter().any(|password| {
            let found = try_sign_in(&self.account_file(), "mmdadmin", password);
            matches!(found, Ok(Check::Opens))
        })
    }

    /// Asks for a rotation, as `mmd device rotate` does.
    pub fn ask(&self) {
        self.world().ledger.ask();
    }

    /// Who is in the account's record under `member`, replaced.
    pub fn set_administrators(&self, names: &[&str]) {
        let path = self.account_file();
        let text = std::fs::read_to_string(&path).unwrap();
        let mut record: serde_json::Value = serde_json::from_str(&text).unwrap();
        record["administrators"] = names.iter().copied().collect();
        crate::durable::replace(&path, record.to_string().as_bytes()).unwrap();
    }

    pub fn record(&self) -> serde_json::Value {
        serde_json::from_str(&std::fs::read_to_string(self.account_file()).unwrap()).unwrap()
    }

    async fn deliver(&self, message: Message) -> Result<Answer, AgentRefusal> {
        let Delivered { answer, killed } = self.world().deliver(message);
        if killed {
            self.kill.struck.notify_one();
            std::future::pending::<()>().await;
        }
        answer
    }
}

impl Service for Bench {
    async fn contact(&self, contact: &Contact, wait: Duration) -> Result<Orders, AgentRefusal> {
        let answer = self.deliver(Message::Contact(contact.clone())).await?;
        let Answer::Orders(mut orders) = answer else { unreachable!() };
        let deadline = tokio::time::Instant::now() + wait;
        while orders.due.is_none()
            && orders.ended.is_empty()
            && orders.open_requests == contact.open_requests
            && tokio::time::Instant::now() < deadline
        {
            tokio::time::sleep(Duration::from_millis(100)).await;
            orders = self.world().orders();
        }
        Ok(orders)
    }

    async fn escrow(&self, escrow: &Escrow) -> Result<Escrowed, AgentRefusal> {
        let message = Message::Escrow {
            instance: escrow.instance,
            attempt: escrow.attempt,
            highest: escrow.highest,
            password: escrow.password.clone(),
        };
        match self.deliver(message).await? {
            Answer::Escrowed(generation) => Ok(Escrowed { generation }),
            _ => unreachable!(),
        }
    }

    async fn confirm(&self, confirm: &Confirm) -> Result<Confirmed, AgentRefusal> {
        match self.deliver(Message::Confirm(confirm.clone())).await? {
            Answer::Confirmed(changed) => Ok(Confirmed { changed }),
            _ => unreachable!(),
        }
    }

    async fn aftermath(&self, aftermath: &Aftermath) -> Result<(), AgentRefusal> {
        self.deliver(Message::Aftermath(aftermath.clone())).await.map(drop)
    }
}

/// The `file` account with flaws.
struct Flawed {
    inner: FileAccount,
    bench: Bench,
}

impl Flawed {
    fn call<T>(&self, work: impl FnOnce(&FileAccount) -> Result<T>) -> Result<T> {
        let number = {
            let mut calls = self.bench.calls.lock().unwrap();
            *calls += 1;
            *calls - 1
        };
        let flaw = self.bench.flaws.lock().unwrap().remove(&number);
        let failed = || Err(Error::failed("the account does not answer"));
        match flaw {
            None => work(&self.inner),
            Some(Flaw::Fails) => failed(),
            Some(Flaw::Garbles) => {
                self.inner.set_password(&Secret::new("garbled".into()))?;
                // Whatever was asked for, of the right type.
                work(&FileAccount::open(&self.bench.other_file(), "mmdadmin")?)
            }
            Some(Flaw::Lies) => work(&self.inner).and_then(|_| failed()),
            Some(Flaw::KilledBefore) => {
                self.bench.kill.block();
                failed()
            }
            Some(Flaw::KilledAfter) => {
                let _ = work(&self.inner);
                self.bench.kill.block();
                failed()
            }
        }
    }
}

impl Account for Flawed {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn preflight(&self) -> Result<Vec<Warning>> {
        if let Some(why) = *self.bench.refused.lock().unwrap() {
            return Err(Error::new(Kind::Refused, why));
        }
        self.call(FileAccount::preflight)
    }

    fn fingerprint(&self) -> Result<Fingerprint> {
        if *self.bench.unseen.lock().unwrap() {
            return Err(Error::failed("the account is gone"));
        }
        self.call(FileAccount::fingerprint)
    }

    fn set_password(&self, password: &Secret) -> Result<()> {
        self.call(|account| account.set_password(password))
    }

    fn opens(&self, password: &Secret) -> Result<Check> {
        if *self.bench.gullible.lock().unwrap() {
            return Ok(Check::Opens);
        }
        self.call(|account| account.opens(password))
    }

    fn administrators(&self) -> Result<BTreeSet<String>> {
        if *self.bench.unseen.lock().unwrap() {
            return Err(Error::failed("the account is gone"));
        }
        self.inner.administrators()
    }

    fn end_sessions(&self) -> Result<usize> {
        self.inner.end_sessions()
    }

    fn notify(&self, text: &str) {
        self.inner.notify(text);
    }
}

/// In memory where there is such a place: thousands of syncs to a disk take minutes.
fn scratch() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// Why nothing is due, or what is; for messages of tests.
pub fn due(bench: &Bench) -> Option<Reason> {
    bench.world().ledger.due()
}

/// Signs in at the device and says whether that worked.
pub fn sign_in(file: &Path, password: &Secret) -> bool {
    try_sign_in(file, "mmdadmin", password).unwrap() == Check::Opens
}
