//! The decision on a request: its steps, its rules and its outcome.

pub mod authorize;
pub mod clock;
pub mod decision;
pub mod denial;
mod evaluation;
pub mod explanation;
pub mod identity;
pub mod matching;
pub mod ownership;
pub mod permit;
pub mod principal;
pub mod request;
mod requirement;
pub mod simulation;
pub mod token_cache;
pub mod trace;
