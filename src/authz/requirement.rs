//! What is demanded of a caller once they are recognised, by what they want.

use std::sync::Arc;

use crate::authz::decision::Verdict;
use crate::authz::identity::Identity;
use crate::authz::ownership::Ownership;
use crate::authz::permit::Permit;
use crate::authz::principal::Principal;
use crate::authz::token_cache::CachedToken;
use crate::authz::trace::{Trace, TraceStep};
use crate::config::role::OWNER;
use crate::config::role::Roles;
use crate::config::routes::Route;
use crate::error_code::ErrorCode;
use crate::http::method::Method;
use crate::project_id::ProjectId;
use crate::token::compact_jws::VerifiedToken;

/// What is demanded of a caller.
#[derive(Debug)]
pub struct Requirement {
    /// The project in whose name it is demanded.
    pub project: ProjectId,
    /// What they want.
    pub purpose: Purpose,
}

/// What a caller wants.
#[derive(Debug)]
pub enum Purpose {
    /// To send a request to an origin: one of the roles that the route demands for the method.
    Forward {
        /// The request's method.
        method: Method,
        /// The roles of which the route demands one for it.
        required: Roles,
        /// The route.
        route: Arc<Route>,
    },
    /// To manage the project: the role `owner`, of an entry that names it.
    Manage,
}

/// A caller who may do what they want, if what is said of them is true.
#[derive(Debug)]
pub struct Qualified(Arc<Identity>);

impl Qualified {
    /// Who it is.
    pub fn identity(&self) -> &Identity {
        &self.0
    }
}

/// What proves that an issuer vouches for what is said of a caller.
pub trait Evidence {}

impl Evidence for VerifiedToken<'_> {}

impl Evidence for CachedToken {}

impl Requirement {
    /// Whether a caller may do what they want.
    pub fn judge(&self, principal: Principal, trace: &mut Trace) -> Result<Qualified, ErrorCode> {
        let Principal { identity, names_owner } = principal;
        let held = &identity.roles;
        let is_allowed = match &self.purpose {
            Purpose::Forward { method, required, .. } => {
                trace.push(TraceStep::Access {
                    method: *method,
                    required: required.clone(),
                    held: held.clone(),
                });
                required.iter().any(|role| held.binary_search(role).is_ok())
            }
            Purpose::Manage => {
                let is_owner = names_owner && held.iter().any(|role| role.as_str() == OWNER);
                trace.push(TraceStep::Owner { held: held.clone(), is_owner });
                is_owner
            }
        };
        if is_allowed { Ok(Qualified(identity)) } else { Err(ErrorCode::RoleMissing) }
    }

    /// The proof that a caller may: they qualify, and their issuer vouches for what is said of them.
    pub fn grant(self, Qualified(identity): Qualified, _voucher: &impl Evidence) -> Verdict {
        match self.purpose {
            Purpose::Forward { route, .. } => Verdict::Permit(Permit::new(route, Some(identity))),
            Purpose::Manage => Verdict::Manage(Ownership::new(identity)),
        }
    }
}
