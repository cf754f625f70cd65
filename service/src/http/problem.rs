//! Problem documents (RFC 9457).

use edge_authorizer::{Denial, ErrorCode, Faults};
use serde::Serialize;

use super::response::Response;

/// How long a client should wait before it tries again, in seconds.
const RETRY_AFTER: &str = "5";

/// What a request without a session has to do.
const NO_SESSION: &str = "sign in at `/auth/login`, or send an access token in `Authorization: Bearer <token>` where a program calls an API";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Problem<'p> {
    title: &'static str,
    status: u16,
    code: ErrorCode,
    detail: &'static str,
    request_id: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    faults: Option<&'p Faults>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    login: Option<&'p str>,
}

/// The answer to a refused request.
pub fn problem(denial: &Denial, request_id: &str) -> Response {
    problem_with(denial, request_id, None, None)
}

/// The same, with a document that lists faults or gives a reason besides.
pub fn problem_with(
    denial: &Denial,
    request_id: &str,
    faults: Option<&Faults>,
    reason: Option<&str>,
) -> Response {
    write(denial, request_id, faults, reason, None)
}

/// The same of a request that lacks a session: `login` is the path where a person gets one.
pub fn login_problem(denial: &Denial, request_id: &str, login: &str) -> Response {
    write(denial, request_id, None, None, Some(login))
}

#[inline(never)]
fn write(
    denial: &Denial,
    request_id: &str,
    faults: Option<&Faults>,
    reason: Option<&str>,
    login: Option<&str>,
) -> Response {
    let code = denial.code;
    let (title, status) = (code.title(), code.status());
    let detail =
        if login.is_some() && code == ErrorCode::TokenMissing { NO_SESSION } else { denial.detail() };
    let problem = Problem { title, status, code, detail, request_id, faults, reason, login };
    let body = serde_json::to_string(&problem).unwrap_or_default();
    let response = Response::new(status, "application/problem+json", body).with("x-request-id", request_id);
    let response = Response { code: Some(code), ..response };
    let response = match denial.challenge() {
        Some(challenge) => response.with("www-authenticate", &challenge),
        None => response,
    };
    match status {
        405 => response.with("allow", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"),
        503 => response.with("retry-after", RETRY_AFTER),
        _ => response,
    }
}

/// The refusal of a method where there is only something to read.
pub fn read_only(request_id: &str) -> Response {
    let denial = Denial { code: ErrorCode::MethodNotAllowed, realm: None };
    problem(&denial, request_id).with("allow", "GET, HEAD")
}

#[cfg(test)]
mod tests {
    use edge_authorizer::ProjectId;

    use super::*;

    #[test]
    fn a_problem_has_the_headers_of_its_status() {
        let realm = ProjectId::try_from("p1").ok();
        for (code, header, value) in [
            (ErrorCode::TokenExpired, "www-authenticate", r#"Bearer realm="p1", error="invalid_token""#),
            (ErrorCode::MethodNotAllowed, "allow", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"),
            (ErrorCode::StoreUnavailable, "retry-after", "5"),
        ] {
            let response = problem(&Denial { code, realm: realm.clone() }, "id");
            assert_eq!((response.status, response.header(header)), (code.status(), Some(value)));
            assert_eq!(response.header("x-request-id"), Some("id"));
            assert_eq!(response.header("content-type"), Some("application/problem+json"));
        }
        assert_eq!(read_only("id").header("allow"), Some("GET, HEAD"));
    }

    #[test]
    fn the_members_keep_their_order() {
        let denial = Denial { code: ErrorCode::BodyTooLarge, realm: None };
        let body = problem_with(&denial, "id", None, Some("the limit is 64 KiB")).body.unwrap();
        assert!(body.starts_with(r#"{"title":"Content Too Large","status":413,"code":"body_too_large","#));
        assert!(body.ends_with(r#""requestId":"id","reason":"the limit is 64 KiB"}"#));
    }
}
