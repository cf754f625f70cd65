//! Applying a change to a project.

use std::sync::Arc;

use serde_json::{Value, json};

use super::change::Change;
use super::change_context::ChangeContext;
use super::limit::{Limit, MAX_BLOCKED, MAX_IDPS};
use super::precondition::Precondition;
use super::project::Project;
use super::refusal::Refusal;
use crate::accounts::ACCOUNTS;
use crate::config::blocked_key::BlockedKey;
use crate::fault::Faults;
use crate::project_id::ProjectId;

/// An applied change: the project after it, and the resource before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    /// The project.
    pub project: Project,
    /// The resource before.
    pub before: Option<Arc<Value>>,
    /// The resource after; `None` if it was removed.
    pub after: Option<Arc<Value>>,
    /// Whether the project had an entry that names the role `owner`, and has none now.
    pub loses_owners: bool,
}

impl Project {
    /// The project after the change. `precondition` applies to the resource that is changed. Revocations that can no longer
    /// matter are dropped.
    pub fn apply(
        &self,
        change: &Change,
        precondition: &Precondition,
        context: &ChangeContext<'_>,
    ) -> Result<Applied, Refusal> {
        let current = self.current(change, context.id);
        if !self.exists && !change.creates(context.id) {
            return Err(Refusal::NoProject);
        }
        if !precondition.holds(current.as_deref().map(Value::to_string).as_deref()) {
            return Err(Refusal::PreconditionFailed);
        }
        let mut project = self.clone();
        project.drop_revocations(context.now);
        project.public_url = context.public_url.cloned();
        let after = project.change(change, context)?;
        project.check_size(self, change, context.now)?;
        project.version += 1;
        let may_lose =
            matches!(change, Change::RemoveIdp { .. } | Change::ReplaceIdp { .. } | Change::Account(_));
        let loses_owners = may_lose && self.has_owners() && !project.has_owners();
        Ok(Applied { project, before: current, after, loses_owners })
    }

    /// What a change is about, as it is.
    fn current(&self, change: &Change, id: &ProjectId) -> Option<Arc<Value>> {
        let entry = |id: &str| self.idps.get(self.position(id)?).cloned();
        match change {
            Change::PutProject { .. } | Change::DeleteProject => self.representation().map(Arc::new),
            Change::AddIdp { idp } => entry(idp.get("id")?.as_str()?),
            Change::ReplaceIdp { id, .. } | Change::RemoveIdp { id } => entry(id),
            Change::Reorder { .. } => Some(Arc::new(self.order())),
            Change::Revoke { .. } => None,
            Change::RemoveRevocation { id, .. } => {
                self.revocations.get(self.revocation_position(id)?).cloned()
            }
            Change::BlockKey(BlockedKey { iss, kid, .. }) => {
                let position = self.blocked_position(iss, kid)?;
                self.blocked.get(position).map(|key| Arc::new(json!(key)))
            }
            Change::UnblockKey { iss, kid } => self.blocked_by(iss, kid).map(|key| Arc::new(json!(key))),
            Change::Account(change) => self.current_account(change, id),
        }
    }

