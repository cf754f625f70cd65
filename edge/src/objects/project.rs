//! A project's object: its entries, its version, its audit log. A change commits here and then is published.

use std::collections::BTreeSet;

use edge_authorizer::Time;
use edge_authorizer::management::{Applied, Change, Project};
use serde::Serialize;
use serde_json::{Value, json};
use worker::{
    DurableObject, Env, Error, Request, Response, Result, SqlStorage, SqlStorageValue, State, durable_object,
};

use super::RETRY;
use super::message::{ToIssuer, ToRegistry, ask_issuer, is_question, tell_registry};
use super::naming::{self, Naming};
use super::probe::Probes;
use super::rows::{has_table, integer, migrate, query};
use super::turn::{Taken, Turn, within_time};
use crate::http::now;
use crate::{log, management, store};

/// The steps by which the schema came to be; each runs once, in order.
const MIGRATIONS: [&str; 3] = [
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
    naming::MIGRATION,
];

/// How long audit entries are kept, in seconds, and how many.
const AUDIT_SECONDS: f64 = 400.0 * 86_400.0;
const AUDIT_ENTRIES: i64 = 10_000;

/// The object of one project.
#[durable_object(alarm)]
pub struct ProjectObject {
    state: State,
    env: Env,
    changing: Turn,
    publishing: Turn,
    probes: Probes,
}

/// Who asks for a change.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Author {
    /// `{"idp", "subject"}`, or `"platform-admin"`.
    pub who: Value,
    /// The id of the request.
    pub request_id: String,
    /// The address that it came from, where the platform knows it.
    pub address: Option<String>,
    /// When it came.
    #[serde(skip)]
    pub began: Time,
}

/// What is stored of a project beside its entries.
struct Stored {
    name: String,
    published: u64,
    project: Project,
}

impl DurableObject for ProjectObject {
    fn new(state: State, env: Env) -> Self {
        let (changing, publishing) = (Turn::default(), Turn::default());
        Self { state, env, changing, publishing, probes: Probes::default() }
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
            distrusted: row.json(5)?,
        };
        let name = row.text(0)?.unwrap_or_default().to_owned();
        Ok(Some(Stored { name, published: row.number(1)?, project }))
    }

    /// The project as it is; where nothing is stored, one that does not exist.
    pub fn read(&self) -> Result<Project> {
        Ok(self.stored()?.map(|stored| stored.project).unwrap_or_default())
    }

    /// The issuers that its owners look at.
    pub fn probes(&self) -> &Probes {
        &self.probes
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
        self.note(author, change, &json!({ "before": applied.before, "after": applied.after }))?;
        self.write(name, &applied.project)?;
        naming::note(&self.sql(), &applied.project.issuers(), author.began)?;
        // Nothing was awaited since the change was written, so the alarm is stored with it or not at all.
        self.state.storage().set_alarm(RETRY).await?;
        Ok(self.publish().await? >= applied.project.version)
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

    /// Notes in the audit log that a change was refused. A project that nobody made has no log that could be filled.
    pub fn note_refusal(&self, author: &Author, change: &Change, code: &str) -> Result<()> {
        if self.is_known()? { self.note(author, change, &json!({ "refusal": code })) } else { Ok(()) }
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

    /// The entries of the audit log before the one of that number, newest first: `{"items", "next"}`. A deleted project
    /// has one; one that never was has none.
    pub fn audit(&self, before: Option<u64>, limit: u32) -> Result<Option<Value>> {
        if !self.is_known()? {
            return Ok(None);
        }
        let rows = query(
            &self.sql(),
            "SELECT entry, number, at FROM audit WHERE number < ? ORDER BY number DESC LIMIT ?",
            vec![integer(before.unwrap_or(u64::from(u32::MAX))), integer(u64::from(limit))],
        )?;
        let next =
            rows.last().filter(|_| rows.len() == limit as usize).map(|row| row.number(1)).transpose()?;
        let items = rows.iter().map(|row| {
            let mut item: Value = row.json(0)?;
            if let Some(item) = item.as_object_mut() {
                item.insert("number".to_owned(), row.value(1));
                item.insert("at".to_owned(), row.value(2));
            }
            Ok(item)
        });
        Ok(Some(json!({ "items": items.collect::<Result<Vec<_>>>()?, "next": next })))
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
        store::publish(&self.env, "CONFIG", &format!("project/{name}"), project.snapshot().as_ref()).await?;
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
    pub fn note_refresh(&self, iss: &str, at: Time) -> Result<()> {
        naming::refreshed(&self.sql(), iss, at)
    }
}
