//! A user as a change leaves it.

use serde_json::Value;

use super::member_change::{MemberChange, member_changes};
use super::precondition::Precondition;
use super::refusal::Refusal;
use super::user_change::UserChange;
use crate::config::role::{Role, Roles, in_order};
use crate::fault::Faults;
use crate::project_id::ProjectId;
use crate::users::{ProjectRoles, ProviderIdentity, User, UserId, is_beyond_share};

/// A change as it would be made.
#[derive(Clone, Debug, PartialEq)]
pub struct AppliedUser {
    /// The user; `None` if it was removed.
    pub user: Option<User>,
    /// The resource before.
    pub before: Option<Value>,
    /// The resource after; `None` if it was removed.
    pub after: Option<Value>,
    /// The roles in projects that the user did not have.
    pub gained: ProjectRoles,
    /// The changes of members that the change of an administrator comes with.
    pub members: Vec<MemberChange>,
    /// Whether the sessions of the user end: whoever has them is not to act on.
    pub ends_sessions: bool,
}

impl UserChange {
    /// Makes the change to what is stored of the user with the id, at `now`. A change of a member is made in `project`, and no more of
    /// the user is shown than what the project's owners may see.
    pub fn apply(
        &self,
        current: Option<&User>,
        id: &UserId,
        project: &ProjectId,
        precondition: &Precondition,
        now: u64,
    ) -> Result<AppliedUser, Refusal> {
        let is_member = self.is_of_member();
        let shown = |user: &User| {
            if is_member { user.member_representation(id, project) } else { Some(user.representation(id)) }
        };
        let before = current.and_then(shown);
        if !precondition.holds(before.as_ref().map(Value::to_string).as_deref()) {
            return Err(Refusal::PreconditionFailed);
        }
        let user = self.change(current, project, before.is_some(), now)?;
        let after = user.as_ref().and_then(shown);
        let gained = gained(current, user.as_ref());
        let ends_sessions = current.is_some_and(|current| ends_sessions(current, user.as_ref()));
        let members = if is_member { Vec::new() } else { member_changes(current, user.as_ref(), id) };
        Ok(AppliedUser { user, before, after, gained, members, ends_sessions })
    }

    fn change(
        &self,
        current: Option<&User>,
        project: &ProjectId,
        exists: bool,
        now: u64,
    ) -> Result<Option<User>, Refusal> {
        let existing = || current.filter(|_| exists).cloned().ok_or(Refusal::NotFound);
        let with_roles = |mut user: User, roles: &Roles| {
            if is_beyond_share(project, roles) {
                return Err(Refusal::TooManyMemberRoles);
            }
            user.settings.projects.set(project, roles.clone());
            match user.settings.excess() {
                Some(_) => Err(Refusal::TooManyRoles),
                None => Ok(Some(user)),
            }
        };
        match self {
            Self::AddUser(settings) => Ok(Some(User::new(settings.clone(), now))),
            Self::ReplaceUser { settings, identities, .. } => {
                let mut user = existing()?;
                user.settings = settings.clone();
                if let Some(identities) = identities {
                    keep_identities(&mut user, identities)?;
                }
                Ok(Some(user))
            }
            Self::RemoveUser { .. } => existing().map(|_| None),
            Self::AddMember { email, roles } => {
                if exists {
                    return Err(Refusal::Exists);
                }
                let undeclared = || Faults::one("/email", Some(&email.as_str().into()), UNDECLARED);
                let user = current.ok_or_else(|| Refusal::Invalid(undeclared()))?;
                with_roles(user.clone(), roles)
            }
            Self::ReplaceMember { roles, .. } => with_roles(existing()?, roles),
            Self::RemoveMember { .. } => {
                let mut user = existing()?;
                user.settings.projects.set(project, Roles::from([]));
                Ok(Some(user))
            }
        }
    }
}

/// What the email address of a new member has to be.
const UNDECLARED: &str =
    "the email address of a user; a platform administrator declares users with POST `/users`";

