//! What a route requires of a caller: one of its roles for the request's method.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::authz::identity::Identity;
use crate::authz::principal::Principal;
use crate::authz::trace::Trace;
use crate::authz::trace_step::TraceStep;
use crate::config::role::Roles;
use crate::config::route::Route;
use crate::error_code::ErrorCode;
use crate::http::method::Method;

/// The roles that a route requires for a request.
#[derive(Debug)]
pub struct RouteRequirement {
    /// The request's method.
    pub method: Method,
    /// The roles of which the caller needs one.
    pub required: Roles,
    /// The route.
    pub route: Arc<Route>,
}

/// A caller with a role that the route requires, by evidence of the strength `S`.
#[derive(Debug)]
pub struct Authorized<S> {
    route: Arc<Route>,
    identity: Arc<Identity>,
    strength: PhantomData<S>,
}

impl RouteRequirement {
    /// Whether the caller has one of the roles.
    pub(crate) fn check<S>(
        self,
        principal: &Principal<S>,
        trace: &mut Trace,
    ) -> Result<Authorized<S>, ErrorCode> {
        let Self { method, required, route } = self;
        let identity = principal.identity().clone();
        let is_met = required.iter().any(|role| identity.roles.binary_search(role).is_ok());
        trace.push(TraceStep::Access { method, required, held: identity.roles.clone() });
        if is_met {
            Ok(Authorized { route, identity, strength: PhantomData })
        } else {
            Err(ErrorCode::RoleMissing)
        }
    }
}

impl<S> Authorized<S> {
    /// Who it is.
    pub fn identity(&self) -> &Arc<Identity> {
        &self.identity
    }

    /// The route that they may use, and who it is.
    pub(crate) fn into_parts(self) -> (Arc<Route>, Arc<Identity>) {
        (self.route, self.identity)
    }
}
