//! Changing a user: the change is applied to what is stored and committed, with the roles admitted that it gives.

use edge_authorizer::accounts::SigningSet;
use edge_authorizer::management::{AppliedUser, MemberChange, Precondition, UserChange, UserTarget};
use edge_authorizer::users::{Email, ProjectRoles, User, UserId};
use edge_authorizer::{ErrorCode, Faults, ProjectId, Role, Unavailable};
use serde_json::Value;

use super::author::{Author, Caller};
use super::call::Call;
use super::document;
use super::reply::{Reply, text_of};
use crate::directory::{CommitFailure, Rows, Stored, added};
use crate::host::{AuditNote, ControlHost, Key, Kind, RolesAdmission, RowChange, TermName};
use crate::mail::invitation;
use crate::passwords::no_more_setup;
use crate::records::{MAX_ATTEMPTS, ProjectRecord, failed};
use crate::users::{self, MemberProject, sessions};

/// What would be right where a project has as many roles as it can have, or an entry with the id of the built-in one.
const TOO_MANY: &str =
    "roles that are there already: a project's accounts and members have at most 200 different ones";
const ENTRY_TAKEN: &str = "a project without an entry `accounts`, the id of the built-in one: its owner has to remove that entry first";

impl<H: ControlHost> Call<'_, H> {
    /// Makes the change, unless it is refused, or only asked for with `?dryRun=true`. `project` is where members are changed,
    /// or the platform; its audit log says what was done, and what was refused.
    pub async fn change_user(
        &self,
        project: &ProjectId,
        change: &UserChange,
        caller: &Caller,
    ) -> Result<Reply, Reply> {
        let author = Author::new(caller, self.request);
        let outcome = self.attempt_user(project, change, caller, &author).await;
        if let Err(Reply::Problem { denial, .. }) = &outcome
            && denial.code != ErrorCode::TokenUntrusted
            && !self.request.is_set("dryRun")
            && (project.is_platform() || self.load(&Key::Project(project.clone())).await?.exists())
        {
            self.append(project, author.refused(&text_of(change), denial.code)).await?;
        }
        outcome
    }

    /// Appends an entry to the audit log of a project or the platform.
    pub async fn append(&self, project: &ProjectId, note: AuditNote) -> Result<(), Unavailable> {
        let key = Key::Project(project.clone());
        self.host.append(&key, note).await.map_err(|failure| failed(self.host, &key, &failure))
    }

    async fn attempt_user(
        &self,
        project: &ProjectId,
        change: &UserChange,
        caller: &Caller,
        author: &Author,
    ) -> Result<Reply, Reply> {
        let precondition = document::precondition(self.request)?;
        let is_dry = self.request.is_set("dryRun");
        // Without a way to send mails, or room for them, users are declared without one.
        let mut is_invited = self.can_invite();
        for _ in 0..MAX_ATTEMPTS {
            self.check_member_change(project, change, caller).await?;
            let current = self.find_target(change).await?;
            let id = match &current {
                Some(current) => UserId::try_from(&*current.id).map_err(|_| Unavailable)?,
                None => self.new_user_id(),
            };
            if change.takes_ownership(&id) {
                self.check_own_ownership(&id, caller)?;
            }
            let applied = self.apply_user(project, change, current.as_ref(), &id, &precondition)?;
            let mut writes = self.admit_gained(project, change, &applied.gained, is_dry).await?;
            if is_dry {
                self.check_email(applied.user.as_ref(), &id).await?;
                return Ok(Reply::user(self.request, applied, true));
            }
            writes.extend(write_of(current.as_ref(), &id, applied.user.as_ref()));
            if let (None, Some(user), true) = (&current, &applied.user, is_invited) {
                writes.extend(invitation(self.host, self.state, id.as_str(), user).await?);
            }
            if current.is_none() {
                writes.push(no_more_setup(self.host).await?);
            }
            let AppliedUser { before, after, .. } = &applied;
            let note = author.made(&text_of(change), before.as_ref(), after.as_ref());
            let (note, write) = self.pending(project, &note);
            writes.push(write);
            writes.extend(self.pending_in_projects(&applied.members, author));
            match Rows(self.host).commit(&writes).await {
                Ok(()) => {}
                Err(CommitFailure::Conflict) => continue,
                Err(CommitFailure::Taken(_)) => return Err(Reply::refused(ErrorCode::AlreadyExists)),
                Err(CommitFailure::Full(Kind::Mail | Kind::Link)) if is_invited => {
                    is_invited = false;
                    continue;
                }
                Err(CommitFailure::Full(Kind::User)) => {
                    let reason = "there are as many users as there can be; delete one first";
                    return Err(Reply::for_reason(ErrorCode::LimitReached, reason));
                }
                Err(CommitFailure::Full(_) | CommitFailure::Unavailable) => return Err(Unavailable.into()),
            }
            if applied.ends_sessions {
                sessions::end_all(self.host, TermName::User, id.as_str()).await?;
            }
            self.move_note(&note).await;
            for member in &applied.members {
                // Its log is where its record is. Otherwise the entry waits until the log is read.
                let _later = self.host.admit_roles(&member.project, &[]).await;
            }
            return Ok(Reply::user(self.request, applied, false));
        }
        Err(Unavailable.into())
    }

    /// The entries in the logs of projects: their owners see who gave a role there.
    fn pending_in_projects(&self, members: &[MemberChange], author: &Author) -> Vec<RowChange> {
        let pending = |MemberChange { project, change, before, after }: &MemberChange| {
            let note = author.made(&text_of(change), before.as_ref(), after.as_ref());
            self.pending_elsewhere(project, &note)
        };
        members.iter().map(pending).collect()
    }

    /// Checks that members of a project can be changed: it exists, and the caller still may.
    async fn check_member_change(
        &self,
        project: &ProjectId,
        change: &UserChange,
        caller: &Caller,
    ) -> Result<(), Reply> {
        if !change.is_of_member() {
            return Ok(());
        }
        let record = self.load(&Key::Project(project.clone())).await?.value;
        if !record.project().exists {
            return Err(edge_authorizer::management::Refusal::NoProject.into());
        }
        self.check_still_owner(project, self.snapshot_of(project, &record), caller).await
    }

    /// Checks that an owner does not lose the ownership by which they call.
    fn check_own_ownership(&self, id: &UserId, caller: &Caller) -> Result<(), Reply> {
        let is_own = matches!(caller, Caller::Owner(identity) if identity.subject == id.as_str());
        if is_own && !self.request.is_set("force") {
            return Err(Reply::refused(ErrorCode::WouldLockOut));
        }
        Ok(())
    }

    async fn find_target(&self, change: &UserChange) -> Result<Option<Stored<User>>, Unavailable> {
        match change.target() {
            UserTarget::New => Ok(None),
            UserTarget::Email(email) => self.user_by_email(email).await,
            UserTarget::Id(id) => Rows(self.host).load(id).await,
        }
    }

    /// The user with an email address.
    pub async fn user_by_email(&self, email: &Email) -> Result<Option<Stored<User>>, Unavailable> {
        let found = Rows(self.host).having(TermName::Email, email.as_str(), None, 1).await?;
        Ok(found.into_iter().next())
    }

    fn apply_user(
        &self,
        project: &ProjectId,
        change: &UserChange,
        current: Option<&Stored<User>>,
        id: &UserId,
        precondition: &Precondition,
    ) -> Result<AppliedUser, Reply> {
        let now = self.host.now().whole_seconds();
        let current = current.map(|current| &current.value);
        Ok(change.apply(current, id, project, precondition, now)?)
    }

    /// Has the roles admitted that a user gains, and returns what a commit demands for that.
    async fn admit_gained(
        &self,
        here: &ProjectId,
        change: &UserChange,
        gained: &ProjectRoles,
        is_dry: bool,
    ) -> Result<Vec<RowChange>, Reply> {
        let (mut demands, mut faults) = (Vec::new(), Vec::new());
        for (project, roles) in gained.iter() {
            match self.admit(here, project, roles, is_dry).await? {
                Ok(demand) => demands.extend(demand),
                Err(expected) if change.is_of_member() => {
                    return Err(Reply::invalid(Faults::one("/roles", Some(&text_value(roles)), expected)));
                }
                Err(expected) => faults.push((project, roles, expected)),
            }
        }
        let faults = faults.iter().map(|(project, roles, expected)| {
            Faults::one(&format!("/projects/{project}"), Some(&text_value(roles)), expected)
        });
        match Faults::joined(faults) {
            Some(faults) => Err(Reply::invalid(faults)),
            None => Ok(demands),
        }
    }

    /// Has a project admit roles; what a commit demands for that, or what would be right.
    async fn admit(
        &self,
        here: &ProjectId,
        project: &ProjectId,
        roles: &[Role],
        is_dry: bool,
    ) -> Result<Result<Option<RowChange>, String>, Unavailable> {
        if let Some(row) = self.admitting(project, roles).await? {
            return Ok(Ok(Some(row.unchanged())));
        }
        let roles_here = if is_dry { &[] } else { roles };
        let admission = if project == here {
            users::admit_roles(self.state, self.host, project, roles_here).await?
        } else {
            self.host.admit_roles(project, roles_here).await?
        };
        match admission {
            RolesAdmission::Admitted if is_dry => Ok(Ok(None)),
            RolesAdmission::Admitted => {
                let row = self.admitting(project, roles).await?.ok_or(Unavailable)?;
                Ok(Ok(Some(row.unchanged())))
            }
            RolesAdmission::NoProject => {
                Ok(Err(format!("a project that exists; there is no project `{project}`: create it first")))
            }
            RolesAdmission::TooMany => Ok(Err(TOO_MANY.to_owned())),
            RolesAdmission::EntryTaken => Ok(Err(ENTRY_TAKEN.to_owned())),
        }
    }

    /// The row of a project, if it admits the roles.
    async fn admitting(
        &self,
        project: &ProjectId,
        roles: &[Role],
    ) -> Result<Option<Stored<MemberProject>>, Unavailable> {
        let row = Rows(self.host).load::<MemberProject>(project.as_str()).await?;
        Ok(row.filter(|row| row.value.admits(roles)))
    }

    /// Checks that no other user has the email address: a trial does not commit.
    async fn check_email(&self, user: Option<&User>, id: &UserId) -> Result<(), Reply> {
        let Some(user) = user else { return Ok(()) };
        let other = self.user_by_email(user.email()).await?;
        if other.is_some_and(|other| other.id != id.as_str()) {
            return Err(Reply::refused(ErrorCode::AlreadyExists));
        }
        Ok(())
    }

    /// Whether mails to users can be sent, with links, which are sealed.
    fn can_invite(&self) -> bool {
        self.host.can_send_mail().is_ok()
            && self.public_url().is_some()
            && self.state.issuer_settings.sealing_keys(SigningSet::AccessTokens).is_ok()
    }

    fn new_user_id(&self) -> UserId {
        let mut random = [0; 16];
        self.host.fill(&mut random);
        UserId::new(&random)
    }

    /// The record of a project, if it exists.
    pub async fn existing_project(&self, id: &ProjectId) -> Result<std::sync::Arc<ProjectRecord>, Reply> {
        let record = self.load(&Key::Project(id.clone())).await?.value;
        if record.project().exists { Ok(record) } else { Err(Reply::refused(ErrorCode::NotFound)) }
    }
}

fn write_of(current: Option<&Stored<User>>, id: &UserId, user: Option<&User>) -> Option<RowChange> {
    match (current, user) {
        (Some(current), Some(user)) => Some(current.replaced_by(user)),
        (Some(current), None) => Some(current.removed()),
        (None, user) => user.map(|user| added(id.as_str(), user)),
    }
}

fn text_value(roles: &[Role]) -> Value {
    roles.iter().map(|role| Value::from(role.as_str())).collect()
}
