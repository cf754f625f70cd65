//! The resources of the management API and their methods.

use crate::http::method::Method;
use crate::http::own_path::MANAGEMENT_PATH;
use crate::http::request_path::RequestPath;
use crate::project_id::ProjectId;

/// A resource of the management API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// `/gateway`: the routes document.
    Routes,
    /// `/gateway/audit-log`: who changed the routes.
    RoutesAuditLog,
    /// `/issuer-keys`: the signing keys of the gateway's own issuer.
    IssuerKeys,
    /// `/issuer-keys/rotate`: having the next one sign.
    IssuerKeysRotation,
    /// `/projects`: the list of projects.
    Projects,
    /// `/projects/{project}`.
    Project(ProjectId),
    /// `/projects/{project}/custom-idp`: the project's identity providers.
    Idps(ProjectId),
    /// `/projects/{project}/custom-idp/{idpId}`: one of them, which need not exist.
    Idp(ProjectId, String),
    /// `/projects/{project}/custom-idp/{idpId}/keys`: the keys of its issuer.
    Keys(ProjectId, String),
    /// `/projects/{project}/custom-idp/{idpId}/keys/refresh`: fetching them anew.
    KeysRefresh(ProjectId, String),
    /// `/projects/{project}/custom-idp/{idpId}/keys/{kid}/distrust`: whether the project blocks a key. The key is
    /// named by its `kid` or its thumbprint.
    KeyBlock(ProjectId, String, String),
    /// `/projects/{project}/custom-idp-order`: the order in which entries are matched.
    IdpOrder(ProjectId),
    /// `/projects/{project}/revocations`: the tokens that the project revokes.
    Revocations(ProjectId),
    /// `/projects/{project}/revocations/{id}`: one of them, which need not exist.
    Revocation(ProjectId, String),
    /// `/projects/{project}/audit-log`: who changed what.
    AuditLog(ProjectId),
    /// `/projects/{project}/explain`: what would become of a request.
    Explain(ProjectId),
}

/// Why a request matches no endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoEndpoint {
    /// There is no such resource.
    Unknown,
    /// A project cannot have that id.
    ProjectId(String),
    /// The resource has other methods.
    Method(&'static [Method]),
}

/// The path of a project's identity providers, to which a new one is posted.
pub fn idps_path(project: &ProjectId) -> String {
    format!("{MANAGEMENT_PATH}/projects/{project}/custom-idp")
}

impl Endpoint {
    /// The resource that `path` names, if `method` is one of its methods.
    pub fn find(path: &RequestPath<'_>, method: &str) -> Result<(Self, Method), NoEndpoint> {
        let rest = path.decoded().strip_prefix(MANAGEMENT_PATH).ok_or(NoEndpoint::Unknown)?;
        let segments: Vec<_> = rest.strip_prefix('/').ok_or(NoEndpoint::Unknown)?.split('/').collect();
        let endpoint = Self::named(&segments).ok_or_else(|| match *segments {
            ["projects", id] if method == "PUT" && !id.is_empty() => NoEndpoint::ProjectId(id.to_owned()),
            _ => NoEndpoint::Unknown,
        })?;
        let methods = endpoint.methods();
        let method = Method::try_from(method).map_err(|_| NoEndpoint::Method(methods))?;
        if methods.contains(&method) { Ok((endpoint, method)) } else { Err(NoEndpoint::Method(methods)) }
    }

    fn named(segments: &[&str]) -> Option<Self> {
        let (project, rest) = match segments {
            ["gateway"] => return Some(Self::Routes),
            ["gateway", "audit-log"] => return Some(Self::RoutesAuditLog),
            ["issuer-keys"] => return Some(Self::IssuerKeys),
            ["issuer-keys", "rotate"] => return Some(Self::IssuerKeysRotation),
            ["projects"] => return Some(Self::Projects),
            ["projects", project, rest @ ..] => (ProjectId::try_from(*project).ok()?, rest),
            _ => return None,
        };
        match rest {
            [] => Some(Self::Project(project)),
            ["custom-idp"] => Some(Self::Idps(project)),
            ["custom-idp", id] if !id.is_empty() => Some(Self::Idp(project, (*id).to_owned())),
            ["custom-idp", id, "keys"] => Some(Self::Keys(project, (*id).to_owned())),
            ["custom-idp", id, "keys", "refresh"] => Some(Self::KeysRefresh(project, (*id).to_owned())),
            ["custom-idp", id, "keys", kid, "distrust"] => {
                Some(Self::KeyBlock(project, (*id).to_owned(), (*kid).to_owned()))
            }
            ["custom-idp-order"] => Some(Self::IdpOrder(project)),
            ["revocations"] => Some(Self::Revocations(project)),
            ["revocations", id] if !id.is_empty() => Some(Self::Revocation(project, (*id).to_owned())),
            ["audit-log"] => Some(Self::AuditLog(project)),
            ["explain"] => Some(Self::Explain(project)),
            _ => None,
        }
    }

