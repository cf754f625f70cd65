//! The signing keys where they are stored: made, rotated, sealed anew and published.

use std::fmt::Display;
use std::sync::Arc;

use edge_authorizer::accounts::{KeyState, SigningKey, SigningSchedule, SigningSet};
use edge_authorizer::{FetchedKeys, Issuer, Unavailable};
use serde_json::Value;

use super::key_change::{KeyChange, KeyRefusal};
use super::signer::purpose;
use crate::host::{
    Commit, ControlHost, Failure, IssuerRequest, IssuerResponse, Key, KeyPair, SigningKeysResponse,
};
use crate::log::warning;
use crate::publication::{RETRY, Turns, publish};
use crate::records::{IssuerRecord, Loaded, MAX_ATTEMPTS, Records, SigningKeysRecord};
use crate::sealing::SealingKeys;
use crate::settings::Settings;

/// A set of signing keys of an issuer, for one host.
pub struct SigningService<'s, H: ControlHost> {
    pub set: SigningSet,
    pub records: Records<'s, H>,
    pub settings: &'s Settings,
    pub turns: &'s Turns<H::Signal>,
    pub issuer: &'s Issuer,
    pub sealing: &'s SealingKeys,
}

/// What became of a change that an administrator asked for.
pub struct Changed {
    /// What a removed key did.
    pub removed: Option<KeyState>,
    /// Whether the replicas have it.
    pub is_published: bool,
    /// The keys as they are now, as [`SigningService::describe`] has them.
    pub keys: Value,
}

