//! Prepared requests, kept by token, route and method.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::sync::{Arc, Weak};

use edge_authorizer::{Decision, FairCache, Method, Owner, Permit, ProjectId, Route};
use service::NotForwarded;

use super::prepared_request::PreparedRequest;

/// What they may hold in memory, in bytes, of each thread.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// What one holds beside its texts, in bytes.
const OWN_BYTES: usize = 1024;

/// A token by its number, a route by its address, a method.
type Key = (u64, usize, Method);

/// The prepared requests of a thread, each owned by its project.
pub struct PreparedRequests(RefCell<FairCache<Key, Kept>>);

struct Kept {
    request: Rc<PreparedRequest>,
    /// Keeps the address from being another route's, and nothing that the route holds.
    _route: Weak<Route>,
}

impl Default for PreparedRequests {
    fn default() -> Self {
        Self(RefCell::new(FairCache::new(MAX_BYTES)))
    }
}

impl fmt::Debug for PreparedRequests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PreparedRequests")
    }
}

/// Where a prepared request is kept.
struct Place<'d> {
    project: &'d ProjectId,
    key: Key,
    route: &'d Arc<Route>,
}

impl<'d> Place<'d> {
    /// That of a request with a token that was seen before; `None` for a method that is not one of the usual, and where the answer
    /// depends on more than the token.
    fn of(decision: &'d Decision, permit: &'d Permit, method: &str) -> Option<Self> {
        let token = decision.cached_token.as_deref().filter(|_| decision.cors.is_none())?;
        let route = permit.route();
        let key = (token.number()?, Arc::as_ptr(route).addr(), Method::try_from(method).ok()?);
        Some(Self { project: decision.project.as_ref()?, key, route })
    }
}

impl PreparedRequests {
    /// The request that is kept, or the one that `prepare` gives, which is told whether its token is known.
    pub fn get_or_prepare(
        &self,
        decision: &Decision,
        permit: &Permit,
        method: &str,
        prepare: impl FnOnce(bool) -> Result<PreparedRequest, NotForwarded>,
    ) -> Result<Rc<PreparedRequest>, NotForwarded> {
        let Some(place) = Place::of(decision, permit, method) else {
            return prepare(decision.is_known()).map(Rc::new);
        };
        let kept = self.0.borrow_mut().get(&place.key).map(|(_, kept)| kept.request.clone());
        if let Some(request) = kept {
            return Ok(request);
        }
        let request = Rc::new(prepare(true)?);
        let kept = Kept { request: request.clone(), _route: Arc::downgrade(place.route) };
        let bytes = OWN_BYTES + request.bytes();
        self.0.borrow_mut().put(place.key, Owner::Project(place.project.clone()), kept, bytes);
        Ok(request)
    }
}
