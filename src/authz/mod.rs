//! The decision on a request: its steps, its rules and its outcome.

pub mod assertion;
mod audiences;
mod authentication;
pub mod authorize;
pub mod clock;
pub mod decision;
pub mod denial;
mod evaluation;
pub mod evidence;
pub mod explanation;
pub mod identity;
mod matching;
pub mod owner_explanation;
pub mod owner_refusal;
pub mod ownership;
pub mod permit;
pub mod platform_access;
pub mod principal;
pub mod request;
pub mod requirement;
pub mod role_reader;
pub mod route_requirement;
mod session;
pub mod simulation;
pub mod token_cache;
pub mod trace;
pub mod trace_step;
