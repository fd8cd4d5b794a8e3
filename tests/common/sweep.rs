//! Looks for secrets where they must not be: in files, and in the arguments and environments of
//! every process.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};

/// Every process's arguments and environment, as long as it is watched.
pub struct Processes {
    stop: Arc<AtomicBool>,
    seen: Arc<Mutex<BTreeSet<Vec<u8>>>>,
    watcher: JoinHandle<()>,
}

impl Processes {
    pub fn watch() -> Self {
        let (stop, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::default()));
        let (stopped, kept) = (Arc::clone(&stop), Arc::clone(&seen));
        let watcher = std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                look(&kept);
            }
        });
        Self { stop, seen, watcher }
    }

    /// Stops watching.
    pub fn seen(self) -> BTreeSet<Vec<u8>> {
        self.stop.store(true, Ordering::Relaxed);
        self.watcher.join().expect("the watcher ends");
        let seen = std::mem::take(&mut *self.seen.lock().expect("no panic"));
        assert!(seen.len() > 20, "processes were looked at");
        seen
    }
}

fn look(seen: &Mutex<BTreeSet<Vec<u8>>>) {
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        for file in ["cmdline", "environ"] {
            if let Ok(bytes) = std::fs::read(entry.path().join(file)) {
                seen.lock().expect("no panic").insert(bytes);
            }
        }
    }
}

/// What was found in files and processes.
pub struct Sweep {
    files: Vec<(PathBuf, Vec<u8>)>,
    seen: BTreeSet<Vec<u8>>,
}

impl Sweep {
    pub fn of(dirs: &[&Path], seen: BTreeSet<Vec<u8>>) -> Self {
        let mut files = Vec::new();
        for dir in dirs {
            files_below(dir, &mut files);
        }
        Self { files, seen }
    }

    /// Whether a file whose path ends so was there.
    pub fn looked_at(&self, path: &str) -> bool {
        self.files.iter().any(|(file, _)| file.ends_with(path))
    }

    #[track_caller]
    pub fn finds_no(&self, secret: &str) {
        assert!(secret.len() >= 8, "too short to look for: {secret}");
        for (file, bytes) in &self.files {
            assert!(!contains(bytes, secret), "a secret is in {}", file.display());
        }
        let leaked = self.seen.iter().any(|bytes| contains(bytes, secret));
        assert!(!leaked, "a secret is in arguments or an environment");
    }
}

fn contains(bytes: &[u8], secret: &str) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
}

fn files_below(dir: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => files_below(&path, found),
            // Sockets and the like hold nothing.
            false => found.extend(std::fs::read(&path).ok().map(|bytes| (path, bytes))),
        }
    }
}
