//! The signing keys where they are stored: made, rotated, sealed anew and published.

use std::fmt::Display;
use std::sync::Arc;

use edge_authorizer::accounts::{NotReady, SigningKey, SigningSchedule, SigningSet};
use edge_authorizer::{FetchedKeys, Issuer, Unavailable};
use serde_json::Value;

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

/// What may be done with the keys.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Move {
    /// What the schedule demands.
    Advance,
    /// The next key is to sign at once.
    Rotate,
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

    /// `{"keys", "rotatesAt", "rotatableAt"}`.
    pub async fn describe(&self) -> Result<Value, Unavailable> {
        Ok(self.current().await?.keys.describe(&self.schedule()))
    }

    /// Has the next key sign at once.
    pub async fn rotate(&self) -> Result<Result<Value, NotReady>, Unavailable> {
        self.current().await?;
        if let Err(not_ready) = self.change(Move::Rotate).await? {
            return Ok(Err(not_ready));
        }
        self.publish().await?;
        self.describe().await.map(Ok)
    }

    /// Does what is due, and publishes it.
    pub async fn wake(&self) -> Result<(), Unavailable> {
        self.current().await?;
        self.publish().await
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
            let _always_ready = self.change(Move::Advance).await?;
        }
        let record = self.load().await?.value;
        if record.keys.signing().is_some() {
            return Ok(record);
        }
        self.publish().await?;
        Ok(self.load().await?.value)
    }

    /// Publishes what the replicas do not have.
    async fn publish(&self) -> Result<(), Unavailable> {
        publish::<SigningKeysRecord, H>(self.records, self.turns, &self.key()).await.map(|_| ())
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

    /// Changes the keys. The host wakes the key for the publication.
    async fn change(&self, what: Move) -> Result<Result<(), NotReady>, Unavailable> {
        let host = self.records.host;
        let key = self.key();
        let _turn = self.turns.take(host, &format!("change {key}")).await.ok_or(Unavailable)?;
        for _ in 0..MAX_ATTEMPTS {
            let Loaded { value, revision, .. } = self.load().await?;
            if what == Move::Advance && !self.is_due(&value) {
                return Ok(Ok(()));
            }
            let mut record = Arc::unwrap_or_clone(value);
            if let Err(not_ready) = self.apply(&mut record, what).await? {
                return Ok(Err(not_ready));
            }
            let commit = Commit { wake_after: Some(RETRY), ..Commit::default() };
            if self.records.commit(&key, revision, record, commit).await?.is_some() {
                return Ok(Ok(()));
            }
        }
        Err(Unavailable)
    }

    async fn apply(
        &self,
        record: &mut SigningKeysRecord,
        what: Move,
    ) -> Result<Result<(), NotReady>, Unavailable> {
        let (now, schedule) = (self.records.host.now(), self.schedule());
        if record.public.issuer != self.issuer.as_str() {
            record.public = IssuerRecord::new(self.issuer.as_str());
            record.keys = std::mem::take(&mut record.keys).unpublished();
        }
        if what == Move::Rotate
            && let Err(not_ready) = record.keys.rotate(&schedule, now)
        {
            return Ok(Err(not_ready));
        }
        record.keys.advance(&schedule, now);
        let mut made = Vec::new();
        for _ in 0..record.keys.missing() {
            made.push(self.make().await.map_err(|failure| self.failed(failure))?);
        }
        record.keys.fill(made, now);
        for key in record.keys.sealed_mut().filter(|key| !self.sealing.is_current(&key.sealed)) {
            key.sealed = self.reseal(key).await?;
        }
        self.prepare_publication(record)?;
        Ok(Ok(()))
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

fn later(a: edge_authorizer::NumericDate, b: edge_authorizer::NumericDate) -> edge_authorizer::NumericDate {
    if a < b { b } else { a }
}
