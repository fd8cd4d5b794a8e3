//! The embedded default: a service in this process, for as long as a verb takes, on the sample
//! tenant.
//!
//! One process serves the directory at a time. Another that starts meanwhile uses the first one's
//! service: both can read the directory's session key, from which, and from the number that names
//! the start, the token follows. It is good only inside the process that serves. A guest holds a
//! shared lock, for which the process that serves waits before it ends.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{files, prompt};
use crate::{
    clock::SystemClock,
    error::{Error, IoContext, Result},
    secret::Secret,
    service::{
        Parts, Service,
        access::EmbeddedSession,
        keys,
        run::{Certificate, Running, bind, tls_dir},
        sample::{self, Players},
        settings::Settings,
    },
};

/// Who works on the sample tenant.
const OPERATOR: &str = "you@contoso.com";

/// How long to wait for another process that is just starting or stopping.
const PATIENCE: Duration = Duration::from_secs(15);

/// What the serving process says of itself; no secret.
#[derive(Debug, Serialize, Deserialize)]
struct Serving {
    origin: String,
    nonce: String,
}

/// A way to the sample tenant's service.
pub struct Embedded {
    /// The service's origin.
    pub origin: String,
    /// The authority to trust, in PEM.
    pub ca_pem: Vec<u8>,
    /// The operator's token.
    pub token: Secret,
    own: Option<Own>,
    // Keeps the serving process from ending while this one is its guest.
    _guest: Option<File>,
}

/// The service, where this process runs it.
struct Own {
    running: Running,
    players: Players,
    serving: PathBuf,
    guests: PathBuf,
    // Held until everything else has ended.
    _lock: File,
}

/// Starts the service on the sample tenant below `data_dir`, or finds the one that runs.
pub async fn start(data_dir: &Path) -> Result<Embedded> {
    let dir = data_dir.join("embedded");
    files::private_dir(&dir)?;
    let end = tokio::time::Instant::now() + PATIENCE;
    loop {
        let path = dir.join("lock");
        let cannot = || format!("the lock {} cannot be taken", path.display());
        let lock = File::create(&path).or_failed(cannot)?;
        match lock.try_lock() {
            Ok(()) => return serve(&dir, lock).await,
            Err(TryLockError::Error(error)) => return Err(Error::failed(cannot()).cause(error)),
            Err(TryLockError::WouldBlock) => {}
        }
        if let Some(found) = join(&dir).await {
            return Ok(found);
        }
        if tokio::time::Instant::now() >= end {
            return Err(Error::failed("another mmd holds the sample tenant and does not answer")
                .hint("wait until it has ended, or set `MMD_DATA_DIR` to another directory"));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn serve(dir: &Path, lock: File) -> Result<Embedded> {
    let listening = bind("127.0.0.1:0", Certificate::Own { dir: tls_dir(dir), public_host: None })?;
    let origin = format!("https://{}", listening.address());
    let nonce = uuid::Uuid::new_v4().to_string();
    let token = keys::session_token(dir, &nonce)?;
    let app = Service::open(Parts {
        data_dir: dir,
        origin: origin.clone(),
        settings: Settings::default(),
        clock: Arc::new(SystemClock),
        master_key_file: None,
        embedded: Some(EmbeddedSession { token: token.clone(), upn: OPERATOR.into() }),
    })?;
    sample::ensure(&app).await?;
    let ca_file = listening.ca_file();
    let running = listening.serve(app.clone()).await?;
    let ca_file = ca_file.unwrap_or_default();
    let ca_pem = std::fs::read(&ca_file)
        .or_failed(|| format!("the authority {} cannot be read", ca_file.display()))?;
    let players = Players::start(&app, origin.clone(), Some(ca_pem.clone()));
    let serving = dir.join("serving.json");
    let said = serde_json::to_vec(&Serving { origin: origin.clone(), nonce })
        .map_err(|error| Error::failed("the service's address cannot be written").cause(error))?;
    files::write_private(&serving, &said)?;
    let own = Own { running, players, serving, guests: dir.join("guests"), _lock: lock };
    Ok(Embedded { origin, ca_pem, token, own: Some(own), _guest: None })
}

/// Uses the service of the process that holds the lock, if it answers.
async fn join(dir: &Path) -> Option<Embedded> {
    let guest = File::create(dir.join("guests")).ok()?;
    guest.try_lock_shared().ok()?;
    // Read once the lock is held: an address that is still there stays good until it is let go.
    let said = std::fs::read(dir.join("serving.json")).ok()?;
    let Serving { origin, nonce } = serde_json::from_slice(&said).ok()?;
    let address = origin.strip_prefix("https://")?;
    // A process that was killed has left its address behind.
    tokio::net::TcpStream::connect(address).await.ok()?;
    let ca_pem = std::fs::read(tls_dir(dir).join("ca.pem")).ok()?;
    let token = keys::session_token(dir, &nonce).ok()?;
    Some(Embedded { origin, ca_pem, token, own: None, _guest: Some(guest) })
}

impl Embedded {
    /// Lets what was ordered finish, and ends the service if this process runs it.
    pub async fn stop(self) {
        let Some(Own { running, players, serving, guests, _lock }) = self.own else { return };
        // Nobody new is to come, and those who are there finish first.
        let _ = std::fs::remove_file(serving);
        let left = async {
            while File::create(&guests).is_ok_and(|guests| guests.try_lock().is_err()) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        // A guest that sits at a prompt is not waited for without end, nor against an interrupt.
        tokio::select! {
            () = left => {}
            () = tokio::time::sleep(PATIENCE) => {}
            () = prompt::interruption() => {}
        }
        players.stop().await;
        running.stop().await;
    }
}
