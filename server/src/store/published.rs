//! What was published.

use rusqlite::{Connection, Result};
use service::host::{ReplicaWrite, Space};

use crate::published::{Published, Value};

/// Publishes a value, or removes what is there.
pub fn publish(database: &Connection, write: &ReplicaWrite, expires_at: Option<f64>) -> Result<()> {
    let name = (write.space.name(), &*write.key);
    let done = match &write.value {
        Some(value) => database
            .prepare_cached("INSERT OR REPLACE INTO published VALUES (?, ?, ?, ?)")?
            .execute((name.0, name.1, value, expires_at)),
        None => database.prepare_cached("DELETE FROM published WHERE space = ? AND key = ?")?.execute(name),
    };
    done.map(|_| ())
}

/// All that was published and has not expired by `now`.
pub fn all_published(database: &Connection, now: f64) -> Result<Published> {
    database.prepare_cached("DELETE FROM published WHERE expires_at <= ?")?.execute([now])?;
    let published = Published::default();
    for space in [Space::Config, Space::Keys] {
        let mut statement =
            database.prepare_cached("SELECT key, value, expires_at FROM published WHERE space = ?")?;
        let mut rows = statement.query([space.name()])?;
        while let Some(row) = rows.next()? {
            let value = Value { text: row.get::<_, String>(1)?.into(), expires_at: row.get(2)? };
            published.set(space, &row.get::<_, String>(0)?, Some(value));
        }
    }
    Ok(published)
}
