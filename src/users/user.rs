//! A user as it is stored.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::email::Email;
use super::identity::ProviderIdentity;
use super::stored_format::{FORMAT, Unreadable, check_format};
use super::user_document::UserSettings;
use super::user_id::UserId;
use super::user_roles::token_roles;
use crate::accounts::ADMIN;
use crate::config::role::Roles;
use crate::project_id::ProjectId;
use crate::shown_times::add_times;

/// A user as it is stored. Times are whole seconds since 1970.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    #[serde(default)]
    format: u32,
    /// What an administrator sets.
    #[serde(flatten)]
    pub settings: UserSettings,
    /// Who the user is at providers: at most one subject of an issuer.
    #[serde(default)]
    pub identities: Vec<ProviderIdentity>,
    /// The password, if one was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<StoredPassword>,
    /// When the user was declared.
    pub created_at: u64,
    /// When the user logged in last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_login_at: Option<u64>,
    /// What another release stored besides.
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// A password as it is stored. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredPassword {
    /// Its hash with the parameters (PHC string format).
    pub hash: String,
    /// When it was set.
    pub set_at: u64,
}

impl User {
    /// A user who is declared at a time and never logged in.
    pub fn new(settings: UserSettings, created_at: u64) -> Self {
        let (identities, others) = (Vec::new(), Map::new());
        Self { format: FORMAT, settings, identities, password: None, created_at, last_login_at: None, others }
    }

    /// Reads a stored user.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let user: Self = serde_json::from_str(text)?;
        check_format(user.format)?;
        Ok(Self { format: FORMAT, ..user })
    }

    /// The user as it is stored.
    pub fn write(&self) -> String {
        json!(self).to_string()
    }

    /// The email address.
    pub fn email(&self) -> &Email {
        &self.settings.email
    }

    /// The subject of an issuer that the user is, if one was bound.
    pub fn subject_of(&self, issuer: &str) -> Option<&str> {
        self.identities.iter().find(|identity| identity.iss == issuer).map(|identity| &*identity.sub)
    }

    /// The roles as the tokens of the user's sessions have them; none while the user is disabled.
    pub fn session_roles(&self) -> Vec<String> {
        let UserSettings { roles, projects, disabled, .. } = &self.settings;
        if *disabled { Vec::new() } else { token_roles(roles, projects) }
    }

    /// Whether the user administers the platform.
    pub fn is_admin(&self) -> bool {
        !self.settings.disabled && self.settings.roles.iter().any(|role| role.as_str() == ADMIN)
    }

    /// The user as administrators see it.
    pub fn representation(&self, id: &UserId) -> Value {
        let UserSettings { email, name, roles, projects, disabled } = &self.settings;
        let mut shown = json!({
            "id": id,
            "email": email,
            "roles": roles,
            "projects": projects,
            "disabled": disabled,
            "identities": self.identities,
            "passwordSetAt": self.password.as_ref().map(|password| password.set_at),
            "createdAt": self.created_at,
            "lastLoginAt": self.last_login_at,
        });
        if let (Some(name), Some(members)) = (name, shown.as_object_mut()) {
            members.insert("name".to_owned(), json!(name));
        }
        add_times(&mut shown);
        shown
    }

    /// The user as the owners of a project see it: the own project's part; `None` for a user who is no member.
    pub fn member_representation(&self, id: &UserId, project: &ProjectId) -> Option<Value> {
        let UserSettings { email, name, projects, .. } = &self.settings;
        let roles: Roles = projects.of(project).into();
        let mut shown = json!({ "id": id, "email": email, "roles": roles });
        if let (Some(name), Some(members)) = (name, shown.as_object_mut()) {
            members.insert("name".to_owned(), json!(name));
        }
        (!roles.is_empty()).then_some(shown)
    }
}

impl fmt::Debug for StoredPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredPassword")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user() -> User {
        let document = json!({
            "email": "Ada@Example.com", "name": "Ada", "roles": ["admin"],
            "projects": { "plant7": ["owner", "access"] },
        });
        User::new(UserSettings::read_new(&document).unwrap(), 1000)
    }

    fn id() -> UserId {
        UserId::new(&[0; 16])
    }

    #[test]
    fn what_is_stored_is_read_with_what_another_release_added() {
        let mut stored: Value = serde_json::from_str(&user().write()).unwrap();
        assert_eq!(User::read(&stored.to_string()).unwrap(), user());
        stored["added"] = json!({ "by": "another" });
        let read = User::read(&stored.to_string()).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&read.write()).unwrap(), stored);
        let older = json!({ "email": "ada@example.com", "createdAt": 1000 });
        let older = User::read(&older.to_string()).unwrap();
        assert_eq!((older.format, older.session_roles().len()), (FORMAT, 0));
        for unreadable in
            [json!({ "format": 2, "email": "ada@example.com", "createdAt": 1 }), json!([]), json!({})]
        {
            assert!(User::read(&unreadable.to_string()).is_err(), "{unreadable}");
        }
    }

    #[test]
    fn the_roles_of_a_session_name_their_project() {
        let mut user = user();
        assert_eq!(user.session_roles(), ["platform.admin", "plant7.access", "plant7.owner"]);
        assert!(user.is_admin());
        user.settings.disabled = true;
        assert!(user.session_roles().is_empty() && !user.is_admin());
    }

    #[test]
    fn owners_see_their_projects_part_only() {
        let project = |id: &str| ProjectId::try_from(id).unwrap();
        let shown = user().member_representation(&id(), &project("plant7")).unwrap();
        let expected = json!({
            "id": id(), "email": "ada@example.com", "name": "Ada", "roles": ["access", "owner"],
        });
        assert_eq!(shown, expected);
        assert_eq!(user().member_representation(&id(), &project("plant8")), None);
    }

    #[test]
    fn no_representation_has_a_password() {
        let mut user = user();
        user.password = Some(StoredPassword { hash: "$argon2id$secret".to_owned(), set_at: 1001 });
        let shown = user.representation(&id());
        let expected = json!({
            "id": id(), "email": "ada@example.com", "name": "Ada", "roles": ["admin"],
            "projects": { "plant7": ["access", "owner"] }, "disabled": false, "identities": [],
            "passwordSetAt": 1001, "createdAt": 1000, "lastLoginAt": null,
            "passwordSetTime": "1970-01-01T00:16:41.000Z", "createdTime": "1970-01-01T00:16:40.000Z", "lastLoginTime": null,
        });
        assert_eq!(shown, expected);
        assert!(!format!("{user:?}").contains("argon2id"));
        assert_eq!(User::read(&user.write()).unwrap(), user);
    }
}
