//! The routes document: which path leads to which origin, and which roles open it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::cache::Versioned;
use crate::cors::Cors;
use crate::document::{self, Faults, Node, Properties};
use crate::method::Method;
use crate::origin::Origin;
use crate::path::{AmbiguousPath, RequestPath};
use crate::role::Roles;

/// All routes and their origins.
#[derive(Clone, Debug)]
pub struct Gateway {
    version: u64,
    routes: Vec<Arc<Route>>,
    matcher: matchit::Router<usize>,
    has_cors: bool,
}

/// Where requests to paths of one form go, and who may send them.
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
    /// Which pages may call it from a browser.
    pub cors: Option<Cors>,
}

/// Who may use a route.
#[derive(Clone, Debug)]
pub enum Access {
    /// Everybody, without a token.
    Public,
    /// Callers with one of the roles that their request's method demands.
    Roles(MethodRoles),
}

/// The roles of which a caller needs one, by method. What is not listed is denied.
#[derive(Clone, Debug, Default)]
pub struct MethodRoles {
    by_method: BTreeMap<Method, Roles>,
    otherwise: Roles,
}

impl MethodRoles {
    /// The roles that open `method`: any of them does, and none where the method has no entry. HEAD counts as GET.
    pub fn required(&self, method: Method) -> &Roles {
        let method = if method == Method::Head { Method::Get } else { method };
        self.by_method.get(&method).unwrap_or(&self.otherwise)
    }
}

impl Access {
    /// The methods that anybody at all may use, in alphabetical order.
    pub fn methods(&self) -> Vec<Method> {
        let is_open = |method: &Method| match self {
            Self::Public => true,
            Self::Roles(roles) => !roles.required(*method).is_empty(),
        };
        Method::ALL.into_iter().filter(is_open).collect()
    }
}

/// What a route holds in the matcher, in bytes.
const ROUTE_BYTES: usize = 40 * size_of::<usize>();

/// What a parameter of a route holds in the matcher: two nodes, each with room for four more.
const PARAMETER_BYTES: usize = 160 * size_of::<usize>();

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

impl Versioned for Gateway {
    fn is_older_than(&self, other: &Self) -> bool {
        self.version < other.version
    }

    fn surplus(&self) -> usize {
        let parameters = self.routes.iter().map(|route| route.template.matches('{').count());
        self.routes.len() * ROUTE_BYTES + parameters.sum::<usize>() * PARAMETER_BYTES
    }
}

impl Gateway {
    /// Reads the routes document as an administrator sends it.
    pub fn parse(document: &Value) -> Result<Self, Faults> {
        document::read(document, Self::read)
    }

    /// Reads the stored form: the routes document with its `version`. One without has version 0; it was written by hand, or
    /// by a release that had none.
    pub fn parse_stored(document: &Value) -> Result<Self, Faults> {
        document::read_stored(document, |node| {
            let gateway = Self::read(node);
            let version = node.properties(|stored| {
                stored.optional("version").map_or(Some(0), |node| node.integer(0..=u64::MAX))
            });
            Some(Self { version: version?, ..gateway? })
        })
    }

    fn read(node: &Node<'_>) -> Option<Self> {
        node.properties(|gateway| {
            let origins = gateway
                .required("origins", "an object of origins by name")
                .and_then(|node| read_origins(&node));
            let routes = gateway.required("routes", "the list of routes")?;
            read_routes(&routes, &origins?)
        })
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
        if OWN_PATHS.iter().any(|own| is_within(path, own)) {
            return Ok(None);
        }
        let found = self.look_up(path);
        let without_slash = path.strip_suffix('/').and_then(|path| self.look_up(path));
        let is_same = |other: &RouteMatch<'_>| found.as_ref().is_some_and(|found| found.is_for(other));
        if without_slash.is_none_or(|other| is_same(&other)) { Ok(found) } else { Err(AmbiguousPath) }
    }

    fn look_up<'p>(&self, path: &'p str) -> Option<RouteMatch<'p>> {
        let found = self.matcher.at(path).ok()?;
        let route = self.routes.get(*found.value)?.clone();
        Some(RouteMatch { route, project: found.params.get("project") })
    }
}

type Origins = BTreeMap<String, Arc<Origin>>;

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

