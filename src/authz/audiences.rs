//! The audiences of a token, and whether an entry's `allowedAud` has one of them.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::token::claims::Claims;

/// The audiences of a token, collected once for all entries. `aud` is one string or an array of them (RFC 7519, section
/// 4.1.3).
pub struct Audiences<'t>(BTreeSet<&'t str>);

/// The most audiences of a token that are considered: each is compared with those of each entry before the signature is checked.
const MAX_AUDIENCES: usize = 100;

impl<'t> Audiences<'t> {
    /// Those that a token names.
    pub fn of(claims: &'t Claims) -> Self {
        let mut audiences = BTreeSet::new();
        match claims.members().get("aud") {
            Some(Value::Array(values)) => {
                audiences.extend(values.iter().take(MAX_AUDIENCES).filter_map(Value::as_str));
            }
            Some(Value::String(audience)) => audiences.extend([&**audience]),
            _ => {}
        }
        Self(audiences)
    }

    /// Whether one of them is allowed.
    pub fn include(&self, allowed: Option<&[String]>) -> bool {
        allowed.is_none_or(|allowed| allowed.iter().any(|audience| self.0.contains(&**audience)))
    }
}
