//! Answers of the token endpoint (RFC 6749, sections 5.1 and 5.2).

use serde::Serialize;

/// A token was issued (RFC 6749, section 5.1), as the JSON of the answer.
#[derive(Serialize)]
pub struct TokenAnswer {
    /// The token.
    pub access_token: String,
    /// `Bearer` (RFC 6750).
    pub token_type: TokenType,
    /// How long it is valid, in seconds.
    pub expires_in: u32,
    /// What it is for: the roles, with spaces between them.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
}

/// How a token is used.
#[derive(Clone, Copy, Debug, Serialize)]
pub enum TokenType {
    /// In `Authorization: Bearer` (RFC 6750).
    Bearer,
}

/// Why no token is issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// The request is not one for a token, with what is wrong.
    Malformed(&'static str),
    /// A method other than POST.
    Method,
    /// The body is too long.
    TooLong,
    /// The body does not arrive in time.
    TooSlow,
    /// A grant other than `client_credentials`.
    GrantType,
    /// There are no credentials that could be checked, with what is wrong.
    NoCredentials(&'static str),
    /// The client is unknown or disabled, or its credentials are wrong or expired. Which of these it is shows nowhere.
    ClientRefused,
    /// Too many failures of the client at this address.
    TooManyFailures {
        /// In how many seconds another attempt is admitted.
        retry_after: u32,
    },
    /// The scope has roles that the account lacks, or is malformed.
    Scope,
    /// The endpoint cannot be served, with the reason.
    Unavailable(&'static str),
}

/// The JSON of a refusal.
#[derive(Serialize)]
struct Refusal {
    error: &'static str,
    error_description: &'static str,
}

impl TokenError {
    /// Its HTTP status.
    pub const fn status(self) -> u16 {
        match self {
            Self::Malformed(_) | Self::GrantType | Self::Scope => 400,
            Self::NoCredentials(_) | Self::ClientRefused => 401,
            Self::Method => 405,
            Self::TooSlow => 408,
            Self::TooLong => 413,
            Self::TooManyFailures { .. } => 429,
            Self::Unavailable(_) => 503,
        }
    }

    /// Its `error` code. The last one is of section 4.1.2.1, whose meaning is the same here.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed(_) | Self::Method | Self::TooLong | Self::TooSlow => "invalid_request",
            Self::GrantType => "unsupported_grant_type",
            Self::NoCredentials(_) | Self::ClientRefused => "invalid_client",
            Self::Scope => "invalid_scope",
            Self::TooManyFailures { .. } | Self::Unavailable(_) => "temporarily_unavailable",
        }
    }

    /// Its `error_description`: for the client's author, without anything that depends on what is stored.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Malformed(reason) | Self::NoCredentials(reason) | Self::Unavailable(reason) => reason,
            Self::Method => "tokens are requested with POST",
            Self::TooLong => "the body is longer than 32 KiB",
            Self::TooSlow => "the body did not arrive within 30 seconds",
            Self::GrantType => "the only grant type here is client_credentials",
            Self::ClientRefused => "the client is unknown, disabled, or its credentials are wrong or expired",
            Self::TooManyFailures { .. } => "too many failed attempts for this client from this address",
            Self::Scope => "the scope must be roles of the account, with single spaces between them",
        }
    }

    /// The headers that its status requires (RFC 9110, section 15).
    pub fn headers(self) -> Option<(&'static str, String)> {
        match self {
            Self::NoCredentials(_) | Self::ClientRefused => {
                Some(("www-authenticate", "Basic realm=\"token endpoint\"".to_owned()))
            }
            Self::Method => Some(("allow", "POST".to_owned())),
            Self::TooManyFailures { retry_after } => Some(("retry-after", retry_after.to_string())),
            Self::Unavailable(_) => Some(("retry-after", "5".to_owned())),
            _ => None,
        }
    }

    /// The JSON of the answer.
    pub fn to_json(self) -> String {
        let refusal = Refusal { error: self.code(), error_description: self.description() };
        serde_json::to_string(&refusal).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_answered_as_the_rfc_has_it() {
        let answer = TokenAnswer {
            access_token: "t".to_owned(),
            token_type: TokenType::Bearer,
            expires_in: 600,
            scope: "a b".to_owned(),
        };
        let expected = r#"{"access_token":"t","token_type":"Bearer","expires_in":600,"scope":"a b"}"#;
        assert_eq!(serde_json::to_string(&answer).unwrap_or_default(), expected);
    }

    #[test]
    fn a_refusal_has_the_status_code_and_headers_of_the_rfc() {
        for (error, status, code, header) in [
            (TokenError::Malformed("x"), 400, "invalid_request", None),
            (TokenError::Method, 405, "invalid_request", Some("allow")),
            (TokenError::TooLong, 413, "invalid_request", None),
            (TokenError::TooSlow, 408, "invalid_request", None),
            (TokenError::GrantType, 400, "unsupported_grant_type", None),
            (TokenError::NoCredentials("x"), 401, "invalid_client", Some("www-authenticate")),
            (TokenError::ClientRefused, 401, "invalid_client", Some("www-authenticate")),
            (TokenError::Scope, 400, "invalid_scope", None),
            (
                TokenError::TooManyFailures { retry_after: 3 },
                429,
                "temporarily_unavailable",
                Some("retry-after"),
            ),
            (TokenError::Unavailable("x"), 503, "temporarily_unavailable", Some("retry-after")),
        ] {
            assert_eq!((error.status(), error.code()), (status, code));
            assert_eq!(error.headers().map(|(name, _)| name), header);
            // RFC 6749, section 5.2: no quotes and backslashes.
            let is_allowed = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\';
            assert!(error.description().bytes().all(is_allowed));
            let json = format!(r#"{{"error":"{code}","error_description":"{}"}}"#, error.description());
            assert_eq!(error.to_json(), json);
        }
    }
}
