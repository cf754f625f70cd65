//! What a node stores with: a file of its own, or a database that it shares, of which a file keeps a copy of what is published.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use edge_authorizer::NumericDate;
use rustls::ClientConfig;
use service::host::Failure;
use tokio::runtime::Builder;
use tokio::time::Instant;

use crate::clock;
use crate::configuration::Configuration;
use crate::published::{Published, Value};
use crate::store::{
    Change, Connection, Database, DatabaseThreads, DatabaseUrl, PostgresConnection, Result, SqliteConnection,
    changes_after, forget_expired, schema_version, sealing_keys, set_tally, tally,
};

/// The file of the database in the data directory.
const DATABASE: &str = "gateway.db";

/// The file of the copy in the data directory.
const COPY: &str = "published.db";

/// When what the copy has was read, in milliseconds since 1970, by this name of its tally.
const COPIED_AT: &str = "copied-at";

/// What a node stores with.
pub struct Storage {
    /// The source of truth.
    pub database: Database,
    /// What is published, as far as it is known.
    pub published: Published,
    /// What there is besides where nodes share a database.
    pub shared: Option<Shared>,
    threads: Vec<DatabaseThreads>,
}

/// What there is besides where nodes share a database.
#[derive(Clone)]
pub struct Shared {
    /// Where the database is.
    pub url: DatabaseUrl,
    /// How connections to it are secured.
    pub tls: Arc<ClientConfig>,
    /// The copy of what is published.
    pub copy: Database,
    /// How long what is known serves while the database is out of reach.
    pub max_stale: Duration,
    /// Whether the node has started from the copy.
    pub is_copy: bool,
}

impl Storage {
    /// Opens the database. If one that is shared is out of reach, the copy serves as long as it may.
    pub fn open(configuration: &Configuration, tls: &Arc<ClientConfig>) -> Result<Self> {
        let Configuration { data_dir, database_url, max_stale, .. } = configuration;
        match database_url {
            None => Self::exclusive(&data_dir.join(DATABASE)),
            Some(url) => Self::shared(&data_dir.join(COPY), url, tls, *max_stale),
        }
    }

    fn exclusive(file: &Path) -> Result<Self> {
        let (database, threads) = Database::exclusive(open(file)?)?;
        let now = clock::now().as_seconds();
        let changes = wait(database.write(move |it| forget_expired(it, now)))
            .and_then(|()| wait(database.read(|it| changes_after(it, 0))))
            .map_err(|failure| Failure::new(format_args!("cannot read the database: {failure}")))?;
        let published = published_by(&changes.changes);
        Ok(Self { database, published, shared: None, threads: vec![threads] })
    }

    fn shared(file: &Path, url: &DatabaseUrl, tls: &Arc<ClientConfig>, max_stale: Duration) -> Result<Self> {
        let (copy, copy_threads) = Database::exclusive(open(file)?)?;
        let connect = {
            let (url, tls) = (url.clone(), tls.clone());
            move || PostgresConnection::open(&url, &tls).map(|it| Box::new(it) as Box<dyn Connection>)
        };
        // Once here, so that the reason is known if it fails.
        let began = Instant::now();
        let reached = connect().and_then(|it| changes_after(&*it, 0));
        let (changes, until, is_copy) = match reached {
            Ok(changes) => (changes, began + max_stale, false),
            Err(failure) => {
                let unreachable = Failure::new(format_args!("cannot open the database: {failure}"));
                let (changes, age) = wait(copy.read(|it| Ok((changes_after(it, 0)?, age(it)?))))?;
                let left = age.and_then(|age| max_stale.checked_sub(age)).ok_or(unreachable)?;
                (changes, began + left, true)
            }
        };
        let published = published_by(&changes.changes);
        published.serve_until(until);
        let (database, threads) = Database::shared(Arc::new(connect))?;
        let shared = Shared { url: url.clone(), tls: tls.clone(), copy, max_stale, is_copy };
        Ok(Self { database, published, shared: Some(shared), threads: vec![threads, copy_threads] })
    }

    /// The names of the secrets that have sealed something in the node's own database.
    pub fn sealing_keys(&self) -> Result<Vec<&'static str>> {
        // Nodes that share one have theirs from the operator.
        if self.shared.is_some() { Ok(Vec::new()) } else { wait(self.database.read(sealing_keys)) }
    }

    /// What is used from now on, and what ends when that is dropped.
    pub fn split(self) -> (Database, Published, Option<Shared>, Vec<DatabaseThreads>) {
        (self.database, self.published, self.shared, self.threads)
    }
}

/// Notes when what a copy has was read.
pub fn note_copied(copy: &dyn Connection, read_at: NumericDate) -> Result<()> {
    set_tally(copy, COPIED_AT, milliseconds(read_at))
}

/// How long ago what a copy has was read. Of a copy from the future nothing is known.
fn age(copy: &dyn Connection) -> Result<Option<Duration>> {
    let (at, now) = (tally(copy, COPIED_AT)?, milliseconds(clock::now()));
    Ok(now.checked_sub(at).filter(|_| at > 0).map(Duration::from_millis))
}

fn milliseconds(at: NumericDate) -> u64 {
    let since = Duration::try_from_secs_f64(at.as_seconds()).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Brings the database to this release's schema, and returns its version.
pub fn migrate(configuration: &Configuration, tls: &Arc<ClientConfig>) -> Result<u64> {
    let version = match &configuration.database_url {
        None => schema_version(&open(&configuration.data_dir.join(DATABASE))?),
        Some(url) => PostgresConnection::open(url, tls).and_then(|it| schema_version(&it)),
    };
    version.map_err(|failure| Failure::new(format_args!("cannot open the database: {failure}")))
}

fn open(file: &Path) -> Result<SqliteConnection> {
    let opened = SqliteConnection::open(file);
    opened.map_err(|failure| {
        Failure::new(format_args!("cannot open the database `{}`: {failure}", file.display()))
    })
}

/// What is published by changes, of which those of a key are the last.
pub fn published_by(changes: &[Change]) -> Published {
    let published = Published::default();
    for change in changes {
        // What was removed is not there yet.
        if let Change::Value { space, key, text: Some(text), expires_at, revision } = change {
            let value = Value { text: (&**text).into(), expires_at: *expires_at };
            published.apply(*space, key, Some(value), *revision);
        }
    }
    published
}

fn wait<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    Builder::new_current_thread().enable_time().build().map_err(Failure::new)?.block_on(work)
}
