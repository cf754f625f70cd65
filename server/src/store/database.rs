//! The database, as the other threads see it. One thread writes: what arrives while it commits is committed together next, one
//! write to the disk for many.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use service::host::Failure;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

use super::connection::{Connection, Result};
use super::link::{Connect, Link};

/// The most jobs of one transaction.
const BATCH: usize = 64;

/// How long a job waits at most until it begins, and until it is answered. With [`super::TRANSACTION`] that is less than a write
/// to a replica may take, because the right to publish expires.
const START: Duration = Duration::from_secs(4);
const PATIENCE: Duration = Duration::from_secs(9);

/// Work on the database.
struct Job {
    work: Box<Work>,
    start_by: Instant,
}

type Work = dyn FnOnce(&dyn Connection) -> Done + Send;

/// What became of a job: whether the transaction can go on, and what answers when it has ended.
struct Done {
    is_intact: bool,
    reply: Box<dyn FnOnce(Result<()>)>,
}

impl Job {
    fn is_in_time(&self) -> bool {
        Instant::now() < self.start_by
    }
}

/// The database. It is closed when the last of these is dropped.
#[derive(Clone)]
pub struct Database {
    writes: Sender<Job>,
    /// Where reads wait for no commit, if they can.
    reads: Sender<Job>,
    is_shared: bool,
}

/// The threads of a database, which end when it is closed.
pub struct DatabaseThreads(Vec<JoinHandle<()>>);

impl Database {
    /// A database that this process has for itself, by the connection that it has.
    pub fn exclusive(connection: impl Connection + Send + 'static) -> Result<(Self, DatabaseThreads)> {
        let (writes, jobs) = channel();
        let thread = thread("store", move || write(&mut Link::of(connection), &jobs))?;
        let database = Self { reads: writes.clone(), writes, is_shared: false };
        Ok((database, DatabaseThreads(vec![thread])))
    }

    /// A database that other nodes have, too. It need not be reached yet.
    pub fn shared(connect: Arc<Connect>) -> Result<(Self, DatabaseThreads)> {
        let ((writes, write_jobs), (reads, read_jobs)) = (channel(), channel());
        let other = connect.clone();
        let writing = thread("store", move || write(&mut Link::to(connect), &write_jobs))?;
        let reading = thread("store-reads", move || read(&mut Link::to(other), &read_jobs))?;
        Ok((Self { writes, reads, is_shared: true }, DatabaseThreads(vec![writing, reading])))
    }

    /// Whether other nodes have it, too.
    pub fn is_shared(&self) -> bool {
        self.is_shared
    }

    /// Does work in a transaction, and answers when it is on the disk. What fails writes nothing.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        send(&self.writes, |database| whole_or_nothing(database, work)).await
    }

    /// Does work that only reads.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        send(&self.reads, |database| Ok(work(database))).await
    }
}

impl DatabaseThreads {
    /// Waits until they have ended.
    pub fn join(self) {
        for thread in self.0 {
            let _panicked = thread.join();
        }
    }
}

/// Has a thread do work, and waits for its answer. The outer failure of `work` is that of the whole transaction.
async fn send<T: Send + 'static>(
    jobs: &Sender<Job>,
    work: impl FnOnce(&dyn Connection) -> Result<Result<T>> + Send + 'static,
) -> Result<T> {
    let (answer, answered) = oneshot::channel();
    let work = Box::new(|database: &dyn Connection| {
        let done = work(database);
        let is_intact = done.is_ok();
        let reply = Box::new(|ended: Result<()>| {
            // Whoever asked may have gone.
            let _gone = answer.send(done.flatten().and_then(|it| ended.map(|()| it)));
        });
        Done { is_intact, reply }
    });
    jobs.send(Job { work, start_by: Instant::now() + START })
        .map_err(|_| Failure::new("the store has stopped"))?;
    match timeout(PATIENCE, answered).await {
        Ok(answer) => answer.unwrap_or_else(|_| Err(Failure::new("the database cannot be reached"))),
        Err(_) => Err(Failure::new("the database does not answer in time")),
    }
}

/// Does jobs that write, many in one transaction. Without an answer a job has failed.
fn write(link: &mut Link, jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let Some(database) = link.get().filter(|database| database.begin().is_ok()) else { continue };
        let jobs = std::iter::once(first).chain(jobs.try_iter()).filter(Job::is_in_time).take(BATCH);
        let (mut replies, mut is_intact) = (Vec::new(), true);
        for job in jobs {
            let done = (job.work)(database);
            replies.push(done.reply);
            is_intact &= done.is_intact;
            if !is_intact {
                break;
            }
        }
        let ended = if is_intact {
            database.execute("COMMIT", &[]).map(|_| ())
        } else {
            Err(Failure::new("the transaction failed"))
        };
        if ended.is_err() {
            let _nothing_to_undo = database.execute("ROLLBACK", &[]);
        }
        for reply in replies {
            reply(ended.clone());
        }
    }
}

/// Does jobs that only read.
fn read(link: &mut Link, jobs: &Receiver<Job>) {
    while let Ok(job) = jobs.recv() {
        if let Some(database) = link.get().filter(|_| job.is_in_time()) {
            ((job.work)(database).reply)(Ok(()));
        }
    }
}

/// Does work inside a transaction; if it fails, what it wrote is undone. The outer failure is that of the whole transaction.
pub fn whole_or_nothing<T>(
    database: &dyn Connection,
    work: impl FnOnce(&dyn Connection) -> Result<T>,
) -> Result<Result<T>> {
    database.execute("SAVEPOINT job", &[])?;
    let done = work(database);
    if done.is_err() {
        database.execute("ROLLBACK TO SAVEPOINT job", &[])?;
    }
    database.execute("RELEASE SAVEPOINT job", &[])?;
    Ok(done)
}

fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work).map_err(Failure::new)
}
