//! The keys of an entry's issuer: looking at them, fetching them again, blocking one.

use edge_authorizer::management::{Change, IssuerKeys};
use edge_authorizer::{
    BlockedKey, ErrorCode, FetchReason, Issuer, MAX_KEY_ID_BYTES, NumericDate, Unavailable,
};
use serde_json::Value;

use super::call::Call;
use super::reply::Reply;
use crate::host::{Commit, ControlHost, IssuerRequest, IssuerResponse, Key};
use crate::records::{ProjectRecord, Update};

/// The issuer of an entry, and the keys that the project blocks.
struct Named {
    issuer: Issuer,
    blocked: Vec<BlockedKey>,
}

impl<H: ControlHost> Call<'_, H> {
    /// The keys as the project sees them.
    pub async fn describe_keys(&self, key: &Key, idp: &str) -> Result<Value, Reply> {
        let named = &self.named(key, idp).await?;
        let response = self.keys_of(&named.issuer, FetchReason::Due).await?;
        Ok(self.describe(key, named, &response).await?)
    }

    /// Has the keys fetched again, once a cooldown, and describes them. If they were just fetched for another project, they
    /// are described as they are: how often others have them fetched is theirs to know.
    pub async fn refresh_keys(&self, key: &Key, idp: &str) -> Result<Reply, Reply> {
        let named = &self.named(key, idp).await?;
        let issuer = &named.issuer;
        let start = self.host.now();
        if let Err(seconds) = self.admit_refresh(key, issuer, start).await? {
            return Err(Reply::too_soon(ErrorCode::RefreshTooSoon, seconds));
        }
        let response = self.keys_of(issuer, FetchReason::Newer).await?;
        if let Some(attempted) = response.schedule.attempted.filter(|attempted| *attempted > start) {
            let note = |record: &mut ProjectRecord| {
                record.issuers.note_refresh(issuer.as_str(), attempted);
                Update::Commit((), Commit::default())
            };
            self.records().update(key, note).await?;
        }
        if let Some(reason) = response.schedule.error {
            return Err(Reply::for_reason(ErrorCode::IssuerUnusable, reason));
        }
        let keys = self.describe(key, named, &response).await?;
        Ok(Reply::representation(keys.to_string(), None))
    }

    /// Notes a refresh, unless there was one within the cooldown; then, in how many seconds another one is admitted. Of two
    /// at once, one is too soon.
    async fn admit_refresh(
        &self,
        key: &Key,
        issuer: &Issuer,
        now: NumericDate,
    ) -> Result<Result<(), f64>, Unavailable> {
        let cooldown = self.state.data.settings().keys.cooldown;
        let admit = |record: &mut ProjectRecord| {
            let again = record.issuers.get(issuer.as_str()).map(|issuer| issuer.refreshed.plus(cooldown));
            if let Some(again) = again.filter(|again| now < *again) {
                return Update::Keep(Err(again.as_seconds() - now.as_seconds()));
            }
            record.issuers.note_refresh(issuer.as_str(), now);
            Update::Commit(Ok(()), Commit::default())
        };
        self.records().update(key, admit).await
    }

    /// The change that blocks the key of that id, or with that thumbprint, for the project.
    pub async fn block_key(&self, key: &Key, idp: &str, kid: &str) -> Result<Change, Reply> {
        let issuer = &self.named(key, idp).await?.issuer;
        if kid.len() > MAX_KEY_ID_BYTES {
            return Err(Reply::refused(ErrorCode::NotFound));
        }
        let IssuerResponse { record, schedule } = self.keys_of(issuer, FetchReason::Due).await?;
        let since = self.since(key, issuer).await?;
        let keys = IssuerKeys { issuer, record: record.as_ref(), schedule: &schedule, since };
        let thumbprint = keys.thumbprint(kid);
        let (iss, kid) = (issuer.as_str().to_owned(), kid.to_owned());
        Ok(Change::BlockKey(BlockedKey { iss, kid, thumbprint }))
    }

    /// The change that unblocks a key.
    pub async fn unblock_key(&self, key: &Key, idp: &str, kid: &str) -> Result<Change, Reply> {
        let iss = self.named(key, idp).await?.issuer.as_str().to_owned();
        Ok(Change::UnblockKey { iss, kid: kid.to_owned() })
    }

    /// The issuer of an entry, and the blocked keys. No more of a project is kept while the issuer is awaited.
    async fn named(&self, key: &Key, idp: &str) -> Result<Named, Reply> {
        let record = self.load(key).await?.value;
        let issuer = record.project().idp(idp).and_then(|entry| entry.get("iss")).and_then(Value::as_str);
        let issuer = issuer.and_then(|issuer| Issuer::try_from(issuer).ok());
        let issuer = issuer.ok_or_else(|| Reply::refused(ErrorCode::NotFound))?;
        Ok(Named { issuer, blocked: record.project().blocked.clone() })
    }

    async fn describe(
        &self,
        key: &Key,
        Named { issuer, blocked }: &Named,
        response: &IssuerResponse,
    ) -> Result<Value, Unavailable> {
        let since = self.since(key, issuer).await?;
        let IssuerResponse { record, schedule } = response;
        let keys = IssuerKeys { issuer, record: record.as_ref(), schedule, since };
        Ok(keys.describe(blocked))
    }

    /// Since when the project names an issuer: what is older is not shown.
    async fn since(&self, key: &Key, issuer: &Issuer) -> Result<NumericDate, Unavailable> {
        let record = self.load(key).await?.value;
        Ok(record.issuers.get(issuer.as_str()).map_or_else(|| self.host.now(), |issuer| issuer.since))
    }

    async fn keys_of(&self, issuer: &Issuer, reason: FetchReason) -> Result<IssuerResponse, Unavailable> {
        self.host.ask_issuer(issuer.as_str(), &IssuerRequest::Keys(reason)).await
    }
}
