//! Revocations of a project, which refuse tokens.

use std::sync::Arc;

use serde_json::{Value, json};

use super::limit::{Limit, MAX_REVOCATIONS};
use super::new_revocation::{ISSUED_BEFORE, KEPT_SECONDS};
use super::project::Project;
use super::refusal::Refusal;
use crate::accounts::{ACCOUNTS, ClientId};
use crate::config::revocation::PROPERTIES;
use crate::fault::Faults;
use crate::token::numeric_date::NumericDate;

/// Whether a change of an account made the revocation: what it took away is not given back by removing the revocation.
const AUTOMATIC: &str = "automatic";

impl Project {
    /// Drops the revocations that can no longer matter.
    pub(super) fn drop_revocations(&mut self, now: NumericDate) {
        self.revocations.retain(|revocation| is_live(revocation, now));
    }

    /// Adds a revocation, and answers it with its id.
    pub(super) fn revoke(&mut self, revocation: &Value, is_forced: bool) -> Result<Arc<Value>, Refusal> {
        if let Some(idp) = revocation.get("idp").filter(|_| !is_forced)
            && !idp.as_str().is_some_and(|id| self.has_entry(id))
        {
            let expected = "the id of an entry of this project; `?force=true` accepts any other";
            return Err(Refusal::Invalid(Faults::one("/idp", Some(idp), expected)));
        }
        if self.revocations.iter().any(|other| is_same(other, revocation)) {
            return Err(Refusal::Exists);
        }
        if self.revocations.len() >= MAX_REVOCATIONS {
            return Err(Refusal::TooMany(Limit::Revocations));
        }
        Ok(self.push_revocation(revocation.clone()))
    }

    /// Removes a revocation. Owners remove only those that were made by hand.
    pub(super) fn remove_revocation(&mut self, id: &str, is_owner: bool) -> Result<(), Refusal> {
        let position = self.revocation_position(id).ok_or(Refusal::NotFound)?;
        let is_automatic =
            self.revocation(id).is_some_and(|found| found.get(AUTOMATIC) == Some(&true.into()));
        if is_owner && is_automatic {
            return Err(Refusal::Automatic);
        }
        self.revocations.remove(position);
        Ok(())
    }

    fn has_entry(&self, id: &str) -> bool {
        self.idp(id).is_some() || (id == ACCOUNTS && self.trusts_accounts())
    }

    fn push_revocation(&mut self, mut revocation: Value) -> Arc<Value> {
        if let Some(members) = revocation.as_object_mut() {
            // Versions only grow, so no two revocations of projects of this name have the same id.
            members.insert("id".to_owned(), format!("r{}", self.version + 1).into());
        }
        let revocation = Arc::new(revocation);
        self.revocations.push(revocation.clone());
        revocation
    }

    /// Revokes the tokens that a service account has, instead of those that it had at an earlier time.
    pub(super) fn revoke_account(&mut self, client: &ClientId, reason: &str, now: NumericDate) {
        let (client, seconds) = (Value::from(client.to_string()), now.whole_seconds());
        let is_covered = |other: &Value| {
            is_of_accounts(other, seconds)
                && other.get("client") == Some(&client)
                && ["subject", "tokenId"].iter().all(|name| other.get(name).is_none())
        };
        self.revocations.retain(|other| !is_covered(other));
        if self.revocations.len() >= MAX_REVOCATIONS {
            self.revoke_all_accounts(now);
        } else {
            self.push_revocation(
                json!({ "idp": ACCOUNTS, "client": client, ISSUED_BEFORE: seconds, "reason": reason, AUTOMATIC: true }),
            );
        }
    }

    /// Whether tokens of accounts may be valid: there are accounts or members, or were, and their tokens are revoked.
    pub(super) fn may_have_account_tokens(&self) -> bool {
        let names_accounts =
            |revocation: &Arc<Value>| revocation.get("idp").is_some_and(|idp| idp == ACCOUNTS);
        self.trusts_accounts() || self.revocations.iter().any(names_accounts)
    }

    /// Revokes the tokens that accounts have, by one revocation. Those that need theirs get another.
    pub(super) fn revoke_all_accounts(&mut self, now: NumericDate) {
        let now = now.whole_seconds();
        self.revocations.retain(|other| !is_of_accounts(other, now));
        let reason = "accounts were removed or lost access";
        self.push_revocation(
            json!({ "idp": ACCOUNTS, ISSUED_BEFORE: now, "reason": reason, AUTOMATIC: true }),
        );
    }
}

/// Whether a revocation is about tokens of accounts that were issued up to `now`.
fn is_of_accounts(revocation: &Value, now: u64) -> bool {
    let issued_before = revocation.get(ISSUED_BEFORE).and_then(Value::as_u64);
    revocation.get("idp").is_some_and(|idp| idp == ACCOUNTS) && issued_before.is_some_and(|time| time <= now)
}

fn is_live(revocation: &Value, now: NumericDate) -> bool {
    let issued_before = revocation.get(ISSUED_BEFORE).and_then(Value::as_u64);
    issued_before.is_none_or(|seconds| now.whole_seconds() <= seconds.saturating_add(KEPT_SECONDS))
}

