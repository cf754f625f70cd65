//! One sentence of a narrative.

use serde::Serialize;

/// One sentence, with values in backticks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Line {
    /// The result of the step.
    pub mark: Mark,
    /// How deep the step is within another: 0 or 1.
    pub level: u8,
    /// The sentence.
    pub text: String,
}

/// The result of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Mark {
    /// It succeeded.
    Passed,
    /// Something was skipped.
    Skipped,
    /// It failed, and the evaluation ended.
    Failed,
    /// Additional information.
    Noted,
}
