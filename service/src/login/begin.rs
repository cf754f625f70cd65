//! The beginning of a login.

use edge_authorizer::Unavailable;
use edge_authorizer::login::{BrowserBinding, LoginAttempt, ReturnPath, authorization_url};

use super::party::Party;
use super::visit::{Visit, with_binding};
use crate::host::LoginHost;
use crate::http::Response;
use crate::log::warning;
use crate::pages::{GoingOn, page};
use crate::sealing::Purpose;

/// What the `state` of an authorization request is sealed for.
pub const STATE: Purpose<'static> = Purpose { kind: "login-state", name: "" };

impl<H: LoginHost> Visit<'_, H> {
    /// Sends the browser to the provider.
    pub async fn begin(&self, party: &Party<'_, H>, path: ReturnPath) -> Response {
        let binding = self.binding().unwrap_or_else(|| BrowserBinding::new(self.random()));
        let draft = &party.stored.value.draft;
        let attempt = LoginAttempt::new(self.random(), path, self.host.now(), &binding, draft);
        let attempt = if self.tested_draft().is_some() { attempt.as_test() } else { attempt };
        let attempt = if self.wants_other_account() { attempt.selecting_account() } else { attempt };
        self.go_to_provider(party, &attempt, &binding).await.unwrap_or_else(|Unavailable| self.unavailable())
    }

    /// Sends the browser to the provider once more, unless it was sent twice already.
    pub async fn begin_anew(&self, party: &Party<'_, H>, attempt: &LoginAttempt) -> Option<Response> {
        let binding = self.binding().unwrap_or_else(|| BrowserBinding::new(self.random()));
        let again = attempt.restart(self.random(), self.host.now(), &binding, &party.stored.value.draft)?;
        self.go_to_provider(party, &again, &binding).await.ok()
    }

    async fn go_to_provider(
        &self,
        party: &Party<'_, H>,
        attempt: &LoginAttempt,
        binding: &BrowserBinding,
    ) -> Result<Response, Unavailable> {
        let sealed = self.sealing.seal(self.host, STATE, attempt.to_text().as_bytes()).await;
        let state = sealed.map_err(|failure| {
            warning(self.host, "not_sealed", "login-state", failure);
            Unavailable
        })?;
        let target = authorization_url(party.relying()?, attempt, &state);
        let response = page(200, &GoingOn { text: self.text, target: &target, fragment: "keep" });
        Ok(with_binding(response, binding))
    }
}
