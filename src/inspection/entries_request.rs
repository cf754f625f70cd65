//! The request that lists a project's entries, for a page to send to the gateway that it is from.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::pasted_credentials::read_credentials;
use crate::management::idps_path;
use crate::project_id::{InvalidProjectId, ProjectId};
use crate::token::strict_json;

/// How long the request may take.
const TIMEOUT_MS: u32 = 20_000;

/// The longest response: four times what a project may have, because entries are stored without spaces.
const MAX_BODY_LENGTH: usize = 1024 * 1024;

/// A project, and the token of an owner if it is given.
#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EntriesQuestion {
    /// The project.
    pub project: String,
    /// The token, as a person pastes it.
    pub token: Option<String>,
}

/// A GET request of the management API.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EntriesRequest {
    /// Its path.
    pub path: String,
    /// The value of the header `Authorization`, if a token was given.
    pub authorization: Option<String>,
    /// How long it may take.
    pub timeout_ms: u32,
    /// The longest response, in bytes after decompression.
    pub max_body_length: usize,
}

impl EntriesRequest {
    /// The request for the entries of a project.
    pub fn new(EntriesQuestion { project, token }: &EntriesQuestion) -> Result<Self, NotLoaded> {
        let path = idps_path(&ProjectId::try_from(&**project)?);
        let authorization = token.as_deref().map(authorization).transpose()?;
        Ok(Self { path, authorization, timeout_ms: TIMEOUT_MS, max_body_length: MAX_BODY_LENGTH })
    }
}

fn authorization(pasted: &str) -> Result<String, NotLoaded> {
    let token = read_credentials(pasted).and_then(|credentials| credentials.token);
    let token = token.filter(|token| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
    Ok(format!("Bearer {}", token.ok_or(NotLoaded::NoToken)?))
}

/// What came of the request.
#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EntriesResponse {
    /// The project.
    pub project: String,
    /// The status; absent if there was no response, or one that is too long.
    pub status: Option<u16>,
    /// The body.
    pub body: String,
}

/// Why entries are not loaded, and what to do about it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotLoaded {
    /// The project has no acceptable name.
    #[error("the name of a project is {0}: correct it")]
    Project(#[from] InvalidProjectId),
    /// What was pasted cannot be sent as a token.
    #[error("this is not a bearer token: paste the access token of an owner, and nothing else")]
    NoToken,
    /// There was no response.
    #[error("this server did not answer: check the connection, then load again")]
    NoResponse,
    /// The token has expired.
    #[error("the owner's token has expired (401): get a new one, then load again")]
    Expired,
    /// The token is not trusted by the project.
    #[error(
        "this server does not accept the token for the project `{0}` (401): check the project's name, and that an owner of it got the token"
    )]
    Untrusted(String),
    /// The bearer is not an owner.
    #[error(
        "the bearer of the token is not an owner of the project `{0}` (403): use the token of an owner, or ask one for the entries"
    )]
    NotOwner(String),
    /// There is no such project.
    #[error("this server has no project `{0}` (404): check its name in the path of the request")]
    NoProject(String),
    /// The response is not from a management API.
    #[error(
        "this server has the page but not the management API: paste the entries, or use the page of your gateway"
    )]
    NoApi,
    /// The project cannot be read at the moment.
    #[error("this server cannot read the project now ({0}): load again in a minute")]
    Unavailable(u16),
    /// Another response.
    #[error("this server answered {0}: send the request by `curl`, and paste what it prints")]
    Other(u16),
}

/// Whether the entries were loaded; otherwise why not.
pub fn check_entries_response(
    EntriesResponse { project, status, body }: &EntriesResponse,
) -> Result<(), NotLoaded> {
    let project = || project.clone();
    let body: Option<Value> = strict_json::from_slice(body.as_bytes()).ok();
    let code = body.as_ref().and_then(|problem| problem.get("code")).and_then(Value::as_str);
    match (status, code) {
        (None, _) => Err(NotLoaded::NoResponse),
        (Some(200), _) if body.as_ref().is_some_and(Value::is_array) => Ok(()),
        (Some(401), Some("token_expired")) => Err(NotLoaded::Expired),
        (Some(401), _) => Err(NotLoaded::Untrusted(project())),
        (Some(403), _) => Err(NotLoaded::NotOwner(project())),
        (Some(404), Some(_)) => Err(NotLoaded::NoProject(project())),
        (Some(200 | 404 | 405), _) => Err(NotLoaded::NoApi),
        (Some(status @ (429 | 500..)), _) => Err(NotLoaded::Unavailable(*status)),
        (Some(status), _) => Err(NotLoaded::Other(*status)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(project: &str, token: Option<&str>) -> Result<EntriesRequest, NotLoaded> {
        let token = token.map(str::to_owned);
        EntriesRequest::new(&EntriesQuestion { project: project.to_owned(), token })
    }

    #[test]
    fn request_lists_the_entries_with_the_token_as_it_was_pasted() {
        let path = "/project-management-service/v1/projects/p1/custom-idp";
        let without = request("p1", None).ok().unwrap();
        assert_eq!((&*without.path, without.authorization), (path, None));
        for pasted in ["a.b.c", " a.b.c\n", "Bearer a.b.c", "Authorization: Bearer a.b.c"] {
            let request = request("p1", Some(pasted)).ok().unwrap();
            assert_eq!(request.authorization.as_deref(), Some("Bearer a.b.c"), "{pasted}");
        }
    }

    #[test]
    fn what_cannot_be_sent_is_refused() {
        for pasted in ["", " ", "Bearer", "Basic YTpi", "a b", "a\nb", "ä", r#"{"iss":"x"}"#] {
            assert_eq!(request("p1", Some(pasted)).err(), Some(NotLoaded::NoToken), "{pasted}");
        }
        assert_eq!(request("../gateway", None).err(), Some(NotLoaded::Project(InvalidProjectId)));
    }

    #[test]
    fn each_failure_says_what_to_do() {
        let check = |status, body: &str| {
            check_entries_response(&EntriesResponse {
                project: "p1".to_owned(),
                status,
                body: body.to_owned(),
            })
        };
        let p1 = || "p1".to_owned();
        assert_eq!(check(Some(200), "[]"), Ok(()));
        for (status, body, expected) in [
            (None, "", NotLoaded::NoResponse),
            (Some(200), "<!doctype html>", NotLoaded::NoApi),
            (Some(200), "{}", NotLoaded::NoApi),
            (Some(401), r#"{"code":"token_expired"}"#, NotLoaded::Expired),
            (Some(401), r#"{"code":"token_untrusted"}"#, NotLoaded::Untrusted(p1())),
            (Some(403), r#"{"code":"role_missing"}"#, NotLoaded::NotOwner(p1())),
            (Some(404), r#"{"code":"not_found"}"#, NotLoaded::NoProject(p1())),
            (Some(404), "Not Found", NotLoaded::NoApi),
            (Some(429), "", NotLoaded::Unavailable(429)),
            (Some(503), r#"{"code":"store_unavailable"}"#, NotLoaded::Unavailable(503)),
            (Some(418), "", NotLoaded::Other(418)),
        ] {
            let error = check(status, body).unwrap_err();
            assert_eq!(error, expected, "{status:?} {body}");
            let (what, to_do) = error.to_string().split_once(": ").map(|(a, b)| (a.len(), b.len())).unwrap();
            assert!(what > 0 && to_do > 0, "{error}");
        }
    }
}
