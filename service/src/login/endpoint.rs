//! Requests of people's browsers, and of the provider.

use edge_authorizer::accounts::{LoginEndpoint, SigningSet};
use edge_authorizer::login::ReturnPath;
use edge_authorizer::users::SessionCookie;
use edge_authorizer::{Denial, ErrorCode, Unavailable};

use super::federation_row::FederationRow;
use super::visit::{Visit, see_other};
use crate::ControlPlane;
use crate::host::{LoginHost, SessionToken};
use crate::http::{Body, Request, Response, problem, problem_with};
use crate::pages::{LoginForm, answer_part, messages, page};
use crate::settings::UnusableVariable;

impl<S> ControlPlane<S> {
    /// Answers a request to the login.
    pub async fn log_in<H: LoginHost<Signal = S>>(
        &self,
        host: &H,
        endpoint: &LoginEndpoint,
        request: &Request,
        body: impl Body,
    ) -> Response {
        if let LoginEndpoint::Style | LoginEndpoint::Script = endpoint {
            return answer_part(request, *endpoint == LoginEndpoint::Script);
        }
        match self.visit(host, request) {
            Ok(visit) => visit.answer(endpoint, body).await,
            Err(unusable) => {
                let denial = Denial { code: ErrorCode::ConfigUnavailable, realm: None };
                problem_with(&denial, &request.id, None, Some(&unusable.to_string()))
            }
        }
    }

    /// The access token of the session that a cookie shows; `None` if there is no such session.
    pub async fn session_token<H: LoginHost<Signal = S>>(
        &self,
        host: &H,
        request: &Request,
        cookie: &SessionCookie,
    ) -> Result<Option<SessionToken>, Unavailable> {
        let visit = self.visit(host, request).map_err(|_| Unavailable)?;
        visit.session_token(cookie).await
    }

    /// What is needed to answer a browser.
    pub(super) fn visit<'v, H: LoginHost<Signal = S>>(
        &'v self,
        host: &'v H,
        request: &'v Request,
    ) -> Result<Visit<'v, H>, &'v UnusableVariable> {
        let settings = &self.state().issuer_settings;
        let public_url = settings.public_url.as_ref()?;
        let sealing = settings.sealing_keys(SigningSet::AccessTokens)?;
        Ok(Visit { host, state: self.state(), request, text: messages(request), public_url, sealing })
    }
}

impl<H: LoginHost> Visit<'_, H> {
    async fn answer(&self, endpoint: &LoginEndpoint, body: impl Body) -> Response {
        let method = match &*self.request.method {
            "HEAD" => "GET",
            method => method,
        };
        match (endpoint, method) {
            (LoginEndpoint::Home, "GET") => self.home().await,
            (LoginEndpoint::Login, "GET") => self.login().await,
            (LoginEndpoint::Login, "POST") => self.log_in_by_password(body).await,
            (LoginEndpoint::Callback, "GET") => self.callback().await,
            (LoginEndpoint::Session, "GET") => self.show_session().await,
            (LoginEndpoint::Sessions, "GET") => self.list_sessions().await,
            (LoginEndpoint::Sessions, "DELETE") => self.end_sessions(None).await,
            (LoginEndpoint::OneSession(id), "DELETE") => self.end_sessions(Some(id)).await,
            (LoginEndpoint::Logout, "GET") => self.ask_to_log_out().await,
            (LoginEndpoint::Logout, "POST") => self.log_out().await,
            (LoginEndpoint::SignedOut, "GET") => self.signed_out(),
            (LoginEndpoint::Activation, "GET") => self.show_activation().await,
            (LoginEndpoint::Activation, "POST") => self.activate(body).await,
            (LoginEndpoint::Recovery, "GET") => self.show_recovery().await,
            (LoginEndpoint::Recovery, "POST") => self.recover(body).await,
            (LoginEndpoint::Setup, "GET") => self.show_setup().await,
            (LoginEndpoint::Setup, "POST") => self.set_up(body).await,
            (LoginEndpoint::BackchannelLogout, "POST") => self.backchannel_logout(body).await,
            _ => self.no_method(endpoint),
        }
    }

    fn no_method(&self, endpoint: &LoginEndpoint) -> Response {
        let allowed = match endpoint {
            LoginEndpoint::BackchannelLogout => "POST",
            LoginEndpoint::Logout
            | LoginEndpoint::Login
            | LoginEndpoint::Activation
            | LoginEndpoint::Recovery
            | LoginEndpoint::Setup => "GET, HEAD, POST",
            LoginEndpoint::Sessions => "DELETE, GET, HEAD",
            LoginEndpoint::OneSession(_) => "DELETE",
            _ => "GET, HEAD",
        };
        let denial = Denial { code: ErrorCode::MethodNotAllowed, realm: None };
        problem(&denial, &self.request.id).with("allow", allowed)
    }

    /// Begins a login: at the provider, or by password where there is none. With a session there is nothing to begin, unless it is
    /// to be another account's.
    async fn login(&self) -> Response {
        let path = match self.return_path(self.request.parameter("return_to").as_deref()) {
            Ok(path) => path,
            Err(refusal) => return refusal,
        };
        match self.login_to(path).await {
            Ok(response) => response,
            Err(Unavailable) => self.unavailable(),
        }
    }

    async fn login_to(&self, path: ReturnPath) -> Result<Response, Unavailable> {
        let test = self.tested_draft();
        if test.is_none() && !self.wants_other_account() && self.has_session().await? {
            return Ok(see_other(path.as_str()));
        }
        let begins = |row: &FederationRow| match &test {
            Some(draft) => *draft == row.draft,
            None => row.federation.active,
        };
        // One read, whoever asks. Where no login begins there, nothing of the provider is needed.
        match FederationRow::load(self.host).await?.filter(|row| begins(&row.value)) {
            Some(row) => Ok(self.begin(&self.party_of(row).await?, path).await),
            None if test.is_some() => Ok(self.test_outdated()),
            None => Ok(self.login_form(&path, "", None)),
        }
    }

    /// The page of a test of a draft that is no longer there.
    fn test_outdated(&self) -> Response {
        let texts = [&*self.text.test_outdated, &self.text.test_outdated_text];
        self.message(ErrorCode::NotFound.status(), texts, None)
    }

    /// The form for email address and password.
    pub fn login_form(&self, path: &ReturnPath, email: &str, problem: Option<&str>) -> Response {
        let form = LoginForm { text: self.text, return_to: path.as_str(), email, problem };
        page(if problem.is_some() { 403 } else { 200 }, &form)
    }
}
