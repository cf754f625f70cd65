//! A project's object: its entries, its version, its audit log. A change commits here and then is published.

use std::collections::BTreeSet;
use std::sync::Arc;

use cloudflare::env::Env;
use cloudflare::http::now;
use cloudflare::{log, store};
use edge_authorizer::management::AuditOutcome;
use edge_authorizer::management::{Applied, Change, Project};
use edge_authorizer::{ErrorCode, NumericDate, ProjectId, Snapshot};
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};
use worker::{
    DurableObject, Error, Request, Response, Result, SqlStorage, SqlStorageValue, State, durable_object,
};

use super::audit::{self, AuditLog, Author};
use super::message::{ToIssuer, ToRegistry, ask_issuer, is_question, tell_registry};
use super::naming::{self, Naming};
use super::probe::{self, Probes};
use super::rows::{has_table, integer, migrate, query};
use super::turn::{Taken, Turn, within_time};
use super::{RETRY, new_number};
use crate::{management, publish};

/// The steps by which the schema came to be; each runs once, in order.
const MIGRATIONS: [&str; 6] = [
    "
    CREATE TABLE project (
        id INTEGER PRIMARY KEY CHECK (id = 1), name TEXT NOT NULL, present INTEGER NOT NULL,
        version INTEGER NOT NULL, published INTEGER NOT NULL, label TEXT);
    CREATE TABLE idp (position INTEGER PRIMARY KEY, entry TEXT NOT NULL);
    CREATE TABLE audit (number INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, entry TEXT NOT NULL);
",
    "
    ALTER TABLE project ADD COLUMN distrusted TEXT NOT NULL DEFAULT '[]';
    CREATE TABLE issuer (iss TEXT PRIMARY KEY) WITHOUT ROWID;
",
    audit::BOUNDS,
    probe::TABLE,
    // The audit entry by which the project was made the last time: what is older is of the one before it.
    "
    ALTER TABLE project ADD COLUMN first_entry INTEGER NOT NULL DEFAULT 0;
    UPDATE project SET first_entry = (
        SELECT COALESCE(MAX(number), 0) FROM audit
        WHERE json_extract(entry, '$.change.put_project') IS NOT NULL
        AND json_extract(entry, '$.outcome.after') IS NOT NULL
        AND json_extract(entry, '$.outcome.before') IS NULL);
",
    naming::MIGRATION,
];

/// The object of one project.
#[durable_object(alarm)]
pub struct ProjectObject {
    state: State,
    env: Env,
    changing: Turn,
    publishing: Turn,
    number: u32,
}

/// What is stored of a project beside its entries.
struct Stored {
    name: String,
    published: u64,
    project: Project,
}

impl DurableObject for ProjectObject {
    fn new(state: State, env: worker::Env) -> Self {
        let env = JsValue::from(env).unchecked_into();
        let (changing, publishing) = (Turn::default(), Turn::default());
        Self { state, env, changing, publishing, number: new_number() }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        if self.is_known()? {
            migrate(&self.sql(), &MIGRATIONS)?;
        }
        if is_question(&request) {
            let snapshot = self.read()?.snapshot().as_ref().map(Value::to_string);
            return Response::ok(snapshot.unwrap_or_default());
        }
        management::answer_for_project(self, &self.env, request.inner()).await
    }

    async fn alarm(&self) -> Result<Response> {
        migrate(&self.sql(), &MIGRATIONS)?;
        self.publish().await?;
        Response::empty()
    }
}

impl ProjectObject {
    fn sql(&self) -> SqlStorage {
        self.state.storage().sql()
    }

    fn is_known(&self) -> Result<bool> {
        has_table(&self.sql(), "project")
    }

    fn stored(&self) -> Result<Option<Stored>> {
        if !self.is_known()? {
            return Ok(None);
        }
        let columns = "SELECT name, published, present, version, label, distrusted FROM project";
        let rows = query(&self.sql(), columns, Vec::new())?;
        let Some(row) = rows.first() else { return Ok(None) };
        let entries = query(&self.sql(), "SELECT entry FROM idp ORDER BY position", Vec::new())?;
        let project = Project {
            exists: row.number(2)? == 1,
            version: row.number(3)?,
            label: row.json(4)?,
            idps: entries.iter().map(|row| row.json(0)).collect::<Result<_>>()?,
            blocked: row.json(5)?,
        };
        let name = row.text(0)?.unwrap_or_default().to_owned();
        Ok(Some(Stored { name, published: row.number(1)?, project }))
    }

    /// The project as it is; where nothing is stored, one that does not exist.
    pub fn read(&self) -> Result<Project> {
        Ok(self.stored()?.map(|stored| stored.project).unwrap_or_default())
    }

    /// The snapshot that decides who the project's owners are: that of the current version, which is parsed once.
    pub fn snapshot(&self) -> Result<Option<Arc<Snapshot>>> {
        if !self.is_known()? {
            return Ok(None);
        }
        let rows = query(&self.sql(), "SELECT name, version FROM project", Vec::new())?;
        let Some(row) = rows.first() else { return Ok(None) };
        let project = ProjectId::try_from(row.text(0)?.unwrap_or_default()).map_err(|e| e.to_string())?;
        let key = format!("object/{}", self.number);
        store::snapshot_of_object(&project, &key, row.number(1)?, || Ok(self.read()?.snapshot()))
    }

    /// Which of the isolate's objects this is.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The issuers that its owners look at.
    pub fn probes(&self) -> Probes {
        Probes(self.sql())
    }

    fn audit_log(&self) -> AuditLog {
        AuditLog(self.sql())
    }

