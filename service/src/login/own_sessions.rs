//! What users see of their sessions, and ending them.

use std::collections::BTreeMap;

use edge_authorizer::users::{Session, User};
use edge_authorizer::{Denial, ErrorCode, Unavailable, add_times};
use serde_json::{Value, json};

use super::visit::{LOGIN_PATH, Visit};
use crate::directory::{Rows, Stored};
use crate::host::{LoginHost, TermName};
use crate::http::{Response, login_problem, problem};
use crate::users::sessions;

/// How many sessions are shown.
const SHOWN: u32 = 100;

impl<H: LoginHost> Visit<'_, H> {
    /// Who is logged in.
    pub async fn show_session(&self) -> Response {
        self.for_session(async |session, user| Ok(json(&describe(session, user)))).await
    }

    /// The user's sessions.
    pub async fn list_sessions(&self) -> Response {
        self.for_session(async |current, user| {
            let sessions = Rows(self.host).having::<Session>(TermName::User, &user.id, None, SHOWN).await?;
            let shown = |stored: &Stored<Session>| {
                let mut shown = stored.value.representation(&stored.id);
                if let Some(members) = shown.as_object_mut() {
                    members.insert("current".to_owned(), json!(stored.id == current.id));
                }
                shown
            };
            Ok(json(&json!({ "sessions": sessions.iter().map(shown).collect::<Vec<_>>() })))
        })
        .await
    }

    /// Ends one session of the user, or all others than this one.
    pub async fn end_sessions(&self, id: Option<&str>) -> Response {
        if !self.is_same_origin() {
            return self.refused(ErrorCode::CrossSite);
        }
        self.for_session(async |current, user| {
            let Some(id) = id else {
                let is_other = |other: &Stored<Session>| other.id != current.id;
                sessions::end_those(self.host, TermName::User, &user.id, is_other).await?;
                return Ok(Response::empty(204));
            };
            let session = Rows(self.host).load::<Session>(id).await?;
            if session.is_none_or(|session| session.value.user != user.id) {
                return Ok(self.refused(ErrorCode::NotFound));
            }
            sessions::end(self.host, id).await?;
            Ok(Response::empty(204))
        })
        .await
    }

    async fn for_session(
        &self,
        answer: impl AsyncFnOnce(&Stored<Session>, &Stored<User>) -> Result<Response, Unavailable>,
    ) -> Response {
        let answered = async {
            let Some(cookie) = self.session_cookie() else {
                return Ok(self.not_signed_in());
            };
            match self.live_session(&cookie).await? {
                Some((session, user)) => answer(&session, &user).await,
                None => Ok(self.not_signed_in()),
            }
        };
        answered.await.unwrap_or_else(|Unavailable| self.refused(ErrorCode::StoreUnavailable))
    }

    fn not_signed_in(&self) -> Response {
        let denial = Denial { code: ErrorCode::TokenMissing, realm: None };
        login_problem(&denial, &self.request.id, LOGIN_PATH)
    }

    fn refused(&self, code: ErrorCode) -> Response {
        problem(&Denial { code, realm: None }, &self.request.id)
    }
}

fn json(document: &Value) -> Response {
    Response::new(200, "application/json", document.to_string())
}

fn describe(session: &Stored<Session>, user: &Stored<User>) -> Value {
    let settings = &user.value.settings;
    let projects: BTreeMap<_, _> = settings.projects.iter().map(|(id, roles)| (id.as_str(), roles)).collect();
    let mut shown = json!({
        "user": { "id": user.id, "email": settings.email, "name": settings.name },
        "roles": settings.roles,
        "projects": projects,
        "sessionId": session.id,
        "expiresAt": session.value.expires_at,
    });
    add_times(&mut shown);
    shown
}
