//! One route of the routes document.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::config::access::{Access, MethodRoles};
use crate::config::assertion::AssertionSettings;
use crate::config::cors::Cors;
use crate::config::origin::Origin;
use crate::config::template_syntax::read_template;
use crate::document_reader::{Node, Properties};

/// The origin of requests to paths of one form, and who may send them.
#[derive(Clone, Debug)]
pub struct Route {
    /// The form of the paths, in the syntax of `matchit`.
    pub template: Arc<str>,
    /// Where requests go.
    pub origin: Arc<Origin>,
    /// Who may send them.
    pub access: Access,
    /// Whether the origin gets the `Authorization` header.
    pub forward_token: bool,
    /// Whether a browser's session may take the place of a token.
    pub takes_session: bool,
    /// Which web origins may call it from a browser.
    pub cors: Option<Cors>,
    /// The assertion of who calls that the origin gets: the route's, else the origin's; none on a public route.
    pub assertion: Option<Arc<AssertionSettings>>,
}

/// Origins by their name; `None` for one that has faults.
pub type Origins = BTreeMap<String, Option<Arc<Origin>>>;

impl Route {
    /// Reads a route, and returns it with the node of its path. Without `origins` the document's are unreadable.
    #[inline(never)]
    pub fn read<'d>(route: &Properties<'_, 'd>, origins: Option<&Origins>) -> Option<(Node<'d>, Self)> {
        let path = route.required("path", "the path's template");
        let origin = route
            .required("origin", "the name of an origin")
            .and_then(|node| read_origin_name(&node, origins));
        let is_public = route.optional("public").and_then(|node| node.boolean()).unwrap_or(false);
        let forward_token = route.optional("forwardToken").and_then(|node| node.boolean()).unwrap_or(false);
        let takes_session = route.optional("session").filter(|_| !is_public);
        let takes_session = takes_session.and_then(|node| node.boolean()).unwrap_or(false);
        let cors = route.optional("cors");
        let cors = cors.map_or(Some(None), |node| Cors::read(&node).map(Some));
        let assertion = route.optional("assertion").filter(|_| !is_public);
        let assertion = assertion.map_or(Some(None), |node| AssertionSettings::read(&node).map(Some));
        let access = if is_public {
            route.forbidden("access", "no `access` on a public route");
            route.forbidden("assertion", "no `assertion` on a public route, where the caller is unknown");
            route.forbidden("session", "no `session` on a public route, which anyone may call");
            Some(Access::Public)
        } else {
            let access = route.required("access", "the roles by method, or `public`");
            access.and_then(|node| MethodRoles::read(&node)).map(Access::Roles)
        };
        let path = path?;
        let template = read_template(&path, is_public);
        let (template, origin, access, cors) = (template?, origin?, access?, cors?);
        let assertion = assertion?.map(Arc::new).or_else(|| origin.assertion.clone()).filter(|_| !is_public);
        let template = template.into();
        Some((path, Self { template, origin, access, forward_token, takes_session, cors, assertion }))
    }
}

fn read_origin_name(node: &Node<'_>, origins: Option<&Origins>) -> Option<Arc<Origin>> {
    let name = node.text()?;
    let origin = origins?.get(name).cloned();
    if origin.is_none() {
        node.fault("the name of one of the `origins`");
    }
    origin?
}
