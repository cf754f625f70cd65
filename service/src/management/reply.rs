//! Answers of the management API.

use std::fmt::Display;
use std::time::Duration;

use edge_authorizer::management::{AccountChange, Applied, AppliedUser, Change, Refusal, etag, is_known};
use edge_authorizer::{Denial, ErrorCode, Faults, Method, Unavailable};
use serde::Serialize;
use serde_json::{Value, json};

use super::account_answer::account_answer;
use crate::host::Listed;
use crate::http::{Request, Response, problem_with};

/// What was found about an entry beside its faults.
#[derive(Debug, Default)]
pub struct Examination {
    /// The keys of its issuer.
    pub keys: Vec<Value>,
    /// What its author should know.
    pub warnings: Vec<String>,
}

/// An answer: a representation, or a problem.
#[derive(Debug)]
pub enum Reply {
    /// A body of JSON, with headers besides.
    Body { status: u16, headers: Vec<(&'static str, String)>, body: String },
    /// No body, with headers.
    Empty { status: u16, headers: Vec<(&'static str, String)> },
    /// A refusal, with what its document says besides, and headers.
    Problem {
        denial: Denial,
        faults: Option<Faults>,
        reason: Option<String>,
        headers: Vec<(&'static str, String)>,
    },
}

impl Reply {
    /// The resource as it is, in JSON, unless the client has it already.
    pub fn representation(text: String, if_none_match: Option<&str>) -> Self {
        let tag = etag(&text);
        let headers = vec![("etag", tag.clone())];
        if if_none_match.is_some_and(|list| is_known(list, &tag)) {
            return Self::Empty { status: 304, headers };
        }
        Self::Body { status: 200, headers, body: text }
    }

    /// A page of the list of projects, and where the next one is.
    pub fn page(request: &Request, projects: &[Listed], size: u32) -> Self {
        let last = projects.last().filter(|_| projects.len() == size as usize);
        Self::list(request, &text_of(&projects), last.map(|last| &*last.id))
    }

    /// A page of a list in JSON, and the last of its elements if there is a next page.
    pub fn list(request: &Request, text: &str, last: Option<&str>) -> Self {
        let encoded = |last: &str| form_urlencoded::byte_serialize(last.as_bytes()).collect::<String>();
        let next =
            last.map(|last| ("link", format!("<{}?after={}>; rel=\"next\"", request.path, encoded(last))));
        let known = request.header("if-none-match");
        let mut reply = Self::representation(text.to_owned(), known.as_deref());
        if let Self::Body { headers, .. } | Self::Empty { headers, .. } = &mut reply {
            headers.extend(next);
        }
        reply
    }

    /// A change was made, or would be.
    pub fn changed(
        request: &Request,
        change: &Change,
        applied: Applied,
        published: bool,
        examination: Examination,
    ) -> Self {
        let Applied { before, after, .. } = applied;
        let Examination { keys, warnings } = examination;
        let mut headers = vec![("x-published", published.to_string())];
        let Some(after) = after else {
            if warnings.is_empty() {
                return Self::Empty { status: 204, headers };
            }
            let body = json!({ "warnings": warnings, "published": published }).to_string();
            return Self::Body { status: 200, headers, body };
        };
        let text = after.to_string();
        let is_dry = request.is_set("dryRun");
        let is_new_secret = matches!(change, Change::Account(AccountChange::RegenerateSecret { .. }));
        if !is_new_secret {
            headers.push(("etag", etag(&text)));
        }
        let is_posted = matches!(change, Change::AddIdp { .. } | Change::Revoke { .. } | Change::Account(_));
        if is_posted && before.is_none() {
            let id = after.get("id").and_then(Value::as_str).unwrap_or_default();
            headers.push(("location", format!("{}/{id}", request.path)));
        }
        let is_created = (before.is_none() || is_new_secret) && !is_dry;
        let body = match change {
            Change::Account(change) => {
                let mut answer = account_answer(change, &after, !is_dry);
                answer.insert("published".to_owned(), published.into());
                answer.insert("warnings".to_owned(), warnings.into());
                Value::Object(answer).to_string()
            }
            Change::AddIdp { .. } | Change::ReplaceIdp { .. } => {
                let rest = json!({ "keys": keys, "published": published, "warnings": warnings });
                with_member("idp", &text, &rest)
            }
            Change::Revoke { .. } => {
                let rest = json!({ "published": published, "warnings": warnings });
                with_member("revocation", &text, &rest)
            }
            Change::BlockKey(_) => {
                let rest = json!({ "published": published, "warnings": warnings });
                with_member("distrusted", &text, &rest)
            }
            _ => text,
        };
        Self::Body { status: if is_created { 201 } else { 200 }, headers, body }
    }

    /// A user was changed, or would be.
    pub fn user(request: &Request, applied: AppliedUser, is_dry: bool) -> Self {
        let AppliedUser { before, after, .. } = applied;
        let Some(after) = after else { return Self::Empty { status: 204, headers: Vec::new() } };
        let text = after.to_string();
        let mut headers = vec![("etag", etag(&text))];
        let is_new = before.is_none();
        if is_new {
            let id = after.get("id").and_then(Value::as_str).unwrap_or_default();
            headers.push(("location", format!("{}/{id}", request.path)));
        }
        Self::Body { status: if is_new && !is_dry { 201 } else { 200 }, headers, body: text }
    }

    /// The routes were changed.
    pub fn routes(document: &Value, warnings: &[String], created: bool, published: bool) -> Self {
        let text = document.to_string();
        let headers = vec![("x-published", published.to_string()), ("etag", etag(&text))];
        let rest = json!({ "published": published, "warnings": warnings });
        let body = with_member("gateway", &text, &rest);
        Self::Body { status: if created { 201 } else { 200 }, headers, body }
    }

    /// A refusal whose code says everything.
    pub fn refused(code: ErrorCode) -> Self {
        Self::denied(Denial { code, realm: None })
    }

    /// A refusal of the caller.
    pub fn denied(denial: Denial) -> Self {
        Self::Problem { denial, faults: None, reason: None, headers: Vec::new() }
    }

    /// A document with faults.
    pub fn invalid(faults: Faults) -> Self {
        let denial = Denial { code: ErrorCode::DocumentInvalid, realm: None };
        Self::Problem { denial, faults: Some(faults), reason: None, headers: Vec::new() }
    }

    /// A refusal with its reason.
    pub fn for_reason(code: ErrorCode, reason: impl Display) -> Self {
        Self::denied_for(Denial { code, realm: None }, reason)
    }

    /// A refusal of the caller with its reason.
    pub fn denied_for(denial: Denial, reason: impl Display) -> Self {
        Self::Problem { denial, faults: None, reason: Some(reason.to_string()), headers: Vec::new() }
    }

    /// A refusal of what may be asked for again in some seconds.
    pub fn too_soon(code: ErrorCode, seconds: f64) -> Self {
        let denial = Denial { code, realm: None };
        // Formatting a number with a fraction would be 3 % of a bundle.
        let whole = Duration::try_from_secs_f64(seconds).map_or(1, |wait| wait.as_secs().saturating_add(1));
        let headers = vec![("retry-after", whole.to_string())];
        Self::Problem { denial, faults: None, reason: None, headers }
    }

    /// The resource has other methods.
    pub fn method_not_allowed(methods: &[Method]) -> Self {
        let allow = methods.iter().map(|method| method.as_str()).collect::<Vec<_>>().join(", ");
        let denial = Denial { code: ErrorCode::MethodNotAllowed, realm: None };
        Self::Problem { denial, faults: None, reason: None, headers: vec![("allow", allow)] }
    }

    /// The answer in HTTP.
    pub fn into_response(self, request_id: &str) -> Response {
        let (response, headers) = match self {
            Self::Problem { denial, faults, reason, headers } => {
                (problem_with(&denial, request_id, faults.as_ref(), reason.as_deref()), headers)
            }
            Self::Body { status, headers, body } => {
                let response = Response::new(status, "application/json", body);
                (response.with(UNCHANGED.0, UNCHANGED.1), headers)
            }
            Self::Empty { status, headers } => {
                (Response::empty(status).with(UNCHANGED.0, UNCHANGED.1), headers)
            }
        };
        let response = headers.iter().fold(response, |response, (name, value)| response.with(name, value));
        response.with("x-request-id", request_id)
    }
}

/// A value in JSON.
pub fn text_of(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// An object that has `rest` and before it a member whose JSON is there already.
fn with_member(name: &str, text: &str, rest: &Value) -> String {
    let rest = rest.to_string();
    ["{\"", name, "\":", text, ",", rest.strip_prefix('{').unwrap_or_default()].concat()
}

/// A compressed answer would have another, weak entity tag.
const UNCHANGED: (&str, &str) = ("cache-control", "no-store, no-transform");

impl From<Unavailable> for Reply {
    fn from(Unavailable: Unavailable) -> Self {
        Self::refused(ErrorCode::StoreUnavailable)
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid(faults) => Self::invalid(faults),
            other => match other.reason() {
                Some(reason) => Self::for_reason(other.code(), reason),
                None => Self::refused(other.code()),
            },
        }
    }
}
