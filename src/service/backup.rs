//! A back-up of the service: one file, made while it runs, and the way back from it.
//!
//! The file is a tar archive: what it is, the database as of one moment, the certificate authority
//! that clients and agents trust, the key that signs the audit's heads, the attachments of tickets,
//! and an end by which a file that was cut off is told. The sealing key is in it only where that
//! was asked for: without it the archive opens no password.
//!
//! A restored service knows less than its devices do. So every device counts as unheard until its
//! next contact, and codes that were made before may have been used since: they are dropped.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::Timestamp;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tar::{Archive, Builder, EntryType, Header};
use uuid::Uuid;

use super::{
    App, Parts, Service,
    run::tls_dir,
    settings::Settings,
    store::{
        Outcome,
        audit::{By, Record},
        restored, tenants,
    },
};
use crate::{
    clock::Clock,
    durable,
    error::{Error, IoContext, Result},
};

/// What the archive says of itself, in its first entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The layout of the archive.
    pub format: u32,
    /// As of when.
    pub made: Timestamp,
    /// The version that made it.
    pub version: String,
    /// Whether it holds the sealing key: then it opens every password.
    pub sealing_key: bool,
}

/// The only layout so far.
const FORMAT: u32 = 1;
const MANIFEST: &str = "mmd-backup.json";
const DATABASE: &str = "mmd.db";
const SEALING_KEY: &str = "master.key";

/// What else is kept, as it lies in the data directory; what is missing there is left out.
const FILES: [&str; 3] = ["head.key", "tls/ca.key", "tls/ca.pem"];

/// The last entry: how many came before it.
const END: &str = "mmd-backup.end";

/// The attachments of tickets, each in a file that is called by its id.
const ATTACHMENTS: &str = "attachments";

/// A manifest is a line; anything larger is none.
const MAX_MANIFEST: u64 = 4096;

/// Makes the back-up `file` of the service in `data_dir`, which may be running. `key_file` is the
/// sealing key's place outside of the directory.
///
/// # Errors
/// When `file` is there already, or the sealing key is not the service's.
pub async fn make(
    data_dir: &Path,
    file: &Path,
    include_key: bool,
    key_file: Option<&Path>,
    clock: Arc<dyn Clock>,
) -> Result<Manifest> {
    let shown = file.display();
    if file.exists() {
        return Err(Error::usage(format!("{shown} is there already"))
            .hint("name a new file; an older back-up is never overwritten"));
    }
    let app = open(data_dir, key_file, clock)?;
    let manifest = Manifest {
        format: FORMAT,
        made: app.clock.now(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        sealing_key: include_key,
    };
    record(&app, "service.backedUp", &manifest, |_| Ok(())).await?;
    let cannot = || format!("the back-up {shown} cannot be written");
    let snapshot = Scratch(durable::beside(file, ".db").or_failed(cannot)?);
    let archive = Scratch(durable::beside(file, ".new").or_failed(cannot)?);
    durable::remove(&snapshot.0).or_failed(cannot)?;
    durable::remove(&archive.0).or_failed(cannot)?;
    // Made first, and private: what SQLite finds it writes into, with the mode it has.
    durable::private_file(&snapshot.0).or_failed(cannot)?;
    app.store.snapshot(&snapshot.0)?;
    let sealing_key = key_file.map_or_else(|| data_dir.join(SEALING_KEY), Path::to_owned);
    let pack = || -> io::Result<()> {
        let mut tar = Builder::new(durable::private_file(&archive.0)?);
        append(&mut tar, MANIFEST, &serde_json::to_vec(&manifest)?)?;
        append_file(&mut tar, DATABASE, &snapshot.0)?;
        let mut count = 2_u64;
        for name in FILES {
            let path = data_dir.join(name);
            if path.exists() {
                append_file(&mut tar, name, &path)?;
                count += 1;
            }
        }
        if include_key {
            append_file(&mut tar, SEALING_KEY, &sealing_key)?;
            count += 1;
        }
        for id in attachments(data_dir)? {
            let name = format!("{ATTACHMENTS}/{id}");
            match append_file(&mut tar, &name, &data_dir.join(&name)) {
                // Its ticket was forgotten meanwhile.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                appended => {
                    appended?;
                    count += 1;
                }
            }
        }
        append(&mut tar, END, count.to_string().as_bytes())?;
        tar.into_inner()?.sync_data()?;
        fs::rename(&archive.0, file)?;
        durable::sync_parent(file)
    };
    pack().or_failed(cannot)?;
    app.store.close();
    Ok(manifest)
}

