//! The rows of the directory.

use rusqlite::{Connection, OptionalExtension, Result, ToSql};
use service::host::{Kind, NewRow, Row, RowChange, RowError, RowKey, RowQuery, RowWrite, Term, TermName};

use super::tally::{add, next_revision, tally};

/// How many rows whose time has come are removed at a commit: more than a commit writes.
const SWEPT: u32 = 100;

/// A row, if there is one.
pub fn row(database: &Connection, key: &RowKey, now: f64) -> Result<Option<Row>> {
    let mut statement = database.prepare_cached(
        "SELECT id, value, revision FROM entry
         WHERE kind = ? AND id = ? AND (expires_at IS NULL OR expires_at > ?)",
    )?;
    statement.query_row((key.kind.name(), &key.id, now), read).optional()
}

fn read(row: &rusqlite::Row<'_>) -> Result<Row> {
    Ok(Row { id: row.get(0)?, value: row.get(1)?, revision: row.get(2)? })
}

/// Rows with a term.
pub fn find(database: &Connection, wanted: &RowQuery, now: f64) -> Result<Vec<Row>> {
    let RowQuery { kind, term, value, after, limit } = wanted;
    let (condition, order) = match value {
        Some(_) => ("term.value = ?5 AND term.id > ?4", "term.id"),
        None => ("term.value > ?4", "term.value, term.id"),
    };
    let mut statement = database.prepare_cached(&format!(
        "SELECT entry.id, entry.value, entry.revision FROM term JOIN entry USING (kind, id)
         WHERE term.kind = ?1 AND term.name = ?2 AND {condition}
         AND (expires_at IS NULL OR expires_at > ?3) ORDER BY {order} LIMIT ?6",
    ))?;
    let parameters: [&dyn ToSql; 6] =
        [&kind.name(), &term.name(), &now, &after.as_deref().unwrap_or_default(), value, limit];
    statement.query_map(&parameters[..], read)?.collect()
}

/// Writes rows if all are at their expected revisions.
pub fn commit_rows(
    database: &Connection,
    changes: &[RowChange],
    now: f64,
) -> Result<std::result::Result<(), RowError>> {
    sweep(database, now)?;
    for RowChange { key, expected, write } in changes {
        let stored = row(database, key, now)?;
        if stored.as_ref().map(|row| row.revision) != *expected {
            return Ok(Err(RowError::Conflict));
        }
        let RowWrite::Put(new) = write else { continue };
        if let Some(name) = taken(database, key, &new.terms, now)? {
            return Ok(Err(RowError::Taken(name)));
        }
        if stored.is_none() && tally(database, key.kind.name())? >= key.kind.max_rows() {
            return Ok(Err(RowError::Full(key.kind)));
        }
    }
    for RowChange { key, write, .. } in changes {
        match write {
            RowWrite::Keep => {}
            RowWrite::Delete => remove(database, key)?,
            RowWrite::Put(row) => put(database, key, row)?,
        }
    }
    Ok(Ok(()))
}

/// When the next mail is due, in seconds since 1970.
pub fn next_mail(database: &Connection, now: f64) -> Result<Option<f64>> {
    let mut statement = database.prepare_cached(
        "SELECT term.value FROM term JOIN entry USING (kind, id) WHERE term.kind = ? AND term.name = ?
         AND (expires_at IS NULL OR expires_at > ?) ORDER BY term.value LIMIT 1",
    )?;
    let read = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
    let due = statement.query_row((Kind::Mail.name(), TermName::Time.name(), now), read).optional()?;
    Ok(due.map(|text| text.parse().unwrap_or_default()))
}

/// The first term that must be unique and is another row's.
fn taken(database: &Connection, key: &RowKey, terms: &[Term], now: f64) -> Result<Option<TermName>> {
    let mut others = database.prepare_cached(
        "SELECT 1 FROM term JOIN entry USING (kind, id) WHERE term.kind = ? AND term.name = ? AND term.value = ?
         AND term.id <> ? AND (expires_at IS NULL OR expires_at > ?)",
    )?;
    for Term { name, value } in terms.iter().filter(|term| term.name.is_unique()) {
        if others.exists((key.kind.name(), name.name(), value, &key.id, now))? {
            return Ok(Some(*name));
        }
    }
    Ok(None)
}

/// Removes rows whose time has come, the earliest first.
fn sweep(database: &Connection, now: f64) -> Result<()> {
    let mut due = database
        .prepare_cached("SELECT kind, id FROM entry WHERE expires_at <= ? ORDER BY expires_at LIMIT ?")?;
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
    let due = due.query_map((now, SWEPT), read)?.collect::<Result<Vec<_>>>()?;
    for (name, id) in due {
        if let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.name() == name) {
            remove(database, &RowKey::new(kind, id))?;
        }
    }
    Ok(())
}

fn remove(database: &Connection, key: &RowKey) -> Result<()> {
    let name = (key.kind.name(), &*key.id);
    if database.prepare_cached("DELETE FROM entry WHERE kind = ? AND id = ?")?.execute(name)? > 0 {
        add(database, key.kind.name(), -1)?;
    }
    database.prepare_cached("DELETE FROM term WHERE kind = ? AND id = ?")?.execute(name).map(|_| ())
}

fn put(database: &Connection, key: &RowKey, NewRow { value, terms, expires_at }: &NewRow) -> Result<()> {
    remove(database, key)?;
    let kind = key.kind.name();
    add(database, kind, 1)?;
    let revision = next_revision(database)?;
    database
        .prepare_cached("INSERT INTO entry (kind, id, value, revision, expires_at) VALUES (?, ?, ?, ?, ?)")?
        .execute((kind, &key.id, value, revision, expires_at))?;
    let mut insert =
        database.prepare_cached("INSERT OR IGNORE INTO term (kind, name, value, id) VALUES (?, ?, ?, ?)")?;
    for Term { name, value } in terms {
        insert.execute((kind, name.name(), value, &key.id))?;
    }
    Ok(())
}
