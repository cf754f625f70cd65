//! What the owners of a service account set.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::account_id::{AccountId, InvalidAccountId};
use crate::config::label::check_label;
use crate::config::role::{Role, Roles, in_order};
use crate::document_reader::{self, Node, Properties};
use crate::fault::Faults;
use crate::keys::jwk::Jwk;

/// The most roles of an account: a token with all of them is short enough.
const MAX_ROLES: usize = 50;

/// The most keys of an account.
const MAX_KEYS: usize = 10;

/// The roles that an account of the platform can have.
pub const PLATFORM_ROLES: [&str; 2] = [ADMIN, AUDITOR];

/// The role of the platform that may do everything.
pub const ADMIN: &str = "admin";

/// The role of the platform that reads everything and changes nothing.
pub const AUDITOR: &str = "auditor";

/// For how long an account's tokens may be valid, in seconds.
pub const TOKEN_LIFE: std::ops::RangeInclusive<u64> = 60..=3600;

/// What the owners of a service account set. In JSON: `{"label", "roles", "disabled", "tokenLifeSeconds"?, "jwks"?}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountSettings {
    /// Its name for people, by language.
    pub label: Arc<Value>,
    /// Its roles in the project, each once and in order; at least one.
    pub roles: Roles,
    /// Whether it gets no tokens.
    pub disabled: bool,
    /// For how many seconds its tokens are valid, if not for as long as others'.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_life_seconds: Option<u64>,
    /// The public keys with which it signs assertions (RFC 7523), as a JWK set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Arc<Value>>,
}

impl AccountSettings {
    /// Reads the document of a new account, `{"id", "label", "roles", "tokenLifeSeconds"?, "jwks"?}`.
    pub fn read_new(document: &Value, is_platform: bool) -> Result<(AccountId, Self), Faults> {
        document_reader::read(document, |node| {
            node.properties(|account| {
                let id = account.required("id", InvalidAccountId).and_then(|node| node.parse());
                let settings = Self::read_common(account, is_platform, Some(false));
                Some((id?, settings?))
            })
        })
    }

    /// Reads what replaces an account's settings, `{"label", "roles", "disabled", "tokenLifeSeconds"?, "jwks"?}`.
    pub fn read(document: &Value, is_platform: bool) -> Result<Self, Faults> {
        document_reader::read(document, |node| {
            node.properties(|account| {
                let disabled = account.required("disabled", "true or false").and_then(|node| node.boolean());
                Self::read_common(account, is_platform, disabled)
            })
        })
    }

    fn read_common(account: &Properties<'_, '_>, is_platform: bool, disabled: Option<bool>) -> Option<Self> {
        let label = account.required("label", "an object by language, with `en`");
        let label = label.inspect(check_label).map(|node| Arc::new(node.value().clone()));
        let roles = account.required("roles", "the account's roles in the project");
        let roles = roles.and_then(|node| read_roles(&node, is_platform));
        let life = account.optional("tokenLifeSeconds").map(|node| node.integer(TOKEN_LIFE));
        let jwks = account.optional("jwks").map(|node| read_keys(&node));
        Some(Self {
            label: label?,
            roles: roles?,
            disabled: disabled?,
            token_life_seconds: life.map_or(Some(None), |life| life.map(Some))?,
            jwks: jwks.map_or(Some(None), |jwks| jwks.map(Some))?,
        })
    }
}

fn read_roles(node: &Node<'_>, is_platform: bool) -> Option<Roles> {
    let roles: Vec<Role> = node.list()?;
    if roles.len() > MAX_ROLES {
        node.fault(format_args!("at most {MAX_ROLES} roles"));
        return None;
    }
    if is_platform {
        for (element, role) in node.elements()?.iter().zip(&roles) {
            if !PLATFORM_ROLES.contains(&role.as_str()) {
                element.fault(format_args!("`{ADMIN}` or `{AUDITOR}`, the roles of the platform"));
            }
        }
    }
    Some(in_order(roles))
}

