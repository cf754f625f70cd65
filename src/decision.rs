//! What becomes of a request, and why.

use std::sync::Arc;

use serde::Serialize;

use crate::cors::ResponseHeaders;
use crate::gateway::Route;
use crate::headers;
use crate::idp::IdpId;
use crate::project::ProjectId;
use crate::role::Role;
use crate::trace::Trace;

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
    /// Every step that led here.
    pub trace: Trace,
}

impl Decision {
    /// Where the routes cannot be had, nothing passes.
    pub fn without_configuration() -> Self {
        let verdict = Verdict::Deny(Denial { code: Code::ConfigUnavailable, realm: None });
        Self { verdict, cors: None, route: None, project: None, identity: None, trace: Trace::default() }
    }
}

/// What becomes of a request.
#[derive(Debug)]
pub enum Verdict {
    /// It goes to the origin.
    Permit(Permit),
    /// It is a browser's preflight and is answered with the decision's `cors` headers alone.
    Preflight,
    /// It is refused.
    Deny(Denial),
}

/// The proof that a request may pass. Only [`crate::authorize`] makes one.
#[derive(Debug)]
pub struct Permit {
    route: Arc<Route>,
    identity: Option<Arc<Identity>>,
}

/// Who a caller is, in the words of the project that vouches for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// The project in whose name the identity provider was asked.
    pub project: ProjectId,
    /// The entry that recognised the caller.
    pub idp: IdpId,
    /// The caller's id at the identity provider, 1 to 256 characters.
    pub subject: String,
    /// The caller's roles in the project, each once.
    pub roles: Vec<Role>,
}

impl Permit {
    pub(crate) fn new(route: Arc<Route>, identity: Option<Arc<Identity>>) -> Self {
        Self { route, identity }
    }

    /// The route that the request may take.
    pub fn route(&self) -> &Route {
        &self.route
    }

    /// The caller; nobody on a public route.
    pub fn identity(&self) -> Option<&Identity> {
        self.identity.as_deref()
    }

    /// The headers by which the origin knows the caller.
    pub fn identity_headers(&self) -> Vec<(&'static str, String)> {
        let Some(Identity { project, idp, subject, roles }) = self.identity() else { return Vec::new() };
        let roles: Vec<_> = roles.iter().map(|role| headers::encode(role.as_str())).collect();
        vec![
            ("x-auth-project", project.to_string()),
            ("x-auth-idp", idp.as_str().to_owned()),
            ("x-auth-subject", headers::encode(subject)),
            ("x-auth-roles", roles.join(",")),
        ]
    }
}

/// A refusal: its code, and the protection space that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// Why.
    pub code: Code,
    /// The project, as the realm of a challenge.
    pub realm: Option<ProjectId>,
}

