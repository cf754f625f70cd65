//! Assertions of who calls, which origins get.

use std::sync::{Arc, Mutex};

use edge_authorizer::accounts::{ASSERTION_KEY, AssertionKey, SigningSet};
use edge_authorizer::{
    ASSERTION_REUSE, ASSERTION_TYPE, Assertion, FairCache, NumericDate, Owner, ProjectId, Unavailable,
};

use super::published::{Published, of_kind};
use super::replica_cache::ReplicaCache;
use crate::host::{AssertionHost, Clock, Job, LogSink, Replica, Space};
use crate::lock::lock;
use crate::log::warning;
use crate::sealing::SealingKeys;
use crate::signing::{SealedKey, purpose};

/// What signed assertions may hold in memory, in bytes. Projects share it fairly.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// The key that signs, and the assertions that were signed within the last half minute.
pub struct Assertions {
    key: ReplicaCache,
    signed: Mutex<FairCache<Assertion, Signed>>,
}

#[derive(Clone)]
struct Signed {
    text: Arc<str>,
    /// Until when it may be sent.
    until: NumericDate,
}

impl Default for Assertions {
    fn default() -> Self {
        let parse = |it: &_| Ok(Published::AssertionKey(AssertionKey::parse_stored(it)?.into()));
        let key = ReplicaCache::new(Space::Config, "", parse);
        Self { key, signed: Mutex::new(FairCache::new(MAX_BYTES)) }
    }
}

impl Assertions {
    /// The signed assertion, in the compact form: one that was signed for the same caller and audience within the last half
    /// minute, or a new one.
    pub async fn get<H: AssertionHost>(
        &self,
        host: &H,
        (sealing, ttl): (Option<&SealingKeys>, f64),
        project: &ProjectId,
        assertion: Assertion,
    ) -> Result<Arc<str>, Unavailable> {
        let now = host.now();
        let kept = lock(&self.signed).get(&assertion).map(|(_, signed)| signed.clone());
        if let Some(Signed { text, .. }) = kept.filter(|signed| now < signed.until) {
            return Ok(text);
        }
        let key = self.key.get(host, ASSERTION_KEY, None, ttl, || Job::ReadAssertionKey).await;
        let key = of_kind(key, Published::assertion_key)?;
        let (Some(key), Some(sealing)) = (key, sealing) else {
            warning(
                host,
                "not_signed",
                "assertion",
                "there is no assertion key, or `EDGE_SEALING_KEY` is not set",
            );
            return Err(Unavailable);
        };
        let sealed = SealedKey { purpose: purpose(SigningSet::Assertions, &key.kid), sealed: &key.sealed };
        let claims = assertion.claims(&key.issuer, now);
        let text: Arc<str> = sealed.sign(host, sealing, ASSERTION_TYPE, &claims).await?.into();
        let signed = Signed { text: text.clone(), until: now.plus(ASSERTION_REUSE) };
        let bytes = assertion.bytes() + text.len();
        let _evicted = lock(&self.signed).put(assertion, Owner::Project(project.clone()), signed, bytes);
        Ok(text)
    }

    /// Reads the key again.
    pub async fn refresh_key<H: Replica + Clock + LogSink>(&self, host: &H) {
        self.key.refresh(host, ASSERTION_KEY, None).await;
    }
}
