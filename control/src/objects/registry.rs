//! The registry: the routes document and the list of projects.

use cloudflare::env::Env;
use cloudflare::log;
use edge_authorizer::ErrorCode;
use edge_authorizer::management::AuditOutcome;
use serde_json::{Value, json};
use wasm_bindgen::{JsCast, JsValue};
use worker::{DurableObject, Request, Response, Result, SqlStorage, SqlStorageValue, State, durable_object};

use super::audit::{self, AuditLog, Author};
use super::message::{ToRegistry, is_question, receive};
use super::rows::{Row, integer, migrate, query};
use super::turn::{Turn, within_time};
use super::{RETRY, new_number};
use crate::{management, publish};

/// The steps by which the schema came to be; each runs once, in order.
const MIGRATIONS: [&str; 3] = [
    "
    CREATE TABLE gateway (
        id INTEGER PRIMARY KEY CHECK (id = 1), document TEXT NOT NULL,
        version INTEGER NOT NULL, published INTEGER NOT NULL);
    CREATE TABLE project (id TEXT PRIMARY KEY, label TEXT) WITHOUT ROWID;
",
    audit::TABLE,
    audit::BOUNDS,
];

/// The one object that knows what belongs to no project.
#[durable_object(alarm)]
pub struct RegistryObject {
    state: State,
    env: Env,
    publishing: Turn,
    number: u32,
}

/// The routes document as it is stored.
struct Stored {
    document: Value,
    version: u64,
    published: u64,
}

impl Stored {
    /// What is published: the document with its version, by which edges know it from an older one.
    fn publication(&self) -> Value {
        let mut publication = self.document.clone();
        if let Some(properties) = publication.as_object_mut() {
            properties.insert("version".to_owned(), self.version.into());
        }
        publication
    }
}

impl DurableObject for RegistryObject {
    fn new(state: State, env: worker::Env) -> Self {
        let env = JsValue::from(env).unchecked_into();
        Self { state, env, publishing: Turn::default(), number: new_number() }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        migrate(&self.sql(), &MIGRATIONS)?;
        if !is_question(&request) {
            return management::answer_for_registry(self, &self.env, request.inner()).await;
        }
        let (_, news) = receive::<Option<ToRegistry>>(&mut request).await?;
        let Some(ToRegistry { project, exists, label }) = news else {
            let routes = self.stored()?.map(|stored| stored.publication().to_string());
            return Response::ok(routes.unwrap_or_default());
        };
        if exists {
            let label = label.map_or(SqlStorageValue::Null, |label| label.to_string().into());
            self.sql().exec("INSERT OR REPLACE INTO project VALUES (?, ?)", vec![project.into(), label])?;
        } else {
            self.sql().exec("DELETE FROM project WHERE id = ?", vec![project.into()])?;
        }
        Response::empty()
    }

    async fn alarm(&self) -> Result<Response> {
        migrate(&self.sql(), &MIGRATIONS)?;
        self.publish().await?;
        Response::empty()
    }
}

impl RegistryObject {
    fn sql(&self) -> SqlStorage {
        self.state.storage().sql()
    }

    fn stored(&self) -> Result<Option<Stored>> {
        let rows = query(&self.sql(), "SELECT document, version, published FROM gateway", Vec::new())?;
        let read = |row: &Row| {
            Ok(Stored { document: row.json(0)?, version: row.number(1)?, published: row.number(2)? })
        };
        rows.first().map(read).transpose()
    }

    /// Which of the isolate's objects this is.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The routes document, if there is one.
    pub fn gateway(&self) -> Result<Option<Value>> {
        Ok(self.stored()?.map(|stored| stored.document))
    }

    /// Replaces the routes document and publishes it; answers whether the edges can see it.
    pub async fn put_gateway(
        &self,
        document: &Value,
        before: Option<&Value>,
        author: &Author,
    ) -> Result<bool> {
        let outcome = AuditOutcome::Made { before, after: Some(document) };
        self.audit_log().note(author, &change(document), &outcome)?;
        self.sql().exec(
            "INSERT INTO gateway VALUES (1, ?, 1, 0)
             ON CONFLICT (id) DO UPDATE SET document = excluded.document, version = version + 1",
            vec![document.to_string().into()],
        )?;
        self.state.storage().set_alarm(RETRY).await?;
        self.publish().await
    }

    /// Notes in the audit log that a routes document was refused.
    pub fn note_refusal(&self, author: &Author, document: &Value, code: ErrorCode) -> Result<()> {
        self.audit_log().note(author, &change(document), &AuditOutcome::Refused(code.as_str()))
    }

    /// The entries of the audit log of the routes before the one of that number.
    pub fn audit(&self, before: Option<u64>) -> Result<Value> {
        self.audit_log().page(0, before)
    }

    fn audit_log(&self) -> AuditLog {
        AuditLog(self.sql())
    }

    /// Publishes the routes, if they are not yet; answers whether the edges can see them.
    async fn publish(&self) -> Result<bool> {
        // One at a time, so that older routes never land after newer ones.
        let Some(_turn) = self.publishing.take().await else { return Ok(false) };
        let unpublished = self.stored()?.filter(|stored| stored.published != stored.version);
        let Some(stored) = unpublished else { return Ok(true) };
        let publication = stored.publication();
        let published = publish::publish(&self.env, "CONFIG", "gateway", Some(&publication));
        if let Err(error) = within_time(published).await {
            log::warning("not_published", "gateway", error);
            self.state.storage().set_alarm(RETRY).await?;
            return Ok(false);
        }
        self.sql().exec("UPDATE gateway SET published = ?", vec![integer(stored.version)])?;
        Ok(true)
    }

    /// The projects after the one of that name, `{"id", "label"}` each.
    pub fn list(&self, after: &str, limit: u32) -> Result<Vec<Value>> {
        let rows = query(
            &self.sql(),
            "SELECT id, label FROM project WHERE id > ? ORDER BY id LIMIT ?",
            vec![after.into(), i64::from(limit).into()],
        )?;
        let project = |row: &Row| Ok(json!({ "id": row.text(0)?, "label": row.json::<Value>(1)? }));
        rows.iter().map(project).collect()
    }
}

/// A change of the routes as the audit log has it.
fn change(document: &Value) -> String {
    ["{\"put_gateway\":{\"gateway\":", &document.to_string(), "}}"].concat()
}
