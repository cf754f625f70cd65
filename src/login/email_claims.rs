//! What the provider says about a user's email address.

use serde_json::{Map, Value};

use crate::excerpt::excerpt;

/// How much of an address is kept, in bytes: more than an address can have.
const MAX_EMAIL_BYTES: usize = 320;

/// What an ID Token or the userinfo endpoint says about the user's email address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EmailClaims {
    /// The claim `email`; at most 320 bytes of it, which is too long for an address.
    pub email: Option<String>,
    /// The claim `email_verified`, if it is a boolean.
    pub is_verified: Option<bool>,
    /// Whether Entra ID's claim `xms_edov` says that the owner of the domain vouches for the address. Entra ID sends `true`, `1` or `"1"`.
    pub is_domain_verified: bool,
}

impl EmailClaims {
    /// The claims of one source. Those of two are never mixed: each vouches for its own address.
    pub(super) fn read(claims: &Map<String, Value>) -> Self {
        let text = claims.get("email").and_then(Value::as_str).filter(|email| !email.is_empty());
        let is_domain_verified = match claims.get("xms_edov") {
            Some(Value::Bool(is_verified)) => *is_verified,
            Some(Value::Number(number)) => number.as_u64() == Some(1),
            Some(Value::String(text)) => matches!(&**text, "1" | "true"),
            _ => false,
        };
        Self {
            email: text.map(|email| excerpt(email, MAX_EMAIL_BYTES).to_owned()),
            is_verified: claims.get("email_verified").and_then(Value::as_bool),
            is_domain_verified,
        }
    }
}
