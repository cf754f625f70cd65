//! The ids of messages that were used, which are accepted once.

use std::cell::Cell;

use cloudflare::http::now;
use service::host::MAX_SPENT;
use worker::{Result, SqlStorage};

use super::rows::query;

/// How many ids are remembered, once they were counted: counting reads them all.
#[derive(Default)]
pub struct SpentIds(Cell<Option<u64>>);

impl SpentIds {
    /// Notes that an id was used, and returns whether that is the first time. Those whose time has passed are forgotten.
    pub fn spend(&self, sql: &SqlStorage, id: &str, until: f64) -> Result<bool> {
        let forgotten = "DELETE FROM spent WHERE until < ? RETURNING 1";
        let forgotten = query(sql, forgotten, vec![now().as_seconds().into()])?.len() as u64;
        let count = match self.0.get() {
            Some(count) => count.saturating_sub(forgotten),
            None => count(sql)?,
        };
        self.0.set(Some(count));
        if !query(sql, "SELECT 1 FROM spent WHERE id = ?", vec![id.into()])?.is_empty() {
            return Ok(false);
        }
        if count >= u64::from(MAX_SPENT) {
            return Err("too many ids are remembered".into());
        }
        sql.exec("INSERT INTO spent VALUES (?, ?)", vec![id.into(), until.into()])?;
        self.0.set(Some(count + 1));
        Ok(true)
    }
}

fn count(sql: &SqlStorage) -> Result<u64> {
    let count = query(sql, "SELECT COUNT(*) FROM spent", Vec::new())?;
    count.first().map_or(Ok(0), |row| row.number(0))
}
