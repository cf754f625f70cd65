//! The pages of logging in: HTML that works without script.

use askama::Template;

use super::messages::Messages;
use crate::http::{Request, Response};

/// What may be loaded on a page, and who may show it in a frame: nothing else, and nobody.
const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'self'; script-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Goes on to another address by itself.
#[derive(Template)]
#[template(path = "going_on.html")]
pub struct GoingOn<'p> {
    pub text: &'p Messages,
    pub target: &'p str,
    /// `keep` before the provider's pages, `restore` after them.
    pub fragment: &'p str,
}

/// Asks for email address and password.
#[derive(Template)]
#[template(path = "login.html")]
pub struct LoginForm<'p> {
    pub text: &'p Messages,
    pub return_to: &'p str,
    pub email: &'p str,
    pub problem: Option<&'p str>,
}

/// Asks for the address to which a link is sent.
#[derive(Template)]
#[template(path = "recovery.html")]
pub struct RecoveryForm<'p> {
    pub text: &'p Messages,
}

/// Asks for a new password.
#[derive(Template)]
#[template(path = "set_password.html")]
pub struct PasswordForm<'p> {
    pub text: &'p Messages,
    pub link: &'p str,
    pub email: &'p str,
    pub problem: Option<&'p str>,
}

/// Asks for the email address and the password of the first administrator.
#[derive(Template)]
#[template(path = "setup.html")]
pub struct SetupForm<'p> {
    pub text: &'p Messages,
    pub link: &'p str,
    pub email: &'p str,
    pub problem: Option<&'p str>,
}

/// Asks whether to sign out.
#[derive(Template)]
#[template(path = "logout.html")]
pub struct LogoutForm<'p> {
    pub text: &'p Messages,
    pub email: &'p str,
}

/// Says who is signed in, with the roles in each place.
#[derive(Template)]
#[template(path = "home.html")]
pub struct HomePage<'p> {
    pub text: &'p Messages,
    pub email: &'p str,
    pub roles: Vec<(&'p str, String)>,
    /// The path of a page that these roles do not open, and where to sign in by another account.
    pub refused: Option<(&'p str, &'p str)>,
}

/// Says something.
#[derive(Template)]
#[template(path = "message.html")]
pub struct Message<'p> {
    pub text: &'p Messages,
    pub heading: &'p str,
    pub paragraphs: Vec<&'p str>,
    pub trace: Vec<String>,
    pub link: Option<Link<'p>>,
    pub request_id: Option<&'p str>,
}

/// A link of a page.
pub struct Link<'p> {
    pub target: &'p str,
    pub text: &'p str,
}

impl<'p> Message<'p> {
    /// A heading and what it means.
    pub fn new(text: &'p Messages, heading: &'p str, paragraph: &'p str) -> Self {
        let (paragraphs, trace) = (vec![paragraph], Vec::new());
        Self { text, heading, paragraphs, trace, link: None, request_id: None }
    }
}

/// The answer with a page.
pub fn page(status: u16, page: &impl Template) -> Response {
    let body = page.render().unwrap_or_default();
    Response::new(status, "text/html; charset=utf-8", body)
        .with("content-security-policy", CONTENT_SECURITY_POLICY)
        .with("referrer-policy", "no-referrer")
        .with("x-content-type-options", "nosniff")
}

/// The texts for a request.
pub fn messages(request: &Request) -> &'static Messages {
    Messages::preferred(request.header("accept-language").as_deref())
}
