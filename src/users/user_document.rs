//! What an administrator sets of a user.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::email::Email;
use super::identity::ProviderIdentity;
use super::user_name::UserName;
use super::user_roles::{ProjectRoles, excess, no_roles, read_platform_roles};
use crate::accounts::ADMIN;
use crate::config::role::{Role, Roles};
use crate::document_reader::{self, Node, Properties};
use crate::fault::Faults;

/// What an administrator sets of a user. In JSON: `{"email", "name"?, "roles", "projects", "disabled"}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UserSettings {
    /// The email address, which no other user has.
    pub email: Email,
    /// The name, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<UserName>,
    /// The roles on the platform, `admin` or `auditor`.
    #[serde(default = "no_roles")]
    pub roles: Roles,
    /// The roles in projects.
    #[serde(default)]
    pub projects: ProjectRoles,
    /// Whether the user cannot log in.
    #[serde(default)]
    pub disabled: bool,
}

/// What replaces a user's settings.
#[derive(Clone, Debug, PartialEq)]
pub struct UserReplacement {
    /// The settings.
    pub settings: UserSettings,
    /// The identities at providers that stay bound; `None`: all.
    pub identities: Option<Vec<ProviderIdentity>>,
}

impl UserSettings {
    /// Reads the document of a new user, `{"email", "name"?, "roles"?, "projects"?}`.
    pub fn read_new(document: &Value) -> Result<Self, Faults> {
        document_reader::read(document, |node| {
            node.properties(|user| {
                let roles = user.optional("roles");
                let projects = user.optional("projects");
                Self::read_common(node, user, (roles, true), (projects, true), Some(false))
            })
        })
    }

    /// Those of an administrator of the platform.
    pub fn of_admin(email: Email) -> Self {
        let roles = [Role::try_from(ADMIN)].into_iter().flatten().collect();
        Self { email, name: None, roles, projects: ProjectRoles::default(), disabled: false }
    }

    /// Why a user cannot have so many roles; `None` if they can.
    pub fn excess(&self) -> Option<String> {
        excess(&self.roles, &self.projects)
    }

    fn read_common(
        node: &Node<'_>,
        user: &Properties<'_, '_>,
        (roles, may_lack_roles): (Option<Node<'_>>, bool),
        (projects, may_lack_projects): (Option<Node<'_>>, bool),
        disabled: Option<bool>,
    ) -> Option<Self> {
        let email = user.required("email", "the user's email address").and_then(|node| node.parse());
        let name = user.optional("name").map(|node| node.parse());
        let no_roles = may_lack_roles.then(no_roles);
        let roles = roles.map_or(no_roles, |node| read_platform_roles(&node));
        let no_projects = may_lack_projects.then(ProjectRoles::default);
        let projects = projects.map_or(no_projects, |node| ProjectRoles::read(&node));
        let settings = Self {
            email: email?,
            name: name.map_or(Some(None), |name| name.map(Some))?,
            roles: roles?,
            projects: projects?,
            disabled: disabled?,
        };
        if let Some(expected) = settings.excess() {
            node.fault(expected);
        }
        Some(settings)
    }
}

impl UserReplacement {
    /// Reads what replaces a user's settings, `{"email", "name"?, "roles", "projects", "disabled", "identities"?}`. Roles
    /// must be there: a document that forgot them would take them away.
    pub fn read(document: &Value) -> Result<Self, Faults> {
        document_reader::read(document, |node| {
            node.properties(|user| {
                let roles = user.required("roles", "the user's roles on the platform; may be empty");
                let projects = user.required("projects", "the user's roles by project; may be empty");
                let disabled = user.required("disabled", "true or false").and_then(|node| node.boolean());
                let identities = user.optional("identities").map(|node| read_identities(&node));
                let settings =
                    UserSettings::read_common(node, user, (roles, false), (projects, false), disabled);
                let identities = identities.map_or(Some(None), |identities| identities.map(Some));
                Some(Self { settings: settings?, identities: identities? })
            })
        })
    }
}

fn read_identities(node: &Node<'_>) -> Option<Vec<ProviderIdentity>> {
    let read = |element: &Node<'_>| {
        element.properties(|identity| {
            let iss = identity.required("iss", "the issuer").and_then(|node| node.text());
            let sub = identity.required("sub", "the subject").and_then(|node| node.text());
            Some(ProviderIdentity { iss: iss?.to_owned(), sub: sub?.to_owned() })
        })
    };
    node.elements()?.iter().map(read).collect::<Vec<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn places(faults: &Faults) -> Vec<&str> {
        faults.as_slice().iter().map(|fault| &*fault.pointer).collect()
    }

    #[test]
    fn a_user_has_its_form() {
        let document = json!({ "email": "Ada@Example.com" });
        let settings = UserSettings::read_new(&document).unwrap();
        let stored = json!({ "email": "ada@example.com", "roles": [], "projects": {}, "disabled": false });
        assert_eq!(json!(settings), stored);
        let document = json!({
            "email": "ada@example.com", "name": "Ada", "roles": ["auditor", "admin", "admin"],
            "projects": { "plant7": ["owner", "access", "owner"], "plant8": [] }, "disabled": true, "identities": [],
        });
        let UserReplacement { settings, identities } = UserReplacement::read(&document).unwrap();
        let stored = json!({
            "email": "ada@example.com", "name": "Ada", "roles": ["admin", "auditor"],
            "projects": { "plant7": ["access", "owner"] }, "disabled": true,
        });
        assert_eq!(json!(settings), stored);
        assert_eq!(serde_json::from_value::<UserSettings>(stored).unwrap(), settings);
        assert_eq!(identities, Some(Vec::new()));
    }

    #[test]
    fn all_faults_of_a_user_are_found() {
        let bad = json!({
            "email": "ada", "name": "a\nb", "roles": ["owner", 7], "disabled": false,
            "projects": { "a b": ["x"], "plant7": ["a b", "c"], "platform": ["admin"] },
        });
        let faults = UserSettings::read_new(&bad).unwrap_err();
        let expected = [
            "/email",
            "/name",
            "/roles/0",
            "/roles/1",
            "/projects/a b",
            "/projects/plant7/0",
            "/projects/platform",
            "/disabled",
        ];
        assert_eq!(places(&faults), expected);
        assert!(faults.to_string().contains("`admin` or `auditor`"), "{faults}");
        let faults = UserReplacement::read(&json!({ "identities": [{ "iss": 1 }] })).unwrap_err();
        let expected =
            ["/roles", "/projects", "/disabled", "/identities/0/iss", "/identities/0/sub", "/email"];
        assert_eq!(places(&faults), expected);
    }

    #[test]
    fn roles_are_limited_in_number_and_bytes() {
        let read = |number: usize, length: usize| {
            let roles: Vec<_> = (0..number).map(|role| format!("{role:0length$}")).collect();
            let (first, second) = roles.split_at(number / 2);
            UserSettings::read_new(&json!({ "email": "a@b", "projects": { "p1": first, "p2": second } }))
        };
        assert!(read(200, 4).is_ok());
        assert_eq!(places(&read(201, 4).unwrap_err()), [""]);
        assert!(read(30, 128).is_ok());
        assert_eq!(places(&read(31, 128).unwrap_err()), [""]);
        let many: Vec<_> = (0..201).map(|role| role.to_string()).collect();
        let faults =
            UserSettings::read_new(&json!({ "email": "a@b", "projects": { "p1": many } })).unwrap_err();
        assert_eq!(places(&faults), ["/projects/p1"]);
    }
}
