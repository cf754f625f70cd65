//! The proof that a request may pass.

use std::sync::Arc;

use crate::authz::identity::Identity;
use crate::config::routes::Route;

/// The proof that a request may pass. Only [`crate::authorize`] makes one.
#[derive(Debug)]
pub struct Permit {
    route: Arc<Route>,
    identity: Option<Arc<Identity>>,
}

impl Permit {
    pub(crate) fn new(route: Arc<Route>, identity: Option<Arc<Identity>>) -> Self {
        Self { route, identity }
    }

    /// The route that the request may take.
    pub fn route(&self) -> &Arc<Route> {
        &self.route
    }

    /// The caller; nobody on a public route.
    pub fn identity(&self) -> Option<&Identity> {
        self.identity.as_deref()
    }
}
