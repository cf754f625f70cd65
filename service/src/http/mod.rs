//! Requests and answers as plain values.

mod body;
mod problem;
mod request;
mod response;

pub use body::{Body, BodyTooLong};
pub use problem::{problem, problem_with, read_only};
pub use request::Request;
pub use response::Response;
