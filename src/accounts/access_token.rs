//! The access tokens of the gateway's own issuer (RFC 9068).

use serde::{Deserialize, Serialize};

use crate::accounts::built_in_entry::ACCOUNTS;
use crate::accounts::client_id::ClientId;
use crate::config::revocation::Revocable;
use crate::config::role::{Role, Roles};
use crate::config::snapshot::Snapshot;
use crate::token::numeric_date::NumericDate;

/// The `typ` of an access token (RFC 9068, section 2.1).
pub const ACCESS_TOKEN_TYPE: &str = "at+jwt";

/// What a client gets a token for. In JSON it goes from where the client is authenticated to where the token is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The client id.
    client: String,
    /// The roles, as tokens have them.
    roles: Vec<String>,
    /// The roles, as the account has them, with spaces between them.
    scope: String,
    /// Whether the client asked for that scope.
    is_scope_requested: bool,
    /// When the client was authenticated, in whole seconds since 1970. A revocation that is committed later is not earlier.
    issued_at: u64,
    /// For how long the token is valid, in seconds.
    life: u32,
}

/// The claims of an access token (RFC 9068, section 2.2).
#[derive(Debug, Serialize)]
pub struct AccessTokenClaims<'c> {
    iss: &'c str,
    sub: &'c str,
    aud: &'c str,
    client_id: &'c str,
    azp: &'c str,
    iat: u64,
    exp: u64,
    jti: &'c str,
    roles: &'c [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'c str>,
}

/// Whether tokens of a client are refused that are issued within the second of `now`, and those of the next one are not.
pub fn is_revoked_within(snapshot: &Snapshot, client: &ClientId, now: NumericDate) -> bool {
    let client = client.to_string();
    let properties = [Some(ACCOUNTS), Some(&*client), Some(&*client), None];
    let is_revoked = |issued| snapshot.revocation(&Revocable { properties, issued }).is_some();
    is_revoked(now) && !is_revoked(now.plus(1.0))
}

impl Grant {
    /// What an account gets that was authenticated at a time.
    pub(crate) fn new(
        client: &ClientId,
        roles: &Roles,
        is_scope_requested: bool,
        issued_at: u64,
        life: u32,
    ) -> Self {
        let scope = roles.iter().map(Role::as_str).collect::<Vec<_>>().join(" ");
        let roles = roles.iter().map(|role| format!("{}.{role}", client.project)).collect();
        Self { client: client.to_string(), roles, scope, is_scope_requested, issued_at, life }
    }

    /// The claims of the token, by the issuer for its audience. `id` is used for no other token.
    pub fn claims<'c>(&'c self, issuer: &'c str, audience: &'c str, id: &'c str) -> AccessTokenClaims<'c> {
        let Self { client, roles, scope, is_scope_requested, issued_at, life } = self;
        AccessTokenClaims {
            iss: issuer,
            sub: client,
            aud: audience,
            client_id: client,
            azp: client,
            iat: *issued_at,
            exp: issued_at + u64::from(*life),
            jti: id,
            roles,
            scope: is_scope_requested.then_some(scope),
        }
    }

    /// For how long the token is valid, in seconds.
    pub fn life(&self) -> u32 {
        self.life
    }

    /// The roles, as the account has them, with spaces between them.
    pub fn scope(&self) -> &str {
        &self.scope
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn claims_are_those_of_the_rfc() {
        let client = ClientId::try_from("p1/ci").unwrap();
        let roles: Roles = ["access", "owner"].map(|role| Role::try_from(role).unwrap()).into();
        let claims = |is_scoped| {
            let grant = Grant::new(&client, &roles, is_scoped, 1000, 600);
            serde_json::to_value(grant.claims("https://a.example/auth", "https://a.example", "id")).unwrap()
        };
        let mut expected = json!({
            "iss": "https://a.example/auth", "sub": "p1/ci", "aud": "https://a.example", "client_id": "p1/ci",
            "azp": "p1/ci", "iat": 1000, "exp": 1600, "jti": "id", "roles": ["p1.access", "p1.owner"],
        });
        assert_eq!(claims(false), expected);
        expected["scope"] = json!("access owner");
        assert_eq!(claims(true), expected);
    }
}
