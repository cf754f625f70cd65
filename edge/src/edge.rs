//! What a request has around it.

use std::rc::Rc;

use worker::{Context, Env};

use crate::settings::Settings;

/// The platform's side of a request: bindings, background work, settings.
pub struct Edge {
    /// Bindings and secrets.
    pub env: Env,
    /// Where work goes on after the answer.
    pub context: Context,
    /// The worker's variables.
    pub settings: Rc<Settings>,
}
