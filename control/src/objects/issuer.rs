//! An issuer's object: the only place that fetches its keys. It fetches them ahead of time, publishes them to KV, and
//! forgets them when no project names the issuer any more.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use cloudflare::env::Env;
use cloudflare::http::now;
use cloudflare::issuer::FromIssuer;
use cloudflare::log;
use cloudflare::settings::Settings;
use edge_authorizer::{FetchReason, Issuer, NumericDate, RefreshPolicy, RefreshSchedule};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};
use worker::{DurableObject, Request, Response, Result, SqlStorage, State, durable_object};

use super::RETRY;
use super::message::{ToIssuer, receive, reply};
use super::rows::{has_table, migrate, query};
use super::turn::{Turn, within_time};
use crate::discover::{self, Failure, Found};
use crate::publish;

/// The steps by which the schema came to be; each runs once, in order.
const MIGRATIONS: [&str; 1] = ["
    CREATE TABLE issuer (id INTEGER PRIMARY KEY CHECK (id = 1), kept TEXT NOT NULL);
    CREATE TABLE project (id TEXT PRIMARY KEY) WITHOUT ROWID;
"];

/// The object of one issuer.
#[durable_object(alarm)]
pub struct IssuerObject {
    state: State,
    env: Env,
    fetching: Turn,
    publishing: Turn,
    kept: RefCell<Kept>,
    /// Whether it is kept in storage too. Looking at an issuer that nobody trusts leaves nothing behind.
    is_stored: Cell<bool>,
}

/// What is known of the issuer.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Kept {
    issuer: String,
    life: RefreshSchedule,
    /// The last good keys, as they are published.
    record: Option<Value>,
    is_published: bool,
}

impl Kept {
    /// Whether KV has the keys, if there are any.
    fn is_settled(&self) -> bool {
        self.is_published || self.record.is_none()
    }

    /// Takes note of a fetch that began at `began`.
    fn note(
        &mut self,
        outcome: std::result::Result<Found, Failure>,
        began: NumericDate,
        chance: f64,
        policy: &RefreshPolicy,
    ) {
        match outcome {
            Ok(Found { published, cacheable }) => {
                for kid in self.record.iter().flat_map(|former| published.changed(former)) {
                    log::warning("key_changed", &self.issuer, format_args!("another key has the id `{kid}`"));
                }
                let life = policy.lifetime(cacheable);
                self.record = Some(published.stored(began, life, self.record.as_ref()));
                self.is_published = false;
                self.life.succeed(began, life, chance);
            }
            // Keys that were good stay good.
            Err(Failure { reason, retry_after }) => {
                log::warning("keys_not_fetched", &self.issuer, &reason);
                self.life.fail(began, &reason, retry_after, policy, chance);
            }
        }
    }
}

impl DurableObject for IssuerObject {
    fn new(state: State, env: worker::Env) -> Self {
        let env = JsValue::from(env).unchecked_into();
        let (fetching, publishing) = (Turn::default(), Turn::default());
        Self { state, env, fetching, publishing, kept: RefCell::default(), is_stored: Cell::default() }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let (issuer, question) = receive(&mut request).await?;
        self.load()?;
        self.kept.borrow_mut().issuer = issuer;
        match question {
            ToIssuer::Keys(FetchReason::Glance) => self.renew(FetchReason::Glance).await?,
            ToIssuer::Keys(want) => {
                self.store()?;
                self.renew(want).await?;
            }
            ToIssuer::Trusted { project } => {
                self.store()?;
                self.sql().exec("INSERT OR IGNORE INTO project VALUES (?)", vec![project.into()])?;
                self.settle().await?;
            }
            ToIssuer::Untrusted { project } if self.is_stored.get() => {
                self.sql().exec("DELETE FROM project WHERE id = ?", vec![project.into()])?;
                if !self.is_trusted()? {
                    self.remove().await?;
                }
            }
            ToIssuer::Untrusted { .. } => {}
        }
        let Kept { record, life, .. } = self.kept.borrow().clone();
        reply(&FromIssuer { record, life })
    }

    async fn alarm(&self) -> Result<Response> {
        self.load()?;
        let is_settled = self.kept.borrow().is_settled();
        if self.is_stored.get() && is_settled && !self.is_trusted()? {
            self.remove().await?;
        } else {
            self.renew(FetchReason::Due).await?;
            self.settle().await?;
        }
        Response::empty()
    }
}

impl IssuerObject {
    fn sql(&self) -> SqlStorage {
        self.state.storage().sql()
    }

