//! The rows of the directory's object.

use std::cell::Cell;
use std::time::Duration;

use cloudflare::http::now;
use service::host::{Kind, NewRow, Row, RowChange, RowError, RowKey, RowQuery, RowWrite, Term, TermName};
use worker::{Result, SqlStorage, SqlStorageValue, State};

use super::rows::{integer, migrate, query};
use super::schema::DIRECTORY_STEPS;

/// How many rows whose time has come are removed at a commit: more than a commit writes.
const SWEPT: i64 = 100;

/// The storage of the directory's object. Statements run without anything between them, so a commit is stored as a whole or
/// not at all: it is examined first, and writes nothing where it fails.
pub struct DirectoryStore {
    state: State,
    /// Whether the tables are there.
    is_open: Cell<bool>,
}

impl DirectoryStore {
    /// The storage.
    pub fn new(state: State) -> Self {
        Self { state, is_open: Cell::default() }
    }

    fn sql(&self) -> Result<SqlStorage> {
        let sql = self.state.storage().sql();
        if !self.is_open.get() {
            migrate(&sql, DIRECTORY_STEPS)?;
            self.is_open.set(true);
        }
        Ok(sql)
    }

    /// A row, if there is one.
    pub fn row(&self, key: &RowKey) -> Result<Option<Row>> {
        live(&self.sql()?, key)
    }

    /// Rows with a term.
    pub fn find(&self, wanted: &RowQuery) -> Result<Vec<Row>> {
        let RowQuery { kind, term, value, after, limit } = wanted;
        let (condition, order) = match value {
            Some(_) => ("term.value = ? AND term.id > ?", "term.id"),
            None => ("term.value > ?", "term.value, term.id"),
        };
        let statement = format!(
            "SELECT entry.id, entry.value, entry.revision FROM term JOIN entry USING (kind, id)
             WHERE term.kind = ? AND term.name = ? AND {condition}
             AND (expires_at IS NULL OR expires_at > ?) ORDER BY {order} LIMIT ?"
        );
        let mut bindings: Vec<SqlStorageValue> = vec![kind.name().into(), term.name().into()];
        bindings.extend(value.as_deref().map(Into::into));
        bindings.push(after.as_deref().unwrap_or_default().into());
        bindings.extend([now().as_seconds().into(), i64::from(*limit).into()]);
        query(&self.sql()?, &statement, bindings)?.iter().map(read).collect()
    }

    /// Writes rows if all are at their expected revisions.
    pub fn commit(&self, changes: &[RowChange]) -> std::result::Result<(), RowError> {
        let failed = |error: worker::Error| RowError::Failed(error.to_string());
        let sql = self.sql().map_err(failed)?;
        sweep(&sql).map_err(failed)?;
        for RowChange { key, expected, write } in changes {
            let row = live(&sql, key).map_err(failed)?;
            if row.as_ref().map(|row| row.revision) != *expected {
                return Err(RowError::Conflict);
            }
            let RowWrite::Put(new) = write else { continue };
            if let Some(name) = taken(&sql, key, &new.terms).map_err(failed)? {
                return Err(RowError::Taken(name));
            }
            if row.is_none() && tally(&sql, key.kind.name()).map_err(failed)? >= key.kind.max_rows() {
                return Err(RowError::Full(key.kind));
            }
        }
        changes.iter().try_for_each(|change| write(&sql, change)).map_err(failed)
    }

    /// Sets the alarm for the mail that is due next, if a commit wrote one.
    pub async fn wake_for_mails(&self, changes: &[RowChange]) -> Result<()> {
        let is_mail =
            |change: &RowChange| change.key.kind == Kind::Mail && matches!(change.write, RowWrite::Put(_));
        if changes.iter().any(is_mail) { self.wake_for_next_mail().await } else { Ok(()) }
    }

    /// Sets the alarm for the mail that is due next, or cancels it.
    pub async fn wake_for_next_mail(&self) -> Result<()> {
        let due = query(
            &self.sql()?,
            "SELECT term.value FROM term JOIN entry USING (kind, id) WHERE term.kind = ? AND term.name = ?
             AND (expires_at IS NULL OR expires_at > ?) ORDER BY term.value LIMIT 1",
            vec![Kind::Mail.name().into(), TermName::Time.name().into(), now().as_seconds().into()],
        )?;
        let Some(row) = due.first() else { return self.state.storage().delete_alarm().await };
        let due = row.text(0)?.and_then(|text| text.parse::<f64>().ok()).unwrap_or_default();
        self.wake_after(due - now().as_seconds()).await
    }