/// Restores the back-up `file` into `data_dir`, which has to be empty or absent, all or nothing.
///
/// # Errors
/// When `file` is no back-up, the directory is in use, or the sealing key is not the one.
pub async fn restore(
    file: &Path,
    data_dir: &Path,
    key_file: Option<&Path>,
    clock: Arc<dyn Clock>,
) -> Result<Manifest> {
    let (shown, target) = (file.display(), data_dir.display());
    let in_use = fs::read_dir(data_dir).is_ok_and(|mut entries| entries.next().is_some());
    if in_use {
        return Err(Error::usage(format!("the directory {target} is not empty"))
            .hint(format!("move it away first: `mv {target} {target}.old`")));
    }
    let opened = File::open(file).or_failed(|| format!("the back-up {shown} cannot be read"))?;
    let cannot = || format!("the directory {target} cannot be made");
    let staged = durable::beside(data_dir, ".restoring").or_failed(cannot)?;
    // Left by a restore that was cut short.
    let _ = fs::remove_dir_all(&staged);
    let staging = Scratch(staged.clone());
    super::make_private_dir(&staged)?;
    for inner in [tls_dir(&staged), staged.join(ATTACHMENTS)] {
        super::make_private_dir(&inner)?;
    }
    let manifest = unpack(opened, &staged).map_err(|error| {
        Error::usage(format!("{shown} is no whole back-up of mmd")).cause(error)
    })?;
    if key_file.is_none() && !manifest.sealing_key {
        return Err(Error::usage("the back-up does not hold the sealing key")
            .cause("without it no stored password can be read")
            .hint("name the key that the service had in `MMD_MASTER_KEY_FILE`"));
    }
    let app = open(&staged, key_file, clock)?;
    record(&app, "service.restored", &manifest, restored::forget_what_may_have_changed).await?;
    app.store.close();
    if data_dir.exists() {
        fs::remove_dir(data_dir).or_failed(cannot)?;
    }
    fs::rename(&staged, data_dir).or_failed(cannot)?;
    drop(staging);
    durable::sync_parent(data_dir).or_failed(cannot)?;
    Ok(manifest)
}

/// A file or directory that is gone when this is.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // What was renamed is not there any more; what else fails leaves a hidden file behind.
        let _ = fs::remove_file(&self.0);
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn open(data_dir: &Path, key_file: Option<&Path>, clock: Arc<dyn Clock>) -> Result<App> {
    if !data_dir.join(DATABASE).exists() {
        return Err(Error::not_found(format!("there is no service in {}", data_dir.display()))
            .hint("name the directory that `mmd serve` was given: `--data-dir DIR`"));
    }
    Service::open(Parts {
        data_dir,
        origin: String::new(),
        settings: Settings::default(),
        clock,
        master_key_file: key_file,
        embedded: None,
    })
}

/// Does `work`, and says in every tenant's trail what was done.
async fn record(
    app: &App,
    action: &'static str,
    manifest: &Manifest,
    work: impl FnOnce(&Connection) -> Outcome<()> + Send + 'static,
) -> Result<()> {
    let now = app.clock.now();
    let detail = json!({ "asOf": manifest.made, "sealingKey": manifest.sealing_key });
    let done = app.store.write(move |c| {
        work(c)?;
        for tenant in tenants::all(c)? {
            let by = By::system();
            Record::new(&by, action).detail(detail.clone()).append(c, tenant.id, now)?;
        }
        Ok(())
    });
    done.await.map_err(|problem| Error::failed(problem.message))
}

fn append(tar: &mut Builder<File>, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o600);
    header.set_size(bytes.len() as u64);
    tar.append_data(&mut header, name, bytes)
}

fn append_file(tar: &mut Builder<File>, name: &str, path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o600);
    header.set_size(file.metadata()?.len());
    tar.append_data(&mut header, name, file)
}

/// The attachments that lie in `data_dir`, by id.
fn attachments(data_dir: &Path) -> io::Result<Vec<Uuid>> {
    let entries = match fs::read_dir(data_dir.join(ATTACHMENTS)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
        entries => entries?,
    };
    let mut all = Vec::new();
    for entry in entries {
        // What is still arriving has another name.
        if let Some(id) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) {
            all.push(id);
        }
    }
    Ok(all)
}

/// True for what a back-up may hold, and nothing that would lie elsewhere.
fn belongs(name: &str, manifest: &Manifest) -> bool {
    let attachment = || {
        let id = name.strip_prefix(ATTACHMENTS).and_then(|rest| rest.strip_prefix('/'));
        id.is_some_and(|id| id.parse::<Uuid>().is_ok_and(|parsed| parsed.to_string() == id))
    };
    name == DATABASE
        || FILES.contains(&name)
        || (name == SEALING_KEY && manifest.sealing_key)
        || attachment()
}

/// Unpacks what a back-up may hold, and nothing else, into `dir`.
fn unpack(file: File, dir: &Path) -> io::Result<Manifest> {
    let wrong = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
    let mut archive = Archive::new(file);
    let (mut manifest, mut count, mut has_database) = (None, 0_u64, false);
    for entry in archive.entries()? {
        // The library quotes the bytes that it stumbles over, which may be anybody's.
        let mut entry = entry.map_err(|_| wrong("it is no archive, or cut off".into()))?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if entry.header().entry_type() != EntryType::Regular {
            return Err(wrong(format!("`{name}` is no plain file")));
        }
        let Some(known) = &manifest else {
            if name != MANIFEST {
                return Err(wrong(format!("it does not begin with `{MANIFEST}`")));
            }
            let found: Manifest = serde_json::from_slice(&short(entry)?)?;
            if found.format != FORMAT {
                return Err(wrong(format!("it was made by mmd {}", found.version)));
            }
            (manifest, count) = (Some(found), 1);
            continue;
        };
        if name == END {
            let whole = short(entry)? == count.to_string().as_bytes() && has_database;
            let manifest = manifest.filter(|_| whole);
            return manifest.ok_or_else(|| wrong("something of it is missing".into()));
        }
        if !belongs(&name, known) {
            return Err(wrong(format!("it holds `{name}`, which no back-up does")));
        }
        has_database |= name == DATABASE;
        count += 1;
        let size = entry.size();
        let mut file = durable::private_file(&dir.join(&name))?;
        if io::copy(&mut entry, &mut file)? != size {
            return Err(wrong(format!("`{name}` is cut off")));
        }
        file.sync_data()?;
    }
    Err(wrong("it is cut off".into()))
}

/// An entry that is a line.
fn short(entry: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    entry.take(MAX_MANIFEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
