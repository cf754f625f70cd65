//! Where the stores of a test are: SQLite in memory, or a PostgreSQL that the test has started.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use server::store::{
    Connection, DatabaseUrl, PostgresConnection, Result, SqliteConnection, whole_or_nothing,
};

/// The URL of the PostgreSQL, to which the name of a schema is appended.
pub static POSTGRES: OnceLock<String> = OnceLock::new();

static NEXT: AtomicU32 = AtomicU32::new(0);

pub type TestConnection = Mutex<Box<dyn Connection + Send>>;

/// A connection by a URL.
pub fn connect(url: &str) -> PostgresConnection {
    let roots = rustls::RootCertStore::empty();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let tls = tls.unwrap().with_root_certificates(roots).with_no_client_auth();
    PostgresConnection::open(&DatabaseUrl::parse(url).unwrap(), &Arc::new(tls)).unwrap()
}

/// A new database with the node's tables.
pub fn database() -> TestConnection {
    let Some(url) = POSTGRES.get() else {
        return Mutex::new(Box::new(SqliteConnection::in_memory().unwrap()));
    };
    let schema = format!("case_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    // The tables of the first connection are those of no case.
    connect(url).define(&format!("CREATE SCHEMA {schema}")).unwrap();
    Mutex::new(Box::new(connect(&format!("{url} options='-c search_path={schema}'"))))
}

/// Does work in a transaction.
pub fn run<T>(database: &TestConnection, work: impl FnOnce(&dyn Connection) -> Result<T>) -> Result<T> {
    let database = database.lock().unwrap();
    database.begin()?;
    let done = whole_or_nothing(&**database, work)?;
    database.execute("COMMIT", &[]).and(done)
}
