//! The thread that has the database. What arrives while it commits is committed together next: one write to the disk for many.

use std::fmt;
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, Error, ErrorCode};
use service::host::Failure;
use tokio::sync::oneshot;

use super::schema::migrate;

/// The most jobs of one transaction.
const BATCH: usize = 64;

/// Work on the database, inside a transaction. What it returns is called when that has ended.
type Job = Box<dyn FnOnce(&Connection) -> Reply + Send>;
type Reply = Box<dyn FnOnce(Result<(), &Error>)>;

/// The database. It is closed when the last of these is dropped.
#[derive(Clone)]
pub struct Sqlite(Sender<Job>);

/// Why a database cannot be opened.
#[derive(Debug)]
pub struct OpenError(Error);

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy) => f.write_str("another process uses it"),
            _ => self.0.fmt(f),
        }
    }
}

impl Sqlite {
    /// Opens the database in a file and makes the tables that are not there yet. The thread ends when it is closed.
    pub fn open(file: &Path) -> Result<(Self, JoinHandle<()>), OpenError> {
        let database = connect(file).map_err(OpenError)?;
        let (sender, jobs) = channel();
        let thread = std::thread::Builder::new().name("store".to_owned());
        let thread = thread.spawn(move || run(&database, &jobs));
        let thread = thread.map_err(|error| OpenError(Error::ToSqlConversionFailure(error.into())))?;
        Ok((Self(sender), thread))
    }

    /// Does work in a transaction, and answers when it is on the disk. What fails writes nothing.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(|database| {
            let done = whole_or_nothing(database, work);
            Box::new(|committed| {
                let done = done.map_err(Failure::new);
                // Whoever asked may have gone.
                let _gone = answer.send(done.and_then(|it| committed.map(|()| it).map_err(Failure::new)));
            })
        });
        let stopped = || Failure::new("the store has stopped");
        self.0.send(job).map_err(|_| stopped())?;
        answered.await.unwrap_or_else(|_| Err(stopped()))
    }
}

/// Opens a database that no other process can open meanwhile. A commit is on the disk before it ends.
fn connect(file: &Path) -> rusqlite::Result<Connection> {
    // Only its user can read it; so are the files that SQLite puts beside it.
    let made = OpenOptions::new().create(true).append(true).mode(0o600).open(file);
    made.map_err(|error| Error::ToSqlConversionFailure(error.into()))?;
    let database = Connection::open(file)?;
    database.execute_batch(
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;",
    )?;
    migrate(&database)?;
    Ok(database)
}

fn run(database: &Connection, jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        if database.execute_batch("BEGIN").is_err() {
            // A transaction that cannot begin leaves the job without an answer, which is a failure.
            continue;
        }
        let jobs = std::iter::once(first).chain(jobs.try_iter()).take(BATCH);
        let replies: Vec<_> = jobs.map(|job| job(database)).collect();
        let committed = database.execute_batch("COMMIT");
        if committed.is_err() {
            let _nothing_to_undo = database.execute_batch("ROLLBACK");
        }
        for reply in replies {
            reply(committed.as_ref().copied());
        }
    }
}

/// Does work inside a transaction; if it fails, what it wrote is undone.
pub fn whole_or_nothing<T>(
    database: &Connection,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    database.prepare_cached("SAVEPOINT job")?.execute(())?;
    let done = work(database);
    if done.is_err() {
        database.prepare_cached("ROLLBACK TO job")?.execute(())?;
    }
    database.prepare_cached("RELEASE job")?.execute(())?;
    done
}