/// Whether two revocations refuse the same tokens.
fn is_same(one: &Value, other: &Value) -> bool {
    PROPERTIES.iter().chain([&ISSUED_BEFORE]).all(|name| one.get(name) == other.get(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::snapshot::Snapshot;
    use crate::management::change::Change;
    use crate::management::new_revocation::read_revocation;
    use crate::management::{ChangeContext, Precondition};
    use crate::project_id::ProjectId;

    const NOW: f64 = 1_800_000_000.5;
    const KEPT: f64 = 30.0 * 86_400.0;

    fn revoke(members: &Value, is_forced: bool) -> Change {
        let mut document = json!({ "reason": "lost" });
        document.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        read_revocation(&document, NumericDate::from_seconds(NOW), is_forced).unwrap()
    }

    fn apply_at(seconds: f64, project: &Project, change: &Change) -> Result<Project, Refusal> {
        let id = &ProjectId::try_from("plant7").unwrap();
        let context = ChangeContext { id, now: NumericDate::from_seconds(seconds), public_url: None };
        project.apply(change, &Precondition::default(), &context).map(|applied| applied.project)
    }

    fn apply(project: &Project, change: &Change) -> Result<Project, Refusal> {
        apply_at(NOW, project, change)
    }

    fn project() -> Project {
        let idp = json!({
            "id": "apps", "iss": "https://issuer.example", "label": { "en": "x" }, "idClaim": "sub",
            "roleDetection": "DEFINED", "definedRoles": ["access"],
        });
        let new = apply(&Project::default(), &Change::PutProject { label: None }).unwrap();
        apply(&new, &Change::AddIdp { idp: Arc::new(idp) }).unwrap()
    }

    #[test]
    fn a_revocation_gets_an_id_that_was_never_used() {
        let remove = |id: &str| Change::RemoveRevocation { id: id.to_owned(), is_owner: true };
        let me = revoke(&json!({ "subject": "me" }), false);
        let one = apply(&project(), &me).unwrap();
        assert_eq!(one.revocations[0]["id"], "r3");
        assert_eq!(apply(&one, &me), Err(Refusal::Exists));
        let none = apply(&one, &remove("r3")).unwrap();
        assert_eq!(apply(&none, &remove("r3")), Err(Refusal::NotFound));
        let again = apply(&none, &me).unwrap();
        assert_eq!(again.revocation("r5").unwrap()["reason"], "lost");
        let gone = apply(&again, &Change::DeleteProject).unwrap();
        let new = apply(&gone, &Change::PutProject { label: None }).unwrap();
        assert!(new.revocations.is_empty());
        assert_eq!(apply(&new, &me).unwrap().revocations[0]["id"], "r8");
    }

    #[test]
    fn tokens_of_former_accounts_stay_revoked_however_often_the_project_is_deleted() {
        let mut project = project();
        project.revoke_account(&ClientId::try_from("p1/ci").unwrap(), "gone", NumericDate::from_seconds(NOW));
        for _ in 0..2 {
            let gone = apply(&project, &Change::DeleteProject).unwrap();
            project = apply(&gone, &Change::PutProject { label: None }).unwrap();
            assert_eq!(project.revocations.len(), 1);
            let revocation = &project.revocations[0];
            assert_eq!((&revocation["idp"], revocation.get("client")), (&json!(ACCOUNTS), None));
        }
    }

    #[test]
    fn owners_remove_no_revocation_that_a_change_of_an_account_made() {
        let mut project = apply(&project(), &revoke(&json!({ "subject": "me" }), false)).unwrap();
        let now = NumericDate::from_seconds(NOW);
        project.revoke_account(&ClientId::try_from("plant7/ci").unwrap(), "it was disabled", now);
        let id = project.revocations[1]["id"].as_str().unwrap().to_owned();
        let remove = |id: &str, is_owner| Change::RemoveRevocation { id: id.to_owned(), is_owner };
        assert_eq!(apply(&project, &remove(&id, true)), Err(Refusal::Automatic));
        assert_eq!(apply(&project, &remove(&id, false)).unwrap().revocations.len(), 1);
        let by_hand = project.revocations[0]["id"].as_str().unwrap();
        assert_eq!(apply(&project, &remove(by_hand, true)).unwrap().revocations.len(), 1);
        let end = NOW + KEPT + 1.0;
        let later = apply_at(end, &project, &Change::PutProject { label: None }).unwrap();
        assert!(later.revocations.is_empty(), "it ends by itself");
    }

    #[test]
    fn the_entry_exists_unless_it_is_forced() {
        let other = json!({ "idp": "other" });
        assert!(apply(&project(), &revoke(&json!({ "idp": "apps" }), false)).is_ok());
        match apply(&project(), &revoke(&other, false)) {
            Err(Refusal::Invalid(faults)) => assert_eq!(faults.as_slice()[0].pointer, "/idp"),
            answer => panic!("{answer:?}"),
        }
        assert!(apply(&project(), &revoke(&other, true)).is_ok());
        assert!(apply(&project(), &revoke(&json!({}), true)).is_ok());
    }

    #[test]
    fn a_thousand_revocations_fit_and_old_ones_make_room() {
        let mut full = project();
        for number in 0..MAX_REVOCATIONS {
            let subject = format!("{number:0>36}");
            let one = json!({ "subject": subject, "issuedBefore": 1_800_000_000, "reason": "a lost laptop" });
            full.revoke(&one, false).unwrap();
        }
        let more = revoke(&json!({ "subject": "more" }), false);
        assert_eq!(apply(&full, &more), Err(Refusal::TooMany(Limit::Revocations)));
        assert_eq!(apply_at(NOW + KEPT, &full, &more), Err(Refusal::TooMany(Limit::Revocations)));
        assert_eq!(apply_at(NOW + KEPT + 1.0, &full, &more).unwrap().revocations.len(), 1);
        let published = serde_json::from_str(&full.snapshot_text().unwrap()).unwrap();
        assert!(Snapshot::parse_stored(&published).is_ok());
        assert!(apply(&full, &Change::RemoveIdp { id: "apps".to_owned() }).is_ok(), "within the bound");
    }
}
