//! What ended at the provider, so that nothing that is under way begins a session of it.

use base64ct::{Base64UrlUnpadded, Encoding};
use edge_authorizer::Unavailable;
use edge_authorizer::login::{Ended, VerifiedIdToken, VerifiedLogout};
use edge_authorizer::users::ProviderIdentity;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::directory::{Entry, Rows, Stored, absent, added};
use crate::host::{Directory, Kind, LogSink, RowChange};
use crate::users::provider_session;

/// How long it is remembered, in seconds: longer than anything is under way.
const LIFE: f64 = 86_400.0;

/// What ended at the provider, by the digest of its name.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tombstone {
    /// When the provider issued the message, by its own clock, in seconds since 1970. What it issued later counts again for a user; for
    /// a session nothing does.
    issued: f64,
    /// Until when it is remembered.
    until: f64,
}

impl Entry for Tombstone {
    const KIND: Kind = Kind::Tombstone;

    fn expires_at(&self) -> Option<f64> {
        Some(self.until)
    }
}

impl Tombstone {
    /// The changes that remember what ended, by a message that came at `now`.
    pub async fn remember<H: Directory + LogSink>(
        host: &H,
        logout: &VerifiedLogout,
        now: f64,
    ) -> Result<Vec<RowChange>, Unavailable> {
        let issuer = &logout.issuer;
        let ids = match &logout.ended {
            Ended::Session { sid, subject } => {
                let unnamed = subject.as_ref().map(|sub| id_of_unnamed(&identity(issuer, sub)));
                std::iter::once(id_of_session(issuer, sid)).chain(unnamed).collect()
            }
            Ended::Subject(sub) => vec![id_of_subject(&identity(issuer, sub))],
        };
        let mut changes = Vec::new();
        for id in ids {
            changes.push(Self::written(host, &id, logout, now).await?);
        }
        Ok(changes)
    }

    async fn written<H: Directory + LogSink>(
        host: &H,
        id: &str,
        logout: &VerifiedLogout,
        now: f64,
    ) -> Result<RowChange, Unavailable> {
        let former = Rows(host).load::<Self>(id).await?;
        let issued =
            former.as_ref().map_or(0.0, |former| former.value.issued).max(logout.issued.as_seconds());
        let tombstone = Self { issued, until: now + LIFE };
        Ok(match former {
            Some(former) => former.replaced_by(&tombstone),
            None => added(id, &tombstone),
        })
    }

    /// What must hold when a session of a login begins; `None` if its session at the provider has ended already.
    pub async fn conditions<H: Directory + LogSink>(
        host: &H,
        id_token: &VerifiedIdToken,
    ) -> Result<Option<Vec<RowChange>>, Unavailable> {
        let session = id_token.sid.as_deref().map(|sid| id_of_session(&id_token.issuer, sid));
        let identity = identity(&id_token.issuer, &id_token.subject);
        let (mut conditions, mut of_user) = (Vec::new(), vec![id_of_subject(&identity)]);
        match session {
            Some(id) => {
                if Rows(host).load::<Self>(&id).await?.is_some() {
                    return Ok(None);
                }
                conditions.push(absent::<Self>(&id));
            }
            None => of_user.push(id_of_unnamed(&identity)),
        }
        for id in of_user {
            match Rows(host).load::<Self>(&id).await? {
                Some(Stored { value, .. }) if id_token.issued.as_seconds() <= value.issued => {
                    return Ok(None);
                }
                Some(stored) => conditions.push(stored.unchanged()),
                None => conditions.push(absent::<Self>(&id)),
            }
        }
        Ok(Some(conditions))
    }
}

fn identity(iss: &str, sub: &str) -> ProviderIdentity {
    ProviderIdentity { iss: iss.to_owned(), sub: sub.to_owned() }
}

fn id_of_session(iss: &str, sid: &str) -> String {
    digest("session", &provider_session(iss, sid))
}

fn id_of_subject(identity: &ProviderIdentity) -> String {
    digest("subject", &identity.key())
}

/// Those sessions of a user whose `sid` the provider did not give: a message that names one may mean each of them.
fn id_of_unnamed(identity: &ProviderIdentity) -> String {
    digest("subject without sid", &identity.key())
}

fn digest(kind: &str, name: &str) -> String {
    let digest = Sha256::new().chain_update(kind).chain_update([0]).chain_update(name).finalize();
    Base64UrlUnpadded::encode_string(&digest)
}
