//! The decision on a request: its steps, its rules and its outcome.

pub mod authorize;
pub mod decision;
mod evaluation;
pub mod explanation;
pub mod matching;
mod requirement;
pub mod simulation;
pub mod token_cache;
pub mod trace;