/// Keeps the identities that are listed. None can be added: a login does.
fn keep_identities(user: &mut User, listed: &[ProviderIdentity]) -> Result<(), Refusal> {
    for (index, identity) in listed.iter().enumerate() {
        if !user.identities.contains(identity) {
            let expected = "an identity that is bound to the user; a login binds one, and leaving it out here unbinds it";
            let value = serde_json::to_value(identity).unwrap_or_default();
            return Err(Refusal::Invalid(Faults::one(
                &format!("/identities/{index}"),
                Some(&value),
                expected,
            )));
        }
    }
    user.identities.retain(|identity| listed.contains(identity));
    Ok(())
}

/// The roles in projects that a user has after a change and did not have before.
fn gained(current: Option<&User>, changed: Option<&User>) -> ProjectRoles {
    let mut gained = ProjectRoles::default();
    for (project, roles) in changed.iter().flat_map(|user| user.settings.projects.iter()) {
        let had = current.map_or(&[][..], |user| user.settings.projects.of(project));
        let new: Vec<Role> = roles.iter().filter(|role| !had.contains(role)).cloned().collect();
        gained.set(project, in_order(new));
    }
    gained
}

/// Whether a user's sessions end by a change: it was removed or disabled, or an identity was taken from it. Roles are those of
/// the user as it is stored, whenever a token is made for a session.
fn ends_sessions(current: &User, changed: Option<&User>) -> bool {
    changed.is_none_or(|user| {
        let is_disabled = user.settings.disabled && !current.settings.disabled;
        is_disabled || current.identities.iter().any(|identity| !user.identities.contains(identity))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::users::{Email, UserReplacement, UserSettings};
    use serde_json::json;

    const NOW: u64 = 1_800_000_000;

    fn project() -> ProjectId {
        ProjectId::try_from("plant7").unwrap()
    }

    fn id() -> UserId {
        UserId::new(&[0; 16])
    }

    fn roles(names: &[&str]) -> Roles {
        names.iter().map(|name| Role::try_from(*name).unwrap()).collect()
    }

    fn identity(sub: &str) -> ProviderIdentity {
        ProviderIdentity { iss: "https://idp.example".to_owned(), sub: sub.to_owned() }
    }

    fn user() -> User {
        let document = json!({ "email": "ada@example.com", "projects": { "plant8": ["access"] } });
        let mut user = User::new(UserSettings::read_new(&document).unwrap(), 1000);
        user.identities.push(identity("7"));
        user
    }

    fn apply(change: &UserChange, current: Option<&User>) -> Result<AppliedUser, Refusal> {
        change.apply(current, &id(), &project(), &Precondition::default(), NOW)
    }

    fn replace(document: &Value) -> UserChange {
        let mut whole = json!({ "email": "ada@example.com", "roles": [], "projects": {}, "disabled": false });
        whole.as_object_mut().unwrap().extend(document.as_object().unwrap().clone());
        UserChange::replace(id().as_str(), UserReplacement::read(&whole).unwrap())
    }

    #[test]
    fn a_new_user_gains_all_their_roles() {
        let document = json!({ "email": "ada@example.com", "projects": { "plant7": ["access"] } });
        let change = UserChange::AddUser(UserSettings::read_new(&document).unwrap());
        let applied = apply(&change, None).unwrap();
        assert_eq!(json!(applied.gained), json!({ "plant7": ["access"] }));
        assert_eq!((applied.before, applied.ends_sessions), (None, false));
        assert_eq!(applied.after.unwrap()["createdAt"], NOW);
    }

    #[test]
    fn only_what_takes_the_person_away_ends_sessions() {
        let user = user();
        for (document, ends, gained) in [
            (
                json!({ "projects": { "plant8": ["access", "owner"], "plant7": ["a"] } }),
                false,
                json!({ "plant8": ["owner"], "plant7": ["a"] }),
            ),
            (json!({}), false, json!({})),
            (json!({ "disabled": true }), true, json!({})),
            (json!({ "identities": [] }), true, json!({})),
            (json!({ "identities": [{ "iss": "https://idp.example", "sub": "7" }] }), false, json!({})),
        ] {
            let applied = apply(&replace(&document), Some(&user)).unwrap();
            assert_eq!((applied.ends_sessions, json!(applied.gained)), (ends, gained), "{document}");
        }
        let removed = apply(&UserChange::RemoveUser { id: "u".to_owned() }, Some(&user)).unwrap();
        assert!(removed.ends_sessions && removed.user.is_none() && removed.after.is_none());
    }

    #[test]
    fn no_identity_is_added_by_a_document() {
        let change = replace(&json!({ "identities": [{ "iss": "https://idp.example", "sub": "8" }] }));
        match apply(&change, Some(&user())) {
            Err(Refusal::Invalid(faults)) => assert_eq!(faults.as_slice()[0].pointer, "/identities/0"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn owners_change_their_projects_part_only() {
        let add = UserChange::AddMember {
            email: Email::try_from("ada@example.com").unwrap(),
            roles: roles(&["access"]),
        };
        let member = apply(&add, Some(&user())).unwrap();
        assert_eq!(member.before, None);
        let shown = json!({ "id": id(), "email": "ada@example.com", "roles": ["access"] });
        assert_eq!(member.after.as_ref(), Some(&shown));
        let member = member.user.unwrap();
        assert_eq!(json!(member.settings.projects), json!({ "plant7": ["access"], "plant8": ["access"] }));
        assert_eq!(apply(&add, Some(&member)), Err(Refusal::Exists));
        let remove = UserChange::RemoveMember { id: id().to_string() };
        let removed = apply(&remove, Some(&member)).unwrap();
        assert_eq!((removed.before, removed.after), (Some(shown), None));
        assert_eq!(removed.user.unwrap(), user());
        assert_eq!(apply(&remove, Some(&user())), Err(Refusal::NotFound), "no member");
        let change = UserChange::ReplaceMember { id: id().to_string(), roles: roles(&["owner"]) };
        assert_eq!(apply(&change, Some(&user())), Err(Refusal::NotFound));
        assert!(remove.takes_ownership(&id()) && !change.takes_ownership(&id()));
    }

    #[test]
    fn a_member_is_a_declared_user() {
        let add = UserChange::AddMember {
            email: Email::try_from("eve@example.com").unwrap(),
            roles: roles(&["a"]),
        };
        match apply(&add, None) {
            Err(Refusal::Invalid(faults)) => assert_eq!(faults.as_slice()[0].pointer, "/email"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_project_takes_up_no_more_than_its_share_of_what_a_user_may_have() {
        let add = |names: &[String]| {
            let names: Vec<_> = names.iter().map(|name| &**name).collect();
            let email = Email::try_from("ada@example.com").unwrap();
            let change = UserChange::AddMember { email, roles: roles(&names) };
            apply(&change, Some(&user())).map(|applied| applied.gained.iter().count())
        };
        let numbered = |count: usize| (0..count).map(|number| number.to_string()).collect::<Vec<_>>();
        assert_eq!(add(&numbered(20)), Ok(1));
        assert_eq!(add(&numbered(21)), Err(Refusal::TooManyMemberRoles));
        let long = |count: usize| (0..count).map(|number| format!("{number:0118}")).collect::<Vec<_>>();
        assert_eq!(add(&long(8)), Ok(1), "8 times 128 bytes");
        assert_eq!(add(&long(9)), Err(Refusal::TooManyMemberRoles));
    }

    #[test]
    fn a_member_has_no_more_roles_than_a_user_may() {
        let all = (0..195).map(|number| number.to_string()).collect::<Vec<_>>();
        let all: Vec<_> = all.iter().map(|name| &**name).collect();
        let mut user = user();
        user.settings.projects.set(&ProjectId::try_from("plant9").unwrap(), roles(&all));
        let email = Email::try_from("ada@example.com").unwrap();
        let change = UserChange::AddMember { email, roles: roles(&["a", "b", "c", "d", "e"]) };
        assert_eq!(apply(&change, Some(&user)), Err(Refusal::TooManyRoles));
    }

    #[test]
    fn the_precondition_is_about_what_the_caller_sees() {
        let precondition = Precondition { if_match: Some("*".to_owned()), if_none_match: None };
        let change = UserChange::RemoveMember { id: id().to_string() };
        let refused = change.apply(Some(&user()), &id(), &project(), &precondition, NOW);
        assert_eq!(refused, Err(Refusal::PreconditionFailed));
    }
}
