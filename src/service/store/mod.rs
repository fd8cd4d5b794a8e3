//! The only user of SQL.
//!
//! The unit of work is a closure handed to one writer, which may run several in one durable
//! transaction; nobody is answered before it is committed. Columns are text, integers and blobs,
//! so that a second engine can agree. Times are microseconds since the epoch, ids are text.

pub mod audit;
pub mod audit_sinks;
mod changes;
pub mod contacts;
pub mod deliveries;
pub mod devices;
pub mod enrollments;
pub mod filter_sql;
pub mod idempotency;
pub mod identities;
pub mod ledgers;
pub mod metrics;
mod migrations;
pub mod outbox;
pub mod people;
pub mod requests;
pub mod restored;
pub mod tenants;
pub mod ticket_trail;
pub mod tickets;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, mpsc},
    thread::JoinHandle,
};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::{Semaphore, oneshot};
use uuid::Uuid;

pub use changes::Changes;

use super::problem::Problem;
use crate::error::{Error, Result};

/// What has to hold when a unit of work takes effect.
pub type Condition = Arc<dyn Fn(&Connection) -> Outcome<()> + Send + Sync>;

tokio::task_local! {
    static CONDITION: Condition;
}

/// Runs `task`; each unit of work that it hands to the writer asks `condition` first, in its own
/// transaction, and is refused as that says. What the task spawns is not bound.
pub async fn under<T>(condition: Condition, task: impl Future<Output = T>) -> T {
    CONDITION.scope(condition, task).await
}

/// How many units of work share a transaction at the most.
const BATCH: usize = 64;

/// How many idle connections are kept for reading.
const READERS: usize = 4;

/// How many read at once: each has a thread and, beyond the idle ones, opens a connection.
const READS: usize = 64;

/// How many lists are made at once: one with a filter may look through a hundred thousand rows, and
/// must hold up none of the short reads.
const LISTS: usize = 8;

/// How much of the file a reader remembers, in KiB: the index that lists of a hundred thousand
/// tickets look through.
const READER_CACHE: i64 = 24 * 1024;

/// A result inside the store: a problem rolls the unit of work back.
pub type Outcome<T> = std::result::Result<T, Problem>;

/// Runs after the transaction, told whether it was committed.
type Reply = Box<dyn FnOnce(bool) + Send>;
type Job = Box<dyn FnOnce(&Connection) -> Reply + Send>;

/// A database file with its writer.
pub struct Store {
    path: PathBuf,
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    readers: Arc<Mutex<Vec<Connection>>>,
    reads: Arc<Semaphore>,
    lists: Arc<Semaphore>,
    changes: Arc<Changes>,
}

impl Store {
    /// Opens or makes the database at `path` and brings its tables up to date.
    pub fn open(path: &Path) -> Result<Self> {
        let mut connection = connect(path, false).map_err(|error| cannot_open(path, &error))?;
        migrations::apply(&mut connection, path)?;
        let changes = Arc::new(Changes::default());
        changes.watch(&mut connection).map_err(|error| cannot_open(path, &error))?;
        let (jobs, inbox) = mpsc::channel::<Job>();
        let told = Arc::clone(&changes);
        let writer = std::thread::Builder::new()
            .name("mmd-writer".into())
            .spawn(move || write_loop(&connection, &inbox, &told))
            .map_err(|error| Error::failed("the database's writer cannot start").cause(error))?;
        Ok(Self {
            path: path.to_owned(),
            jobs: Mutex::new(Some(jobs)),
            writer: Mutex::new(Some(writer)),
            readers: Arc::default(),
            reads: Arc::new(Semaphore::new(READS)),
            lists: Arc::new(Semaphore::new(LISTS)),
            changes,
        })
    }