impl Denial {
    /// The value of `WWW-Authenticate` (RFC 6750, section 3), where a token would help.
    pub fn challenge(&self) -> Option<String> {
        let realm = self.realm.as_ref().map(|project| format!(r#"realm="{project}""#));
        let error = match self.code {
            Code::TokenMissing => None,
            Code::RequestInvalid => Some(r#"error="invalid_request""#.to_owned()),
            Code::RoleMissing => Some(r#"error="insufficient_scope""#.to_owned()),
            code if code.status() == 401 => Some(r#"error="invalid_token""#.to_owned()),
            _ => return None,
        };
        let parameters: Vec<_> = realm.into_iter().chain(error).collect();
        Some(format!("Bearer {}", parameters.join(", ")).trim_end().to_owned())
    }
}

/// Why a request was refused: the stable `code` of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The path could be read in more than one way.
    PathAmbiguous,
    /// The method never reaches an origin.
    MethodNotAllowed,
    /// No route matches the path.
    RouteNotFound,
    /// No bearer token.
    TokenMissing,
    /// Several `Authorization` values or an empty one; a body where there is none to have.
    RequestInvalid,
    /// Not a JWS of the allowed kind.
    TokenMalformed,
    /// `exp` has passed.
    TokenExpired,
    /// `nbf` or `iat` is yet to come.
    TokenNotYetValid,
    /// The project does not trust the token, for a reason that only its owner may see.
    TokenUntrusted,
    /// None of the caller's roles opens the route.
    RoleMissing,
    /// The keys of a trusted issuer cannot be had.
    KeysUnavailable,
    /// The routes or the project's configuration cannot be had.
    ConfigUnavailable,
    /// The origin does not answer.
    OriginUnreachable,
    /// The origin answers too late.
    OriginTimeout,
}

impl Code {
    const fn row(self) -> (&'static str, u16, &'static str) {
        match self {
            Self::PathAmbiguous => (
                "path_ambiguous",
                400,
                "the path could be read in more than one way; send it without empty, dot or doubly encoded segments",
            ),
            Self::MethodNotAllowed => ("method_not_allowed", 405, "this method is not served here"),
            Self::RouteNotFound => ("route_not_found", 404, "no route matches the path"),
            Self::TokenMissing => {
                ("token_missing", 401, "send an access token in `Authorization: Bearer <token>`")
            }
            Self::RequestInvalid => (
                "request_invalid",
                400,
                "send exactly one `Authorization: Bearer <token>`, and no body with GET or HEAD",
            ),
            Self::TokenMalformed => (
                "token_malformed",
                401,
                "the token is not a signed JWT of at most 16 KiB with `iss`, `exp` and `iat`, signed by an RSA, EC or Ed25519 key",
            ),
            Self::TokenExpired => ("token_expired", 401, "the token has expired; request a new one"),
            Self::TokenNotYetValid => {
                ("token_not_yet_valid", 401, "the token is not valid yet; check the clocks")
            }
            Self::TokenUntrusted => (
                "token_untrusted",
                401,
                "the project does not trust this token; its owner can have the reason explained",
            ),
            Self::RoleMissing => {
                ("role_missing", 403, "the token's roles in this project do not allow this request")
            }
            Self::KeysUnavailable => (
                "keys_unavailable",
                503,
                "the issuer's keys cannot be fetched at the moment; try again later",
            ),
            Self::ConfigUnavailable => {
                ("config_unavailable", 503, "the configuration cannot be read at the moment; try again later")
            }
            Self::OriginUnreachable => ("origin_unreachable", 502, "the origin does not answer"),
            Self::OriginTimeout => ("origin_timeout", 504, "the origin did not answer in time"),
        }
    }

    /// The code's name.
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// The HTTP status that goes with it.
    pub const fn status(self) -> u16 {
        self.row().1
    }

    /// The status in words (RFC 9110, section 15).
    pub const fn title(self) -> &'static str {
        match self.status() {
            400 => "Bad Request",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            502 => "Bad Gateway",
            504 => "Gateway Timeout",
            _ => "Service Unavailable",
        }
    }

    /// What happened and what to do, for the caller. It says nothing that depends on the configuration.
    pub const fn detail(self) -> &'static str {
        self.row().2
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
        assert_eq!(challenge(Code::TokenMissing, Some("p1")).unwrap(), r#"Bearer realm="p1""#);
        assert_eq!(challenge(Code::TokenMissing, None).unwrap(), "Bearer");
        assert_eq!(
            challenge(Code::TokenExpired, Some("p1")).unwrap(),
            r#"Bearer realm="p1", error="invalid_token""#
        );
        assert_eq!(
            challenge(Code::RoleMissing, Some("p1")).unwrap(),
            r#"Bearer realm="p1", error="insufficient_scope""#
        );
        assert_eq!(challenge(Code::RequestInvalid, None).unwrap(), r#"Bearer error="invalid_request""#);
        assert_eq!(challenge(Code::RouteNotFound, Some("p1")), None);
        assert_eq!(challenge(Code::KeysUnavailable, Some("p1")), None);
    }

    #[test]
    fn a_code_is_written_as_it_is_named() {
        assert_eq!(serde_json::to_value(Code::TokenNotYetValid).unwrap(), Code::TokenNotYetValid.as_str());
    }
}
