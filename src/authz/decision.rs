//! What becomes of a request, and why.

use std::rc::Rc;
use std::sync::Arc;

use serde::Serialize;

use crate::authz::token_cache::CachedToken;
use crate::authz::trace::Trace;
use crate::config::cors::ResponseHeaders;
use crate::config::custom_idp::IdpId;
use crate::config::role::Roles;
use crate::config::routes::Route;
use crate::error_code::ErrorCode;
use crate::http::header_rules;
use crate::project_id::ProjectId;

/// The end of an evaluation, with its reasons.
#[derive(Debug)]
pub struct Decision {
    /// What becomes of the request.
    pub verdict: Verdict,
    /// What the answer says to browsers about cross-origin pages, whatever it is and whatever the origin says, where the
    /// route has `cors`.
    pub cors: Option<ResponseHeaders>,
    /// The route that matched, if one did.
    pub route: Option<Arc<Route>>,
    /// The project that the path names, if it names one.
    pub project: Option<ProjectId>,
    /// Who the caller is, as soon as an entry recognised them; also where their roles do not suffice.
    pub identity: Option<Arc<Identity>>,
    /// What the token cache may keep of the token, where the evaluation got as far as its signature.
    pub cached_token: Option<Rc<CachedToken>>,
    /// Every step that led here.
    pub trace: Trace,
}

impl Decision {
    /// Where the routes cannot be had, nothing passes.
    pub fn without_configuration() -> Self {
        let verdict = Verdict::Deny(Denial { code: ErrorCode::ConfigUnavailable, realm: None });
        let (cors, route, project, identity, cached_token) = (None, None, None, None, None);
        Self { verdict, cors, route, project, identity, cached_token, trace: Trace::default() }
    }
}

/// What becomes of a request.
#[derive(Debug)]
pub enum Verdict {
    /// It goes to the origin.
    Permit(Permit),
    /// The caller owns the project and may manage it.
    Manage(Ownership),
    /// It is a browser's preflight and is answered with the decision's `cors` headers alone.
    Preflight,
    /// It is refused.
    Deny(Denial),
}

/// What becomes of a request, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It goes to the origin.
    Permit,
    /// The caller may manage the project.
    Manage,
    /// It is answered as a preflight.
    Preflight,
    /// It is refused.
    Deny,
}

impl Verdict {
    /// The verdict in a word.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Permit(_) => Outcome::Permit,
            Self::Manage(_) => Outcome::Manage,
            Self::Preflight => Outcome::Preflight,
            Self::Deny(_) => Outcome::Deny,
        }
    }

    /// Why the request is refused, if it is.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Deny(denial) => Some(denial.code),
            Self::Permit(_) | Self::Manage(_) | Self::Preflight => None,
        }
    }
}

/// The proof that a request may pass. Only [`crate::authorize`] makes one.
#[derive(Debug)]
pub struct Permit {
    route: Arc<Route>,
    identity: Option<Arc<Identity>>,
}

/// What a role costs in memory beside its name: its place in the list and its allocation, in bytes.
const ROLE_BYTES: usize = 48;

/// Who a caller is, in the words of the project that vouches for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// The project in whose name the identity provider was asked.
    pub project: ProjectId,
    /// The entry that recognised the caller.
    pub idp: IdpId,
    /// The caller's id at the identity provider, 1 to 256 characters.
    pub subject: String,
    /// The caller's roles in the project, each once and in order.
    pub roles: Roles,
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

impl Identity {
    /// What it holds in memory, in bytes; each role costs its name and the places that point to it.
    pub(crate) fn bytes(&self) -> usize {
        let roles: usize = self.roles.iter().map(|role| role.as_str().len() + ROLE_BYTES).sum();
        size_of::<Self>() + self.subject.len() + roles
    }

    /// The headers by which an origin knows the caller.
    pub fn headers(&self) -> [(&'static str, String); 4] {
        let Self { project, idp, subject, roles } = self;
        let roles: Vec<_> = roles.iter().map(|role| header_rules::encode(role.as_str())).collect();
        [
            ("X-Auth-Project", project.to_string()),
            ("X-Auth-Idp", idp.as_str().to_owned()),
            ("X-Auth-Subject", header_rules::encode(subject)),
            ("X-Auth-Roles", roles.join(",")),
        ]
    }
}

/// The proof that a caller owns a project. Only [`crate::authorize_owner`] makes one.
#[derive(Debug)]
pub struct Ownership(Arc<Identity>);

impl Ownership {
    pub(crate) fn new(identity: Arc<Identity>) -> Self {
        Self(identity)
    }

    /// The owner.
    pub fn identity(&self) -> &Identity {
        &self.0
    }
}

/// A refusal: its code, and the protection space that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// Why.
    pub code: ErrorCode,
    /// The project, as the realm of a challenge.
    pub realm: Option<ProjectId>,
}

impl Denial {
    /// The value of `WWW-Authenticate` (RFC 6750, section 3), where a token would help.
    pub fn challenge(&self) -> Option<String> {
        let realm = self.realm.as_ref().map(|project| format!(r#"realm="{project}""#));
        let error = match self.code {
            ErrorCode::TokenMissing => None,
            ErrorCode::RequestInvalid => Some(r#"error="invalid_request""#.to_owned()),
            ErrorCode::RoleMissing => Some(r#"error="insufficient_scope""#.to_owned()),
            code if code.status() == 401 => Some(r#"error="invalid_token""#.to_owned()),
            _ => return None,
        };
        let parameters: Vec<_> = realm.into_iter().chain(error).collect();
        Some(format!("Bearer {}", parameters.join(", ")).trim_end().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_names_realm_and_error() {
        let challenge = |code, realm: Option<&str>| {
            Denial { code, realm: realm.map(|realm| ProjectId::try_from(realm).unwrap()) }.challenge()
        };
        assert_eq!(challenge(ErrorCode::TokenMissing, Some("p1")).unwrap(), r#"Bearer realm="p1""#);
        assert_eq!(challenge(ErrorCode::TokenMissing, None).unwrap(), "Bearer");
        assert_eq!(
            challenge(ErrorCode::TokenExpired, Some("p1")).unwrap(),
            r#"Bearer realm="p1", error="invalid_token""#
        );
        assert_eq!(
            challenge(ErrorCode::RoleMissing, Some("p1")).unwrap(),
            r#"Bearer realm="p1", error="insufficient_scope""#
        );
        assert_eq!(challenge(ErrorCode::RequestInvalid, None).unwrap(), r#"Bearer error="invalid_request""#);
        assert_eq!(challenge(ErrorCode::RouteNotFound, Some("p1")), None);
        assert_eq!(challenge(ErrorCode::KeysUnavailable, Some("p1")), None);
    }
}
