//! What an entry is suggested for.

use serde::Deserialize;
use serde_json::{Map, Value};

/// A token, or claims instead of one, and the project if it is known.
#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SuggestQuestion {
    /// The token.
    pub token: Option<String>,
    /// Claims that nobody signed. They are left aside if there is a token.
    #[cfg_attr(test, ts(type = "Record<string, unknown> | null"))]
    pub claims: Option<Map<String, Value>>,
    /// The project.
    pub project: Option<String>,
}
