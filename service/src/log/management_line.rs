//! The line of a request to the management API. What was changed is in the audit log.

use edge_authorizer::{ErrorCode, Identity, NumericDate, OwnerRefusal, Trace, escape_json};
use serde::Serialize;
use serde_json::{Value, json};

use super::request_start::RequestStart;
use super::shortened::{MAX_PATH, MAX_SUBJECT, MAX_TRACE, shortened};
use crate::http::{Request, Response};

/// Who sent a request, as far as that was found out.
#[derive(Clone, Debug)]
pub struct Actor {
    /// `"platform-admin"`, or the `{"idp", "subject"}` of a caller whom an entry identified.
    who: Value,
    /// Why they do not own the project.
    trace: Option<Trace>,
}

impl Actor {
    /// A platform administrator.
    pub fn platform_admin() -> Self {
        Self { who: json!("platform-admin"), trace: None }
    }

    /// An owner of the project, or a caller with a role on the platform.
    pub fn identified(identity: &Identity) -> Self {
        Self { who: who(identity), trace: None }
    }

    /// A caller who does not own the project.
    pub fn refused(refusal: &OwnerRefusal) -> Self {
        let who = refusal.identity.as_deref().map_or(Value::Null, who);
        Self { who, trace: Some(refusal.trace.clone()) }
    }
}

fn who(identity: &Identity) -> Value {
    json!({ "idp": identity.idp, "subject": shortened(&identity.subject, MAX_SUBJECT) })
}

#[derive(Serialize)]
struct Line<'m> {
    #[serde(flatten)]
    start: RequestStart<'m>,
    path: &'m str,
    code: Option<&'m str>,
    actor: Option<&'m Value>,
}

/// The line of a request that was answered at `answered`.
pub fn management(
    request: &Request,
    response: &Response,
    answered: NumericDate,
    actor: Option<&Actor>,
) -> String {
    let line = Line {
        start: RequestStart::new("management", request, response.status, answered),
        path: shortened(&request.path, MAX_PATH),
        code: response.code.map(ErrorCode::as_str),
        actor: actor.map(|actor| &actor.who),
    };
    let mut line = escape_json(serde_json::to_string(&line).unwrap_or_default());
    line.pop();
    let trace = actor.and_then(|actor| actor.trace.as_ref());
    let trace = trace.map_or_else(|| "null".to_owned(), |trace| trace.to_json_within(MAX_TRACE));
    [&line, r#","trace":"#, &trace, "}"].concat()
}
