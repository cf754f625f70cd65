//! The roles that users can have in a project.

use std::collections::BTreeSet;

use super::limit::{Limit, MAX_ROLES};
use super::project::Project;
use super::refusal::Refusal;
use crate::accounts::PublicUrl;
use crate::config::role::{Role, in_order};

impl Project {
    /// The next version of a project, in which users can have these roles too; `None` if they can already. The entry of the
    /// gateway's own issuer gives no role that it does not name, so this comes before a user has the role. A role that no user has
    /// any more stays: it gives nothing.
    pub fn admit_roles(
        &self,
        roles: &[Role],
        public_url: Option<&PublicUrl>,
    ) -> Result<Option<Self>, Refusal> {
        if !self.exists {
            return Err(Refusal::NoProject);
        }
        self.check_no_entry_of_accounts()?;
        if roles.iter().all(|role| self.member_roles.contains(role)) {
            return Ok(None);
        }
        let all: BTreeSet<_> = self.account_roles().chain(roles).collect();
        if all.len() > MAX_ROLES {
            return Err(Refusal::TooMany(Limit::Roles));
        }
        let member_roles = in_order(self.member_roles.iter().chain(roles).cloned().collect());
        let public_url = public_url.cloned();
        Ok(Some(Self { member_roles, public_url, version: self.version + 1, ..self.clone() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::ACCOUNTS;
    use crate::management::{Change, ChangeContext, Precondition};
    use crate::project_id::ProjectId;
    use crate::token::numeric_date::NumericDate;
    use serde_json::{Value, json};
    use std::sync::Arc;

    fn role(name: &str) -> Role {
        Role::try_from(name).unwrap()
    }

    fn url() -> PublicUrl {
        PublicUrl::try_from("https://gateway.example.com").unwrap()
    }

    fn project() -> Project {
        Project { exists: true, version: 3, ..Project::default() }
    }

    fn apply(project: &Project, change: &Change) -> Project {
        let id = &ProjectId::try_from("plant7").unwrap();
        let context = ChangeContext { id, now: NumericDate::from_seconds(1.8e9), public_url: Some(&url()) };
        project.apply(change, &Precondition::default(), &context).unwrap().project
    }

    fn published(project: &Project) -> Value {
        serde_json::from_str(&project.snapshot_text().unwrap()).unwrap()
    }

    #[test]
    fn an_admitted_role_is_named_by_the_built_in_entry() {
        let one = project().admit_roles(&[role("owner")], Some(&url())).unwrap().unwrap();
        let two = one.admit_roles(&[role("owner"), role("access")], Some(&url())).unwrap().unwrap();
        assert_eq!((one.version, two.version), (4, 5));
        let entry = &published(&two)["idps"][0];
        assert_eq!((&entry["id"], &entry["allowedRoles"]), (&json!(ACCOUNTS), &json!(["access", "owner"])));
        assert_eq!(two.admit_roles(&[role("access")], Some(&url())), Ok(None));
        assert_eq!(two.admit_roles(&[], Some(&url())), Ok(None));
        assert!(two.has_owners() && !project().has_owners());
    }

    #[test]
    fn a_project_exists_and_has_room_before_a_role_is_admitted() {
        assert_eq!(Project::default().admit_roles(&[], None), Err(Refusal::NoProject));
        let roles: Vec<_> = (0..201).map(|number| role(&number.to_string())).collect();
        let (last, most) = roles.split_last().unwrap();
        let full = project().admit_roles(most, Some(&url())).unwrap().unwrap();
        assert_eq!(
            full.admit_roles(std::slice::from_ref(last), Some(&url())),
            Err(Refusal::TooMany(Limit::Roles))
        );
        let taken = Project { idps: vec![Arc::new(json!({ "id": ACCOUNTS }))], ..project() };
        assert!(matches!(taken.admit_roles(&[role("a")], None), Err(Refusal::Invalid(_))));
    }

    #[test]
    fn tokens_of_former_members_are_revoked_in_the_next_project_of_the_name() {
        let former = project().admit_roles(&[role("access")], Some(&url())).unwrap().unwrap();
        let gone = apply(&former, &Change::DeleteProject);
        assert!(gone.member_roles.is_empty());
        let new = apply(&gone, &Change::PutProject { label: None });
        assert_eq!(published(&new)["revocations"][0]["idp"], ACCOUNTS);
    }
}
