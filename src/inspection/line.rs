//! One sentence of a narrative.

use serde::Serialize;

/// One sentence. What stands between backticks is a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What came of the step.
    pub mark: Mark,
    /// How deep the step is within another: 0 or 1.
    pub level: u8,
    /// The sentence.
    pub text: String,
}

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// It went on.
    Passed,
    /// Something was left aside.
    Skipped,
    /// It ended there.
    Failed,
    /// Something to know.
    Noted,
}
