//! Logging out, here and at the provider.

use edge_authorizer::Unavailable;
use edge_authorizer::login::{SIGNED_OUT_PATH, logout_url, revocation_request};
use edge_authorizer::users::{LoginMethod, ProviderSession, REMOVE_SESSION_COOKIE, Session};

use super::admission::PROVIDER_TOKEN;
use super::visit::{LOGIN_PATH, Visit, see_other};
use crate::host::LoginHost;
use crate::http::Response;
use crate::log::warning;
use crate::pages::{Link, LogoutForm, Message, page};
use crate::users::sessions;

/// The header by which the edge learns that a session has ended.
pub const ENDED: &str = "session/";

/// The `state` with which the provider sends the browser back.
const SIGNED_OUT_THERE: &str = "signed-out";

impl<H: LoginHost> Visit<'_, H> {
    /// The form by which a user logs out: a link alone must not do that.
    pub async fn ask_to_log_out(&self) -> Response {
        let Some(cookie) = self.session_cookie() else { return see_other(SIGNED_OUT_PATH) };
        match self.live_session(&cookie).await {
            Ok(Some((_, user))) => {
                page(200, &LogoutForm { text: self.text, email: user.value.email().as_str() })
            }
            Ok(None) => see_other(SIGNED_OUT_PATH),
            Err(Unavailable) => self.unavailable(),
        }
    }

    /// Ends the session, its refresh token, and the session at the provider.
    pub async fn log_out(&self) -> Response {
        if !self.is_same_origin() {
            return self.cross_site();
        }
        let cookie = self.session_cookie().filter(|cookie| sessions::is_made_here(self.sealing, cookie));
        let Some(cookie) = cookie else { return see_other(SIGNED_OUT_PATH) };
        let session = match sessions::end(self.host, &cookie.digest().to_text()).await {
            Ok(session) => session,
            Err(Unavailable) => return self.unavailable(),
        };
        self.log_login("signed_out", session.as_ref().map(|session| &*session.user), &[]);
        let target = match session {
            Some(Session { by: LoginMethod::Federation(provider), .. }) => {
                self.log_out_there(&provider).await
            }
            _ => None,
        };
        see_other(target.as_deref().unwrap_or(SIGNED_OUT_PATH))
            .with("set-cookie", REMOVE_SESSION_COOKIE)
            .with("x-changed", &[ENDED, &cookie.digest().to_text()].concat())
    }

    /// Where the browser logs out at the provider. Ours has ended, whatever comes of that.
    async fn log_out_there(&self, session: &ProviderSession) -> Option<String> {
        let party = self.party().await.ok().flatten()?;
        let party = Some(party).filter(|it| it.stored.value.federation.issuer() == session.identity.iss)?;
        let relying = party.relying().ok()?;
        if let Some(sealed) = &session.refresh_token
            && let Some(token) = self.open_token(sealed).await
            && let Some(request) = revocation_request(relying, &party.secret, &token)
            && let Err(reason) = party.send(request).await
        {
            warning(self.host, "provider_failed", &session.identity.iss, reason);
        }
        let id_token = self.open_token(&session.id_token).await;
        Some(logout_url(relying, id_token.as_deref(), SIGNED_OUT_THERE))
    }

    async fn open_token(&self, sealed: &str) -> Option<String> {
        let opened = self.sealing.open(self.host, PROVIDER_TOKEN, sealed).await.ok().flatten()?;
        String::from_utf8(opened).ok()
    }

    /// The page after that.
    pub fn signed_out(&self) -> Response {
        let text = self.text;
        let link = Link { target: LOGIN_PATH, text: &text.sign_in };
        // The provider sends back what it was sent with.
        let is_everywhere = self.request.parameter("state").as_deref() == Some(SIGNED_OUT_THERE);
        let paragraph = if is_everywhere { &text.signed_out_everywhere_text } else { &text.signed_out_text };
        let message = Message::new(text, &text.signed_out, paragraph);
        page(200, &Message { link: Some(link), ..message })
    }
}
