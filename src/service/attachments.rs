//! The bytes of attachments: files below the data directory, named by id, readable by the service
//! alone, and never trusted to be what they were.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, SystemTime},
};

use axum::{body::Body, http::StatusCode};
use futures_util::{StreamExt, stream};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use uuid::Uuid;

use super::{Service, make_private_dir, problem::Problem, store::Outcome};
use crate::{
    api::ticket::{Attachment, MAX_ATTACHMENT},
    domain::audit::hex,
};

/// How long a piece of an attachment may take to arrive.
const PIECE_TIME: Duration = Duration::from_secs(30);

/// How long all of it may take.
const WHOLE_TIME: Duration = Duration::from_secs(600);

/// How much is in memory at once when it is read, in bytes.
const PIECE: usize = 64 * 1024;

/// How old a file without a ticket gets: its transaction may still be under way.
const ORPHAN_AGE: Duration = Duration::from_secs(24 * 3600);

/// A file that has arrived. It goes again unless it is kept.
#[derive(Debug)]
pub struct Arrived {
    /// Its id, which is its name.
    pub id: Uuid,
    /// Its size in bytes.
    pub size: u64,
    /// Its checksum.
    pub sha256: String,
    path: PathBuf,
    kept: AtomicBool,
}

impl Arrived {
    /// Says that a committed row names it.
    pub fn keep(&self) {
        self.kept.store(true, Ordering::Relaxed);
    }
}

impl Drop for Arrived {
    fn drop(&mut self) {
        if !self.kept.load(Ordering::Relaxed) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn dir(app: &Service) -> PathBuf {
    app.data_dir.join("attachments")
}

fn cannot(error: &dyn std::fmt::Display) -> Problem {
    tracing::error!(%error, "an attachment cannot be kept or read");
    Problem::unavailable()
}

/// Writes a body to a new file, at most [`MAX_ATTACHMENT`] bytes of it, and makes it durable.
pub async fn receive(app: &Service, body: Body) -> Outcome<Arrived> {
    let dir = dir(app);
    make_private_dir(&dir).map_err(|error| cannot(&error))?;
    let id = Uuid::new_v4();
    let path = dir.join(id.to_string());
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    let mut file = options.open(&path).await.map_err(|error| cannot(&error))?;
    let mut arrived =
        Arrived { id, size: 0, sha256: String::new(), path, kept: AtomicBool::new(false) };
    let copying = copy(body, &mut file, &mut arrived.size);
    let late =
        || Problem::new(StatusCode::REQUEST_TIMEOUT, "The attachment did not arrive in time.");
    arrived.sha256 = tokio::time::timeout(WHOLE_TIME, copying).await.map_err(|_| late())??;
    file.sync_all().await.map_err(|error| cannot(&error))?;
    sync_dir(dir).await?;
    Ok(arrived)
}

async fn copy(body: Body, file: &mut tokio::fs::File, size: &mut u64) -> Outcome<String> {
    let mut pieces = body.into_data_stream();
    let mut hash = Sha256::new();
    loop {
        let next = tokio::time::timeout(PIECE_TIME, pieces.next()).await.map_err(|_| {
            Problem::new(StatusCode::REQUEST_TIMEOUT, "The attachment did not arrive in time.")
        })?;
        let Some(piece) = next else { break };
        let piece =
            piece.map_err(|_| Problem::bad_request("The attachment did not arrive whole."))?;
        *size += piece.len() as u64;
        if *size > MAX_ATTACHMENT {
            let message = "An attachment may have at most 25 MiB.";
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, message));
        }
        hash.update(&piece);
        file.write_all(&piece).await.map_err(|error| cannot(&error))?;
    }
    if *size == 0 {
        return Err(Problem::bad_request("The attachment is empty."));
    }
    file.flush().await.map_err(|error| cannot(&error))?;
    Ok(hex(&hash.finalize()))
}

/// A new name is durable once its directory is.
async fn sync_dir(dir: PathBuf) -> Outcome<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    let synced = tokio::task::spawn_blocking(move || std::fs::File::open(dir)?.sync_all()).await;
    match synced {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(cannot(&error)),
        Err(error) => Err(cannot(&error)),
    }
}

/// The bytes of an attachment, once all of them have been found to be what was attached; `None`
/// where they are not.
pub async fn send(app: &Service, attachment: &Attachment) -> Outcome<Option<Body>> {
    let path = dir(app).join(attachment.id.to_string());
    let mut file = match tokio::fs::File::open(&path).await {
        Ok(file) => file,
        Err(error) => {
            tracing::error!(%error, attachment = %attachment.id, "an attachment is gone");
            return Ok(None);
        }
    };
    let (mut hash, mut size, mut piece) = (Sha256::new(), 0_u64, vec![0; PIECE]);
    loop {
        let read = file.read(&mut piece).await.map_err(|error| cannot(&error))?;
        if read == 0 {
            break;
        }
        size += read as u64;
        hash.update(&piece[..read]);
    }
    if size != attachment.size || hex(&hash.finalize()) != attachment.sha256 {
        tracing::error!(attachment = %attachment.id, "an attachment is not what was attached");
        return Ok(None);
    }
    file.rewind().await.map_err(|error| cannot(&error))?;
    let pieces = stream::try_unfold(file, |mut file| async {
        let mut piece = vec![0; PIECE];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        Ok::<_, std::io::Error>((read > 0).then_some((piece, file)))
    });
    Ok(Some(Body::from_stream(pieces)))
}

/// Removes files that no ticket names: what a crash between file and row has left.
pub async fn sweep(app: &Service) -> Outcome<()> {
    let Ok(mut entries) = tokio::fs::read_dir(dir(app)).await else { return Ok(()) };
    while let Ok(Some(entry)) = entries.next_entry().await {
        let id = entry.file_name().to_str().and_then(|name| name.parse::<Uuid>().ok());
        let modified = entry.metadata().await.and_then(|known| known.modified());
        let (Some(id), Ok(modified)) = (id, modified) else { continue };
        let age = SystemTime::now().duration_since(modified).unwrap_or_default();
        if age < ORPHAN_AGE {
            continue;
        }
        let named = app.store.read(move |c| super::store::ticket_trail::is_attached(c, id)).await?;
        if !named {
            remove(&entry.path()).await;
        }
    }
    Ok(())
}

async fn remove(path: &Path) {
    if let Err(error) = tokio::fs::remove_file(path).await {
        tracing::warn!(%error, "a left-over attachment cannot be removed");
    }
}

/// Removes the bytes of attachments whose rows are gone.
pub async fn forget(app: &Service, attachments: &[Uuid]) {
    for id in attachments {
        remove(&dir(app).join(id.to_string())).await;
    }
}
