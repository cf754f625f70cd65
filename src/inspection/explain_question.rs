//! A request to explain, and all that decides on it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

/// A request with a token, or with claims instead of one, and what is configured.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ExplainQuestion {
    /// The token.
    pub token: Option<String>,
    /// Claims that nobody signed. They are left aside if there is a token.
    #[cfg_attr(test, ts(type = "Record<string, unknown> | null"))]
    pub claims: Option<Map<String, Value>>,
    /// The method of the request.
    pub method: String,
    /// Its path, as it is sent.
    pub path: String,
    /// The routes document, as text.
    pub routes: String,
    /// The project whose entries are given.
    pub project: String,
    /// Its entries, each as text; absent if they are not given yet.
    pub idps: Option<Vec<String>>,
    /// The project's revocations, as text: a list, as the management API has them, or nothing.
    pub revocations: String,
    /// The key sets that are given, by their issuers.
    #[cfg_attr(test, ts(type = "Record<string, unknown>"))]
    pub keys: BTreeMap<String, Value>,
    /// When, in seconds since 1970.
    pub now: f64,
    /// How far clocks may differ, in seconds.
    pub skew: f64,
}
