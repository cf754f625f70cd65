//! What was published, and sessions that ended: what all nodes learn.

use service::host::{ReplicaWrite, Space};

use super::connection::{Connection, Result, Row};
use super::tally::{last_revision, next_revision};

/// How long it is kept that a value was removed, in seconds: longer than a node that has not noticed it goes on.
const REMOVED_SECONDS: f64 = 2.0 * 86_400.0;

/// How long it is kept that a session ended, in seconds: longer than its last access token lives.
const ENDED_SECONDS: f64 = 600.0;

/// The space of sessions that ended, by the digests of their cookies.
const ENDED: &str = "SESSION";

/// Something that nodes learn.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A value was published, or removed.
    Value {
        /// Its kind.
        space: Space,
        /// Its key.
        key: String,
        /// Its text.
        text: Option<String>,
        /// From when on it is as good as absent, in seconds since 1970.
        expires_at: Option<f64>,
        /// Its revision, which grows.
        revision: u64,
    },
    /// A session ended.
    EndedSession {
        /// The digest of its cookie.
        digest: String,
    },
}

/// Changes, and the last revision that anything has.
pub struct Changes {
    /// The changes in the order of their revisions.
    pub changes: Vec<Change>,
    /// The last revision.
    pub revision: u64,
}

/// Publishes a value, or removes what is there, and returns its revision.
pub fn publish(
    database: &dyn Connection,
    write: &ReplicaWrite,
    expires_at: Option<f64>,
    now: f64,
) -> Result<u64> {
    let expires_at = if write.value.is_some() { expires_at } else { Some(now + REMOVED_SECONDS) };
    put(database, (write.space.name(), &write.key), write.value.as_deref(), expires_at, now)
}

/// Notes that a session ended.
pub fn end_session(database: &dyn Connection, digest: &str, now: f64) -> Result<()> {
    put(database, (ENDED, digest), Some(""), Some(now + ENDED_SECONDS), now).map(|_| ())
}

fn put(
    database: &dyn Connection,
    (space, key): (&str, &str),
    value: Option<&str>,
    expires_at: Option<f64>,
    now: f64,
) -> Result<u64> {
    forget_expired(database, now)?;
    let revision = next_revision(database)?;
    write(database, (space, key), value, expires_at, revision)?;
    database.announce()?;
    Ok(revision)
}

/// Writes a change that was made elsewhere.
pub fn copy(database: &dyn Connection, change: &Change) -> Result<()> {
    match change {
        Change::Value { space, key, text, expires_at, revision } => {
            write(database, (space.name(), key), text.as_deref(), *expires_at, *revision)
        }
        Change::EndedSession { .. } => Ok(()),
    }
}

fn write(
    database: &dyn Connection,
    (space, key): (&str, &str),
    value: Option<&str>,
    expires_at: Option<f64>,
    revision: u64,
) -> Result<()> {
    let statement =
        "INSERT INTO published (space, key, value, expires_at, revision) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (space, key) DO UPDATE
        SET value = excluded.value, expires_at = excluded.expires_at, revision = excluded.revision";
    let parameters = [space.into(), key.into(), value.into(), expires_at.into(), revision.into()];
    database.execute(statement, &parameters).map(|_| ())
}

/// Removes what has expired.
pub fn forget_expired(database: &dyn Connection, now: f64) -> Result<()> {
    database.execute("DELETE FROM published WHERE expires_at <= ?1", &[now.into()]).map(|_| ())
}

/// Forgets everything that is published.
pub fn forget_all(database: &dyn Connection) -> Result<()> {
    database.execute("DELETE FROM published", &[]).map(|_| ())
}

/// What was published after a revision.
pub fn changes_after(database: &dyn Connection, revision: u64) -> Result<Changes> {
    // First, so that nothing that is published meanwhile is missed: it is read again next time.
    let last = last_revision(database)?;
    let query =
        "SELECT space, key, value, expires_at, revision FROM published WHERE revision > ?1 ORDER BY revision";
    let rows = database.rows(query, &[revision.into()])?;
    let changes = rows.into_iter().filter_map(|row| read(row).transpose()).collect::<Result<_>>()?;
    Ok(Changes { changes, revision: last })
}

/// A change; `None` if it is of a kind that this release does not know.
fn read(mut row: Row) -> Result<Option<Change>> {
    let (space, key): (String, String) = (row.take(0)?, row.take(1)?);
    if space == ENDED {
        return Ok(Some(Change::EndedSession { digest: key }));
    }
    let Some(space) = [Space::Config, Space::Keys].into_iter().find(|it| it.name() == space) else {
        return Ok(None);
    };
    let (text, expires_at, revision) = (row.take(2)?, row.take(3)?, row.take(4)?);
    Ok(Some(Change::Value { space, key, text, expires_at, revision }))
}
