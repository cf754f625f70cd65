//! The routes document: which path leads to which origin, and which roles open it.

use std::sync::Arc;

use serde_json::Value;

use crate::config::origin::Origin;
use crate::config::route::{Origins, Route};
use crate::document_reader::{self, Node};
use crate::fault::Faults;
use crate::http::own_path::OwnPath;
use crate::http::request_path::{AmbiguousPath, RequestPath};
use crate::versioned::Versioned;

/// All routes and their origins.
#[derive(Clone, Debug)]
pub struct Routes {
    list: Vec<Arc<Route>>,
    matcher: matchit::Router<usize>,
    has_cors: bool,
}

/// A route that a path matches.
#[derive(Clone, Debug)]
pub struct RouteMatch<'p> {
    /// The route.
    pub route: Arc<Route>,
    /// The path's text where the route's template says `{project}`; it need not be a project's name.
    pub project: Option<&'p str>,
}

impl RouteMatch<'_> {
    /// Whether a path without a final slash, which matches `other`, means the same as the one with it.
    fn is_for(&self, other: &RouteMatch<'_>) -> bool {
        Arc::ptr_eq(&self.route, &other.route) || self.route.template.ends_with('/')
    }
}

impl Versioned for Routes {
    /// The document has no version: what was read last counts.
    fn is_older_than(&self, _other: &Self) -> bool {
        false
    }
}

impl Routes {
    /// Reads the routes document as an administrator sends it.
    pub fn parse(document: &Value) -> Result<Self, Faults> {
        document_reader::read(document, Self::read)
    }

    /// Reads the routes document as it is stored.
    pub fn parse_stored(document: &Value) -> Result<Self, Faults> {
        document_reader::read_stored(document, Self::read)
    }

    fn read(node: &Node<'_>) -> Option<Self> {
        node.properties(|document| {
            let origins = document
                .required("origins", "an object of origins by name")
                .and_then(|node| read_origins(&node));
            let routes = document.required("routes", "the list of routes")?;
            read_routes(&routes, &origins?)
        })
    }

    #[inline(never)]
    fn insert(&mut self, path: &Node<'_>, route: Route) -> Option<()> {
        if let Err(error) = self.matcher.insert(&*route.template, self.list.len()) {
            path.fault(format_args!("a path that can stand beside the others ({error})"));
            return None;
        }
        self.has_cors |= route.cors.is_some();
        self.list.push(Arc::new(route));
        Some(())
    }

    /// Whether a route says which pages may call it.
    pub fn has_cors(&self) -> bool {
        self.has_cors
    }

    /// The route for a path, the most specific first. What the authorizer answers itself has none.
    ///
    /// Many origins take `/admin/` for `/admin`. So a final slash must not lead to another route than the path without
    /// it, unless that route's template asks for the slash.
    pub fn find<'p>(&self, path: &'p RequestPath<'_>) -> Result<Option<RouteMatch<'p>>, AmbiguousPath> {
        let path = path.decoded();
        if OwnPath::reserved(path).is_some() {
            return Ok(None);
        }
        let found = self.look_up(path);
        let without_slash = path.strip_suffix('/').and_then(|path| self.look_up(path));
        let is_same = |other: &RouteMatch<'_>| found.as_ref().is_some_and(|found| found.is_for(other));
        if without_slash.is_none_or(|other| is_same(&other)) { Ok(found) } else { Err(AmbiguousPath) }
    }

    fn look_up<'p>(&self, path: &'p str) -> Option<RouteMatch<'p>> {
        let found = self.matcher.at(path).ok()?;
        let route = self.list.get(*found.value)?.clone();
        Some(RouteMatch { route, project: found.params.get("project") })
    }
}

fn read_routes(node: &Node<'_>, origins: &Origins) -> Option<Routes> {
    let mut routes = Routes { list: Vec::new(), matcher: matchit::Router::new(), has_cors: false };
    for element in node.elements()? {
        // What keeps one route from being read is noted already; the others are read on.
        element.properties(|route| {
            let (path, route) = Route::read(route, origins)?;
            routes.insert(&path, route)
        });
    }
    Some(routes)
}

fn read_origins(node: &Node<'_>) -> Option<Origins> {
    let mut origins = Origins::new();
    for (name, node) in node.members()? {
        // What keeps one origin from being read is noted already; the others are read on.
        if let Some(origin) = Origin::read(&node) {
            origins.insert(name.to_owned(), Arc::new(origin));
        }
    }
    Some(origins)
}