/// Reads a JWK set of public keys, all of which are usable. A private key is a fault: only the client should have it.
fn read_keys(node: &Node<'_>) -> Option<Arc<Value>> {
    node.properties(|set| {
        let keys = set.required("keys", "the client's public keys")?;
        let elements = keys.elements()?;
        if !(1..=MAX_KEYS).contains(&elements.len()) {
            keys.fault(format_args!("1 to {MAX_KEYS} keys"));
        }
        for element in &elements {
            check_key(element);
        }
        Some(Arc::new(node.value().clone()))
    })
}

/// Members that only private and symmetric keys have.
const PRIVATE_MEMBERS: [&str; 8] = ["d", "k", "p", "q", "dp", "dq", "qi", "oth"];

fn check_key(node: &Node<'_>) {
    if PRIVATE_MEMBERS.iter().any(|name| node.value().get(name).is_some()) {
        node.fault_for_secret(
            "a public key; this one is private, and no longer secret now that it was sent: replace it",
        );
    } else if let Err(reason) = Jwk::parse(node.value()) {
        node.fault(format_args!("a public key that can verify signatures: {reason}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn places(faults: &Faults) -> Vec<&str> {
        faults.as_slice().iter().map(|fault| &*fault.pointer).collect()
    }

    fn key() -> Value {
        json!({ "kty": "OKP", "crv": "Ed25519", "x": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" })
    }

    #[test]
    fn an_account_has_its_form() {
        let document = json!({
            "id": "ci", "label": { "en": "CI" }, "roles": ["owner", "access", "owner"], "tokenLifeSeconds": 60,
            "jwks": { "keys": [key()] },
        });
        let (id, settings) = AccountSettings::read_new(&document, false).unwrap();
        assert_eq!((id.as_str(), settings.disabled, settings.token_life_seconds), ("ci", false, Some(60)));
        let stored = json!(settings);
        assert_eq!(stored["roles"], json!(["access", "owner"]));
        assert_eq!(serde_json::from_value::<AccountSettings>(stored).unwrap(), settings);
        let changed = json!({ "label": { "en": "CI" }, "roles": ["access"], "disabled": true });
        assert!(AccountSettings::read(&changed, false).unwrap().disabled);
    }

    #[test]
    fn all_faults_of_an_account_are_found() {
        let bad = json!({
            "id": "c", "label": { "de": "x" }, "roles": ["a b"], "tokenLifeSeconds": 59, "disabled": false,
            "jwks": { "keys": [{ "kty": "oct" }, 7], "more": 1 },
        });
        let faults = AccountSettings::read_new(&bad, false).unwrap_err();
        let expected = ["/id", "/label", "/roles/0", "/tokenLifeSeconds", "/jwks/keys/0", "/jwks/keys/1"];
        assert_eq!(places(&faults)[..6], expected);
        assert_eq!(places(&faults)[6..], ["/jwks/more", "/disabled"]);
        let faults = AccountSettings::read(&json!({ "roles": [] }), false).unwrap_err();
        assert_eq!(places(&faults), ["/disabled", "/label", "/roles"]);
        let many: Vec<_> = (0..51).map(|number| number.to_string()).collect();
        let document =
            json!({ "label": { "en": "x" }, "roles": many, "disabled": false, "jwks": { "keys": [] } });
        let faults = AccountSettings::read(&document, false).unwrap_err();
        assert_eq!(places(&faults), ["/roles", "/jwks/keys"]);
    }

    #[test]
    fn an_account_of_the_platform_has_roles_of_the_platform() {
        let read = |roles: &[&str]| {
            let document = json!({ "label": { "en": "x" }, "roles": roles, "disabled": false });
            AccountSettings::read(&document, true)
        };
        assert!(read(&["auditor", "admin"]).is_ok());
        assert_eq!(places(&read(&["admin", "owner", "Admin"]).unwrap_err()), ["/roles/1", "/roles/2"]);
    }

    #[test]
    fn a_private_key_is_refused_and_not_repeated() {
        for name in PRIVATE_MEMBERS {
            let mut private = key();
            private[name] = json!("the-private-part");
            let document = json!({
                "label": { "en": "x" }, "roles": ["a"], "disabled": false, "jwks": { "keys": [key(), private] },
            });
            let faults = AccountSettings::read(&document, false).unwrap_err();
            assert_eq!(places(&faults), ["/jwks/keys/1"], "{name}");
            assert!(!serde_json::to_string(&faults).unwrap().contains("the-private-part"));
        }
    }
}