    /// Reads what is stored, if anything is.
    fn load(&self) -> Result<()> {
        if self.is_stored.get() || !has_table(&self.sql(), "issuer")? {
            return Ok(());
        }
        self.store()?;
        if let Some(row) = query(&self.sql(), "SELECT kept FROM issuer", Vec::new())?.first() {
            self.kept.replace(row.json(0)?);
        }
        Ok(())
    }

    /// From now on it is kept in storage.
    fn store(&self) -> Result<()> {
        migrate(&self.sql(), &MIGRATIONS)?;
        self.is_stored.set(true);
        Ok(())
    }

    /// Whether a project names the issuer.
    fn is_trusted(&self) -> Result<bool> {
        Ok(!query(&self.sql(), "SELECT 1 FROM project LIMIT 1", Vec::new())?.is_empty())
    }

    /// Fetches the keys if it is time for it: once for all who ask meanwhile. The alarm publishes them, so that nobody who
    /// needs them waits for KV.
    async fn renew(&self, want: FetchReason) -> Result<()> {
        let settings = Settings::get(&self.env).map_err(|variable| variable.0.to_owned())?;
        let Some(_turn) = self.fetching.take().await else { return Ok(()) };
        // Nothing depends on the chance but when many issuers are fetched.
        let (began, chance) = (now(), js_sys::Math::random());
        if self.kept.borrow().life.admits(want, began, &settings.keys).is_err() {
            return Ok(());
        }
        let issuer = self.kept.borrow().issuer.clone();
        let outcome = match Issuer::try_from(&*issuer) {
            Ok(issuer) => discover::keys(&issuer, &discover::insecure_hosts(&self.env)).await,
            Err(error) => Err(Failure { reason: error.to_string(), retry_after: None }),
        };
        // The issuer may have been removed, or its keys published, during the fetch.
        self.kept.borrow_mut().note(outcome, began, chance, &settings.keys);
        if !self.is_stored.get() {
            return Ok(());
        }
        self.save()?;
        self.set_alarm().await
    }

    /// Stores what is known, publishes keys that are not yet, and sets the alarm for what comes next.
    async fn settle(&self) -> Result<()> {
        if !self.is_stored.get() {
            return Ok(());
        }
        self.save()?;
        // Before anything is awaited: what is stored is seen to.
        self.state.storage().set_alarm(RETRY).await?;
        // One at a time, so that older keys never land after newer ones.
        let Some(_turn) = self.publishing.take().await else { return Ok(()) };
        let Kept { issuer, record, is_published, .. } = self.kept.borrow().clone();
        if let Some(record) = record.filter(|_| !is_published) {
            if let Err(error) = within_time(publish::publish(&self.env, "JWKS", &issuer, Some(&record))).await
            {
                log::warning("not_published", &issuer, error);
                return Ok(());
            }
            // Newer keys that came meanwhile are still to be published.
            let is_current = self.kept.borrow().record.as_ref() == Some(&record);
            self.kept.borrow_mut().is_published = is_current;
            self.save()?;
        }
        self.set_alarm().await
    }

    /// Sets the alarm for what comes next: to publish the keys, or to fetch them.
    async fn set_alarm(&self) -> Result<()> {
        let wait = {
            let kept = self.kept.borrow();
            let due = kept.life.due.filter(|_| kept.is_settled());
            due.map_or(0.0, |due| due.as_seconds() - now().as_seconds())
        };
        self.state.storage().set_alarm(Duration::from_secs_f64(wait.max(0.0))).await
    }

    fn save(&self) -> Result<()> {
        let kept = serde_json::to_string(&*self.kept.borrow())?;
        self.sql().exec("INSERT OR REPLACE INTO issuer VALUES (1, ?)", vec![kept.into()])?;
        Ok(())
    }

    /// Forgets the issuer, here and at the edges, unless a project comes to name it meanwhile.
    async fn remove(&self) -> Result<()> {
        self.state.storage().set_alarm(RETRY).await?;
        let issuer = self.kept.borrow().issuer.clone();
        let Some(turn) = self.publishing.take().await else { return Ok(()) };
        if let Err(error) = within_time(publish::publish(&self.env, "JWKS", &issuer, None)).await {
            log::warning("not_removed", &issuer, error);
            return Ok(());
        }
        drop(turn);
        if self.is_trusted()? {
            self.kept.borrow_mut().is_published = false;
            return self.settle().await;
        }
        self.is_stored.set(false);
        self.kept.replace(Kept { issuer, ..Kept::default() });
        // The alarm goes with it (workerd's compatibility flag `delete_all_deletes_alarm`).
        self.state.storage().delete_all().await
    }
}
