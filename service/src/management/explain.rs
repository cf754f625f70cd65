//! What would become of a request to the project, and why. Nothing is sent.

use std::sync::Arc;

use edge_authorizer::inspection::{NarrativeContext, answer};
use edge_authorizer::management::{Endpoint, ExplainRequest, NoEndpoint};
use edge_authorizer::{
    BearerCredentials, Claims, Decision, ErrorCode, Explanation, Faults, MANAGEMENT_PATH, Method, Outcome,
    OwnPath, PlatformExplanation, ProjectId, Request, RequestPath, Routes, Snapshot, Token, TokenCache,
    UnsupportedMethod, authorize, authorize_platform, explain_owner, simulate, simulate_owner,
    simulate_platform,
};
use serde_json::Value;

use super::call::Call;
use super::reply::Reply;
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
        let elsewhere = || {
            let path = Value::String(explained.path.clone());
            Reply::invalid(Faults::one("/path", Some(&path), format_args!("a path of the project `{id}`")))
        };
        let explanation = if OwnPath::of(&explained.path) == Some(OwnPath::Management) {
            self.evaluate_management(id, &explained, snapshot.clone()).await.ok_or_else(elsewhere)?
        } else {
            match self.state.data.routes(self.host).await {
                Ok(routes) if leads_elsewhere(&routes, &explained.path, id) => return Err(elsewhere()),
                Ok(routes) => self.evaluate(&routes, &explained, snapshot.clone()).await,
                Err(_) => Decision::without_configuration().into(),
            }
        };
        let token = explained.token.as_deref().and_then(|token| Token::parse(token).ok());
        let claims = explained.claims.and_then(|claims| Claims::new(claims, None).ok());
        let context = NarrativeContext {
            idps: snapshot.as_ref().map(|snapshot| snapshot.idps()).unwrap_or_default(),
            project: id,
            claims: claims.as_ref().or(token.as_ref().map(Token::unverified_claims)),
            clock: self.state.data.clock_at(self.host.now()),
        };
        Ok(Reply::Body { status: 200, headers: Vec::new(), body: answer(&explanation, context).to_string() })
    }

    async fn evaluate(
        &self,
        routes: &Routes,
        explained: &ExplainRequest,
        snapshot: Option<Arc<Snapshot>>,
    ) -> Explanation {
        let authorization = authorization(explained);
        let request = Request {
            method: &explained.method,
            path: &explained.path,
            authorization: authorization.as_deref(),
            session: None,
            origin: None,
            asks_for_method: false,
        };
        let clock = self.state.data.clock_at(self.host.now());
        let resolver = self.resolver(snapshot);
        if let Some(claims) = explained.claims.clone() {
            return drive_simulation(simulate(routes, &request, claims, clock), &resolver).await;
        }
        let first = authorize(routes, &request, clock, &mut TokenCache::default());
        drive(first.without_sessions(clock), &resolver).await.into()
    }

    /// The same for a request to this API. `None` if it is about another project.
    async fn evaluate_management(
        &self,
        id: &ProjectId,
        explained: &ExplainRequest,
        snapshot: Option<Arc<Snapshot>>,
    ) -> Option<Explanation> {
        let path = match RequestPath::try_from(&*explained.path) {
            Ok(path) => path,
            Err(ambiguous) => {
                return Some(Explanation::refused(ErrorCode::PathAmbiguous, Some(ambiguous.reason())));
            }
        };
        let (endpoint, method) = match Endpoint::find(&path, &explained.method) {
            Ok(found) => found,
            Err(NoEndpoint::Method(_)) => {
                let reason = UnsupportedMethod::reason(&explained.method);
                return Some(Explanation::refused(ErrorCode::MethodNotAllowed, reason));
            }
            Err(NoEndpoint::Unknown | NoEndpoint::ProjectId(_)) => {
                return Some(Explanation::refused(ErrorCode::NotFound, None));
            }
        };
        if endpoint.project().is_some_and(|project| project != id && !project.is_platform()) {
            return None;
        }
        let authorization = authorization(explained);
        // A role on the platform comes first, as in a request.
        let is_owned = endpoint.owned_project().is_some();
        let by_role = self.evaluate_platform(explained, authorization.as_deref(), &endpoint, method).await;
        if let Some(by_role) = by_role.filter(|by_role| by_role.verdict == Outcome::Permit || !is_owned) {
            return Some(by_role);
        }
        if !is_owned {
            let is_missing = matches!(
                BearerCredentials::parse(authorization.as_deref()),
                BearerCredentials::Missing | BearerCredentials::Ambiguous(_)
            );
            let code = if is_missing && explained.claims.is_none() {
                ErrorCode::TokenMissing
            } else {
                ErrorCode::AdministratorOnly
            };
            return Some(Explanation::refused(code, None));
        }
        let resource = [MANAGEMENT_PATH, endpoint.template()].concat();
        let clock = self.state.data.clock_at(self.host.now());
        let resolver = self.resolver(snapshot);
        Some(match explained.claims.clone() {
            Some(claims) => drive_simulation(simulate_owner(&resource, id, claims, clock), &resolver).await,
            None => drive(explain_owner(&resource, id, authorization.as_deref(), clock), &resolver).await,
        })
    }
}

impl<H: ControlHost> Call<'_, H> {
    /// Explains whether a token or claims of the gateway's own issuer give a role on the platform that suffices; `None` for those
    /// of other issuers.
    async fn evaluate_platform(
        &self,
        explained: &ExplainRequest,
        authorization: Option<&str>,
        endpoint: &Endpoint,
        method: Method,
    ) -> Option<Explanation> {
        let own = self.public_url()?.issuer().as_str();
        let token = explained.token.as_deref().and_then(|token| Token::parse(token).ok());
        let issuer = match &explained.claims {
            Some(claims) => claims.get("iss").and_then(Value::as_str),
            None => token.as_ref().map(|token| token.unverified_claims().issuer()),
        };
        issuer.filter(|issuer| *issuer == own)?;
        let snapshot = match self.platform_snapshot().await {
            Ok(snapshot) => snapshot,
            Err(code) => return Some(Explanation::refused(code, None)),
        };
        let clock = self.state.data.clock_at(self.host.now());
        let resolver = self.resolver(Some(snapshot));
        let explanation = PlatformExplanation::new(method, endpoint.is_read_by(method));
        Some(match explained.claims.clone() {
            Some(claims) => drive_simulation(simulate_platform(explanation, claims, clock), &resolver).await,
            None => explanation.of_token(drive(authorize_platform(authorization, clock), &resolver).await),
        })
    }
}

fn authorization(explained: &ExplainRequest) -> Option<String> {
    explained.token.as_ref().map(|token| format!("Bearer {token}"))
}

/// Whether a path names another project, whose entries are not to be seen here.
fn leads_elsewhere(routes: &Routes, path: &str, id: &ProjectId) -> bool {
    let Ok(path) = RequestPath::try_from(path) else { return false };
    let found = routes.find(&path).ok().flatten();
    let project = found.and_then(|found| ProjectId::try_from(found.project?).ok());
    project.is_some_and(|project| project != *id)
}