    /// The turn to change the project; `None` if others take too long.
    pub async fn turn(&self) -> Option<Taken<'_>> {
        self.changing.take().await
    }

    /// Commits a change, whose `turn` it is, and publishes it; answers whether the edges can see it.
    pub async fn commit(
        &self,
        _turn: &Taken<'_>,
        name: &str,
        change: &Change,
        applied: &Applied,
        author: &Author,
    ) -> Result<bool> {
        migrate(&self.sql(), &MIGRATIONS)?;
        let outcome = AuditOutcome::Made { before: applied.before.as_ref(), after: applied.after.as_ref() };
        self.audit_log().note(author, &serde_json::to_string(change)?, &outcome)?;
        self.write(name, &applied.project)?;
        naming::note(&self.sql(), &applied.project.issuers(), author.began)?;
        // Nothing was awaited since the change was written, so the alarm is stored with it or not at all.
        self.state.storage().set_alarm(RETRY).await?;
        Ok(self.publish().await? >= applied.project.version)
    }

    /// Stores the project, after its change was noted. The statements run without anything in between, and so are stored
    /// together or not at all.
    fn write(&self, name: &str, project: &Project) -> Result<()> {
        let sql = self.sql();
        let label = project.label.as_ref().map(Value::to_string);
        sql.exec(
            "INSERT INTO project (id, name, present, version, published, label, distrusted) VALUES (1, ?, ?, ?, 0, ?, ?)
             ON CONFLICT (id) DO UPDATE SET present = excluded.present, version = excluded.version,
             label = excluded.label, distrusted = excluded.distrusted,
             first_entry = CASE present WHEN 1 THEN first_entry ELSE (SELECT MAX(number) FROM audit) END",
            vec![
                name.into(),
                i32::from(project.exists).into(),
                integer(project.version),
                label.map_or(SqlStorageValue::Null, Into::into),
                serde_json::to_string(&project.blocked)?.into(),
            ],
        )?;
        sql.exec("DELETE FROM idp", None)?;
        for (position, idp) in project.idps.iter().enumerate() {
            sql.exec(
                "INSERT INTO idp VALUES (?, ?)",
                vec![integer(position as u64), idp.to_string().into()],
            )?;
        }
        Ok(())
    }

    /// Notes in the audit log that a change was refused. A project that nobody made has no log that could be filled.
    pub fn note_refusal(&self, author: &Author, change: &Change, code: ErrorCode) -> Result<()> {
        if !self.is_known()? {
            return Ok(());
        }
        self.audit_log().note(author, &serde_json::to_string(change)?, &AuditOutcome::Refused(code.as_str()))
    }

    /// The entries of the audit log before the one of that number: all that there are, also of former projects of this
    /// name, or those `since_made`. A deleted project has a log; one that never was has none.
    pub fn audit(&self, before: Option<u64>, since_made: bool) -> Result<Option<Value>> {
        if !self.is_known()? {
            return Ok(None);
        }
        let made = query(&self.sql(), "SELECT first_entry FROM project", Vec::new())?;
        let first = made.first().filter(|_| since_made).map_or(Ok(0), |row| row.number(0))?;
        self.audit_log().page(first, before).map(Some)
    }

    /// Publishes what is not published yet, and answers which version the edges can see.
    async fn publish(&self) -> Result<u64> {
        // One at a time, so that an older snapshot never lands after a newer one.
        let Some(_turn) = self.publishing.take().await else { return Ok(0) };
        let Some(Stored { name, published, project }) = self.stored()? else { return Ok(0) };
        if published == project.version {
            return Ok(published);
        }
        if let Err(error) = within_time(self.publish_version(&name, &project)).await {
            log::warning("not_published", &name, error);
            self.state.storage().set_alarm(RETRY).await?;
            return Ok(published);
        }
        self.sql().exec("UPDATE project SET published = ?", vec![integer(project.version)])?;
        Ok(project.version)
    }

    async fn publish_version(&self, name: &str, project: &Project) -> Result<()> {
        let (key, snapshot) = (format!("project/{name}"), project.snapshot());
        match &snapshot {
            Some(tombstone) if !project.exists => publish::bury(&self.env, &key, tombstone).await?,
            _ => publish::publish(&self.env, "CONFIG", &key, snapshot.as_ref()).await?,
        }
        let (exists, label) = (project.exists, project.label.clone());
        let news = ToRegistry { project: name.to_owned(), exists, label };
        tell_registry(&self.env, &news).await.map_err(|_| Error::from("the registry does not answer"))?;
        self.tell_issuers(name, &project.issuers()).await
    }

    /// Tells issuers that the project names them, or names them no more, as far as they do not know.
    async fn tell_issuers(&self, name: &str, named: &BTreeSet<&str>) -> Result<()> {
        let sql = self.sql();
        naming::add(&sql, named, now())?;
        for (iss, is_told) in naming::all(&sql)? {
            let project = name.to_owned();
            let is_named = named.contains(&*iss);
            let question = match (is_named, is_told) {
                (true, true) => continue,
                (true, false) => ToIssuer::Trusted { project },
                (false, _) => ToIssuer::Untrusted { project },
            };
            let told = ask_issuer(&self.env, &iss, &question).await;
            told.map_err(|_| Error::from("an issuer's object does not answer"))?;
            if is_named { naming::told(&sql, &iss)? } else { naming::untold(&sql, &iss)? }
        }
        Ok(())
    }

    /// What the project remembers of an issuer that it names.
    pub fn naming(&self, iss: &str) -> Result<Option<Naming>> {
        naming::of(&self.sql(), iss)
    }

    /// Takes note that the project had an issuer's keys fetched.
    pub fn note_refresh(&self, iss: &str, at: NumericDate) -> Result<()> {
        naming::refreshed(&self.sql(), iss, at)
    }
}
