//! What a project's owners set of a member.

use serde_json::Value;

use super::email::Email;
use super::user_roles::read_roles;
use crate::config::role::Roles;
use crate::document_reader::{self, Properties};
use crate::fault::Faults;

/// What a project's owners set of a member: the roles in the project.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberDocument {
    /// The roles; at least one.
    pub roles: Roles,
}

impl MemberDocument {
    /// Reads the document of a new member, `{"email", "roles"}`.
    pub fn read_new(document: &Value) -> Result<(Email, Self), Faults> {
        document_reader::read(document, |node| {
            node.properties(|member| {
                let email =
                    member.required("email", "the user's email address").and_then(|node| node.parse());
                let roles = Self::read_member(member);
                Some((email?, roles?))
            })
        })
    }

    /// Reads what replaces a member's roles, `{"roles"}`.
    pub fn read(document: &Value) -> Result<Self, Faults> {
        document_reader::read(document, |node| node.properties(Self::read_member))
    }

    fn read_member(member: &Properties<'_, '_>) -> Option<Self> {
        let node = member.required("roles", "the member's roles in the project")?;
        let roles = read_roles(&node)?;
        if roles.is_empty() {
            node.fault("at least one role; DELETE removes a member");
        }
        Some(Self { roles })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn places(faults: &Faults) -> Vec<&str> {
        faults.as_slice().iter().map(|fault| &*fault.pointer).collect()
    }

    #[test]
    fn a_member_has_an_email_and_roles() {
        let document = json!({ "email": "Ada@example.com", "roles": ["owner", "access", "owner"] });
        let (email, member) = MemberDocument::read_new(&document).unwrap();
        assert_eq!((email.as_str(), json!(member.roles)), ("ada@example.com", json!(["access", "owner"])));
        assert_eq!(MemberDocument::read(&json!({ "roles": ["access"] })).unwrap().roles.len(), 1);
    }

    #[test]
    fn all_faults_of_a_member_are_found() {
        let bad = json!({ "email": 1, "roles": ["a b", "c,d"], "name": "Ada" });
        let faults = MemberDocument::read_new(&bad).unwrap_err();
        assert_eq!(places(&faults), ["/email", "/roles/0", "/roles/1", "/name"]);
        let faults = MemberDocument::read(&json!({ "roles": [], "email": "ada@example.com" })).unwrap_err();
        assert_eq!(places(&faults), ["/roles", "/email"]);
        assert_eq!(places(&MemberDocument::read(&json!({})).unwrap_err()), ["/roles"]);
    }
}