fn read_routes(node: &Node<'_>, origins: &Origins) -> Option<Gateway> {
    let mut gateway =
        Gateway { version: 0, routes: Vec::new(), matcher: matchit::Router::new(), has_cors: false };
    for element in node.elements()? {
        // What keeps one route from being read is noted already; the others are read on.
        element.properties(|route| read_route(route, origins, &mut gateway));
    }
    Some(gateway)
}

fn read_route(route: &Properties<'_, '_>, origins: &Origins, gateway: &mut Gateway) -> Option<()> {
    let path = route.required("path", "the path's template");
    let origin =
        route.required("origin", "the name of an origin").and_then(|node| read_origin_name(&node, origins));
    let is_public = route.optional("public").and_then(|node| node.boolean()).unwrap_or(false);
    let forward_token = route.optional("forwardToken").and_then(|node| node.boolean()).unwrap_or(false);
    let cors = route.optional("cors");
    let cors = cors.map_or(Some(None), |node| Cors::read(&node).map(Some));
    let access = if is_public {
        route.forbidden("access", "no `access` on a public route");
        Some(Access::Public)
    } else {
        let access = route.required("access", "the roles by method, or `public`");
        access.and_then(|node| read_access(&node)).map(Access::Roles)
    };
    let path = path?;
    let (template, origin, access, cors) = (read_template(&path, is_public)?, origin?, access?, cors?);
    if let Err(error) = gateway.matcher.insert(template.clone(), gateway.routes.len()) {
        path.fault(format_args!("a path that can stand beside the others ({error})"));
        return None;
    }
    gateway.has_cors |= cors.is_some();
    let template = template.into();
    gateway.routes.push(Arc::new(Route { template, origin, access, forward_token, cors }));
    Some(())
}

fn read_origin_name(node: &Node<'_>, origins: &Origins) -> Option<Arc<Origin>> {
    let origin = origins.get(node.text()?).cloned();
    if origin.is_none() {
        node.fault("the name of one of the `origins`");
    }
    origin
}

/// Where the management API is.
pub const MANAGEMENT_PATH: &str = "/project-management-service/v1";

/// Paths that the authorizer itself answers.
pub const OWN_PATHS: [&str; 4] = ["/healthz", "/openapi.json", "/inspector", MANAGEMENT_PATH];

fn is_within(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The most parameters of a path; `matchit` panics at 26.
const MAX_PARAMETERS: usize = 16;

fn read_template(node: &Node<'_>, is_public: bool) -> Option<String> {
    let template = node.text()?;
    let Some(path) = template.strip_prefix('/') else {
        node.fault("a path that begins with `/`");
        return None;
    };
    let last = path.split('/').count() - 1;
    let is_odd = |(index, segment): (usize, &str)| {
        matches!(segment, "." | "..") || (segment.is_empty() && index != last)
    };
    if path.split('/').enumerate().any(is_odd)
        || template.contains(['%', '\\'])
        || template.contains(char::is_control)
    {
        node.fault("a path in its decoded form, without empty, `.` and `..` segments");
        return None;
    }
    if let Some(own) = OWN_PATHS.iter().find(|own| is_within(template, own)) {
        node.fault(format_args!("a path outside `{own}`, which the authorizer itself answers"));
        return None;
    }
    if template.matches('{').count() > MAX_PARAMETERS {
        node.fault(format_args!("a path with at most {MAX_PARAMETERS} parameters"));
        return None;
    }
    let projects = path.split('/').filter(|segment| *segment == "{project}").count();
    let named = ["{project}", "{*project}"].map(|name| template.matches(name).count()).iter().sum::<usize>();
    if named != projects || projects > 1 || (projects == 0 && !is_public) {
        node.fault("a path with one segment `{project}`, or a route that is `public` and has none");
        return None;
    }
    Some(template.to_owned())
}

fn read_access(node: &Node<'_>) -> Option<MethodRoles> {
    let mut access = MethodRoles::default();
    for (name, node) in node.members()? {
        let roles: Roles = node.list().unwrap_or_default().into();
        match Method::try_from(name) {
            _ if name == "*" => access.otherwise = roles,
            Ok(Method::Head) | Err(_) => {
                node.fault("a method of DELETE, GET, OPTIONS, PATCH, POST, PUT, or `*`; HEAD counts as GET");
            }
            Ok(method) => {
                access.by_method.insert(method, roles);
            }
        }
    }
    Some(access)
}
