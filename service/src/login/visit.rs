//! A request of a person's browser to the login.

use edge_authorizer::accounts::PublicUrl;
use edge_authorizer::login::BrowserBinding;
use edge_authorizer::users::{BrowserHeaders, SessionCookie};
use edge_authorizer::{ErrorCode, Target};

use crate::control_plane::ControlState;
use crate::host::LoginHost;
use crate::http::{Request, Response};
use crate::pages::{Link, Message, Messages, page};
use crate::sealing::SealingKeys;

/// The cookie that binds logins to a browser.
const BINDING_COOKIE: &str = "__Host-login";

/// Where a login begins.
pub const LOGIN_PATH: &str = "/auth/login";

/// A request of a browser, with what is needed to answer it.
pub struct Visit<'v, H: LoginHost> {
    pub host: &'v H,
    pub state: &'v ControlState<H::Signal>,
    pub request: &'v Request,
    pub text: &'static Messages,
    pub public_url: &'v PublicUrl,
    pub sealing: &'v SealingKeys,
}

impl<H: LoginHost> Visit<'_, H> {
    /// The session that the browser shows; `None` without one, or with several of which one may be another site's.
    pub fn session_cookie(&self) -> Option<SessionCookie> {
        let header = self.request.header("cookie")?;
        SessionCookie::read(&header).ok().flatten()
    }

    /// What binds logins to this browser, if it has that.
    pub fn binding(&self) -> Option<BrowserBinding> {
        let header = self.request.header("cookie")?;
        let named = header.split(';').filter_map(|part| part.trim().split_once('='));
        let mut values = named.filter(|(name, _)| *name == BINDING_COOKIE).map(|(_, value)| value);
        let value = values.next()?;
        if values.next().is_some() { None } else { BrowserBinding::parse(value) }
    }

    /// The draft of the configuration that is to be tested by this login.
    pub fn tested_draft(&self) -> Option<String> {
        self.request.parameter("test")
    }

    /// Whether the user asks to sign in by another account ([`LoginRedirect::OtherAccount`]).
    pub fn wants_other_account(&self) -> bool {
        self.request.parameter("prompt").as_deref() == Some("select_account")
    }

    /// Whether a page of this host sent the request.
    pub fn is_same_origin(&self) -> bool {
        let headers = ["sec-fetch-site", "sec-fetch-mode", "origin"].map(|name| self.request.header(name));
        let [fetch_site, fetch_mode, origin] = headers.each_ref().map(Option::as_deref);
        let headers = BrowserHeaders { fetch_site, fetch_mode, origin, accept: None };
        headers.may_act(&self.request.method, false, &Target::split(self.public_url.as_str()))
    }

    /// A page that says what is wrong, how to begin anew, and how the log names the request.
    pub fn problem(&self, code: ErrorCode, heading: &str, paragraph: &str) -> Response {
        self.problem_with(code, heading, vec![paragraph], self.try_again())
    }

    /// The same with several paragraphs, and another link.
    pub fn problem_with(
        &self,
        code: ErrorCode,
        heading: &str,
        paragraphs: Vec<&str>,
        link: Link<'_>,
    ) -> Response {
        let (trace, request_id) = (Vec::new(), Some(&*self.request.id));
        let message = Message { text: self.text, heading, paragraphs, trace, link: Some(link), request_id };
        let response = page(code.status(), &message).with("x-request-id", &self.request.id);
        Response { code: Some(code), ..response }
    }

    /// The link to begin anew.
    pub fn try_again(&self) -> Link<'_> {
        Link { target: LOGIN_PATH, text: &self.text.try_again }
    }

    /// The page while something that is needed does not answer.
    pub fn unavailable(&self) -> Response {
        self.problem(ErrorCode::StoreUnavailable, &self.text.unavailable, &self.text.unavailable_text)
            .with("retry-after", "5")
    }

    /// The answer to a request that another site's page may have sent.
    pub fn cross_site(&self) -> Response {
        self.problem(ErrorCode::CrossSite, &self.text.cross_site, &self.text.cross_site_text)
    }

    /// 32 random bytes.
    pub fn random(&self) -> [u8; 32] {
        let mut random = [0; 32];
        self.host.fill(&mut random);
        random
    }
}

/// The answer that sets what binds logins to this browser.
pub fn with_binding(response: Response, binding: &BrowserBinding) -> Response {
    let value = binding.as_str();
    let cookie = format!("{BINDING_COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Lax");
    response.with("set-cookie", &cookie)
}

/// The answer that sends the browser on, by `GET`.
pub fn see_other(target: &str) -> Response {
    Response::empty(303).with("location", target).with("cache-control", "no-store")
}
