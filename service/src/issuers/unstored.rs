//! Issuers that are looked at before any project names them. Looking leaves nothing in the store.

use std::sync::Mutex;

use edge_authorizer::{FairCache, Owner};

use crate::lock::lock;
use crate::records::IssuerRecord;

/// What they may take in memory, in bytes.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// What is known of issuers that are not stored.
pub struct UnstoredIssuers(Mutex<FairCache<String, IssuerRecord>>);

impl Default for UnstoredIssuers {
    fn default() -> Self {
        Self(Mutex::new(FairCache::new(MAX_BYTES)))
    }
}

impl UnstoredIssuers {
    /// What is known of an issuer.
    pub fn get(&self, issuer: &str) -> IssuerRecord {
        let known = lock(&self.0).get(issuer).map(|(_, record)| record.clone());
        known.unwrap_or_else(|| IssuerRecord::new(issuer))
    }

    /// Keeps what is known of an issuer.
    pub fn put(&self, record: IssuerRecord) {
        // A value of JSON takes several times its text.
        let bytes = 4 * record.record.as_ref().map_or(0, |record| record.to_string().len())
            + size_of::<IssuerRecord>();
        let _evicted = lock(&self.0).put(record.issuer.clone(), Owner::Everybody, record, bytes);
    }

    /// Forgets an issuer.
    pub fn remove(&self, issuer: &str) {
        let _known = lock(&self.0).remove(issuer);
    }
}
