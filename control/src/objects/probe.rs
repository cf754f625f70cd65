//! How many issuers a project may look at: trying them out is no way to make requests in the gateway's name.

use edge_authorizer::NumericDate;
use worker::{Result, SqlStorage};

use super::rows::query;

/// The step of the schema that stores them: an object that sleeps forgets what is only in memory.
pub const TABLE: &str = "CREATE TABLE probe (iss TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;";

/// The time over which issuers are counted, in seconds.
const MINUTE: f64 = 60.0;

/// The most different issuers of a project within a minute.
const MAX_ISSUERS: usize = 10;

/// The issuers that a project looked at within the last minute.
pub struct Probes(pub SqlStorage);

impl Probes {
    /// Counts a look at `issuer`, unless there were too many; then, in how many seconds there is room for another.
    pub fn admit(&self, issuer: &str, now: NumericDate) -> Result<std::result::Result<(), f64>> {
        let Self(sql) = self;
        let start = now.as_seconds() - MINUTE;
        sql.exec("DELETE FROM probe WHERE at <= ?", vec![start.into()])?;
        let probes = query(sql, "SELECT iss, at FROM probe ORDER BY at", Vec::new())?;
        if probes.iter().any(|probe| matches!(probe.text(0), Ok(Some(iss)) if iss == issuer)) {
            return Ok(Ok(()));
        }
        if let Some(oldest) = probes.first().filter(|_| probes.len() >= MAX_ISSUERS) {
            return Ok(Err((oldest.value(1).as_f64().unwrap_or_default() - start).ceil()));
        }
        sql.exec("INSERT INTO probe VALUES (?, ?)", vec![issuer.into(), now.as_seconds().into()])?;
        Ok(Ok(()))
    }
}
