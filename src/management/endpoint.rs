//! The resources of the management API and their methods.

use super::account_endpoint::AccountEndpoint;
use super::federation_endpoint::FederationEndpoint;
use super::user_endpoint::{MemberEndpoint, UserEndpoint};
use crate::accounts::AccountId;
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
    /// `/issuer-keys/audit-log`: who had them rotated or removed.
    IssuerKeysAuditLog,
    /// `/issuer-keys/{kid}`: one of them, which need not exist.
    IssuerKey(String),
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
    /// `/projects/{project}/service-accounts`, or `/service-accounts` for those of the platform, and what is below.
    Accounts(ProjectId, AccountEndpoint),
    /// `/projects/{project}/members`, and what is below.
    Members(ProjectId, MemberEndpoint),
    /// `/users`, and what is below.
    Users(UserEndpoint),
    /// `/federation`, and what is below.
    Federation(FederationEndpoint),
    /// `/projects/{project}/audit-log`, or `/audit-log` for the platform's: who changed what.
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

/// The path of a service account of a project, or of the platform.
pub fn account_path(project: &ProjectId, account: &AccountId) -> String {
    if project.is_platform() {
        format!("{MANAGEMENT_PATH}/service-accounts/{account}")
    } else {
        format!("{MANAGEMENT_PATH}/projects/{project}/service-accounts/{account}")
    }
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
            ["issuer-keys", "audit-log"] => return Some(Self::IssuerKeysAuditLog),
            ["issuer-keys", kid] if !kid.is_empty() => return Some(Self::IssuerKey((*kid).to_owned())),
            ["projects"] => return Some(Self::Projects),
            ["audit-log"] => return Some(Self::AuditLog(ProjectId::platform())),
            ["service-accounts", ..] => {
                return AccountEndpoint::named(segments)
                    .map(|account| Self::Accounts(ProjectId::platform(), account));
            }
            ["users", ..] => return UserEndpoint::named(segments).map(Self::Users),
            ["federation", ..] => return FederationEndpoint::named(segments).map(Self::Federation),
            ["projects", project, rest @ ..] => (ProjectId::try_from(*project).ok()?, rest),
            _ => return None,
        };
        if project.is_platform() {
            return None;
        }
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
            ["service-accounts", ..] => {
                AccountEndpoint::named(rest).map(|account| Self::Accounts(project, account))
            }
            ["members", ..] => MemberEndpoint::named(rest).map(|member| Self::Members(project, member)),
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
            Self::IssuerKeysAuditLog => "/issuer-keys/audit-log",
            Self::IssuerKey(_) => "/issuer-keys/{kid}",
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
            Self::Accounts(project, account) => account.template(project.is_platform()),
            Self::Members(_, member) => member.template(),
            Self::Users(user) => user.template(),
            Self::Federation(federation) => federation.template(),
            Self::AuditLog(project) if project.is_platform() => "/audit-log",
            Self::AuditLog(_) => "/projects/{project}/audit-log",
            Self::Explain(_) => "/projects/{project}/explain",
        }
    }

    /// The resource's methods, in alphabetical order.
    pub fn methods(&self) -> &'static [Method] {
        use Method::{Delete, Get, Head, Post, Put};
        match self {
            Self::Routes | Self::IdpOrder(_) => &[Get, Head, Put],
            Self::Projects
            | Self::RoutesAuditLog
            | Self::AuditLog(_)
            | Self::Keys(..)
            | Self::IssuerKeys
            | Self::IssuerKeysAuditLog => &[Get, Head],
            Self::IssuerKey(_) => &[Delete],
            Self::KeysRefresh(..) | Self::Explain(_) | Self::IssuerKeysRotation => &[Post],
            Self::KeyBlock(..) => &[Delete, Put],
            Self::Project(_) | Self::Idp(..) => &[Delete, Get, Head, Put],
            Self::Idps(_) | Self::Revocations(_) => &[Get, Head, Post],
            Self::Revocation(..) => &[Delete, Get, Head],
            Self::Accounts(_, account) => account.methods(),
            Self::Members(_, member) => member.methods(),
            Self::Users(user) => user.methods(),
            Self::Federation(federation) => federation.methods(),
        }
    }

    /// Whether a request with `method` has a document as its body.
    pub fn takes_document(&self, method: Method) -> bool {
        let is_deed = matches!(self, Self::KeysRefresh(..) | Self::KeyBlock(..) | Self::IssuerKeysRotation);
        let is_deed = is_deed
            || matches!(
                self,
                Self::Users(UserEndpoint::Invitation(_)) | Self::Federation(FederationEndpoint::Test)
            );
        !is_deed && matches!(method, Method::Post | Method::Put)
    }

    /// Whether a request with `method` reads, and has nothing else happen.
    pub fn is_read_by(&self, method: Method) -> bool {
        matches!(method, Method::Get | Method::Head) || matches!(self, Self::Explain(_))
    }

    /// Whether a request with `method` changes something that the edges see.
    pub fn is_changed_by(&self, method: Method) -> bool {
        let is_read = matches!(method, Method::Get | Method::Head);
        let is_other =
            matches!(self, Self::KeysRefresh(..) | Self::Explain(_)) || self.is_about_signing_keys();
        let is_deed = match self {
            Self::Users(user) => !user.is_settings(),
            Self::Federation(federation) => *federation == FederationEndpoint::Test,
            _ => false,
        };
        !is_read && !is_other && !is_deed
    }

    /// The project, or the platform, that it belongs to, if any.
    pub fn project(&self) -> Option<&ProjectId> {
        match self {
            Self::Routes
            | Self::RoutesAuditLog
            | Self::IssuerKeys
            | Self::IssuerKeysRotation
            | Self::IssuerKeysAuditLog
            | Self::IssuerKey(_)
            | Self::Users(_)
            | Self::Federation(_)
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
            | Self::Accounts(project, _)
            | Self::Members(project, _)
            | Self::AuditLog(project)
            | Self::Explain(project) => Some(project),
        }
    }

    /// Whether it is about the signing keys of the gateway's own issuer.
    pub fn is_about_signing_keys(&self) -> bool {
        matches!(
            self,
            Self::IssuerKeys | Self::IssuerKeysRotation | Self::IssuerKeysAuditLog | Self::IssuerKey(_)
        )
    }

    /// Whether it is about users or their login, whose audit log is the platform's.
    pub fn is_about_users(&self) -> bool {
        matches!(self, Self::Users(_) | Self::Federation(_))
    }

    /// The project that owners of it may manage here; `None` where only a platform administrator may.
    pub fn owned_project(&self) -> Option<&ProjectId> {
        self.project().filter(|project| !matches!(self, Self::Project(_)) && !project.is_platform())
    }
}
