//! What would become of a request to the project, and why. Nothing is sent.

use std::sync::Arc;

use edge_authorizer::management::ExplainRequest;
use edge_authorizer::{
    Decision, Explanation, Faults, ProjectId, Request, RequestPath, Routes, Snapshot, TokenCache, authorize,
    simulate,
};
use serde_json::Value;

use super::call::Call;
use super::reply::{Reply, text_of};
use crate::driver::{drive, drive_simulation};
use crate::host::ControlHost;

impl<H: ControlHost> Call<'_, H> {
    /// Explains what would become of the request that `document` describes, the project being `snapshot`.
    pub async fn explain(
        &self,
        id: &ProjectId,
        snapshot: Option<Arc<Snapshot>>,
        document: &Value,
    ) -> Result<Reply, Reply> {
        let explained = ExplainRequest::parse(document).map_err(Reply::invalid)?;
        let explanation = match self.state.data.routes(self.host).await {
            Ok(routes) if leads_elsewhere(&routes, &explained.path, id) => {
                let path = Value::String(explained.path);
                let expected = format_args!("a path of the project `{id}`");
                return Err(Reply::invalid(Faults::one("/path", Some(&path), expected)));
            }
            Ok(routes) => self.evaluate(&routes, explained, snapshot).await,
            Err(_) => Decision::without_configuration().into(),
        };
        Ok(Reply::Body { status: 200, headers: Vec::new(), body: text_of(&explanation) })
    }

    async fn evaluate(
        &self,
        routes: &Routes,
        explained: ExplainRequest,
        snapshot: Option<Arc<Snapshot>>,
    ) -> Explanation {
        let authorization = explained.token.map(|token| format!("Bearer {token}"));
        let request = Request {
            method: &explained.method,
            path: &explained.path,
            authorization: authorization.as_deref(),
            origin: None,
            asks_for_method: false,
        };
        let clock = self.state.data.clock_at(self.host.now());
        let resolver = self.resolver(snapshot);
        if let Some(claims) = explained.claims {
            return drive_simulation(simulate(routes, &request, claims, clock), &resolver).await;
        }
        let step = authorize(routes, &request, clock, &mut TokenCache::default());
        drive(step, &resolver).await.into()
    }
}

/// Whether a path names another project, whose entries are not to be seen here.
fn leads_elsewhere(routes: &Routes, path: &str, id: &ProjectId) -> bool {
    let Ok(path) = RequestPath::try_from(path) else { return false };
    let found = routes.find(&path).ok().flatten();
    let project = found.and_then(|found| ProjectId::try_from(found.project?).ok());
    project.is_some_and(|project| project != *id)
}
