//! What keys make of a token.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::authz::trace::KeyOutcome;
use crate::keys::jwk::Unusable;

/// A token, and the keys to try on it.
#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct VerifyQuestion {
    /// The token.
    pub token: String,
    /// The keys, which need not be usable.
    #[cfg_attr(test, ts(type = "Array<Record<string, unknown>>"))]
    pub keys: Vec<Value>,
}

/// What each key makes of the token.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct VerifyAnswer {
    /// One for each key.
    pub keys: Vec<KeyReport>,
}

/// What a key makes of a token.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct KeyReport {
    /// Its `kid`.
    pub kid: Option<String>,
    /// Its thumbprint, if it is usable.
    pub thumbprint: Option<String>,
    /// Why it verifies nothing at all.
    pub unusable: Option<Unusable>,
    /// The same in words.
    pub reason: Option<String>,
    /// Whether it is of the algorithm's kind.
    pub fits: bool,
    /// Whether the token names it, or names none.
    pub is_named: bool,
    /// What came of trying it, whether it is named or not.
    pub outcome: Option<KeyOutcome>,
}
