//! A project's object: its entries, its version, its audit log. A change commits here and then is published.

use std::collections::BTreeSet;

use edge_authorizer::management::{Applied, Change, Precondition, Project};
use serde::Deserialize;
use serde_json::{Value, json};
use worker::{
    DurableObject, Env, Error, Request, Response, Result, SqlStorage, SqlStorageValue, State, durable_object,
};

use super::message::{
    Author, FromProject, FromRegistry, ToIssuer, ToProject, ToRegistry, ask_issuer, ask_registry,
};
use super::probe::Probes;
use super::turn::{Turn, within_time};
use super::{RETRY, has_table};
use crate::http::now;
use crate::{log, store};

/// The steps by which the schema came to be; each runs once, in order.
const MIGRATIONS: [&str; 2] = [
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
];

/// How long audit entries are kept, in seconds, and how many.
const AUDIT_SECONDS: f64 = 400.0 * 86_400.0;
const AUDIT_ENTRIES: i64 = 10_000;

/// The object of one project.
#[durable_object(alarm)]
pub struct ProjectObject {
    state: State,
    env: Env,
    publishing: Turn,
    probes: Probes,
}

#[derive(Deserialize)]
struct ProjectRow {
    name: String,
    present: u8,
    version: u64,
    published: u64,
    label: Option<String>,
    distrusted: String,
}

#[derive(Deserialize)]
struct IssuerRow {
    iss: String,
}

#[derive(Deserialize)]
struct EntryRow {
    entry: String,
}

#[derive(Deserialize)]
struct AuditRow {
    number: u64,
    at: f64,
    entry: String,
}

impl DurableObject for ProjectObject {
    fn new(state: State, env: Env) -> Self {
        Self { state, env, publishing: Turn::default(), probes: Probes::default() }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        if self.is_known()? {
            super::migrate(&self.sql(), &MIGRATIONS)?;
        }
        let (name, question): (String, ToProject) = request.json().await?;
        let answer = match question {
            ToProject::Read => FromProject::Project(self.read()?),
            ToProject::Change { change, precondition, author, expected } => {
                self.change(&name, &change, &precondition, &author, expected).await?
            }
            ToProject::Note { change, author, code } => {
                // A project that nobody made has no log that could be filled.
                if self.is_known()? {
                    self.note(&author, &change, &json!({ "refusal": code }))?;
                }
                FromProject::Done
            }
            ToProject::Probe { issuer } => match self.probes.admit(&issuer, now()) {
                Ok(()) => FromProject::Done,
                Err(seconds) => FromProject::TooManyIssuers(seconds),
            },
            ToProject::Audit { before, limit } => self.audit(before, limit)?,
        };
        Response::from_json(&answer)
    }

