//! A call of the management API.

use std::sync::OnceLock;

use edge_authorizer::accounts::{PublicUrl, SigningSet};
use edge_authorizer::management::{Endpoint, NoEndpoint};
use edge_authorizer::{ErrorCode, Faults, InvalidProjectId, Method, ProjectId, RequestPath, Unavailable};

use super::reply::Reply;
use crate::control_plane::{ControlState, Held};
use crate::host::{ControlHost, DataHost, Key};
use crate::http::{Body, Request};
use crate::log::Actor;
use crate::records::{Loaded, ProjectRecord, Records};
use crate::signing::SigningService;

/// A call: the request, with the host that it came to and what that host's control plane remembers.
pub struct Call<'c, H: DataHost> {
    pub host: &'c H,
    pub state: &'c ControlState<H::Signal>,
    pub request: &'c Request,
    /// Who calls, for the log line, once that was found out.
    pub actor: OnceLock<Actor>,
}

impl<H: DataHost> Call<'_, H> {
    /// Where the gateway is reached, if that is set.
    pub fn public_url(&self) -> Option<&PublicUrl> {
        self.state.issuer_settings.public_url.as_ref().ok()
    }

    /// The set of signing keys that the request is about.
    pub fn signing_set(&self) -> SigningSet {
        let name = self.request.parameter("set");
        name.and_then(|name| SigningSet::named(&name)).unwrap_or_default()
    }

    /// The resource that the request names, with a method and parameters that it has.
    pub fn find(&self) -> Result<(Endpoint, Method), Reply> {
        let path = RequestPath::try_from(&*self.request.path)
            .map_err(|ambiguous| Reply::for_reason(ErrorCode::PathAmbiguous, ambiguous.reason()))?;
        let (endpoint, method) = Endpoint::find(&path, &self.request.method).map_err(|none| match none {
            NoEndpoint::Unknown => Reply::refused(ErrorCode::NotFound),
            NoEndpoint::ProjectId(id) => {
                let is_reserved = id == ProjectId::platform().as_str();
                let reserved =
                    if is_reserved { "; this one is reserved for the platform itself" } else { "" };
                let expected = format_args!("a project id in the path, {InvalidProjectId}{reserved}");
                Reply::invalid(Faults::one("", Some(&id.into()), expected))
            }
            NoEndpoint::Method(methods) => Reply::method_not_allowed(methods),
        })?;
        for (name, value) in self.request.parameters() {
            let checked = endpoint.check_parameter(method, &name, &value);
            checked.map_err(|invalid| Reply::for_reason(ErrorCode::ParameterInvalid, invalid))?;
        }
        Ok((endpoint, method))
    }
}

impl<H: ControlHost> Call<'_, H> {
    /// Answers the call.
    pub async fn answer(&self, body: impl Body) -> Reply {
        let answered = async {
            let (endpoint, method) = self.find()?;
            match &endpoint {
                Endpoint::Federation(federation) => {
                    return self.answer_for_federation(*federation, &endpoint, method, body).await;
                }
                Endpoint::Users(user) => return self.answer_for_users(user, &endpoint, method, body).await,
                Endpoint::Members(project, member) => {
                    return self.answer_for_members(project, member, &endpoint, method, body).await;
                }
                _ => {}
            }
            match endpoint.project() {
                Some(project) => self.answer_for_project(project, &endpoint, method, body).await,
                None if endpoint.is_about_signing_keys() => {
                    self.answer_for_signing_keys(&endpoint, method).await
                }
                None => self.answer_for_routes(&endpoint, method, body).await,
            }
        };
        match answered.await {
            Ok(reply) | Err(reply) => reply,
        }
    }

    /// Holds memory for this request; 503 if others about the same record hold all there is for it.
    pub fn hold(&self, key: &Key, bytes: usize) -> Result<Held<'_>, Unavailable> {
        self.state.work.hold(self.host.scope(), key, bytes).ok_or(Unavailable)
    }

    /// The signing keys that the request is about.
    pub fn signing_keys(&self) -> Result<SigningService<'_, H>, Reply> {
        let service = self.state.signing_keys(self.host, self.signing_set());
        service.map_err(|unusable| Reply::for_reason(ErrorCode::ConfigUnavailable, unusable))
    }

    /// The records of the store.
    pub fn records(&self) -> Records<'_, H> {
        self.state.records(self.host)
    }

    /// A project as it is stored.
    pub async fn load(&self, key: &Key) -> Result<Loaded<ProjectRecord>, Unavailable> {
        self.records().load(key).await
    }
}
