//! Changing a project: the change is examined first, then it is applied and committed.

use std::sync::Arc;

use edge_authorizer::management::{Applied, Change, ChangeContext, Precondition, Project};
use edge_authorizer::{Denial, ErrorCode, ProjectId, Snapshot, Unavailable};

use super::author::{Author, Caller};
use super::call::Call;
use super::document;
use super::reply::{Reply, text_of};
use crate::host::{AuditNote, Commit, ControlHost, Key};
use crate::publication::{RETRY, publish};
use crate::records::{Loaded, MAX_ATTEMPTS, ProjectRecord, failed};

impl<H: ControlHost> Call<'_, H> {
    /// Makes the change, unless it is refused, or only asked for with `?dryRun=true`. A refusal is noted in the audit log.
    pub async fn change(&self, id: &ProjectId, change: &Change, caller: &Caller) -> Result<Reply, Reply> {
        let (key, author) = (Key::Project(id.clone()), Author::new(caller, self.request));
        let outcome = self.attempt(id, &key, change, caller, &author).await;
        // Who no longer owns the project leaves nothing in its log.
        if let Err(Reply::Problem { denial, .. }) = &outcome
            && denial.code != ErrorCode::TokenUntrusted
            && !self.request.is_set("dryRun")
        {
            self.note_refusal(&key, author.refused(&text_of(change), denial.code)).await?;
        }
        outcome
    }

    /// Notes a refusal. A project that never existed has no log that could be filled.
    async fn note_refusal(&self, key: &Key, note: AuditNote) -> Result<(), Reply> {
        if self.load(key).await?.exists() {
            let appended = self.host.append(key, note).await;
            appended.map_err(|failure| failed(self.host, key, &failure))?;
        }
        Ok(())
    }

    async fn attempt(
        &self,
        id: &ProjectId,
        key: &Key,
        change: &Change,
        caller: &Caller,
        author: &Author,
    ) -> Result<Reply, Reply> {
        let precondition = document::precondition(self.request)?;
        // The issuer is asked before the turn is taken: one that is slow holds up no other change.
        let (mut version, mut applied) = self.preview(id, change, &precondition).await?;
        let mut examination = self.examine(key, change, applied.before.as_deref()).await?;
        if applied.loses_owners && !caller.is_owner() && !self.request.is_set("force") {
            examination.warnings.push(NO_OWNERS.to_owned());
        }
        if applied.project.exists {
            self.check_no_former_members(key).await?;
            if !self.load(key).await?.value.project().exists {
                // What is of a former project of the name belongs before this one in the log.
                self.settle_log(key).await?;
            }
        }
        let turn = self.state.turns.take(self.host, &format!("change {key}")).await.ok_or(Unavailable)?;
        for _ in 0..MAX_ATTEMPTS {
            let Loaded { value: record, revision, .. } = self.load(key).await?;
            if record.project().version != version {
                version = record.project().version;
                applied = record.project().apply(change, &precondition, &self.context_of(id))?;
            }
            let snapshot = self.check_owner(id, &record, &applied.project, caller).await?;
            if self.request.is_set("dryRun") {
                return Ok(Reply::changed(self.request, change, applied, false, examination));
            }
            let note = author.made(&text_of(change), applied.before.as_deref(), applied.after.as_deref());
            let begins = !record.project().exists && applied.project.exists;
            let audit = Some(AuditNote { begins, ..note });
            // The host wakes the key for the publication, if this request does not come to it.
            let record = self.record_of(&record, &applied, snapshot);
            let extras = Commit { audit, wake_after: Some(RETRY), ..Commit::default() };
            if self.records().commit(key, revision, record, extras).await?.is_some() {
                drop(turn);
                // The change is made, whether or not the replicas have it yet.
                let published = publish::<ProjectRecord, H>(self.records(), &self.state.turns, key).await;
                let published = published.unwrap_or(false);
                return Ok(Reply::changed(self.request, change, applied, published, examination));
            }
        }
        Err(Unavailable.into())
    }

    /// Checks that nobody has a role in a former project of the name: a new one would get its members.
    async fn check_no_former_members(&self, key: &Key) -> Result<(), Reply> {
        if self.load(key).await?.value.has_former_members
            && !publish::<ProjectRecord, H>(self.records(), &self.state.turns, key).await?
        {
            return Err(Reply::too_soon(ErrorCode::StoreUnavailable, RETRY));
        }
        Ok(())
    }

    /// What a change that is made now depends on.
    fn context_of<'c>(&'c self, id: &'c ProjectId) -> ChangeContext<'c> {
        ChangeContext { id, now: self.host.now(), public_url: self.public_url() }
    }

    /// What the change makes of the stored version. No more of that version is kept.
    async fn preview(
        &self,
        id: &ProjectId,
        change: &Change,
        precondition: &Precondition,
    ) -> Result<(u64, Applied), Reply> {
        let record = self.load(&Key::Project(id.clone())).await?.value;
        let applied = record.project().apply(change, precondition, &self.context_of(id))?;
        Ok((record.project().version, applied))
    }

    /// Checks that an owner may make the change, and returns what the changed project decides by, if that was needed.
    async fn check_owner(
        &self,
        id: &ProjectId,
        current: &ProjectRecord,
        changed: &Project,
        caller: &Caller,
    ) -> Result<Option<Arc<Snapshot>>, Reply> {
        if !caller.is_owner() {
            return Ok(None);
        }
        // Who was an owner when they asked has to be one of the version that is changed.
        self.check_still_owner(id, self.snapshot_of(id, current), caller).await?;
        if self.request.is_set("force") {
            return Ok(None);
        }
        let snapshot = changed.snapshot().ok().flatten().map(Arc::new);
        if !self.owns(id, snapshot.clone()).await {
            return Err(Reply::refused(ErrorCode::WouldLockOut));
        }
        Ok(snapshot)
    }

    /// Checks that a caller who owned the project when they asked owns it by this snapshot.
    pub async fn check_still_owner(
        &self,
        id: &ProjectId,
        snapshot: Option<Arc<Snapshot>>,
        caller: &Caller,
    ) -> Result<(), Reply> {
        if caller.is_owner() && !self.owns(id, snapshot).await {
            return Err(Reply::denied(Denial { code: ErrorCode::TokenUntrusted, realm: Some(id.clone()) }));
        }
        Ok(())
    }

    /// The record with the changed project.
    fn record_of(
        &self,
        current: &ProjectRecord,
        applied: &Applied,
        snapshot: Option<Arc<Snapshot>>,
    ) -> ProjectRecord {
        let mut record = current.clone();
        record.replace_project(applied.project.clone(), snapshot);
        record.note_issuers(self.request.received, self.host.now());
        record
    }
}

/// What an administrator may not have meant.
const NO_OWNERS: &str =
    "no entry of the project names the role `owner` any more: only the platform administrator can manage it";
