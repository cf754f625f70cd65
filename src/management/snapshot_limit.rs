//! How large the snapshot of a project may become.

use super::change::Change;
use super::limit::{Limit, MAX_SNAPSHOT};
use super::project::Project;
use super::refusal::Refusal;
use crate::token::numeric_date::NumericDate;

/// How many bytes a snapshot may grow beyond that by a revocation that an account's change makes.
const REVOCATION_SLACK: usize = 512;

impl Project {
    /// Checks that the snapshot has not become too large. One that is over the limit already can still be made smaller.
    pub(super) fn check_size(
        &mut self,
        before: &Self,
        change: &Change,
        now: NumericDate,
    ) -> Result<(), Refusal> {
        let is_too_large = |project: &Self, slack| {
            let size = project.size();
            size > MAX_SNAPSHOT && size > before.size() + slack
        };
        if !is_too_large(self, 0) {
            return Ok(());
        }
        // An account is disabled even where there is no room for one more revocation.
        let Change::Account(change) = change else { return Err(Refusal::TooMany(Limit::Snapshot)) };
        if change.withdraws() {
            self.revoke_all_accounts(now);
        }
        if is_too_large(self, if change.withdraws() { REVOCATION_SLACK } else { 0 }) {
            return Err(Refusal::TooMany(Limit::Snapshot));
        }
        Ok(())
    }

    /// The bytes of its snapshot.
    fn size(&self) -> usize {
        self.snapshot_text().map_or(0, |snapshot| snapshot.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::management::{ChangeContext, Precondition};
    use crate::project_id::ProjectId;
    use serde_json::{Value, json};
    use std::sync::Arc;

    fn entry(id: &str) -> Value {
        json!({
            "id": id, "iss": "https://issuer.example", "label": { "en": "x" }, "idClaim": "sub",
            "roleDetection": "DEFINED", "definedRoles": ["access"],
        })
    }

    fn apply(project: &Project, change: &Change) -> Result<Project, Refusal> {
        let (id, now) = (&ProjectId::try_from("plant7").unwrap(), NumericDate::from_seconds(1_800_000_000.0));
        let context = ChangeContext { id, now, public_url: None };
        project.apply(change, &Precondition::default(), &context).map(|applied| applied.project)
    }

    #[test]
    fn a_snapshot_has_at_most_256_kib() {
        let long = |id: &str| {
            let mut entry = entry(id);
            entry["allowedAud"] = (0..200).map(|index| format!("{index:0>250}")).collect();
            Arc::new(entry)
        };
        let add = |project: &Project, idp: Arc<Value>| apply(project, &Change::AddIdp { idp });
        let mut large = apply(&Project::default(), &Change::PutProject { label: None }).unwrap();
        for id in ["a1", "a2", "a3", "a4", "a5"] {
            large = add(&large, long(id)).unwrap();
        }
        assert!(large.snapshot_text().unwrap().len() < MAX_SNAPSHOT);
        assert_eq!(add(&large, long("a6")), Err(Refusal::TooMany(Limit::Snapshot)));
        // One that is larger already, from before there was the limit, can shrink and not grow.
        large.idps.extend([long("b1"), long("b2")]);
        assert_eq!(add(&large, Arc::new(entry("b3"))), Err(Refusal::TooMany(Limit::Snapshot)));
        let smaller = Change::ReplaceIdp { id: "b1".to_owned(), idp: Arc::new(entry("b1")) };
        assert!(apply(&large, &smaller).unwrap().size() > MAX_SNAPSHOT);
    }
}
