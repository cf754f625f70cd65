//! The limits on attempts, by account and address.

use base64ct::{Base64UrlUnpadded, Encoding};
use edge_authorizer::Unavailable;
use edge_authorizer::accounts::network;
use edge_authorizer::users::{AttemptLimit, Attempts};
use sha2::{Digest, Sha256};

use crate::directory::{ATTEMPTS, CommitFailure, Rows, Stored, absent, added};
use crate::host::{Clock, Directory, LogSink, RowChange};
use crate::http::Request;

/// What is counted, by the id of its row.
pub struct Counter {
    limit: AttemptLimit,
    id: String,
}

/// Why an attempt is not made.
pub enum NotAdmitted {
    /// There were too many: in how many seconds one is admitted.
    Later(u64),
    /// The directory fails.
    Unavailable,
}

impl From<Unavailable> for NotAdmitted {
    fn from(Unavailable: Unavailable) -> Self {
        Self::Unavailable
    }
}

impl Counter {
    /// The logins to an account, whether or not it exists, from the address of a request.
    pub fn account(email: &str, request: &Request) -> Self {
        Self::new(AttemptLimit::Account, "account", email, request)
    }

    /// All logins from the address of a request.
    pub fn address(request: &Request) -> Self {
        Self::new(AttemptLimit::Address, "address", "", request)
    }

    /// The mails that the address of a request asked for.
    pub fn mails(request: &Request) -> Self {
        Self::new(AttemptLimit::Mails, "mails", "", request)
    }

    fn new(limit: AttemptLimit, kind: &str, email: &str, request: &Request) -> Self {
        let network = network(request.address.as_deref().unwrap_or_default());
        let digest = Sha256::new()
            .chain_update(kind)
            .chain_update([0])
            .chain_update(email.to_ascii_lowercase())
            .chain_update([0])
            .chain_update(network);
        Self { limit, id: Base64UrlUnpadded::encode_string(&digest.finalize()) }
    }

    /// The change that counts one more attempt.
    pub async fn one_more<H>(&self, host: &H) -> Result<RowChange, NotAdmitted>
    where
        H: Directory + Clock + LogSink,
    {
        let stored: Option<Stored<Attempts>> = Rows(host).load(&self.id).await?;
        let former = stored.as_ref().map(|stored| stored.value);
        let admitted = Attempts::admit(former, self.limit, host.now().whole_seconds());
        let attempts = admitted.map_err(NotAdmitted::Later)?;
        Ok(stored.map_or_else(|| added(&self.id, &attempts), |stored| stored.replaced_by(&attempts)))
    }

    /// The change that takes one back; of an account, all.
    async fn taken_back<H: Directory + LogSink>(&self, host: &H) -> Result<RowChange, Unavailable> {
        let Some(stored) = Rows(host).load::<Attempts>(&self.id).await? else {
            return Ok(absent::<Attempts>(&self.id));
        };
        let left = stored.value.without_one().filter(|_| self.limit != AttemptLimit::Account);
        Ok(left.map_or_else(|| stored.removed(), |left| stored.replaced_by(&left)))
    }
}

/// Counts an attempt before it is known whether it fails.
pub async fn count<H>(host: &H, counters: &[Counter]) -> Result<(), NotAdmitted>
where
    H: Directory + Clock + LogSink,
{
    for _ in 0..ATTEMPTS {
        let mut changes = Vec::new();
        for counter in counters {
            changes.push(counter.one_more(host).await?);
        }
        match Rows(host).commit(&changes).await {
            Ok(()) => return Ok(()),
            Err(CommitFailure::Conflict) => {}
            Err(_) => return Err(NotAdmitted::Unavailable),
        }
    }
    Err(NotAdmitted::Unavailable)
}

/// Takes back an attempt that did not fail. Where this fails, it stays counted for an hour.
pub async fn take_back<H: Directory + LogSink>(host: &H, counters: &[Counter]) {
    for _ in 0..ATTEMPTS {
        let mut changes = Vec::new();
        for counter in counters {
            let Ok(change) = counter.taken_back(host).await else { return };
            changes.push(change);
        }
        if Rows(host).commit(&changes).await != Err(CommitFailure::Conflict) {
            return;
        }
    }
}
