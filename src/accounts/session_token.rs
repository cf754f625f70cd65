//! The access token of a browser session, which takes the same way as those of service accounts.

use serde::Serialize;

/// The `client_id` of these tokens. Ids of service accounts have a slash.
pub const SESSION_CLIENT: &str = "session";

/// How long they live, in seconds.
pub const SESSION_TOKEN_LIFE: u64 = 60;

/// What a session's token says of its user.
#[derive(Clone, Copy, Debug)]
pub struct SessionUser<'u> {
    /// The id of the user.
    pub user: &'u str,
    /// The user's email address.
    pub email: &'u str,
    /// The id of the session.
    pub session: &'u str,
    /// The roles, as tokens have them: `plant7.access`, `platform.admin`.
    pub roles: &'u [String],
}

/// The claims of the token (RFC 9068, section 2.2), with the session as `sid`.
#[derive(Debug, Serialize)]
pub struct SessionTokenClaims<'c> {
    iss: &'c str,
    sub: &'c str,
    aud: &'c str,
    client_id: &'c str,
    azp: &'c str,
    iat: u64,
    exp: u64,
    jti: &'c str,
    sid: &'c str,
    email: &'c str,
    roles: &'c [String],
}

impl<'c> SessionTokenClaims<'c> {
    /// The claims by the issuer for its audience, at `now` in whole seconds, until `end` at the latest. `id` is used for no other
    /// token.
    pub fn new(
        (issuer, audience): (&'c str, &'c str),
        user: SessionUser<'c>,
        now: u64,
        end: u64,
        id: &'c str,
    ) -> Self {
        Self {
            iss: issuer,
            sub: user.user,
            aud: audience,
            client_id: SESSION_CLIENT,
            azp: SESSION_CLIENT,
            iat: now,
            exp: end.min(now + SESSION_TOKEN_LIFE),
            jti: id,
            sid: user.session,
            email: user.email,
            roles: user.roles,
        }
    }

    /// When the token expires, in seconds since 1970.
    pub fn expires_at(&self) -> u64 {
        self.exp
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_token_ends_with_its_session() {
        let roles = ["p1.access", "platform.admin"].map(str::to_owned);
        let user = SessionUser { user: "u_1", email: "ada@example.com", session: "s1", roles: &roles };
        let claims = |end| {
            SessionTokenClaims::new(("https://a.example/auth", "https://a.example"), user, 1000, end, "id")
        };
        assert_eq!(
            serde_json::to_value(claims(9000)).unwrap(),
            json!({
                "iss": "https://a.example/auth", "sub": "u_1", "aud": "https://a.example", "client_id": "session",
                "azp": "session", "iat": 1000, "exp": 1060, "jti": "id", "sid": "s1", "email": "ada@example.com",
                "roles": ["p1.access", "platform.admin"],
            })
        );
        assert_eq!(claims(1030).expires_at(), 1030);
    }
}