    /// Makes the change and answers what is there now.
    fn change(
        &mut self,
        change: &Change,
        context: &ChangeContext<'_>,
    ) -> Result<Option<Arc<Value>>, Refusal> {
        match change {
            Change::PutProject { label } => {
                self.exists = true;
                self.label.clone_from(label);
                Ok(self.representation().map(Arc::new))
            }
            Change::DeleteProject => {
                let may_have_tokens = self.may_have_account_tokens();
                *self = Self { version: self.version, ..Self::default() };
                if may_have_tokens {
                    // For the next project of this name, which may have accounts of the same ids.
                    self.revoke_all_accounts(context.now);
                }
                Ok(None)
            }
            Change::AddIdp { idp } => {
                let entry = self.read_entry(idp).map_err(Refusal::Invalid)?;
                if self.position(entry.id.as_str()).is_some() {
                    return Err(Refusal::Exists);
                }
                if self.idps.len() >= MAX_IDPS {
                    return Err(Refusal::TooMany(Limit::Entries));
                }
                self.idps.push(idp.clone());
                Ok(Some(idp.clone()))
            }
            Change::ReplaceIdp { id, idp } => {
                let position = self.position(id);
                if position.is_none() && id != ACCOUNTS {
                    return Err(Refusal::NoIdp);
                }
                let entry = self.read_entry(idp).map_err(Refusal::Invalid)?;
                if entry.id.as_str() != id {
                    return Err(Refusal::Invalid(Faults::one(
                        "/id",
                        idp.get("id"),
                        format!("`{id}`, as in the path"),
                    )));
                }
                let place = position.and_then(|position| self.idps.get_mut(position));
                *place.ok_or(Refusal::NotFound)? = idp.clone();
                Ok(Some(idp.clone()))
            }
            Change::RemoveIdp { id } => {
                let position = self.position(id).ok_or(Refusal::NotFound)?;
                self.idps.remove(position);
                Ok(None)
            }
            Change::Reorder { ids } => {
                self.reorder(ids)?;
                Ok(Some(Arc::new(self.order())))
            }
            Change::BlockKey(key) => {
                if let Some(position) = self.blocked_position(&key.iss, &key.kid) {
                    self.blocked.remove(position);
                }
                if self.blocked.len() >= MAX_BLOCKED {
                    return Err(Refusal::TooMany(Limit::BlockedKeys));
                }
                self.blocked.push(key.clone());
                Ok(Some(Arc::new(json!(key))))
            }
            Change::UnblockKey { iss, kid } => {
                self.blocked_by(iss, kid).ok_or(Refusal::NotFound)?;
                // All that name the key: while one is left, it is blocked.
                self.blocked.retain(|key| !key.is_named(iss, kid));
                Ok(None)
            }
            Change::Revoke { revocation, is_forced } => self.revoke(revocation, *is_forced).map(Some),
            Change::RemoveRevocation { id, is_owner } => {
                self.remove_revocation(id, *is_owner)?;
                Ok(None)
            }
            Change::Account(change) => self.change_account(change, context),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::snapshot::Snapshot;
    use crate::fault::MAX_FAULTS;
    use crate::token::numeric_date::NumericDate;

    const NOW: NumericDate = NumericDate::from_seconds(1_800_000_000.5);

    fn entry(id: &str) -> Arc<Value> {
        Arc::new(json!({
            "id": id, "iss": "https://issuer.example", "label": { "en": "x" }, "idClaim": "sub",
            "roleDetection": "DEFINED", "definedRoles": ["access"],
        }))
    }

    fn apply_all(project: &Project, change: &Change) -> Result<Applied, Refusal> {
        let id = &ProjectId::try_from("plant7").unwrap();
        project.apply(change, &Precondition::default(), &ChangeContext { id, now: NOW, public_url: None })
    }

    fn apply(project: &Project, change: &Change) -> Result<Project, Refusal> {
        apply_all(project, change).map(|applied| applied.project)
    }

    fn project(ids: &[&str]) -> Project {
        let new = apply(&Project::default(), &Change::PutProject { label: None }).unwrap();
        ids.iter().fold(new, |project, id| apply(&project, &Change::AddIdp { idp: entry(id) }).unwrap())
    }

    #[test]
    fn an_order_has_no_more_faults_than_any_other_document() {
        let ids = (0..1000).map(|index| format!("x{index}")).collect();
        let refusal = apply(&project(&["aa"]), &Change::Reorder { ids }).unwrap_err();
        assert!(matches!(refusal, Refusal::Invalid(faults) if faults.as_slice().len() == MAX_FAULTS));
    }

    #[test]
    fn only_applied_changes_increment_the_version() {
        let two = project(&["aa", "bb"]);
        assert_eq!((two.version, two.order()), (3, json!(["aa", "bb"])));
        assert_eq!(apply(&two, &Change::AddIdp { idp: entry("aa") }), Err(Refusal::Exists));
        assert_eq!(apply(&two, &Change::RemoveIdp { id: "cc".to_owned() }), Err(Refusal::NotFound));
        let one = apply(&two, &Change::RemoveIdp { id: "aa".to_owned() }).unwrap();
        assert_eq!((one.version, one.order()), (4, json!(["bb"])));
        assert_eq!(one.snapshot().unwrap().unwrap().version(), 4);
        let text = serde_json::from_str(&one.snapshot_text().unwrap()).unwrap();
        assert_eq!(Snapshot::parse_stored(&text).unwrap().idps().len(), 1);
    }

    #[test]
    fn a_project_without_an_entry_of_owners_is_noticed() {
        let owners = |id: &str| {
            let mut entry = Value::clone(&entry(id));
            entry["definedRoles"] = json!(["owner"]);
            Arc::new(entry)
        };
        let applied = |project: &Project, change: &Change| {
            let applied = apply_all(project, change).unwrap();
            (applied.loses_owners, applied.project)
        };
        let (is_lost, one) = applied(&project(&["aa"]), &Change::AddIdp { idp: owners("bb") });
        assert!(!is_lost);
        let (is_lost, two) = applied(&one, &Change::AddIdp { idp: owners("cc") });
        assert!(!is_lost);
        let remove = |id: &str| Change::RemoveIdp { id: id.to_owned() };
        assert!(!applied(&two, &remove("cc")).0);
        assert!(!applied(&one, &remove("aa")).0);
        assert!(applied(&one, &remove("bb")).0);
        assert!(applied(&one, &Change::ReplaceIdp { id: "bb".to_owned(), idp: entry("bb") }).0);
        assert!(!applied(&one, &Change::DeleteProject).0);
        assert!(!applied(&project(&["aa"]), &remove("aa")).0, "it had none");
    }

    #[test]
    fn reorder_requires_every_entry_exactly_once() {
        let two = project(&["aa", "bb"]);
        let reorder = |ids: &[&str]| {
            let ids = ids.iter().map(|id| (*id).to_owned()).collect();
            apply(&two, &Change::Reorder { ids }).map(|project| project.order())
        };
        assert_eq!(reorder(&["bb", "aa"]), Ok(json!(["bb", "aa"])));
        for bad in [&["aa"][..], &["aa", "aa"], &["aa", "cc"], &["aa", "bb", "bb"], &[]] {
            assert!(matches!(reorder(bad), Err(Refusal::Invalid(_))), "{bad:?}");
        }
        let Err(Refusal::Invalid(faults)) = reorder(&["aa", "cc", "aa"]) else { panic!() };
        let texts: Vec<_> =
            faults.as_slice().iter().map(|fault| (&*fault.pointer, &*fault.expected)).collect();
        let missing = "the ids of all entries; missing: `bb`";
        assert_eq!(texts, [("/1", "the id of an entry"), ("/2", "each id once"), ("", missing)]);
    }

    #[test]
    fn deleted_project_keeps_its_version_and_rejects_changes() {
        let gone = apply(&project(&["aa"]), &Change::DeleteProject).unwrap();
        let tombstone = r#"{"version":3,"deleted":true}"#.to_owned();
        assert_eq!((gone.snapshot_text(), gone.version), (Some(tombstone), 3));
        assert!(gone.snapshot().unwrap().is_none() && Project::default().snapshot_text().is_none());
        assert_eq!(apply(&gone, &Change::AddIdp { idp: entry("bb") }), Err(Refusal::NoProject));
        let again = apply(&gone, &Change::PutProject { label: None }).unwrap();
        assert_eq!((again.version, again.idps.len()), (4, 0));
    }

    #[test]
    fn project_is_limited_to_a_hundred_entries() {
        let ids: Vec<_> = (0..100).map(|index| format!("idp-{index}")).collect();
        let full = project(&ids.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(
            apply(&full, &Change::AddIdp { idp: entry("more") }),
            Err(Refusal::TooMany(Limit::Entries))
        );
    }
}
