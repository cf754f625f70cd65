//! The limits on attempts, by account and address.

use base64ct::{Base64UrlUnpadded, Encoding};
use edge_authorizer::Unavailable;
use edge_authorizer::accounts::{network, site};
use edge_authorizer::users::{AttemptLimit, Attempts};
use sha2::{Digest, Sha256};

use crate::directory::{ATTEMPTS, CommitFailure, Rows, Stored, absent, added};
use crate::host::{Clock, Directory, Kind, LogSink, RowChange, TermName};
use crate::http::Request;

/// How many counters are forgotten at a time.
const FORGOTTEN: u32 = 100;

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
    /// The logins from the address of a request: to an account, whether or not it exists, and to any.
    pub fn logins(email: &str, request: &Request) -> Vec<Self> {
        let account = Self::at_network(AttemptLimit::Account, "account", email, request);
        let address = Self::at_network(AttemptLimit::Address, "address", "", request);
        [account, address].into_iter().chain(Self::at_site(AttemptLimit::Site, "site", request)).collect()
    }

    /// The mails that the address of a request asked for.
    pub fn mails(request: &Request) -> Vec<Self> {
        let mails = Self::at_network(AttemptLimit::Mails, "mails", "", request);
        std::iter::once(mails).chain(Self::at_site(AttemptLimit::SiteMails, "site mails", request)).collect()
    }

    fn at_network(limit: AttemptLimit, kind: &str, email: &str, request: &Request) -> Self {
        Self::new(limit, kind, email, &network(request.address.as_deref().unwrap_or_default()))
    }

    /// Who has an IPv6 network of 48 bits has 65 536 of 64 bits.
    fn at_site(limit: AttemptLimit, kind: &str, request: &Request) -> Option<Self> {
        let site = site(request.address.as_deref()?)?;
        Some(Self::new(limit, kind, "", &site))
    }

    fn new(limit: AttemptLimit, kind: &str, email: &str, network: &str) -> Self {
        let digest = Sha256::new()
            .chain_update(kind)
            .chain_update([0])
            .chain_update(email.to_ascii_lowercase())
            .chain_update([0])
            .chain_update(network);
        Self { limit, id: Base64UrlUnpadded::encode_string(&digest.finalize()) }
    }

    async fn one_more<H>(&self, host: &H) -> Result<RowChange, NotAdmitted>
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
        match Rows(host).commit(&one_more(host, counters).await?).await {
            Ok(()) => return Ok(()),
            Err(CommitFailure::Conflict) => {}
            Err(CommitFailure::Full(Kind::Failure)) => make_room(host).await?,
            Err(_) => return Err(NotAdmitted::Unavailable),
        }
    }
    Err(NotAdmitted::Unavailable)
}

/// The changes that count one more attempt.
pub async fn one_more<H>(host: &H, counters: &[Counter]) -> Result<Vec<RowChange>, NotAdmitted>
where
    H: Directory + Clock + LogSink,
{
    let mut changes = Vec::new();
    for counter in counters {
        changes.push(counter.one_more(host).await?);
    }
    Ok(changes)
}

/// Forgets the oldest counters where there are as many as there can be: the attempts of others refuse nobody's.
pub async fn make_room<H: Directory + LogSink>(host: &H) -> Result<(), Unavailable> {
    let oldest = Rows(host).all::<Attempts>(TermName::Time, None, FORGOTTEN).await?;
    if oldest.is_empty() {
        return Err(Unavailable);
    }
    let removed: Vec<_> = oldest.iter().map(Stored::removed).collect();
    match Rows(host).commit(&removed).await {
        // After a conflict there is room, or the next attempt makes it.
        Ok(()) | Err(CommitFailure::Conflict) => Ok(()),
        Err(_) => Err(Unavailable),
    }
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