    /// The template of its path below the API's.
    pub fn template(&self) -> &'static str {
        match self {
            Self::Routes => "/gateway",
            Self::RoutesAuditLog => "/gateway/audit-log",
            Self::IssuerKeys => "/issuer-keys",
            Self::IssuerKeysRotation => "/issuer-keys/rotate",
            Self::Projects => "/projects",
            Self::Project(_) => "/projects/{project}",
            Self::Idps(_) => "/projects/{project}/custom-idp",
            Self::Idp(..) => "/projects/{project}/custom-idp/{idpId}",
            Self::Keys(..) => "/projects/{project}/custom-idp/{idpId}/keys",
            Self::KeysRefresh(..) => "/projects/{project}/custom-idp/{idpId}/keys/refresh",
            Self::KeyBlock(..) => "/projects/{project}/custom-idp/{idpId}/keys/{kid}/distrust",
            Self::IdpOrder(_) => "/projects/{project}/custom-idp-order",
            Self::Revocations(_) => "/projects/{project}/revocations",
            Self::Revocation(..) => "/projects/{project}/revocations/{revocationId}",
            Self::AuditLog(_) => "/projects/{project}/audit-log",
            Self::Explain(_) => "/projects/{project}/explain",
        }
    }

    /// The resource's methods, in alphabetical order.
    pub fn methods(&self) -> &'static [Method] {
        use Method::{Delete, Get, Head, Post, Put};
        match self {
            Self::Routes | Self::IdpOrder(_) => &[Get, Head, Put],
            Self::Projects | Self::RoutesAuditLog | Self::AuditLog(_) | Self::Keys(..) | Self::IssuerKeys => {
                &[Get, Head]
            }
            Self::KeysRefresh(..) | Self::Explain(_) | Self::IssuerKeysRotation => &[Post],
            Self::KeyBlock(..) => &[Delete, Put],
            Self::Project(_) | Self::Idp(..) => &[Delete, Get, Head, Put],
            Self::Idps(_) | Self::Revocations(_) => &[Get, Head, Post],
            Self::Revocation(..) => &[Delete, Get, Head],
        }
    }

    /// Whether a request with `method` has a document as its body.
    pub fn takes_document(&self, method: Method) -> bool {
        let is_deed = matches!(self, Self::KeysRefresh(..) | Self::KeyBlock(..) | Self::IssuerKeysRotation);
        !is_deed && matches!(method, Method::Post | Method::Put)
    }

    /// Whether a request with `method` changes something that the edges see.
    pub fn is_changed_by(&self, method: Method) -> bool {
        let is_read = matches!(method, Method::Get | Method::Head);
        !is_read && !matches!(self, Self::KeysRefresh(..) | Self::Explain(_) | Self::IssuerKeysRotation)
    }

    /// The project that it belongs to, if any.
    pub fn project(&self) -> Option<&ProjectId> {
        match self {
            Self::Routes
            | Self::RoutesAuditLog
            | Self::IssuerKeys
            | Self::IssuerKeysRotation
            | Self::Projects => None,
            Self::Project(project)
            | Self::Idps(project)
            | Self::Idp(project, _)
            | Self::Keys(project, _)
            | Self::KeysRefresh(project, _)
            | Self::KeyBlock(project, ..)
            | Self::IdpOrder(project)
            | Self::Revocations(project)
            | Self::Revocation(project, _)
            | Self::AuditLog(project)
            | Self::Explain(project) => Some(project),
        }
    }

    /// Whether it is about the signing keys of the gateway's own issuer.
    pub fn is_about_signing_keys(&self) -> bool {
        matches!(self, Self::IssuerKeys | Self::IssuerKeysRotation)
    }

    /// The project that owners of it may manage here; `None` where only a platform administrator may.
    pub fn owned_project(&self) -> Option<&ProjectId> {
        self.project().filter(|_| !matches!(self, Self::Project(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(path: &str, method: &str) -> Result<(Endpoint, Method), NoEndpoint> {
        Endpoint::find(&RequestPath::try_from(&*format!("{MANAGEMENT_PATH}{path}")).unwrap(), method)
    }

    #[test]
    fn paths_map_to_endpoints_with_their_methods() {
        let project = ProjectId::try_from("p1").unwrap();
        for (path, endpoint) in [
            ("/gateway", Endpoint::Routes),
            ("/gateway/audit-log", Endpoint::RoutesAuditLog),
            ("/issuer-keys", Endpoint::IssuerKeys),
            ("/projects", Endpoint::Projects),
            ("/projects/p1", Endpoint::Project(project.clone())),
            ("/projects/p1/custom-idp", Endpoint::Idps(project.clone())),
            ("/projects/p1/custom-idp/my%49DP", Endpoint::Idp(project.clone(), "myIDP".to_owned())),
            ("/projects/p1/custom-idp/idp/keys", Endpoint::Keys(project.clone(), "idp".to_owned())),
            ("/projects/p1/custom-idp-order", Endpoint::IdpOrder(project.clone())),
            ("/projects/p1/audit-log", Endpoint::AuditLog(project)),
        ] {
            assert_eq!(find(path, "GET"), Ok((endpoint, Method::Get)), "{path}");
        }
        assert_eq!(
            find("/gateway", "DELETE"),
            Err(NoEndpoint::Method(&[Method::Get, Method::Head, Method::Put]))
        );
        assert!(matches!(find("/projects", "TRACE"), Err(NoEndpoint::Method(_))));
    }

    #[test]
    fn idps_path_is_that_of_the_endpoint() {
        let project = ProjectId::try_from("a-b_C9").unwrap();
        let path = idps_path(&project);
        let found = Endpoint::find(&RequestPath::try_from(&*path).unwrap(), "POST");
        assert_eq!(found, Ok((Endpoint::Idps(project), Method::Post)));
    }

    #[test]
    fn templates_are_paths_of_their_endpoints() {
        for path in [
            "/gateway",
            "/gateway/audit-log",
            "/issuer-keys",
            "/issuer-keys/rotate",
            "/projects",
            "/projects/p1",
            "/projects/p1/custom-idp",
            "/projects/p1/custom-idp/my",
            "/projects/p1/custom-idp/my/keys",
            "/projects/p1/custom-idp/my/keys/refresh",
            "/projects/p1/custom-idp/my/keys/k/distrust",
            "/projects/p1/custom-idp-order",
            "/projects/p1/audit-log",
            "/projects/p1/explain",
        ] {
            let methods = ["GET", "POST", "PUT"];
            let (endpoint, _) = methods.into_iter().find_map(|method| find(path, method).ok()).unwrap();
            let filled = [("{project}", "p1"), ("{idpId}", "my"), ("{kid}", "k")]
                .into_iter()
                .fold(endpoint.template().to_owned(), |path, (name, value)| path.replace(name, value));
            assert_eq!(filled, path);
        }
    }

    #[test]
    fn a_project_is_not_created_by_an_impossible_id() {
        for (method, path, id) in [
            ("PUT", "/projects/a%20b", Some("a b")),
            ("PUT", "/projects/-", Some("-")),
            ("PUT", "/projects/", None),
            ("GET", "/projects/a%20b", None),
            ("PUT", "/projects/a%20b/custom-idp/x", None),
        ] {
            let expected = id.map_or(NoEndpoint::Unknown, |id| NoEndpoint::ProjectId(id.to_owned()));
            assert_eq!(find(path, method), Err(expected), "{method} {path}");
        }
    }

    #[test]
    fn other_paths_are_unknown() {
        for path in [
            "",
            "/",
            "/gateway/",
            "/gateway/audit-log/",
            "/gateway/x",
            "/projects/",
            "/projects/-",
            "/projects/p1/",
            "/projects/p1/custom-idp/",
        ] {
            assert_eq!(find(path, "GET"), Err(NoEndpoint::Unknown), "{path}");
        }
    }
}