    /// Sets the alarm.
    pub async fn wake_after(&self, seconds: f64) -> Result<()> {
        let wait = Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or_default();
        self.state.storage().set_alarm(wait).await
    }
}

fn read(row: &super::rows::Row) -> Result<Row> {
    let text = |column| Ok::<_, worker::Error>(row.text(column)?.unwrap_or_default().to_owned());
    Ok(Row { id: text(0)?, value: text(1)?, revision: row.number(2)? })
}

fn live(sql: &SqlStorage, key: &RowKey) -> Result<Option<Row>> {
    let rows = query(
        sql,
        "SELECT id, value, revision FROM entry
         WHERE kind = ? AND id = ? AND (expires_at IS NULL OR expires_at > ?)",
        vec![key.kind.name().into(), (&*key.id).into(), now().as_seconds().into()],
    )?;
    rows.first().map(read).transpose()
}

/// The first term that must be unique and is another row's.
fn taken(sql: &SqlStorage, key: &RowKey, terms: &[Term]) -> Result<Option<TermName>> {
    for Term { name, value } in terms.iter().filter(|term| term.name.is_unique()) {
        let others = query(
            sql,
            "SELECT 1 FROM term JOIN entry USING (kind, id) WHERE term.kind = ? AND term.name = ? AND term.value = ?
             AND term.id <> ? AND (expires_at IS NULL OR expires_at > ?) LIMIT 1",
            vec![
                key.kind.name().into(),
                name.name().into(),
                (&**value).into(),
                (&*key.id).into(),
                now().as_seconds().into(),
            ],
        )?;
        if !others.is_empty() {
            return Ok(Some(*name));
        }
    }
    Ok(None)
}

/// A number that is kept: how many rows there are of a kind, or the last revision.
fn tally(sql: &SqlStorage, name: &str) -> Result<u64> {
    let rows = query(sql, "SELECT number FROM tally WHERE name = ?", vec![name.into()])?;
    rows.first().map_or(Ok(0), |row| row.number(0))
}

fn add(sql: &SqlStorage, name: &str, number: i64) -> Result<()> {
    sql.exec(
        "INSERT INTO tally VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET number = number + excluded.number",
        vec![name.into(), number.into()],
    )?;
    Ok(())
}

/// Removes rows whose time has come, the earliest first.
fn sweep(sql: &SqlStorage) -> Result<()> {
    let due = query(
        sql,
        "SELECT kind, id FROM entry WHERE expires_at <= ? ORDER BY expires_at LIMIT ?",
        vec![now().as_seconds().into(), SWEPT.into()],
    )?;
    for row in due {
        let kind = Kind::ALL.into_iter().find(|kind| row.text(0).is_ok_and(|name| name == Some(kind.name())));
        if let (Some(kind), Some(id)) = (kind, row.text(1)?) {
            remove(sql, &RowKey::new(kind, id))?;
        }
    }
    Ok(())
}

fn remove(sql: &SqlStorage, key: &RowKey) -> Result<()> {
    let bindings = || vec![key.kind.name().into(), (&*key.id).into()];
    let removed = query(sql, "DELETE FROM entry WHERE kind = ? AND id = ? RETURNING 1", bindings())?;
    if !removed.is_empty() {
        add(sql, key.kind.name(), -1)?;
    }
    sql.exec("DELETE FROM term WHERE kind = ? AND id = ?", bindings())?;
    Ok(())
}

fn write(sql: &SqlStorage, RowChange { key, write, .. }: &RowChange) -> Result<()> {
    match write {
        RowWrite::Keep => Ok(()),
        RowWrite::Delete => remove(sql, key),
        RowWrite::Put(row) => put(sql, key, row),
    }
}

fn put(sql: &SqlStorage, key: &RowKey, NewRow { value, terms, expires_at }: &NewRow) -> Result<()> {
    remove(sql, key)?;
    add(sql, key.kind.name(), 1)?;
    add(sql, "revision", 1)?;
    let (kind, id): (SqlStorageValue, SqlStorageValue) = (key.kind.name().into(), (&*key.id).into());
    sql.exec(
        "INSERT INTO entry (kind, id, value, revision, expires_at) VALUES (?, ?, ?, ?, ?)",
        vec![
            kind.clone(),
            id.clone(),
            (&**value).into(),
            integer(tally(sql, "revision")?),
            expires_at.map_or(SqlStorageValue::Null, Into::into),
        ],
    )?;
    for Term { name, value } in terms {
        sql.exec(
            "INSERT OR IGNORE INTO term (kind, name, value, id) VALUES (?, ?, ?, ?)",
            vec![kind.clone(), name.name().into(), (&**value).into(), id.clone()],
        )?;
    }
    Ok(())
}
