//! Values, and the template that reads roles from them.

use serde::Deserialize;

/// A template, and the values that it reads, all as written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MatchQuestion {
    /// The template.
    pub template: String,
    /// The project whose roles are read.
    pub project: String,
    /// The values.
    pub values: Vec<String>,
    /// The allowed roles; `None` allows all.
    pub allowed_roles: Option<Vec<String>>,
}