impl<H: ControlHost> SigningService<'_, H> {
    /// The keys for what signs.
    pub async fn answer(&self) -> Result<SigningKeysResponse, Unavailable> {
        let record = self.current().await?;
        let key = record.keys.signing().ok_or_else(|| self.failed("no key is published yet"))?;
        Ok(SigningKeysResponse {
            kid: key.kid().to_owned(),
            sealed: key.sealed.clone(),
            jwks: record.keys.jwks(),
            until: self.records.host.now().plus(self.schedule().hold),
        })
    }

    /// Answers a request about the issuer, of the set for access tokens. Its keys are those stored here, whatever the reason; which projects name it does
    /// not matter.
    pub async fn answer_issuer(&self, _request: &IssuerRequest) -> Result<IssuerResponse, Unavailable> {
        let mut response = self.current().await?.public.response();
        // There is no news until there is a new record: asking again is useless for a cooldown.
        response.schedule.attempted = Some(self.records.host.now());
        Ok(response)
    }

    /// `{"keys", "rotatesAt", "rotatableAt"}`, even of keys that nothing opens any more: they have to be removed.
    pub async fn describe(&self) -> Result<Value, Unavailable> {
        let record = match self.current().await {
            Ok(record) => record,
            Err(Unavailable) => self.load().await?.value,
        };
        record.keys.current().map(|_| record.keys.describe(&self.schedule())).ok_or(Unavailable)
    }

    /// Makes a change that an administrator asked for. `author` is who that is, in JSON, as the audit log has it.
    pub async fn change_by(
        &self,
        author: &str,
        what: KeyChange<'_>,
    ) -> Result<Result<Changed, KeyRefusal>, Unavailable> {
        let current = self.current().await;
        if !matches!(what, KeyChange::Revoke(_)) {
            current?;
        }
        let removed = match self.change(what, Some(author)).await? {
            Ok(removed) => removed,
            Err(refusal) => return Ok(Err(refusal)),
        };
        // The change is made, whether or not the replicas have it yet.
        let is_published = self.publish().await.unwrap_or(false);
        Ok(Ok(Changed { removed, is_published, keys: self.describe().await? }))
    }

    /// Does what is due, and publishes it.
    pub async fn wake(&self) -> Result<(), Unavailable> {
        self.current().await?;
        self.publish().await.map(|_| ())
    }

    /// The key of the record.
    fn key(&self) -> Key {
        Key::SigningKeys(self.set)
    }

    fn schedule(&self) -> SigningSchedule {
        SigningSchedule::new(self.set, self.settings.config_ttl, self.settings.clock_skew)
    }

    /// The record, after what was due has been done. Only the first keys are waited for until they are published; others sign
    /// when they are, and the host wakes the key for it.
    async fn current(&self) -> Result<Arc<SigningKeysRecord>, Unavailable> {
        let record = self.load().await?.value;
        let is_due = self.is_due(&record);
        if !is_due && record.keys.signing().is_some() {
            return Ok(record);
        }
        if is_due {
            let _never_refused = self.change(KeyChange::Advance, None).await?;
        }
        let record = self.load().await?.value;
        if record.keys.signing().is_some() {
            return Ok(record);
        }
        self.publish().await?;
        Ok(self.load().await?.value)
    }

    /// Publishes what the replicas do not have, and returns whether they have everything then.
    async fn publish(&self) -> Result<bool, Unavailable> {
        publish::<SigningKeysRecord, H>(self.records, self.turns, &self.key()).await
    }

    async fn load(&self) -> Result<Loaded<SigningKeysRecord>, Unavailable> {
        self.records.load(&self.key()).await
    }

    /// Whether the keys have to be changed.
    fn is_due(&self, record: &SigningKeysRecord) -> bool {
        let (keys, public, now) = (&record.keys, &record.public, self.records.host.now());
        let advances = keys.advances_at(&self.schedule()).is_some_and(|at| at <= now);
        let is_sealed = keys.sealed().all(|key| self.sealing.is_current(&key.sealed));
        advances
            || !is_sealed
            || keys.missing() > 0
            || public.issuer != self.issuer.as_str()
            || public.schedule.due.is_none_or(|due| due <= now)
    }

    /// Changes the keys, and returns what a removed one did. The host wakes the key for the publication.
    async fn change(
        &self,
        what: KeyChange<'_>,
        author: Option<&str>,
    ) -> Result<Result<Option<KeyState>, KeyRefusal>, Unavailable> {
        let host = self.records.host;
        let key = self.key();
        let _turn = self.turns.take(host, &format!("change {key}")).await.ok_or(Unavailable)?;
        for _ in 0..MAX_ATTEMPTS {
            let Loaded { value, revision, .. } = self.load().await?;
            if what == KeyChange::Advance && !self.is_due(&value) {
                return Ok(Ok(None));
            }
            let mut record = Arc::unwrap_or_clone(value);
            let before = signing_id(&record);
            let removed = match self.apply(&mut record, what).await? {
                Ok(removed) => removed,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let audit = what.made(self.set, author, before.as_deref(), signing_id(&record).as_deref());
            let commit = Commit { audit, wake_after: Some(RETRY), ..Commit::default() };
            if self.records.commit(&key, revision, record, commit).await?.is_some() {
                return Ok(Ok(removed));
            }
        }
        Err(Unavailable)
    }

    async fn apply(
        &self,
        record: &mut SigningKeysRecord,
        what: KeyChange<'_>,
    ) -> Result<Result<Option<KeyState>, KeyRefusal>, Unavailable> {
        let now = self.records.host.now();
        if record.public.issuer != self.issuer.as_str() {
            record.public = IssuerRecord::new(self.issuer.as_str());
            record.keys = std::mem::take(&mut record.keys).unpublished();
        }
        let removed = match what.apply(&mut record.keys, &self.schedule(), now) {
            Ok(removed) => removed,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let mut made = Vec::new();
        for _ in 0..record.keys.missing() {
            made.push(self.make().await.map_err(|failure| self.failed(failure))?);
        }
        record.keys.fill(made, now);
        for key in record.keys.sealed_mut().filter(|key| !self.sealing.is_current(&key.sealed)) {
            match self.reseal(key).await {
                Ok(sealed) => key.sealed = sealed,
                // What nothing opens any more can be removed, and what is beside it.
                Err(Unavailable) if matches!(what, KeyChange::Revoke(_)) => {}
                Err(Unavailable) => return Err(Unavailable),
            }
        }
        self.prepare_publication(record)?;
        Ok(Ok(removed))
    }

    fn prepare_publication(&self, record: &mut SigningKeysRecord) -> Result<(), Unavailable> {
        let (host, now) = (self.records.host, self.records.host.now());
        let lifetime = self.settings.keys.max_lifetime.min(self.settings.keys.max_stale);
        // Readers keep the record with the later time.
        let began = record.public.schedule.attempted.map_or(now, |last| later(now, last.plus(0.001)));
        match self.set {
            SigningSet::AccessTokens => {
                let keys = FetchedKeys::new(record.keys.jwks()).map_err(|error| self.failed(error))?;
                record.public.succeed(&keys, began, lifetime, host.chance());
            }
            SigningSet::Assertions => {
                // Origins get the key set from here.
                record.keys.note_next_published(now);
                record.set_assertion_key(now);
                record.public.schedule.succeed(began, lifetime, host.chance());
            }
        }
        Ok(())
    }

    async fn make(&self) -> Result<SigningKey, Failure> {
        let host = self.records.host;
        let KeyPair { private, public } = host.generate().await?;
        let kid = SigningKey::id_of(&public).map_err(Failure::new)?;
        let sealed = self.sealing.seal(host, purpose(self.set, &kid), &private.0).await?;
        SigningKey::new(&public, sealed, host.now()).map_err(Failure::new)
    }

    async fn reseal(&self, key: &SigningKey) -> Result<String, Unavailable> {
        let (host, purpose) = (self.records.host, purpose(self.set, key.kid()));
        let opened = self.sealing.open(host, purpose, &key.sealed).await;
        let private = opened.map_err(|failure| self.failed(failure))?;
        let private = private.ok_or_else(|| self.failed("no sealing key opens the sealed key"))?;
        let sealed = self.sealing.seal(host, purpose, &private).await;
        sealed.map_err(|failure| self.failed(failure))
    }

    fn failed(&self, reason: impl Display) -> Unavailable {
        warning(self.records.host, "not_signed", &self.key().to_string(), reason);
        Unavailable
    }
}

fn signing_id(record: &SigningKeysRecord) -> Option<String> {
    record.keys.current().map(|key| key.kid().to_owned())
}

fn later(a: edge_authorizer::NumericDate, b: edge_authorizer::NumericDate) -> edge_authorizer::NumericDate {
    if a < b { b } else { a }
}
