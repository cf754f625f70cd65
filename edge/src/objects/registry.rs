//! The registry: the routes document and the list of projects.

use edge_authorizer::management::Precondition;
use serde_json::{Value, json};
use worker::{
    DurableObject, Env, Request, Response, Result, SqlStorage, SqlStorageValue, State, durable_object,
};

use super::RETRY;
use super::message::{FromRegistry, ToRegistry, receive, reply};
use super::rows::{Row, integer, migrate, query};
use super::turn::{Turn, within_time};
use crate::{log, store};

/// The steps by which the schema came to be; each runs once, in order.
const MIGRATIONS: [&str; 1] = ["
    CREATE TABLE gateway (
        id INTEGER PRIMARY KEY CHECK (id = 1), document TEXT NOT NULL,
        version INTEGER NOT NULL, published INTEGER NOT NULL);
    CREATE TABLE project (id TEXT PRIMARY KEY, label TEXT) WITHOUT ROWID;
"];

/// The one object that knows what belongs to no project.
#[durable_object(alarm)]
pub struct RegistryObject {
    state: State,
    env: Env,
    publishing: Turn,
}

/// The routes document as it is stored.
struct Stored {
    document: Value,
    version: u64,
    published: u64,
}

impl DurableObject for RegistryObject {
    fn new(state: State, env: Env) -> Self {
        Self { state, env, publishing: Turn::default() }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        migrate(&self.sql(), &MIGRATIONS)?;
        let (_, question) = receive(&mut request).await?;
        let answer = match question {
            ToRegistry::Gateway => FromRegistry::Gateway(self.gateway()?),
            ToRegistry::PutGateway { document, precondition } => {
                self.put_gateway(&document, &precondition).await?
            }
            ToRegistry::List { after, limit } => self.list(&after, limit)?,
            ToRegistry::Register { id, label } => {
                let label = label.map_or(SqlStorageValue::Null, |label| label.to_string().into());
                self.sql().exec("INSERT OR REPLACE INTO project VALUES (?, ?)", vec![id.into(), label])?;
                FromRegistry::Done
            }
            ToRegistry::Unregister { id } => {
                self.sql().exec("DELETE FROM project WHERE id = ?", vec![id.into()])?;
                FromRegistry::Done
            }
        };
        reply(&answer)
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

    fn gateway(&self) -> Result<Option<Value>> {
        Ok(self.stored()?.map(|stored| stored.document))
    }

    async fn put_gateway(&self, document: &Value, precondition: &Precondition) -> Result<FromRegistry> {
        let current = self.gateway()?.map(|document| document.to_string());
        if !precondition.holds(current.as_deref()) {
            return Ok(FromRegistry::PreconditionFailed);
        }
        self.sql().exec(
            "INSERT INTO gateway VALUES (1, ?, 1, 0)
             ON CONFLICT (id) DO UPDATE SET document = excluded.document, version = version + 1",
            vec![document.to_string().into()],
        )?;
        self.state.storage().set_alarm(RETRY).await?;
        Ok(FromRegistry::Changed { published: self.publish().await?, created: current.is_none() })
    }

    /// Publishes the routes, if they are not yet; answers whether the edges can see them.
    async fn publish(&self) -> Result<bool> {
        // One at a time, so that older routes never land after newer ones.
        let Some(_turn) = self.publishing.take().await else { return Ok(false) };
        let unpublished = self.stored()?.filter(|stored| stored.published != stored.version);
        let Some(Stored { document, version, .. }) = unpublished else { return Ok(true) };
        if let Err(error) = within_time(store::publish(&self.env, "CONFIG", "gateway", Some(&document))).await
        {
            log::warning("not_published", "gateway", error);
            self.state.storage().set_alarm(RETRY).await?;
            return Ok(false);
        }
        self.sql().exec("UPDATE gateway SET published = ?", vec![integer(version)])?;
        Ok(true)
    }

    fn list(&self, after: &str, limit: u32) -> Result<FromRegistry> {
        let rows = query(
            &self.sql(),
            "SELECT id, label FROM project WHERE id > ? ORDER BY id LIMIT ?",
            vec![after.into(), i64::from(limit).into()],
        )?;
        let project = |row: &Row| Ok(json!({ "id": row.text(0)?, "label": row.json::<Value>(1)? }));
        Ok(FromRegistry::Projects(rows.iter().map(project).collect::<Result<_>>()?))
    }
}
