//! The pages of logging in.

mod messages;
mod page;

pub use messages::Messages;
pub use page::{
    GoingOn, HomePage, Link, LoginForm, LogoutForm, Message, PasswordForm, RecoveryForm, SetupForm, messages,
    page,
};

use crate::http::{Request, Response, read_only};

/// What a page loads, and its media type.
const STYLE: (&str, &str) = ("text/css; charset=utf-8", include_str!("page.css"));
const SCRIPT: (&str, &str) = ("text/javascript; charset=utf-8", include_str!("page.js"));

/// Answers with the style of the pages, or their script.
pub fn answer_part(request: &Request, is_script: bool) -> Response {
    if !matches!(&*request.method, "GET" | "HEAD") {
        return read_only(&request.id);
    }
    let (media_type, text) = if is_script { SCRIPT } else { STYLE };
    Response::new(200, media_type, text.to_owned())
        .with("cache-control", "public, max-age=300")
        .with("x-content-type-options", "nosniff")
}
