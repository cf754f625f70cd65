//! Requests and answers as plain values.

mod body;
mod problem;
mod request;
mod response;

pub use body::{BODY_SECONDS, Body, BodyError, MAX_BODY_BYTES, MAX_SHARE_BYTES, SMALL_BODY_BYTES};
pub use problem::{login_problem, problem, problem_with, read_only};
pub use request::Request;
pub use response::Response;
