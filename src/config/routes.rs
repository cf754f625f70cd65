//! The routes document: the routes to origins and the roles that they require.

use std::collections::BTreeSet;
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
    version: u64,
    list: Vec<Arc<Route>>,
    matcher: matchit::Router<usize>,
    has_cors: bool,
    has_sessions: bool,
}

/// The size of a route in the matcher, in bytes.
const ROUTE_BYTES: usize = 40 * size_of::<usize>();

/// The size of a parameter of a route in the matcher: two nodes, each with room for four more.
const PARAMETER_BYTES: usize = 160 * size_of::<usize>();

/// A route that a path matches.
#[derive(Clone, Debug)]
pub struct RouteMatch<'p> {
    /// The route.
    pub route: Arc<Route>,
    /// The path's segment for `{project}` in the template; it may not be a valid project id.
    pub project: Option<&'p str>,
}

impl RouteMatch<'_> {
    /// Whether this match, of a path with a trailing slash, may stand for `other`, the match without it.
    fn is_for(&self, other: &RouteMatch<'_>) -> bool {
        Arc::ptr_eq(&self.route, &other.route) || self.route.template.ends_with('/')
    }
}

impl Versioned for Routes {
    fn is_older_than(&self, other: &Self) -> bool {
        self.version < other.version
    }

    fn surplus(&self) -> usize {
        let parameters = self.list.iter().map(|route| route.template.matches('{').count());
        self.list.len() * ROUTE_BYTES + parameters.sum::<usize>() * PARAMETER_BYTES
    }
}

impl Routes {
    /// Reads the routes document as an administrator sends it.
    pub fn parse(document: &Value) -> Result<Self, Faults> {
        document_reader::read(document, Self::read)
    }

    /// Reads the stored form: the routes document with its `version`. One without has version 0; it was written by hand, or
    /// by a release that had none.
    pub fn parse_stored(document: &Value) -> Result<Self, Faults> {
        document_reader::read_stored(document, |node| {
            let routes = Self::read(node);
            let version = node.properties(|stored| {
                stored.optional("version").map_or(Some(0), |node| node.integer(0..=u64::MAX))
            });
            Some(Self { version: version?, ..routes? })
        })
    }

    fn read(node: &Node<'_>) -> Option<Self> {
        node.properties(|document| {
            let origins = document
                .required("origins", "an object of origins by name")
                .and_then(|node| read_origins(&node));
            let routes = document.required("routes", "the list of routes")?;
            let read = read_routes(&routes, origins.as_ref());
            origins.and(read)
        })
    }

    /// Adds a route of the document `all`.
    #[inline(never)]
    fn insert(&mut self, all: &Node<'_>, path: &Node<'_>, route: Route) -> Option<()> {
        if let Err(error) = self.matcher.insert(&*route.template, self.list.len()) {
            match conflicting(all, &error) {
                Some(index) => {
                    path.fault(format_args!("another path; this is the same as `/routes/{index}/path`"));
                }
                None => path.fault("a path with whole parameters, `{name}`, and `{*rest}` only at its end"),
            }
            return None;
        }
        self.has_cors |= route.cors.is_some();
        self.has_sessions |= route.takes_session;
        self.list.push(Arc::new(route));
        Some(())
    }

    /// The secrets that origins of the routes take.
    pub fn secrets(&self) -> BTreeSet<&str> {
        let headers = self.list.iter().filter_map(|route| route.origin.secret_header.as_ref());
        headers.map(|header| header.secret.as_str()).collect()
    }

    /// The paths of routes that have a `*` outside parameters, where it is a character as any other.
    pub fn literal_asterisks(&self) -> impl Iterator<Item = &str> {
        let paths = self.list.iter().map(|route| &*route.template);
        paths.filter(|path| path.matches('*').count() > path.matches("{*").count())
    }

    /// Whether the origin of a route gets assertions.
    pub fn has_assertions(&self) -> bool {
        self.list.iter().any(|route| route.assertion.is_some())
    }

    /// Whether a route has `cors`.
    pub fn has_cors(&self) -> bool {
        self.has_cors
    }

    /// Whether a route takes sessions.
    pub fn has_sessions(&self) -> bool {
        self.has_sessions
    }

    /// The most specific route for a path. Own paths of the gateway have none.
    ///
    /// Many origins treat `/admin/` as `/admin`. So a trailing slash must not lead to another route than the path without it,
    /// unless that route's template has the slash.
    pub fn find<'p>(&self, path: &'p RequestPath<'_>) -> Result<Option<RouteMatch<'p>>, AmbiguousPath> {
        let path = path.decoded();
        if OwnPath::reserved(path).is_some() {
            return Ok(None);
        }
        let found = self.look_up(path);
        let without_slash = path.strip_suffix('/').and_then(|path| self.look_up(path));
        let is_same = |other: &RouteMatch<'_>| found.as_ref().is_some_and(|found| found.is_for(other));
        if without_slash.is_none_or(|other| is_same(&other)) { Ok(found) } else { Err(AmbiguousPath::SLASH) }
    }

    fn look_up<'p>(&self, path: &'p str) -> Option<RouteMatch<'p>> {
        let found = self.matcher.at(path).ok()?;
        let route = self.list.get(*found.value)?.clone();
        Some(RouteMatch { route, project: found.params.get("project") })
    }
}

/// The earlier route whose path matches the same requests, by its index.
fn conflicting(all: &Node<'_>, error: &matchit::InsertError) -> Option<usize> {
    let matchit::InsertError::Conflict { with } = error else { return None };
    all.value().as_array()?.iter().position(|route| route.get("path").is_some_and(|path| path == &**with))
}

fn read_routes(node: &Node<'_>, origins: Option<&Origins>) -> Option<Routes> {
    let mut routes = Routes {
        version: 0,
        list: Vec::new(),
        matcher: matchit::Router::new(),
        has_cors: false,
        has_sessions: false,
    };
    for element in node.elements()? {
        // The faults of one route are noted; the others are read nevertheless.
        element.properties(|route| {
            let (path, route) = Route::read(route, origins)?;
            routes.insert(node, &path, route)
        });
    }
    Some(routes)
}

fn read_origins(node: &Node<'_>) -> Option<Origins> {
    let mut origins = Origins::new();
    for (name, node) in node.members()? {
        // The faults of one origin are noted; the others, and the routes that name it, are read nevertheless.
        origins.insert(name.to_owned(), Origin::read(&node).map(Arc::new));
    }
    Some(origins)
}