    /// What wakes whoever sends on what was written.
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    /// What the sealing key must open, once a first start has sealed it.
    pub fn key_mark(&self) -> Result<Option<Vec<u8>>> {
        use rusqlite::OptionalExtension;
        let open = || -> rusqlite::Result<Option<Vec<u8>>> {
            connect(&self.path, true)?
                .query_row("select body from key_mark", [], |row| row.get(0))
                .optional()
        };
        open().map_err(|error| cannot_open(&self.path, &error))
    }

    /// Keeps what the sealing key must open from now on.
    pub fn set_key_mark(&self, mark: &[u8]) -> Result<()> {
        let keep = || -> rusqlite::Result<usize> {
            connect(&self.path, false)?.execute("insert into key_mark (body) values ($1)", [mark])
        };
        keep().map(|_| ()).map_err(|error| cannot_open(&self.path, &error))
    }

    /// Runs `work` in a transaction and answers once it is durable. A problem undoes what this
    /// piece of work did, and no other. Where the task runs [`under`] a condition, that is asked
    /// first.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        self.write_then(work, |_| {}).await
    }

    /// As [`write`](Self::write), and runs `then` as soon as the work is durable: also when whoever
    /// asked has gone by then, as a client that hangs up does.
    pub async fn write_then<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Outcome<T> + Send + 'static,
        then: impl FnOnce(&T) + Send + 'static,
    ) -> Outcome<T> {
        let (answer, answered) = oneshot::channel();
        let condition = CONDITION.try_with(Arc::clone).ok();
        let job: Job = Box::new(move |connection| {
            let result = in_savepoint(connection, |c| {
                condition.map_or(Ok(()), |holds| holds(c))?;
                work(c)
            });
            Box::new(move |committed| {
                let result = match result {
                    Ok(_) if !committed => Err(Problem::unavailable()),
                    result => result,
                };
                if let Ok(value) = &result {
                    then(value);
                }
                // Whoever asked may have gone; the work stands all the same.
                let _ = answer.send(result);
            })
        });
        let sent = lock(&self.jobs).as_ref().is_some_and(|jobs| jobs.send(job).is_ok());
        if !sent {
            return Err(Problem::unavailable());
        }
        answered.await.unwrap_or_else(|_| Err(Problem::unavailable()))
    }

    /// Runs `work` on a connection that cannot write.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        self.read_within(&self.reads, work).await
    }

    /// As [`read`](Self::read), for a list that may look through many rows: of these few run at
    /// once, beside all other reads.
    pub async fn list<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        self.read_within(&self.lists, work).await
    }

    async fn read_within<T: Send + 'static>(
        &self,
        bound: &Arc<Semaphore>,
        work: impl FnOnce(&Connection) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let (readers, bound) = (Arc::clone(&self.readers), Arc::clone(bound));
        let path = self.path.clone();
        let permit = bound.acquire_owned().await.map_err(|_| Problem::unavailable())?;
        let task = tokio::task::spawn_blocking(move || {
            // Held to the end, also where whoever asked has gone.
            let _permit = permit;
            let idle = lock(&readers).pop();
            let connection = match idle {
                Some(connection) => connection,
                None => connect(&path, true)?,
            };
            // One snapshot: what is read together belongs together.
            let snapshot = connection.unchecked_transaction()?;
            let result = work(&snapshot);
            drop(snapshot);
            let mut idle = lock(&readers);
            if idle.len() < READERS {
                idle.push(connection);
            }
            result
        });
        task.await.unwrap_or_else(|error| {
            tracing::error!(%error, "a read panicked");
            Err(Problem::internal())
        })
    }

    /// Copies the database as of one moment into `target`, an empty file, while others write.
    pub fn snapshot(&self, target: &Path) -> Result<()> {
        let copy = || -> rusqlite::Result<()> {
            let into = target.to_string_lossy();
            connect(&self.path, true)?.execute("vacuum into $1", [into]).map(|_| ())
        };
        copy().map_err(|error| {
            Error::failed(format!("the database {} cannot be copied", self.path.display()))
                .cause(error)
        })
    }

    /// Finishes what is under way and closes the file.
    pub fn close(&self) {
        lock(&self.jobs).take();
        if let Some(writer) = lock(&self.writer).take() {
            let _ = writer.join();
        }
        lock(&self.readers).clear();
    }
}

