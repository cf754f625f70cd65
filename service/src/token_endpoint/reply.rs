//! Answers of the token endpoint, as HTTP has them, and their log lines.

use edge_authorizer::accounts::{ClientId, TokenAnswer, TokenError};
use edge_authorizer::{Denial, ErrorCode};

use crate::host::LogSink;
use crate::http::{Request, Response, problem_with};
use crate::log;
use crate::settings::UnusableVariable;

/// The answer with a token.
pub fn issued(host: &impl LogSink, request: &Request, client: &ClientId, answer: &TokenAnswer) -> Response {
    let body = serde_json::to_string(answer).unwrap_or_default();
    finish(host, request, Some(client), None, Response::new(200, "application/json", body))
}

/// The answer to a refused request. `client` is what the request claims to be from.
pub fn refused(
    host: &impl LogSink,
    request: &Request,
    client: Option<&ClientId>,
    error: TokenError,
) -> Response {
    let response = Response::new(error.status(), "application/json", error.to_json());
    let response =
        error.headers().iter().fold(response, |response, (name, value)| response.with(name, value));
    finish(host, request, client, Some(error.code()), response)
}

/// The answer while a variable is missing.
pub fn unset(host: &impl LogSink, request: &Request, unusable: &UnusableVariable) -> Response {
    let denial = Denial { code: ErrorCode::ConfigUnavailable, realm: None };
    let response = problem_with(&denial, &request.id, None, Some(&unusable.to_string()));
    finish(host, request, None, Some(denial.code.as_str()), response)
}

fn finish(
    host: &impl LogSink,
    request: &Request,
    client: Option<&ClientId>,
    error: Option<&'static str>,
    response: Response,
) -> Response {
    host.info(&log::token(request, client, response.status, error, host.now()));
    // RFC 6749, section 5.1, demands it of all answers with tokens.
    response.with("pragma", "no-cache").with("x-request-id", &request.id)
}
