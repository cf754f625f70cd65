//! Asking the provider whether its session goes on: by the refresh token, one request at a time.

use edge_authorizer::Unavailable;
use edge_authorizer::login::{RefreshResponse, Renewal, TokenEndpointError, TokenFault, refresh_request};
use edge_authorizer::users::{LoginMethod, ProviderSession, Session};

use super::admission::PROVIDER_TOKEN;
use super::provider::TIMEOUT;
use super::visit::Visit;
use crate::data_plane::KEYS_PATIENCE;
use crate::directory::{ATTEMPTS, CommitFailure, Rows, Stored};
use crate::host::LoginHost;
use crate::log::warning;
use crate::users::sessions;

/// For how long one request may ask the provider, in seconds: as long as all that it waits for may take, its description, its tokens and
/// twice its keys, and some more for the directory. A refresh token that is sent twice may end the session at the provider.
const CLAIM_SECONDS: u32 = 2 * TIMEOUT + 2 * KEYS_PATIENCE + 10;

/// What the provider says.
pub enum Refreshed {
    /// Its session goes on.
    GoesOn,
    /// It has ended, and so has ours.
    Ended,
    /// It does not answer.
    Silent,
    /// Another request came first.
    Outrun,
}

impl<H: LoginHost> Visit<'_, H> {
    /// Asks the provider about a session, if no other request does.
    pub async fn refresh(&self, stored: &Stored<Session>) -> Result<Refreshed, Unavailable> {
        let LoginMethod::Federation(provider) = &stored.value.by else { return Ok(Refreshed::GoesOn) };
        let claim = self.host.now().whole_seconds() + u64::from(CLAIM_SECONDS);
        let claimed = ProviderSession { refreshing_until: Some(claim), ..provider.clone() };
        let mut session = stored.value.clone();
        session.by = LoginMethod::Federation(claimed);
        match Rows(self.host).commit(&[stored.replaced_by(&session)]).await {
            Ok(()) => {}
            Err(CommitFailure::Conflict) => return Ok(Refreshed::Outrun),
            Err(_) => return Err(Unavailable),
        }
        match self.ask_provider(provider).await {
            Ok(renewal) => self.renew(&stored.id, Some(&renewal)).await,
            Err(Outcome::Ended) => sessions::end(self.host, &stored.id).await.map(|_| Refreshed::Ended),
            Err(Outcome::Silent) => {
                self.renew(&stored.id, None).await?;
                Ok(Refreshed::Silent)
            }
        }
    }

    async fn ask_provider(&self, provider: &ProviderSession) -> Result<Renewal, Outcome> {
        let silent = |reason: &str| {
            warning(self.host, "provider_failed", &provider.identity.iss, reason);
            Outcome::Silent
        };
        let token = provider.refresh_token.as_deref().ok_or(Outcome::Ended)?;
        let opened = self.sealing.open(self.host, PROVIDER_TOKEN, token).await.ok().flatten();
        let token = opened.and_then(|plain| String::from_utf8(plain).ok());
        let token = token.ok_or_else(|| silent("no sealing key opens the refresh token"))?;
        let party = self.party().await.map_err(|Unavailable| Outcome::Silent)?;
        // Sessions end with the federation by which they began.
        let party = party.filter(|it| it.stored.value.federation.issuer() == provider.identity.iss);
        let party = party.filter(|it| it.stored.value.federation.active).ok_or(Outcome::Ended)?;
        let relying = party.relying().map_err(|Unavailable| Outcome::Silent)?;
        let answer = party.send(refresh_request(relying, &party.secret, &token)).await;
        let answer = answer.map_err(|reason| silent(&reason))?;
        let response =
            RefreshResponse::process(answer.status, &answer.body).map_err(|error| match error {
                TokenEndpointError::InvalidGrant(_) => Outcome::Ended,
                error => silent(&error.to_string()),
            })?;
        let skew = self.state.data.settings().clock_skew;
        let verification = response.verify(relying, &provider.identity.sub, self.host.now(), skew);
        party.verify(verification).await.map_err(|fault| {
            let outcome = silent(&fault.to_string());
            // What the provider says of another user, or does not sign, ends the session.
            if fault == TokenFault::KeysUnavailable { outcome } else { Outcome::Ended }
        })
    }

    /// Writes what the provider said into the session, unless that has ended meanwhile: nothing revives it.
    async fn renew(&self, id: &str, renewal: Option<&Renewal>) -> Result<Refreshed, Unavailable> {
        let (mut refresh_token, mut id_token) = (None, None);
        if let Some(renewal) = renewal {
            refresh_token = self.seal_optional(renewal.refresh_token.as_deref()).await?;
            id_token = self.seal_optional(renewal.id_token.as_deref()).await?;
        }
        let rows = Rows(self.host);
        for _ in 0..ATTEMPTS {
            let Some(stored) = rows.load::<Session>(id).await? else { return Ok(Refreshed::Ended) };
            let mut session = stored.value.clone();
            let LoginMethod::Federation(provider) = &mut session.by else { return Ok(Refreshed::GoesOn) };
            provider.refreshing_until = None;
            if renewal.is_some() {
                provider.checked_at = self.host.now().whole_seconds();
            }
            if let Some(token) = &refresh_token {
                provider.refresh_token = Some(token.clone());
            }
            if let Some(token) = &id_token {
                provider.id_token.clone_from(token);
            }
            match rows.commit(&[stored.replaced_by(&session)]).await {
                Ok(()) => return Ok(Refreshed::GoesOn),
                Err(CommitFailure::Conflict) => {}
                Err(_) => return Err(Unavailable),
            }
        }
        Err(Unavailable)
    }

    async fn seal_optional(&self, token: Option<&str>) -> Result<Option<String>, Unavailable> {
        match token {
            Some(token) => self.seal_token(token).await.map(Some),
            None => Ok(None),
        }
    }
}

/// Why the provider renews nothing.
enum Outcome {
    /// Its session has ended.
    Ended,
    /// It does not answer, or not as it should.
    Silent,
}
