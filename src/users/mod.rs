//! Users of the gateway: the people who sign in, their sessions, and what a browser shows of both.

mod attempts;
mod cross_site;
mod email;
mod email_domain;
mod first_login;
mod identity;
mod mail_hook_url;
mod mail_link;
mod member_document;
mod password;
mod password_hash;
mod presented_session;
mod session;
mod session_cookie;
mod setup_link;
mod stored_format;
mod user;
mod user_document;
mod user_id;
mod user_name;
mod user_roles;

pub use attempts::{AttemptLimit, Attempts};
pub use cross_site::BrowserHeaders;
pub use email::{Email, InvalidEmail};
pub use email_domain::{EmailDomain, InvalidEmailDomain};
pub use first_login::{Admission, EmailProof, LoginRefusal, Person, admit};
pub use identity::ProviderIdentity;
pub use mail_hook_url::{InvalidMailHookUrl, MailHookUrl};
pub use mail_link::{LinkPurpose, LinkSecret, MailLink};
pub use member_document::MemberDocument;
pub use password::{NewPassword, WeakPassword};
pub use password_hash::{NotHashed, hash_password, is_outdated, verify_password};
pub use presented_session::PresentedSession;
pub use session::{
    IDLE_SECONDS, LoginMethod, ProviderSession, REFRESH_AFTER, REFRESH_BOUND, Session, SessionEnd,
    SessionState,
};
pub use session_cookie::{
    InvalidSessionCookie, REMOVE_SESSION_COOKIE, SessionCookie, SessionDigest, SeveralSessionCookies,
};
pub use setup_link::SetupLink;
pub use stored_format::Unreadable;
pub use user::{StoredPassword, User};
pub use user_document::{UserReplacement, UserSettings};
pub use user_id::{InvalidUserId, UserId};
pub use user_name::{InvalidUserName, UserName};
pub use user_roles::{ProjectRoles, is_beyond_share};

pub use crate::http::gateway_cookies::{LOGIN_COOKIE, SESSION_COOKIE};
