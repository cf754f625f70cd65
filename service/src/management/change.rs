//! Changing a project: the change is examined first, then it is applied and committed.

use std::sync::Arc;

use edge_authorizer::management::{Applied, Change, Precondition, Project};
use edge_authorizer::{Denial, ErrorCode, ProjectId, Snapshot, Unavailable};

use super::author::{Author, Caller};
use super::call::Call;
use super::document;
use super::reply::Reply;
use crate::host::{AuditNote, Commit, ControlHost, Key};
use crate::publication::{RETRY, publish};
use crate::records::{Loaded, MAX_ATTEMPTS, ProjectRecord, failed};

impl<H: ControlHost> Call<'_, H> {
    /// Makes the change, unless it is refused, or only asked for with `?dryRun=true`. A refusal is noted in the audit log.
    pub async fn change(&self, id: &ProjectId, change: &Change, caller: &Caller) -> Result<Reply, Reply> {
        let (key, author) = (Key::Project(id.clone()), Author::new(caller, self.request));
        let outcome = self.attempt(id, &key, change, caller, &author).await;
        if let Err(Reply::Problem { denial, .. }) = &outcome
            && !self.request.is_set("dryRun")
        {
            self.note_refusal(&key, &author.refused(&text_of(change), denial.code)).await?;
        }
        outcome
    }

    /// Notes a refusal. A project that never existed has no log that could be filled.
    async fn note_refusal(&self, key: &Key, note: &AuditNote) -> Result<(), Reply> {
        if self.load::<ProjectRecord>(key).await?.exists() {
            let appended = self.host.append(key, note.clone()).await;
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
        let is_dry_run = self.request.is_set("dryRun");
        let preview = self.load::<ProjectRecord>(key).await?.value.project.apply(change, &precondition)?;
        let mut examination = self.examine(key, change, preview.before.as_ref()).await?;
        if preview.loses_owners && matches!(caller, Caller::PlatformAdmin) && !self.request.is_set("force") {
            examination.warnings.push(NO_OWNERS.to_owned());
        }
        for _ in 0..MAX_ATTEMPTS {
            let Loaded { value, revision, .. } = self.load::<ProjectRecord>(key).await?;
            let applied = self.apply(id, &value.project, change, &precondition, caller).await?;
            if is_dry_run {
                return Ok(Reply::changed(self.request, change, applied, false, examination));
            }
            if self.commit_change(key, value, revision, change, &applied, author).await? {
                // The change is made, whether or not the replicas have it yet.
                let published =
                    publish::<ProjectRecord, H>(self.host, &self.state.turns, key).await.unwrap_or(false);
                return Ok(Reply::changed(self.request, change, applied, published, examination));
            }
        }
        Err(Unavailable.into())
    }

    /// What the change makes of the stored version, if its author may make it.
    async fn apply(
        &self,
        id: &ProjectId,
        current: &Project,
        change: &Change,
        precondition: &Precondition,
        caller: &Caller,
    ) -> Result<Applied, Reply> {
        let applied = current.apply(change, precondition)?;
        if matches!(caller, Caller::Owner(_)) {
            // Who was an owner when they asked has to be one of the version that is changed.
            if !self.owns(id, snapshot_of(current)).await {
                let realm = Some(id.clone());
                return Err(Reply::denied(Denial { code: ErrorCode::TokenUntrusted, realm }));
            }
            if !self.request.is_set("force") && !self.owns(id, snapshot_of(&applied.project)).await {
                return Err(Reply::refused(ErrorCode::WouldLockOut));
            }
        }
        Ok(applied)
    }

    /// Commits the change with its audit entry and the time when it is published at the latest, unless another writer came
    /// first.
    async fn commit_change(
        &self,
        key: &Key,
        mut record: ProjectRecord,
        revision: Option<u64>,
        change: &Change,
        applied: &Applied,
        author: &Author,
    ) -> Result<bool, Reply> {
        let begins = !record.project.exists && applied.project.exists;
        record.project = applied.project.clone();
        record.issuers.note(&applied.project.issuers(), self.request.received, self.host.now());
        let note = author.made(&text_of(change), applied.before.as_ref(), applied.after.as_ref());
        let audit = Some(AuditNote { begins, ..note });
        let extras = Commit { audit, wake_after: Some(RETRY), ..Commit::default() };
        Ok(self.commit(key, revision, &record, extras).await?.is_some())
    }
}

/// What an administrator may not have meant.
const NO_OWNERS: &str =
    "no entry of the project names the role `owner` any more: only the platform administrator can manage it";

/// A change as the audit log has it.
fn text_of(change: &Change) -> String {
    serde_json::to_string(change).unwrap_or_default()
}

/// The snapshot of a project as it would be.
fn snapshot_of(project: &Project) -> Option<Arc<Snapshot>> {
    project.snapshot().and_then(|snapshot| Snapshot::parse_stored(&snapshot).ok()).map(Arc::new)
}
