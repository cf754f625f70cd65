//! The resources of users and of the members of a project.

use edge_authorizer::management::{Endpoint, MemberEndpoint, UserChange, UserEndpoint};
use edge_authorizer::users::{
    Email, MemberDocument, Session, SessionState, User, UserId, UserReplacement, UserSettings,
};
use edge_authorizer::{ErrorCode, Method, ProjectId, Unavailable};
use serde_json::{Value, json};

use super::author::{Author, Caller};
use super::call::Call;
use super::document::{self, Document, MAX_BODY};
use super::reply::{Reply, text_of};
use crate::control_plane::CHANGE_BYTES;
use crate::directory::{ATTEMPTS, CommitFailure, Rows, Stored};
use crate::host::{ControlHost, Failure, Key, Kind, TermName};
use crate::http::Body;
use crate::mail::invitation;
use crate::users::sessions;

/// How many users one answer has.
const PAGE: u32 = 100;

impl<H: ControlHost> Call<'_, H> {
    /// Answers a request about users.
    pub async fn answer_for_users(
        &self,
        user: &UserEndpoint,
        endpoint: &Endpoint,
        method: Method,
        body: impl Body,
    ) -> Result<Reply, Reply> {
        let platform = ProjectId::platform();
        let caller = self.authenticate_admin(endpoint, method).await?;
        let document = self.read_body(endpoint, method, body).await?;
        let _held = self.hold(&Key::Project(platform.clone()), CHANGE_BYTES + document.bytes)?;
        let document = &document.value;
        let change = match (user, method) {
            (_, Method::Get | Method::Head) => return self.read_users(user).await,
            (UserEndpoint::Users, _) => {
                UserChange::AddUser(UserSettings::read_new(document).map_err(Reply::invalid)?)
            }
            (UserEndpoint::User(id), Method::Delete) => UserChange::RemoveUser { id: id.clone() },
            (UserEndpoint::User(id), _) => {
                let replacement = UserReplacement::read(document).map_err(Reply::invalid)?;
                UserChange::replace(id, replacement)
            }
            (UserEndpoint::Sessions(id), _) => return self.end_sessions(id, None, &caller).await,
            (UserEndpoint::Session(id, session), _) => {
                return self.end_sessions(id, Some(session), &caller).await;
            }
            (UserEndpoint::Invitation(id), _) => return self.invite(id, &caller).await,
        };
        self.change_user(&platform, &change, &caller).await
    }

    /// Answers a request about the members of a project.
    pub async fn answer_for_members(
        &self,
        project: &ProjectId,
        member: &MemberEndpoint,
        endpoint: &Endpoint,
        method: Method,
        body: impl Body,
    ) -> Result<Reply, Reply> {
        let key = &Key::Project(project.clone());
        let snapshot = async || Ok(self.snapshot_of(project, &self.load(key).await?.value));
        let caller = self.authenticate(endpoint, method, snapshot).await?;
        let document = self.read_body(endpoint, method, body).await?;
        let _held = self.hold(key, CHANGE_BYTES + document.bytes)?;
        let document = &document.value;
        let change = match (member, method) {
            (_, Method::Get | Method::Head) => return self.read_members(project, member).await,
            (MemberEndpoint::Members, _) => {
                let (email, member) = MemberDocument::read_new(document).map_err(Reply::invalid)?;
                UserChange::AddMember { email, roles: member.roles }
            }
            (MemberEndpoint::Member(id), Method::Delete) => UserChange::RemoveMember { id: id.clone() },
            (MemberEndpoint::Member(id), _) => {
                let member = MemberDocument::read(document).map_err(Reply::invalid)?;
                UserChange::ReplaceMember { id: id.clone(), roles: member.roles }
            }
        };
        self.change_user(project, &change, &caller).await
    }

    async fn read_body(
        &self,
        endpoint: &Endpoint,
        method: Method,
        body: impl Body,
    ) -> Result<Document, Reply> {
        if endpoint.takes_document(method) {
            document::read_document(self.request, body, MAX_BODY).await
        } else {
            Ok(Document { value: Value::Null, bytes: 0 })
        }
    }

    async fn read_users(&self, user: &UserEndpoint) -> Result<Reply, Reply> {
        let shown = |stored: &Stored<User>| Some(stored.value.representation(&id_of(stored)?));
        let text = match user {
            UserEndpoint::Users => {
                if let Some(email) = self.request.parameter("email") {
                    let email = Email::try_from(&*email).map_err(|_| none())?;
                    let found = self.user_by_email(&email).await?;
                    let list: Vec<_> = found.iter().filter_map(shown).collect();
                    return Ok(Reply::list(self.request, &text_of(&list), None));
                }
                let after = self.request.parameter("after");
                let (found, last) = self.page(TermName::Email, None, after.as_deref()).await?;
                let page: Vec<_> = found.iter().filter_map(shown).collect();
                let next = last.as_ref().map(|last| last.value.email().as_str());
                return Ok(Reply::list(self.request, &text_of(&page), next));
            }
            UserEndpoint::User(id) => {
                let found = shown(&self.stored_user(id).await?);
                found.ok_or_else(none)?.to_string()
            }
            UserEndpoint::Sessions(id) => {
                let user = self.stored_user(id).await?;
                text_of(&self.sessions_of(&user.id).await?)
            }
            UserEndpoint::Session(..) | UserEndpoint::Invitation(_) => {
                return Err(Reply::refused(ErrorCode::NotFound));
            }
        };
        Ok(Reply::representation(text, self.request.header("if-none-match").as_deref()))
    }

    async fn read_members(&self, project: &ProjectId, member: &MemberEndpoint) -> Result<Reply, Reply> {
        self.existing_project(project).await?;
        let shown = |stored: &Stored<User>| stored.value.member_representation(&id_of(stored)?, project);
        match member {
            MemberEndpoint::Members => {
                let after = self.request.parameter("after");
                let (found, last) =
                    self.page(TermName::Project, Some(project.as_str()), after.as_deref()).await?;
                let page: Vec<_> = found.iter().filter_map(shown).collect();
                Ok(Reply::list(self.request, &text_of(&page), last.as_ref().map(|last| &*last.id)))
            }
            MemberEndpoint::Member(id) => {
                let found = shown(&self.stored_user(id).await?);
                let found = found.ok_or_else(none)?;
                let known = self.request.header("if-none-match");
                Ok(Reply::representation(found.to_string(), known.as_deref()))
            }
        }
    }

    /// A page of users, and its last one if there may be another page. One that cannot be read is left out: it hides no others.
    async fn page(
        &self,
        term: TermName,
        value: Option<&str>,
        after: Option<&str>,
    ) -> Result<(Vec<Stored<User>>, Option<Stored<User>>), Unavailable> {
        let (found, unreadable) = Rows(self.host).readable(term, value, after, PAGE).await?;
        let is_full = found.len() + unreadable.len() == PAGE as usize;
        let last = found.last().filter(|_| is_full).cloned();
        Ok((found, last))
    }

    /// Ends a user's session, or all of them.
    async fn end_sessions(&self, id: &str, session: Option<&str>, caller: &Caller) -> Result<Reply, Reply> {
        let user = self.stored_user(id).await?;
        match session {
            Some(session) => {
                let found = Rows(self.host).load::<Session>(session).await?;
                found.filter(|found| found.value.user == user.id).ok_or_else(none)?;
                sessions::end(self.host, session).await?;
            }
            None => sessions::end_all(self.host, TermName::User, &user.id).await?,
        }
        let change = json!({ "end_sessions": { "user": user.id, "session": session } });
        let note = Author::new(caller, self.request).made(&change.to_string(), None, None);
        self.append(&ProjectId::platform(), note).await?;
        Ok(Reply::Empty { status: 204, headers: Vec::new() })
    }

    /// Sends the mail again by which a user sets a password.
    async fn invite(&self, id: &str, caller: &Caller) -> Result<Reply, Reply> {
        self.stored_user(id).await?;
        let is_set_up = self.host.can_send_mail();
        is_set_up.map_err(|Failure(reason)| Reply::for_reason(ErrorCode::ConfigUnavailable, reason))?;
        for _ in 0..ATTEMPTS {
            let user = self.stored_user(id).await?;
            let mut writes = invitation(self.host, self.state, &user.id, &user.value).await?;
            writes.push(user.unchanged());
            let change = json!({ "send_invitation": { "user": user.id } });
            let note = Author::new(caller, self.request).made(&change.to_string(), None, None);
            let (note, write) = self.pending(&ProjectId::platform(), &note);
            writes.push(write);
            match Rows(self.host).commit(&writes).await {
                Ok(()) => {}
                Err(CommitFailure::Conflict) => continue,
                Err(CommitFailure::Full(Kind::Mail | Kind::Link)) => {
                    return Err(Reply::for_reason(ErrorCode::LimitReached, "too many mails wait to be sent"));
                }
                Err(_) => return Err(Unavailable.into()),
            }
            self.move_note(&note).await;
            return Ok(Reply::Empty { status: 202, headers: Vec::new() });
        }
        Err(Unavailable.into())
    }

    /// The sessions of a user that have not ended, as they are shown.
    async fn sessions_of(&self, user: &str) -> Result<Vec<Value>, Unavailable> {
        let now = self.host.now().whole_seconds();
        let rows = Rows(self.host).having::<Session>(TermName::User, user, None, PAGE).await?;
        let is_live = |stored: &&Stored<Session>| !matches!(stored.value.state(now), SessionState::Ended(_));
        Ok(rows.iter().filter(is_live).map(|stored| stored.value.representation(&stored.id)).collect())
    }

    /// The user with an id; 404 if there is none.
    async fn stored_user(&self, id: &str) -> Result<Stored<User>, Reply> {
        let id = UserId::try_from(id).map_err(|_| none())?;
        Rows(self.host).load(id.as_str()).await?.ok_or_else(none)
    }
}

fn id_of(stored: &Stored<User>) -> Option<UserId> {
    UserId::try_from(&*stored.id).ok()
}

fn none() -> Reply {
    Reply::refused(ErrorCode::NotFound)
}
