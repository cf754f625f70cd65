//! The stable codes of errors: everything about one in one row.

use serde::Serialize;

/// Declares the codes, each with its documentation, name, status and text.
macro_rules! error_codes {
    ($($(#[$documentation:meta])+ $code:ident: $name:literal, $status:literal, $detail:literal;)+) => {
        /// Why a request was refused: the stable `code` of an error.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum ErrorCode {
            $($(#[$documentation])+ $code,)+
        }

        impl ErrorCode {
            /// All codes.
            pub const ALL: &[Self] = &[$(Self::$code),+];

            const fn row(self) -> (&'static str, u16, &'static str) {
                match self {
                    $(Self::$code => ($name, $status, $detail),)+
                }
            }
        }
    };
}

error_codes! {
    /// The path could be read in more than one way.
    PathAmbiguous: "path_ambiguous", 400,
        "the path could be read in more than one way, for the `reason` given";
    /// The method never reaches an origin.
    MethodNotAllowed: "method_not_allowed", 405,
        "this method is not served here";
    /// No route matches the path.
    RouteNotFound: "route_not_found", 404,
        "no route matches the path";
    /// No bearer token.
    TokenMissing: "token_missing", 401,
        "send an access token in `Authorization: Bearer <token>`";
    /// Several `Authorization` values or an empty one; a body, a target or a header that cannot be forwarded; a precondition that
    /// is no list of entity tags.
    RequestInvalid: "request_invalid", 400,
        "the request cannot be accepted, for the `reason` given";
    /// Not a JWS of the allowed kind.
    TokenMalformed: "token_malformed", 401,
        "the token is not a signed JWT of at most 16 KiB with `iss`, `exp` and `iat`, signed by an RSA, EC or Ed25519 key";
    /// `exp` has passed.
    TokenExpired: "token_expired", 401,
        "the token has expired; request a new one";
    /// `nbf` or `iat` is yet to come.
    TokenNotYetValid: "token_not_yet_valid", 401,
        "the token is not valid yet; check the clocks";
    /// The project does not trust the token, for a reason that only its owner may see.
    TokenUntrusted: "token_untrusted", 401,
        "the project does not trust this token; its owner can have the reason explained";
    /// None of the caller's roles opens the route.
    RoleMissing: "role_missing", 403,
        "the token's roles in this project do not allow this request";
    /// A session is used from a page of another host.
    CrossSite: "cross_site", 403,
        "a session may do this only from a page of the gateway's own host: the request needs `Sec-Fetch-Site: same-origin`, or an `Origin` that is this host";
    /// Only a platform administrator may do this.
    AdministratorOnly: "administrator_only", 403,
        "only a platform administrator may do this, with the secret `ADMIN_TOKEN` or a token with the role `platform.admin` as bearer token";
    /// The keys of a trusted issuer are unavailable.
    KeysUnavailable: "keys_unavailable", 503,
        "the issuer's keys cannot be fetched at the moment; try again later";
    /// The session that a browser presents cannot be looked up.
    SessionUnavailable: "session_unavailable", 503,
        "the session cannot be checked at the moment; try again later";
    /// The routes or the project's configuration are unavailable.
    ConfigUnavailable: "config_unavailable", 503,
        "the gateway cannot use its configuration at the moment; its operator finds the cause in the log";
    /// The origin does not answer.
    OriginUnreachable: "origin_unreachable", 502,
        "the origin does not answer";
    /// The origin answers too late.
    OriginTimeout: "origin_timeout", 504,
        "the origin did not answer in time";
    /// There is no such resource of the management API.
    NotFound: "not_found", 404,
        "there is no such resource, or it is not yours to see";
    /// There is a resource of that id already.
    AlreadyExists: "already_exists", 409,
        "there is one with this id, or one that is the same, already";
    /// The query has a parameter that is not known here, or a value that it cannot have.
    ParameterInvalid: "parameter_invalid", 400,
        "a parameter of the query cannot be accepted, for the `reason` given";
    /// `If-Match` or `If-None-Match` does not hold.
    PreconditionFailed: "precondition_failed", 412,
        "the resource is not as `If-Match` or `If-None-Match` demands; read it again";
    /// The body is longer than the management API takes.
    BodyTooLarge: "body_too_large", 413,
        "the body is longer than this resource accepts; `reason` has the limit";
    /// The body does not arrive in time.
    BodyTimeout: "body_timeout", 408,
        "the body did not arrive within 30 seconds";
    /// The body is not `application/json`.
    MediaTypeUnsupported: "media_type_unsupported", 415,
        "send `Content-Type: application/json`, in UTF-8";
    /// The body is not JSON with unique member names.
    BodyMalformed: "body_malformed", 400,
        "the body is not JSON with unique member names; `reason` says where";
    /// The document has faults, which the answer lists.
    DocumentInvalid: "document_invalid", 422,
        "the document has the faults listed in `faults`";
    /// A limit is reached.
    LimitReached: "limit_reached", 409,
        "a limit of the project is reached, which `reason` names; remove or shorten something first";
    /// The issuer of an entry cannot be used, for the reason in the answer.
    IssuerUnusable: "issuer_unusable", 422,
        "the issuer cannot be used, for the `reason` given";
    /// More different issuers were tried within a minute than are allowed.
    TooManyIssuers: "too_many_issuers", 429,
        "too many different issuers within a minute; try again later";
    /// The issuer's keys were fetched a moment ago.
    RefreshTooSoon: "refresh_too_soon", 429,
        "the keys were asked for a moment ago; try again later";
    /// The next signing key is not known everywhere yet.
    RotationTooSoon: "rotation_too_soon", 409,
        "the next signing key is not known everywhere yet; try again after `Retry-After` seconds";
    /// The change would take the caller's own ownership away.
    WouldLockOut: "would_lock_out", 409,
        "this change would remove your own owner access; add `?force=true` to confirm";
    /// The change would make every caller of an issuer an owner.
    WouldOpenOwnership: "would_open_ownership", 409,
        "this entry would make every caller of its issuer an owner; set `allowedAzp` or `allowedAud`, or add `?force=true` to confirm";
    /// Nobody has passed a test login with the draft of the federation.
    LoginUntested: "login_untested", 409,
        "no user with the role `admin` has passed a test login with this draft: add `?force=true`, or save it with `\"active\": false`, which ends all sessions of a federation that is active, and `POST /federation/test`";
    /// The person who signed in is no user, a disabled one, or not the one to whom the email address belongs.
    UserUnknown: "user_unknown", 403,
        "nobody has declared this person here; ask the administrator of the gateway";
    /// The email address of the person who signed in proves nothing.
    EmailUnverified: "email_unverified", 403,
        "the OpenID Provider does not say that the email address is verified, or gives none";
    /// A login did not come to its end.
    LoginFailed: "login_failed", 400,
        "the login cannot be completed; begin it again";
    /// The company's OpenID Provider does not answer.
    ProviderUnavailable: "provider_unavailable", 503,
        "the OpenID Provider does not answer; try again later";
    /// The primary store is unavailable.
    StoreUnavailable: "store_unavailable", 503,
        "nothing was changed; try again later";
}

impl ErrorCode {
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
            408 => "Request Timeout",
            409 => "Conflict",
            412 => "Precondition Failed",
            413 => "Content Too Large",
            415 => "Unsupported Media Type",
            422 => "Unprocessable Content",
            429 => "Too Many Requests",
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
    fn a_code_is_serialized_by_its_name() {
        for code in ErrorCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }
}
