//! Authenticating a client where its account is stored.

use std::sync::Arc;

use edge_authorizer::accounts::{
    AssertionFault, AssertionUse, AuthenticatedClient, ClientAssertion, ClientProof, ServiceAccount,
    StoredSecret, TokenRequest, VerifiedAssertion, is_revoked_within,
};
use edge_authorizer::{KeyOutcome, KeySet, NumericDate, Unavailable};

use super::audit;
use super::question::{TokenOutcome, TokenQuestion};
use crate::control_plane::ControlState;
use crate::host::{Commit, ControlHost, Key};
use crate::lock::lock;
use crate::publication::RETRY;
use crate::records::{ProjectRecord, Records, Update, failed};

/// How often a client waits for the second after a revocation of its tokens.
const MAX_WAITS: u32 = 3;

/// The authentication of one client.
pub struct Authentication<'a, H: ControlHost> {
    pub host: &'a H,
    pub state: &'a ControlState<H::Signal>,
    pub issuer: &'a str,
    pub life: u32,
    /// The record of the project that is asked.
    pub key: &'a Key,
    pub question: &'a TokenQuestion,
}

impl<H: ControlHost> Authentication<'_, H> {
    /// Authenticates the client. What follows the loading of the record takes the same time whether the client is unknown or
    /// disabled, or its secret is wrong or has expired.
    pub async fn answer(&self) -> TokenOutcome {
        self.authenticate().await.unwrap_or_else(|outcome| outcome)
    }

    async fn authenticate(&self) -> Result<TokenOutcome, TokenOutcome> {
        let mut waits = MAX_WAITS;
        loop {
            // A revocation that is committed after the record was read is not earlier than this.
            let now = self.host.now();
            let record = self.records().load::<ProjectRecord>(self.key).await?.value;
            if let Some(seconds) = self.retry_after(now) {
                return Err(TokenOutcome::TooManyFailures(seconds));
            }
            let account = self.account(&record);
            let Some((client, used)) = self.prove(account, now).await else {
                return Err(self.refuse(now).await?);
            };
            // The token would be refused for all its life. Only an authenticated client waits, so that no other sees it.
            if waits > 0 && self.is_revoked_within(&record, now) {
                waits -= 1;
                self.next_second(now).await;
                continue;
            }
            if let Some(AssertionUse { id, until }) = used {
                let spent = self.host.spend(self.key, &id, until).await;
                let is_first = spent.map_err(|failure| failed(self.host, self.key, &failure))?;
                if !is_first {
                    return Err(self.refuse(now).await?);
                }
            }
            return self.grant(&record, &client, now).await;
        }
    }

    async fn grant(
        &self,
        record: &ProjectRecord,
        client: &AuthenticatedClient<'_>,
        now: NumericDate,
    ) -> Result<TokenOutcome, TokenOutcome> {
        let TokenRequest { client: id, scope, .. } = &self.question.request;
        let grant = client.grant(id, scope.as_deref(), now.whole_seconds(), self.life);
        let grant = grant.map_err(|_| TokenOutcome::Scope)?;
        if let Some(secret) = client.secret() {
            self.note_use(secret, now).await?;
        }
        self.follow_public_url(record).await?;
        Ok(TokenOutcome::Granted(grant))
    }

    fn is_revoked_within(&self, record: &ProjectRecord, now: NumericDate) -> bool {
        let snapshot = record.snapshot(|_| {});
        snapshot.is_some_and(|snapshot| is_revoked_within(&snapshot, &self.question.request.client, now))
    }

    async fn next_second(&self, now: NumericDate) {
        let left = now.as_seconds().floor() + 1.0 - now.as_seconds();
        self.host.wait(&self.host.signal(), None, left).await;
    }

    /// The client, if it proves who it is, and what is to be remembered of the proof.
    async fn prove<'r>(
        &self,
        account: Option<&'r ServiceAccount>,
        now: NumericDate,
    ) -> Option<(AuthenticatedClient<'r>, Option<AssertionUse>)> {
        match &self.question.request.proof {
            ClientProof::Secret(secret) => {
                let client = AuthenticatedClient::by_secret(account, secret, now.whole_seconds())?;
                Some((client, None))
            }
            ClientProof::Assertion(text) => {
                let keys = account.and_then(|account| account.settings.jwks.as_ref());
                let keys = keys.and_then(|keys| KeySet::parse(keys).ok());
                let verified = self.verify(keys.as_ref(), text, now).await.ok()?;
                let client = AuthenticatedClient::by_assertion(account, &verified)?;
                Some((client, Some(verified.into_use())))
            }
        }
    }

    /// The account of the client. A request about a project that does not exist is asked of another one.
    fn account<'r>(&self, record: &'r ProjectRecord) -> Option<&'r ServiceAccount> {
        let is_here = self.is_of_project() && record.project().exists;
        let account = self.question.request.client.account.as_str();
        record.project().account(account).filter(|_| is_here).map(Arc::as_ref)
    }

    /// Whether the record that is asked is that of the client's project.
    fn is_of_project(&self) -> bool {
        *self.key == Key::Project(self.question.request.client.project.clone())
    }

    async fn verify(
        &self,
        keys: Option<&KeySet>,
        text: &str,
        now: NumericDate,
    ) -> Result<VerifiedAssertion, AssertionFault> {
        let skew = self.state.data.settings().clock_skew;
        let check = ClientAssertion::parse(text)?.check(keys, self.issuer, now, skew)?;
        let outcome = self.host.verify(&check.signature()).await;
        check.resume(matches!(outcome, KeyOutcome::Verified))
    }

    fn retry_after(&self, now: NumericDate) -> Option<u32> {
        lock(&self.state.guesses).retry_after(&self.question.request.client, self.address(), now)
    }

    /// Counts a failure. A burst is noted in the audit log of the project, whether or not there is such an account; not in the
    /// platform's if there is no such project, because invented names would fill it.
    async fn refuse(&self, now: NumericDate) -> Result<TokenOutcome, TokenOutcome> {
        let client = &self.question.request.client;
        let is_burst = lock(&self.state.guesses).note_failure(client, self.address(), now);
        if is_burst && self.is_of_project() && self.records().load::<ProjectRecord>(self.key).await?.exists()
        {
            let noted = self.host.append(self.key, audit::burst(self.question)).await;
            noted.map_err(|failure| failed(self.host, self.key, &failure))?;
        }
        Ok(TokenOutcome::Refused)
    }

    /// Has the project's entry name the gateway's own issuer as it is now: by that of a former `PUBLIC_URL`, the token would open
    /// nothing.
    async fn follow_public_url(&self, record: &ProjectRecord) -> Result<(), Unavailable> {
        let Ok(public_url) = &self.state.issuer_settings.public_url else { return Ok(()) };
        if record.project().moved_to(public_url).is_none() {
            return Ok(());
        }
        let follow = |record: &mut ProjectRecord| match record.project().moved_to(public_url) {
            Some(project) => {
                record.replace_project(project, None);
                Update::Commit((), Commit { wake_after: Some(RETRY), ..Commit::default() })
            }
            None => Update::Keep(()),
        };
        self.records().update(self.key, follow).await
    }

    /// Notes the use of a secret, at most once an hour, and the first one in the audit log.
    async fn note_use(&self, secret: &StoredSecret, now: NumericDate) -> Result<(), Unavailable> {
        let now = now.whole_seconds();
        if !secret.clone().note_use(now) {
            return Ok(());
        }
        let account = self.question.request.client.account.as_str();
        let note = |record: &mut ProjectRecord| {
            let Some(secret) = record.secret_mut(account, &secret.secret_id) else { return Update::Keep(()) };
            let is_first = secret.last_used_at.is_none();
            if !secret.note_use(now) {
                return Update::Keep(());
            }
            let audit = is_first.then(|| audit::first_use(self.question, &secret.secret_id));
            Update::Commit((), Commit { audit, ..Commit::default() })
        };
        self.records().update(self.key, note).await
    }

    fn address(&self) -> &str {
        self.question.address.as_deref().unwrap_or_default()
    }

    fn records(&self) -> Records<'_, H> {
        self.state.records(self.host)
    }
}
