//! The proof that a request may pass.

use std::sync::Arc;

use thiserror::Error;

use crate::authz::assertion::Assertion;
use crate::authz::evidence::Verified;
use crate::authz::identity::Identity;
use crate::authz::route_requirement::Authorized;
use crate::config::access::Access;
use crate::config::origin::Origin;
use crate::config::route::Route;
use crate::http::forwarding::Forwarding;
use crate::http::header_rules::{fold, is_value};

/// The proof that a request may pass: the route is public, or a caller has a role that it requires, by a verified token.
#[derive(Debug)]
pub struct Permit {
    route: Arc<Route>,
    identity: Option<Arc<Identity>>,
}

impl Permit {
    /// Issues a permit to an authorized caller, whose token has to be verified:
    ///
    /// ```
    /// use edge_authorizer::{Authorized, Permit, Verified};
    ///
    /// fn issue(caller: Authorized<Verified>) -> Permit {
    ///     Permit::issue(caller)
    /// }
    /// ```
    ///
    /// With unsigned claims it does not compile:
    ///
    /// ```compile_fail,E0308
    /// use edge_authorizer::{Authorized, Permit, Unverified};
    ///
    /// fn issue(caller: Authorized<Unverified>) -> Permit {
    ///     Permit::issue(caller)
    /// }
    /// ```
    pub fn issue(caller: Authorized<Verified>) -> Self {
        let (route, identity) = caller.into_parts();
        Self { route, identity: Some(identity) }
    }

    /// The permit for a public route; `None` if the route requires a role.
    pub(crate) fn for_public(route: &Arc<Route>) -> Option<Self> {
        matches!(route.access, Access::Public).then(|| Self { route: route.clone(), identity: None })
    }

    /// The route that the request may take.
    pub fn route(&self) -> &Arc<Route> {
        &self.route
    }

    /// The caller; `None` on a public route.
    pub fn identity(&self) -> Option<&Identity> {
        self.identity.as_deref()
    }

    /// What the origin is assured of about the caller, if the route demands it.
    pub fn assertion(&self) -> Option<Assertion> {
        let settings = self.route.assertion.as_ref()?;
        Some(Assertion::new(settings.clone(), self.identity.clone()?))
    }

    /// What the origin gets of a request with this permit. `secret` gives the value of a secret by its name.
    pub fn forwarding(
        &self,
        secret: impl FnOnce(&str) -> Option<String>,
    ) -> Result<Forwarding, InvalidSecret> {
        let proof = proof(&self.route.origin, secret)?;
        let secret_name = proof.as_ref().map(|(name, _)| fold(name));
        let identity = self.identity().into_iter().flat_map(Identity::headers);
        let identity = identity.map(|(name, value)| (name.to_ascii_lowercase(), value));
        let added = identity.chain(proof).collect();
        Ok(Forwarding { forward_token: self.route.forward_token, added, secret_name })
    }
}

/// A secret cannot be sent to an origin.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidSecret {
    /// It is not set.
    #[error("the secret `{0}` is not set")]
    Missing(String),
    /// Its value is not one of a header.
    #[error("the secret `{0}` is not printable ASCII, so it cannot be a header's value")]
    NotPrintable(String),
}

/// The header by which an origin knows that the gateway sent a request: its name, in lower case, and its value.
fn proof(
    origin: &Origin,
    secret: impl FnOnce(&str) -> Option<String>,
) -> Result<Option<(String, String)>, InvalidSecret> {
    let Some(header) = &origin.secret_header else { return Ok(None) };
    let name = header.secret.as_str();
    let value = secret(name).ok_or_else(|| InvalidSecret::Missing(name.to_owned()))?;
    if !is_value(&value) {
        return Err(InvalidSecret::NotPrintable(name.to_owned()));
    }
    Ok(Some((header.name.as_str().to_ascii_lowercase(), value)))
}
