//! The refusal of a caller who does not own the project.

use std::sync::Arc;

use crate::authz::denial::Denial;
use crate::authz::identity::Identity;
use crate::authz::trace::Trace;

/// The refusal of a caller who does not own the project. Only the denial is for the caller; the rest is for the log.
#[derive(Debug)]
pub struct OwnerRefusal {
    /// The answer.
    pub denial: Denial,
    /// The caller, if an entry identified them.
    pub identity: Option<Arc<Identity>>,
    /// The steps that led to it.
    pub trace: Trace,
}
