//! The proof that a request may pass.

use std::sync::Arc;

use crate::authz::evidence::Verified;
use crate::authz::identity::Identity;
use crate::authz::route_requirement::Authorized;
use crate::config::access::Access;
use crate::config::route::Route;

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
}