/// A lock whose holder panicked guards plain data here, and is taken all the same.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn cannot_open(path: &Path, error: &rusqlite::Error) -> Error {
    Error::failed(format!("the database {} cannot be opened", path.display())).cause(error)
}

fn connect(path: &Path, read_only: bool) -> rusqlite::Result<Connection> {
    let mode = if read_only {
        OpenFlags::SQLITE_OPEN_READ_ONLY
    } else {
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
    };
    let connection = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(64);
    if read_only {
        connection.pragma_update(None, "cache_size", -READER_CACHE)?;
    } else {
        connection.pragma_update(None, "journal_mode", "wal")?;
        // Nobody is told anything before it has reached the disk.
        connection.pragma_update(None, "synchronous", "full")?;
    }
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(connection)
}

fn write_loop(connection: &Connection, inbox: &mpsc::Receiver<Job>, changes: &Changes) {
    while let Ok(first) = inbox.recv() {
        let batch = std::iter::once(first).chain(inbox.try_iter().take(BATCH - 1));
        let mut begun = connection.execute_batch("begin immediate").is_ok();
        let replies: Vec<Reply> = batch.map(|job| job(connection)).collect();
        if begun && let Err(error) = connection.execute_batch("commit") {
            tracing::error!(%error, "a transaction was not committed");
            let _ = connection.execute_batch("rollback");
            begun = false;
        }
        for reply in replies {
            reply(begun);
        }
        changes.tell();
    }
}

/// A panic in one piece of work must not take the writer, or its neighbours' work, with it.
fn in_savepoint<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Outcome<T>,
) -> Outcome<T> {
    if connection.is_autocommit() {
        return Err(Problem::unavailable());
    }
    connection.execute_batch("savepoint work")?;
    let result = catch_unwind(AssertUnwindSafe(|| work(connection))).unwrap_or_else(|_| {
        tracing::error!("a piece of work panicked");
        Err(Problem::internal())
    });
    match result {
        Ok(value) => {
            connection.execute_batch("release work")?;
            Ok(value)
        }
        Err(problem) => {
            connection.execute_batch("rollback to work; release work")?;
            Err(problem)
        }
    }
}

/// A time as a column.
pub fn micros(time: Timestamp) -> i64 {
    time.as_microsecond()
}

/// A column as a time.
pub fn time(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
}

/// A column as an id; what the store wrote itself is always one.
pub fn id(text: &str) -> Uuid {
    text.parse().unwrap_or_default()
}

