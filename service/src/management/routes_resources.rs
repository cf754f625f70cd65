//! The resources that belong to no project: the routes, and the list of projects.

use std::sync::Arc;

use edge_authorizer::accounts::SigningSet;
use edge_authorizer::management::Endpoint;
use edge_authorizer::{ErrorCode, Method, Routes, Unavailable};
use serde_json::Value;

use super::author::Author;
use super::call::Call;
use super::document::{self, MAX_ROUTES};
use super::reply::Reply;
use crate::control_plane::CHANGE_BYTES;
use crate::host::{Commit, ControlHost, Key};
use crate::http::Body;
use crate::publication::{RETRY, publish};
use crate::records::{Loaded, MAX_ATTEMPTS, RoutesRecord, failed};

/// How many projects one answer has.
const PAGE: u32 = 100;

impl<H: ControlHost> Call<'_, H> {
    /// Answers a request about what belongs to no project.
    pub async fn answer_for_routes(
        &self,
        endpoint: &Endpoint,
        method: Method,
        body: impl Body,
    ) -> Result<Reply, Reply> {
        let caller = self.authenticate_admin(endpoint, method).await?;
        let known = self.request.header("if-none-match");
        match (endpoint, method) {
            (Endpoint::Routes, Method::Put) => {
                let document = document::read_document(self.request, body, MAX_ROUTES).await?;
                let _held = self.hold(&Key::Routes, CHANGE_BYTES + document.bytes)?;
                self.put_routes(document.value, &Author::new(&caller, self.request)).await
            }
            (Endpoint::Routes, _) => {
                let record = self.records().load::<RoutesRecord>(&Key::Routes).await?.value;
                let document =
                    record.document.as_deref().ok_or_else(|| Reply::refused(ErrorCode::NotFound))?;
                Ok(Reply::representation(document.to_string(), known.as_deref()))
            }
            (Endpoint::RoutesAuditLog, _) => {
                let page = self.audit_page(&Key::Routes, false).await?;
                Ok(Reply::representation(page.to_string(), known.as_deref()))
            }
            (Endpoint::Projects, _) => {
                let after = self.request.parameter("after").unwrap_or_default();
                let listed = self.host.projects(&after, PAGE).await;
                let listed = listed.map_err(|failure| failed(self.host, &Key::Routes, &failure))?;
                Ok(Reply::page(self.request, &listed, PAGE))
            }
            _ => Err(Reply::refused(ErrorCode::NotFound)),
        }
    }

    async fn put_routes(&self, document: Value, author: &Author) -> Result<Reply, Reply> {
        let document = Arc::new(document);
        let outcome = self.attempt_routes(&document, author).await;
        if let Err(Reply::Problem { denial, .. }) = &outcome
            && !self.request.is_set("dryRun")
        {
            let note = author.refused(&change_of(&document), denial.code);
            let appended = self.host.append(&Key::Routes, note).await;
            appended.map_err(|failure| failed(self.host, &Key::Routes, &failure))?;
        }
        outcome
    }

    async fn attempt_routes(&self, document: &Arc<Value>, author: &Author) -> Result<Reply, Reply> {
        let routes = Routes::parse(document).map_err(Reply::invalid)?;
        let secrets = routes.secrets().into_iter().filter_map(|name| self.secret_warning(name));
        let asterisks = routes.literal_asterisks().map(asterisk_warning);
        let assertions = self.prepare_assertions(&routes).await;
        let warnings: Vec<_> = secrets.chain(asterisks).chain(assertions).collect();
        let precondition = document::precondition(self.request)?;
        for _ in 0..MAX_ATTEMPTS {
            let Loaded { value, revision, .. } = self.records().load::<RoutesRecord>(&Key::Routes).await?;
            let mut value = Arc::unwrap_or_clone(value);
            let before = value.document.replace(document.clone());
            if !precondition.holds(before.as_deref().map(Value::to_string).as_deref()) {
                return Err(Reply::refused(ErrorCode::PreconditionFailed));
            }
            if self.request.is_set("dryRun") {
                return Ok(Reply::routes(document, &warnings, false, false));
            }
            value.version += 1;
            let audit = Some(author.made(&change_of(document), before.as_deref(), Some(document)));
            let extras = Commit { audit, wake_after: Some(RETRY), ..Commit::default() };
            if self.records().commit(&Key::Routes, revision, value, extras).await?.is_some() {
                // The change is made, whether or not the replicas have it yet.
                let published = publish::<RoutesRecord, H>(self.records(), &self.state.turns, &Key::Routes)
                    .await
                    .unwrap_or(false);
                return Ok(Reply::routes(document, &warnings, before.is_none(), published));
            }
        }
        Err(Unavailable.into())
    }
}

impl<H: ControlHost> Call<'_, H> {
    /// What the author of routes has to do for a secret that may not be set.
    fn secret_warning(&self, name: &str) -> Option<String> {
        let how = self.host.how_to_set(name)?;
        Some(format!(
            "the routes need the secret `{name}`; until it is set, their requests are answered 503: {how}"
        ))
    }

    /// Has the assertion keys made and published before routes that need them; a warning, if there are none then.
    async fn prepare_assertions(&self, routes: &Routes) -> Option<String> {
        if !routes.has_assertions() {
            return None;
        }
        if let Some(unusable) = self.state.issuer_settings.missing_for_assertions() {
            return Some(assertion_warning(&format!("at the control plane, {unusable}")));
        }
        if self.request.is_set("dryRun") {
            return None;
        }
        let made = self.host.ask_signing_keys(SigningSet::Assertions).await;
        made.err().map(|Unavailable| assertion_warning("they could not be published; the log says why"))
    }
}

/// What keeps routes with assertions from being served.
fn assertion_warning(reason: &str) -> String {
    format!("requests to routes with `assertion` are answered 503 until there are assertion keys; {reason}")
}

fn asterisk_warning(path: &str) -> String {
    format!(
        "the route `{path}` matches only paths with the character `*`; write `{{*rest}}` for any rest of a path"
    )
}

/// A change of the routes as the audit log has it.
fn change_of(document: &Value) -> String {
    ["{\"put_gateway\":{\"gateway\":", &document.to_string(), "}}"].concat()
}
