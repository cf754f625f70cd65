//! The end of a login: what the browser brings back from the provider.

use edge_authorizer::Unavailable;
use edge_authorizer::login::{
    AttemptFault, AuthorizationCode, AuthorizationResponse, CurrentAttempt, LoginAttempt, ResponseFault,
    ReturnPath, TokenResponse, VerifiedIdToken, process_user_info, token_request, user_info_request,
    verify_id_token,
};

use super::begin::STATE;
use super::party::Party;
use super::refusal::Refusal;
use super::spent::Spent;
use super::visit::{Visit, see_other};
use crate::directory::{CommitFailure, Rows};
use crate::host::LoginHost;
use crate::http::Response;
use crate::lock::lock;

/// How long the id of a login is remembered, in seconds: longer than a login may take.
const SPENT_SECONDS: f64 = 1200.0;

impl<H: LoginHost> Visit<'_, H> {
    /// Ends a login.
    pub async fn callback(&self) -> Response {
        match self.end_login().await {
            Ok(response) => response,
            // Whoever is signed in already need not care.
            Err(Refusal::Response(_) | Refusal::ForeignState) if self.has_session().await == Ok(true) => {
                see_other(ReturnPath::home().as_str())
            }
            Err(refusal) => self.refuse(refusal).await,
        }
    }

    async fn end_login(&self) -> Result<Response, Refusal> {
        let response = AuthorizationResponse::parse(&self.request.query)?;
        let attempt = self.sealing.open(self.host, STATE, response.state()).await;
        let attempt = attempt.ok().flatten().and_then(|plain| LoginAttempt::from_text(&plain));
        let attempt = attempt.ok_or(Refusal::ForeignState)?;
        let party = self.party().await?.ok_or(Refusal::NotFederated)?;
        let current = match attempt.check(self.binding().as_ref(), self.host.now()) {
            Ok(current) => current,
            Err(fault) => return self.go_on_or_begin_anew(&party, &attempt, fault).await,
        };
        // Another provider must not get the code.
        if party.stored.value.draft != attempt.draft() {
            if attempt.is_test() {
                return Err(Refusal::OtherDraft);
            }
            return self.go_on_or_begin_anew(&party, &attempt, AttemptFault::TooOld).await;
        }
        let address = self.request.address.as_deref().unwrap_or_default();
        lock(&self.state.callbacks).admit(address, self.host.now()).map_err(Refusal::TooMany)?;
        let ended = self.end_current(&party, &response, &attempt, &current).await;
        if !ended.as_ref().is_err_and(Refusal::is_by_anybody) {
            lock(&self.state.callbacks).take_back(address);
        }
        match ended {
            // Who began a test in this browser knows the draft, which only administrators are shown.
            Err(refusal) if attempt.is_test() => Ok(self.refuse_test(&refusal).await),
            ended => ended,
        }
    }

    /// Ends a login that is recent, in its browser, and began at this provider.
    async fn end_current(
        &self,
        party: &Party<'_, H>,
        response: &AuthorizationResponse,
        attempt: &LoginAttempt,
        current: &CurrentAttempt<'_>,
    ) -> Result<Response, Refusal> {
        let code = match self.take_code(party, response, attempt, current).await {
            Ok(Some(code)) => code,
            // The same answer came twice: a browser that went back, or was reloaded.
            Ok(None) => return self.go_on_or_begin_anew(party, attempt, AttemptFault::TooOld).await,
            Err(Refusal::Response(_)) if !attempt.is_test() && self.has_session().await? => {
                return Ok(see_other(attempt.return_path().as_str()));
            }
            Err(refusal) => return Err(refusal),
        };
        let (tokens, id_token) = match self.exchange(party, code).await {
            Ok(exchanged) => exchanged,
            Err(refusal) => {
                self.forget(attempt).await?;
                return Err(refusal);
            }
        };
        if attempt.is_test() {
            return self.end_test(party, attempt, &tokens, &id_token).await;
        }
        if !party.stored.value.federation.active {
            return Err(Refusal::NotFederated);
        }
        let cookie = self.admit(party, attempt, &tokens, &id_token).await?;
        self.end_former_session().await;
        Ok(self.signed_in(attempt.return_path().as_str()).with("set-cookie", &cookie.set_cookie()))
    }

    /// With a session, just on; otherwise the login begins anew, once.
    async fn go_on_or_begin_anew(
        &self,
        party: &Party<'_, H>,
        attempt: &LoginAttempt,
        fault: AttemptFault,
    ) -> Result<Response, Refusal> {
        if !attempt.is_test() && self.has_session().await? {
            return Ok(see_other(attempt.return_path().as_str()));
        }
        self.begin_anew(party, attempt).await.ok_or(Refusal::Attempt(fault))
    }

    /// The code, if the response is the provider's; `None` if this login was ended before.
    async fn take_code(
        &self,
        party: &Party<'_, H>,
        response: &AuthorizationResponse,
        attempt: &LoginAttempt,
        current: &CurrentAttempt<'_>,
    ) -> Result<Option<AuthorizationCode>, Refusal> {
        let code = response.accept(party.relying()?, current)?;
        let until = self.host.now().as_seconds() + SPENT_SECONDS;
        match Rows(self.host).commit(&[Spent::once(&attempt.transaction().id(), until)]).await {
            Ok(()) => Ok(Some(code)),
            Err(CommitFailure::Conflict) => Ok(None),
            Err(_) => Err(Refusal::Unavailable),
        }
    }

    /// Forgets that a login was ended by a code that is worth nothing: whoever begins logins and invents codes leaves nothing behind.
    async fn forget(&self, attempt: &LoginAttempt) -> Result<(), Unavailable> {
        if let Some(spent) = Rows(self.host).load::<Spent>(&attempt.transaction().id()).await? {
            // What changes it meanwhile forgets it, too.
            let _forgotten = Rows(self.host).commit(&[spent.removed()]).await;
        }
        Ok(())
    }

    /// The tokens for a code, and who signed in.
    async fn exchange(
        &self,
        party: &Party<'_, H>,
        code: AuthorizationCode,
    ) -> Result<(TokenResponse, VerifiedIdToken), Refusal> {
        let request = token_request(party.relying()?, &party.secret, &code);
        let answer = party.send(request).await.map_err(Refusal::ProviderSilent)?;
        let tokens = TokenResponse::process(code, answer.status, &answer.body)?;
        let skew = self.state.data.settings().clock_skew;
        let verification = verify_id_token(party.relying()?, &tokens, self.host.now(), skew);
        let id_token = party.verify(verification).await?;
        let Some(request) = user_info_request(party.relying()?, &tokens, &id_token) else {
            return Ok((tokens, id_token));
        };
        // Of a user who is bound, the email address does not count.
        if self.is_bound(&id_token).await? {
            return Ok((tokens, id_token));
        }
        let answer = party.send(request).await.map_err(Refusal::ProviderSilent)?;
        let id_token = process_user_info(id_token, answer.status, &answer.body)?;
        Ok((tokens, id_token))
    }
}

impl From<Unavailable> for Refusal {
    fn from(Unavailable: Unavailable) -> Self {
        Self::Unavailable
    }
}

impl From<ResponseFault> for Refusal {
    fn from(fault: ResponseFault) -> Self {
        Self::Response(fault)
    }
}
