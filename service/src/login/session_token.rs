//! The access token of a session, which the data plane treats as any other.

use edge_authorizer::accounts::{ACCESS_TOKEN_TYPE, SESSION_TOKEN_LIFE, SessionTokenClaims, SessionUser};
use edge_authorizer::users::{LoginMethod, REFRESH_BOUND, Session, SessionCookie, SessionState, User};
use edge_authorizer::{NumericDate, Unavailable};

use super::federation_row::{FederationRow, RemovedFederation};
use super::refresh::Refreshed;
use super::visit::Visit;
use crate::directory::{Rows, Stored};
use crate::host::{LoginHost, SessionToken};
use crate::signing;
use crate::users::sessions;

/// How often a request looks whether another one has asked the provider, and how long it waits in between, in seconds.
const LOOKS: u32 = 60;
const PAUSE: f64 = 0.1;

impl<H: LoginHost> Visit<'_, H> {
    /// A session that is accepted now, and its user. The provider is asked before, where that is due.
    pub async fn live_session(
        &self,
        cookie: &SessionCookie,
    ) -> Result<Option<(Stored<Session>, Stored<User>)>, Unavailable> {
        if !sessions::is_made_here(self.sealing, cookie) {
            return Ok(None);
        }
        let id = cookie.digest().to_text();
        let mut has_waited = false;
        for _ in 0..LOOKS {
            let Some(stored) = Rows(self.host).load::<Session>(&id).await? else { return Ok(None) };
            if !self.is_open(&stored.value).await? {
                sessions::end(self.host, &id).await?;
                return Ok(None);
            }
            match stored.value.state(self.host.now().whole_seconds()) {
                SessionState::Live => return self.with_user(stored).await,
                SessionState::Ended(_) => {
                    sessions::end(self.host, &id).await?;
                    return Ok(None);
                }
                // The provider was asked a moment ago, and did not answer: not each request that waited asks it again.
                SessionState::RefreshRequired if has_waited => return Err(Unavailable),
                state @ (SessionState::RefreshDue | SessionState::RefreshRequired) => {
                    match self.refresh(&stored).await? {
                        Refreshed::GoesOn | Refreshed::Outrun => {}
                        Refreshed::Ended => return Ok(None),
                        Refreshed::Silent if state == SessionState::RefreshDue => {
                            return self.with_user(stored).await;
                        }
                        Refreshed::Silent => return Err(Unavailable),
                    }
                }
                SessionState::RefreshPending => {
                    has_waited = true;
                    self.host.wait(&self.host.signal(), None, PAUSE).await;
                }
            }
        }
        Err(Unavailable)
    }

    /// Whether people log in as the session began, and have since then. The activation of a federation ends sessions by password: the
    /// company decides then who is in. Its deactivation, and that of another provider, ends the provider's.
    async fn is_open(&self, session: &Session) -> Result<bool, Unavailable> {
        let (active, switched_at) = match FederationRow::load(self.host).await? {
            Some(Stored { value, .. }) => {
                (Some(value.federation).filter(|federation| federation.active), value.switched_at)
            }
            None => (None, RemovedFederation::switched_since(self.host).await?),
        };
        let is_its_way = match &session.by {
            LoginMethod::Password {} => active.is_none(),
            LoginMethod::Federation(session) => {
                active.is_some_and(|federation| federation.issuer() == session.identity.iss)
            }
        };
        Ok(is_its_way && session.created_at >= switched_at)
    }

    async fn with_user(
        &self,
        stored: Stored<Session>,
    ) -> Result<Option<(Stored<Session>, Stored<User>)>, Unavailable> {
        match sessions::user_of(self.host, &stored.value).await? {
            Some(user) => Ok(Some((stored, user))),
            None => sessions::end(self.host, &stored.id).await.map(|_| None),
        }
    }

    /// Whether the browser shows a session that is accepted.
    pub async fn has_session(&self) -> Result<bool, Unavailable> {
        match self.session_cookie() {
            Some(cookie) => Ok(self.live_session(&cookie).await?.is_some()),
            None => Ok(false),
        }
    }

    /// Ends the session that the browser has had: a new one replaces its cookie.
    pub async fn end_former_session(&self) {
        if let Some(cookie) = self.session_cookie().filter(|it| sessions::is_made_here(self.sealing, it)) {
            let _ended = sessions::end(self.host, &cookie.digest().to_text()).await;
        }
    }

    /// The access token of a session.
    pub async fn session_token(&self, cookie: &SessionCookie) -> Result<Option<SessionToken>, Unavailable> {
        let Some((session, user)) = self.live_session(cookie).await? else { return Ok(None) };
        let now = self.host.now().whole_seconds();
        if session.value.is_use_noted(now) {
            let mut noted = session.value.clone();
            noted.used_at = now;
            // If another request came first, it noted the use.
            let _noted = Rows(self.host).commit(&[session.replaced_by(&noted)]).await;
        }
        let (id, roles) = (self.host.new_id(), user.value.session_roles());
        let subject = SessionUser {
            user: &user.id,
            email: user.value.email().as_str(),
            session: &session.id,
            roles: &roles,
        };
        let issuer = (self.public_url.issuer().as_str(), self.public_url.as_str());
        let claims = SessionTokenClaims::new(issuer, subject, now, end_of(&session.value, now), &id);
        let token =
            signing::sign(self.host, &self.state.signing, self.sealing, ACCESS_TOKEN_TYPE, &claims).await?;
        #[expect(clippy::cast_precision_loss, reason = "a time in seconds is exact")]
        let until = NumericDate::from_seconds(claims.expires_at() as f64);
        Ok(Some(SessionToken { token: token.into(), until }))
    }
}

/// Until when a token of the session may be used: not longer than the provider was heard of.
fn end_of(session: &Session, now: u64) -> u64 {
    let end = session.expires_at.min(now + SESSION_TOKEN_LIFE);
    match &session.by {
        LoginMethod::Federation(provider) if provider.refresh_token.is_some() => {
            end.min(provider.checked_at + REFRESH_BOUND)
        }
        _ => end,
    }
}