    async fn alarm(&self) -> Result<Response> {
        super::migrate(&self.sql(), &MIGRATIONS)?;
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

    fn row(&self) -> Result<Option<ProjectRow>> {
        if !self.is_known()? {
            return Ok(None);
        }
        Ok(self
            .sql()
            .exec("SELECT name, present, version, published, label, distrusted FROM project", None)?
            .to_array()?
            .pop())
    }

    fn read(&self) -> Result<Project> {
        let Some(row) = self.row()? else { return Ok(Project::default()) };
        let entries: Vec<EntryRow> =
            self.sql().exec("SELECT entry FROM idp ORDER BY position", None)?.to_array()?;
        let idps =
            entries.iter().map(|row| serde_json::from_str(&row.entry)).collect::<serde_json::Result<_>>()?;
        let label = row.label.as_deref().map(serde_json::from_str).transpose()?;
        let distrusted = serde_json::from_str(&row.distrusted)?;
        Ok(Project { exists: row.present == 1, version: row.version, label, idps, distrusted })
    }

    async fn change(
        &self,
        name: &str,
        change: &Change,
        precondition: &Precondition,
        author: &Author,
        expected: Option<u64>,
    ) -> Result<FromProject> {
        let current = self.read()?;
        if expected.is_some_and(|version| version != current.version) {
            return Ok(FromProject::Stale);
        }
        // What is refused here was possible when it was looked at: whoever asks has to look again.
        let Ok(Applied { project, before, after }) = current.apply(change, precondition) else {
            return Ok(FromProject::Stale);
        };
        super::migrate(&self.sql(), &MIGRATIONS)?;
        self.note(author, change, &json!({ "before": before, "after": after }))?;
        self.write(name, &project)?;
        // Nothing was awaited since the change was written, so the alarm is stored with it or not at all.
        self.state.storage().set_alarm(RETRY).await?;
        let published = self.publish().await? >= project.version;
        Ok(FromProject::Changed { project, before, after, published })
    }

    /// Stores the project. The statements run without anything in between and so count together or not at all.
    fn write(&self, name: &str, project: &Project) -> Result<()> {
        let sql = self.sql();
        let label = project.label.as_ref().map(Value::to_string);
        sql.exec(
            "INSERT INTO project (id, name, present, version, published, label, distrusted) VALUES (1, ?, ?, ?, 0, ?, ?)
             ON CONFLICT (id) DO UPDATE SET present = excluded.present, version = excluded.version,
             label = excluded.label, distrusted = excluded.distrusted",
            vec![
                name.into(),
                i32::from(project.exists).into(),
                integer(project.version),
                label.map_or(SqlStorageValue::Null, Into::into),
                serde_json::to_string(&project.distrusted)?.into(),
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

    /// Notes an attempt in the audit log with what came of it, and drops what is too old.
    fn note(&self, author: &Author, change: &Change, outcome: &Value) -> Result<()> {
        let at = now().as_seconds();
        let entry = json!({ "author": author, "change": change, "outcome": outcome });
        let sql = self.sql();
        sql.exec(
            "DELETE FROM audit WHERE at < ? OR number <= (SELECT MAX(number) FROM audit) - ?",
            vec![(at - AUDIT_SECONDS).into(), (AUDIT_ENTRIES - 1).into()],
        )?;
        sql.exec("INSERT INTO audit (at, entry) VALUES (?, ?)", vec![at.into(), entry.to_string().into()])?;
        Ok(())
    }

    fn audit(&self, before: Option<u64>, limit: u32) -> Result<FromProject> {
        if !self.is_known()? {
            return Ok(FromProject::Audit { items: Vec::new(), next: None });
        }
        let rows: Vec<AuditRow> = self
            .sql()
            .exec(
                "SELECT number, at, entry FROM audit WHERE number < ? ORDER BY number DESC LIMIT ?",
                vec![integer(before.unwrap_or(u64::from(u32::MAX))), integer(u64::from(limit))],
            )?
            .to_array()?;
        let next = rows.last().filter(|_| rows.len() == limit as usize).map(|row| row.number);
        let items = rows.iter().map(|row| {
            let mut item: Value = serde_json::from_str(&row.entry)?;
            if let Some(item) = item.as_object_mut() {
                item.insert("number".to_owned(), row.number.into());
                item.insert("at".to_owned(), row.at.into());
            }
            Ok(item)
        });
        Ok(FromProject::Audit { items: items.collect::<serde_json::Result<_>>()?, next })
    }

    /// Publishes what is not published yet, and answers which version the edges can see.
    async fn publish(&self) -> Result<u64> {
        // One at a time, so that an older snapshot never lands after a newer one.
        let Some(_turn) = self.publishing.take().await else { return Ok(0) };
        let Some(row) = self.row()? else { return Ok(0) };
        if row.published == row.version {
            return Ok(row.version);
        }
        let project = self.read()?;
        if let Err(error) = within_time(self.publish_version(&row.name, &project)).await {
            log::warning("not_published", &row.name, error);
            self.state.storage().set_alarm(RETRY).await?;
            return Ok(row.published);
        }
        self.sql().exec("UPDATE project SET published = ?", vec![integer(project.version)])?;
        Ok(project.version)
    }

    async fn publish_version(&self, name: &str, project: &Project) -> Result<()> {
        store::publish(&self.env, "CONFIG", &format!("project/{name}"), project.snapshot().as_ref()).await?;
        let id = name.to_owned();
        let label = project.label.clone();
        let question =
            if project.exists { ToRegistry::Register { id, label } } else { ToRegistry::Unregister { id } };
        match ask_registry(&self.env, &question).await {
            Ok(FromRegistry::Done) => {}
            _ => return Err("the registry does not answer".into()),
        }
        self.tell_issuers(name, &project.issuers()).await
    }

    /// Tells issuers that the project names them, or names them no more, as far as they do not know.
    async fn tell_issuers(&self, name: &str, named: &BTreeSet<&str>) -> Result<()> {
        let told: Vec<IssuerRow> = self.sql().exec("SELECT iss FROM issuer", None)?.to_array()?;
        let is_told = |iss: &str| told.iter().any(|row| row.iss == iss);
        let failed = |_| Error::from("an issuer's object does not answer");
        for iss in named.iter().filter(|iss| !is_told(iss)) {
            let question = ToIssuer::Trusted { project: name.to_owned() };
            ask_issuer(&self.env, iss, &question).await.map_err(failed)?;
            self.sql().exec("INSERT OR IGNORE INTO issuer VALUES (?)", vec![(*iss).into()])?;
        }
        for row in told.iter().filter(|row| !named.contains(&*row.iss)) {
            let question = ToIssuer::Untrusted { project: name.to_owned() };
            ask_issuer(&self.env, &row.iss, &question).await.map_err(failed)?;
            self.sql().exec("DELETE FROM issuer WHERE iss = ?", vec![row.iss.clone().into()])?;
        }
        Ok(())
    }
}

/// Versions and positions stay far below 2^53, where they would lose precision.
fn integer(number: u64) -> SqlStorageValue {
    SqlStorageValue::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}
