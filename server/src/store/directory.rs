//! The rows of the directory.

use service::host::{Kind, NewRow, Row, RowChange, RowError, RowKey, RowQuery, RowWrite, Term, TermName};

use super::connection::{Connection, Result, Value, storable};
use super::tally::{add, next_revision, tally};

/// How many rows whose time has come are removed at a commit: more than a commit writes.
const SWEPT: u32 = 100;

/// A row, if there is one.
pub fn row(database: &dyn Connection, key: &RowKey, now: f64) -> Result<Option<Row>> {
    let query = "SELECT id, value, revision FROM entry
        WHERE kind = ?1 AND id = ?2 AND (expires_at IS NULL OR expires_at > ?3)";
    let row = database.row(query, &[key.kind.name().into(), (&key.id).into(), now.into()])?;
    row.map(read).transpose()
}

fn read(mut row: super::Row) -> Result<Row> {
    Ok(Row { id: row.take(0)?, value: row.take(1)?, revision: row.take(2)? })
}

/// Rows with a term.
pub fn find(database: &dyn Connection, wanted: &RowQuery, now: f64) -> Result<Vec<Row>> {
    let RowQuery { kind, term, value, after, limit } = wanted;
    let (condition, order) = match value {
        Some(_) => ("term.value = ?6 AND term.id > ?4", "term.id"),
        None => ("term.value > ?4", "term.value, term.id"),
    };
    let query = format!(
        "SELECT entry.id, entry.value, entry.revision FROM term JOIN entry USING (kind, id)
         WHERE term.kind = ?1 AND term.name = ?2 AND {condition}
         AND (expires_at IS NULL OR expires_at > ?3) ORDER BY {order} LIMIT ?5",
    );
    let mut parameters: Vec<Value> = vec![
        kind.name().into(),
        term.name().into(),
        now.into(),
        storable(after.as_deref().unwrap_or_default()).into(),
        (*limit).into(),
    ];
    parameters.extend(value.as_deref().map(Value::from));
    database.rows(&query, &parameters)?.into_iter().map(read).collect()
}

/// Writes rows if all are at their expected revisions.
pub fn commit_rows(
    database: &dyn Connection,
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
pub fn next_mail(database: &dyn Connection, now: f64) -> Result<Option<f64>> {
    let query =
        "SELECT term.value FROM term JOIN entry USING (kind, id) WHERE term.kind = ?1 AND term.name = ?2
        AND (expires_at IS NULL OR expires_at > ?3) ORDER BY term.value LIMIT 1";
    let parameters = [Kind::Mail.name().into(), TermName::Time.name().into(), now.into()];
    let due: Option<String> = database.row(query, &parameters)?.map(|mut row| row.take(0)).transpose()?;
    Ok(due.map(|text| text.parse().unwrap_or_default()))
}

/// The first term that must be unique and is another row's.
fn taken(database: &dyn Connection, key: &RowKey, terms: &[Term], now: f64) -> Result<Option<TermName>> {
    let others = "SELECT term.id FROM term JOIN entry USING (kind, id)
        WHERE term.kind = ?1 AND term.name = ?2 AND term.value = ?3
        AND term.id <> ?4 AND (expires_at IS NULL OR expires_at > ?5) LIMIT 1";
    for Term { name, value } in terms.iter().filter(|term| term.name.is_unique()) {
        let parameters =
            [key.kind.name().into(), name.name().into(), value.into(), (&key.id).into(), now.into()];
        if database.row(others, &parameters)?.is_some() {
            return Ok(Some(*name));
        }
    }
    Ok(None)
}

/// Removes rows whose time has come, the earliest first.
fn sweep(database: &dyn Connection, now: f64) -> Result<()> {
    let due = "SELECT kind, id FROM entry WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2";
    for mut row in database.rows(due, &[now.into(), SWEPT.into()])? {
        let (name, id): (String, String) = (row.take(0)?, row.take(1)?);
        if let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.name() == name) {
            remove(database, &RowKey::new(kind, id))?;
        }
    }
    Ok(())
}

fn remove(database: &dyn Connection, key: &RowKey) -> Result<()> {
    let name = [key.kind.name().into(), (&key.id).into()];
    if database.execute("DELETE FROM entry WHERE kind = ?1 AND id = ?2", &name)? > 0 {
        add(database, key.kind.name(), -1)?;
    }
    database.execute("DELETE FROM term WHERE kind = ?1 AND id = ?2", &name).map(|_| ())
}

fn put(database: &dyn Connection, key: &RowKey, NewRow { value, terms, expires_at }: &NewRow) -> Result<()> {
    remove(database, key)?;
    let kind = key.kind.name();
    add(database, kind, 1)?;
    let revision = next_revision(database)?;
    database.execute(
        "INSERT INTO entry (kind, id, value, revision, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        &[kind.into(), (&key.id).into(), value.into(), revision.into(), (*expires_at).into()],
    )?;
    let insert = "INSERT INTO term (kind, name, value, id) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (kind, name, value, id) DO NOTHING";
    for Term { name, value } in terms {
        database.execute(insert, &[kind.into(), name.name().into(), value.into(), (&key.id).into()])?;
    }
    Ok(())
}
