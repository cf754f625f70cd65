//! A decision explained, or why there is none.

use serde::Serialize;

use super::line::Line;
use super::undecided::Undecided;
use crate::authz::explanation::Explanation;
use crate::fault::Fault;

/// The decision on the request, what it waits for, or the faults of what is configured.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum ExplainAnswer {
    /// What is wrong with the documents.
    Faults(DocumentFaults),
    /// What has to be given before there is a decision.
    Undecided(Undecided),
    /// What becomes of the request.
    #[serde(untagged)]
    Explained(Explained),
}

/// What becomes of the request.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Explained {
    /// The decision and its trace.
    pub explanation: Explanation,
    /// The same in sentences.
    pub narrative: Vec<Line>,
}

/// What is wrong with the documents.
#[derive(Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DocumentFaults {
    /// Those of the routes.
    pub routes: Vec<Fault>,
    /// Those of each entry.
    pub idps: Vec<Vec<Fault>>,
    /// Those of the revocations.
    pub revocations: Vec<Fault>,
    /// What is wrong with the name of the project.
    pub project: Option<String>,
}