/// A number as a column: generations and counts stay far below the bound.
pub fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A column as a number.
pub fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch() -> (tempfile::TempDir, Store) {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("mmd.db")).unwrap();
        (dir, store)
    }

    fn count(connection: &Connection) -> Outcome<i64> {
        Ok(connection.query_row("select count(*) from heads", [], |row| row.get(0))?)
    }

    fn insert(connection: &Connection, seq: i64) -> Outcome<()> {
        connection
            .execute("insert into heads (tenant, seq, body) values ('t', $1, '{}')", [seq])?;
        Ok(())
    }

    #[tokio::test]
    async fn a_problem_undoes_its_own_work_only() {
        let (_dir, store) = scratch();
        let kept = store.write(|c| insert(c, 1));
        let undone = store.write(|c| {
            insert(c, 2)?;
            Err::<(), _>(Problem::internal())
        });
        let (kept, undone) = tokio::join!(kept, undone);
        assert!(kept.is_ok() && undone.is_err());
        assert_eq!(store.read(count).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn a_panic_leaves_the_writer_alive() {
        let (_dir, store) = scratch();
        let panicked = store.write(|_| -> Outcome<()> { panic!("on purpose") }).await;
        assert!(panicked.is_err());
        store.write(|c| insert(c, 1)).await.unwrap();
        assert_eq!(store.read(count).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn so_many_read_at_once_and_no_more_and_lists_are_beside_them() {
        let (_dir, store) = scratch();
        let store = Arc::new(store);
        // Of lists and of other reads: how many run, and how many have run at the most.
        let running = Arc::new(Mutex::new([(0, 0); 2]));
        // They wait until nobody is left who could send.
        let (stopped, stop) = mpsc::channel::<()>();
        let stop = Arc::new(Mutex::new(stop));
        let mut reads = tokio::task::JoinSet::new();
        // The lists come first, and are more than all reads that may run.
        for nth in 0..2 * (READS + 20) {
            let is_list = nth < READS + 20;
            let (store, stop, running) = (store.clone(), stop.clone(), running.clone());
            reads.spawn(async move {
                let kind = usize::from(!is_list);
                let read = move |_: &Connection| {
                    let mut all = running.lock().unwrap();
                    let (now, most) = &mut all[kind];
                    *now += 1;
                    *most = (*now).max(*most);
                    drop(all);
                    let _ = stop.lock().unwrap().recv();
                    running.lock().unwrap()[kind].0 -= 1;
                    Ok(())
                };
                match is_list {
                    true => store.list(read).await.unwrap(),
                    false => store.read(read).await.unwrap(),
                }
            });
        }
        let full = async {
            while running.lock().unwrap().map(|(now, _)| now) != [LISTS, READS] {
                tokio::task::yield_now().await;
            }
        };
        let within = std::time::Duration::from_secs(30);
        let filled = tokio::time::timeout(within, full).await;
        // It stands behind whatever has begun by now.
        tokio::task::spawn_blocking(|| ()).await.unwrap();
        drop(stopped);
        reads.join_all().await;
        assert!(filled.is_ok());
        assert_eq!(*running.lock().unwrap(), [(0, LISTS), (0, READS)]);
    }

    /// SQLite takes `$N` for a name and numbers names as they come; PostgreSQL takes it for a
    /// number. The two agree only where the numbers come in order.
    #[test]
    fn placeholders_come_in_the_order_of_their_numbers() {
        let sources = [
            include_str!("audit.rs"),
            include_str!("audit_sinks.rs"),
            include_str!("deliveries.rs"),
            include_str!("deliveries/report.rs"),
            include_str!("contacts.rs"),
            include_str!("devices.rs"),
            include_str!("enrollments.rs"),
            include_str!("idempotency.rs"),
            include_str!("identities.rs"),
            include_str!("ledgers.rs"),
            include_str!("metrics.rs"),
            include_str!("outbox.rs"),
            include_str!("people/apps.rs"),
            include_str!("people/invites.rs"),
            include_str!("people/members.rs"),
            include_str!("people/mod.rs"),
            include_str!("people/review.rs"),
            include_str!("people/tokens.rs"),
            include_str!("requests.rs"),
            include_str!("restored.rs"),
            include_str!("tenants.rs"),
            include_str!("ticket_trail.rs"),
            include_str!("tickets.rs"),
        ];
        for sql in sources.iter().flat_map(|source| source.split('"').skip(1).step_by(2)) {
            let mut highest = 0;
            for piece in sql.split('$').skip(1) {
                let end = piece.find(|c: char| !c.is_ascii_digit()).unwrap_or(piece.len());
                let Ok(number) = piece[..end].parse::<u32>() else { continue };
                assert!(number <= highest + 1, "${number} comes too early in: {sql}");
                highest = highest.max(number);
            }
        }
    }

    #[tokio::test]
    async fn a_reader_cannot_write() {
        let (_dir, store) = scratch();
        assert!(store.read(|c| insert(c, 1)).await.is_err());
    }
}
