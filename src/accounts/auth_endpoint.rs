//! The endpoints of the gateway's own issuer.

use crate::accounts::signing_set::SigningSet;

/// An endpoint of the gateway's own issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthEndpoint {
    /// A document that everybody may read.
    Document(AuthDocument),
    /// `/auth/token`: the token endpoint.
    Token,
    /// What people and their browsers use.
    Login(LoginEndpoint),
}

/// A document of the gateway's own issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthDocument {
    /// `/auth/.well-known/openid-configuration`, and the path that RFC 8414 (section 3.1) makes of the issuer.
    Metadata,
    /// `/auth/jwks` and `/auth/assertion-jwks`: the key sets.
    KeySet(SigningSet),
}

impl AuthEndpoint {
    /// The endpoint of a path, as sent.
    pub fn of(path: &str) -> Option<Self> {
        match path {
            "/auth/.well-known/openid-configuration" | "/.well-known/oauth-authorization-server/auth" => {
                Some(Self::Document(AuthDocument::Metadata))
            }
            "/auth/jwks" => Some(Self::Document(AuthDocument::KeySet(SigningSet::AccessTokens))),
            "/auth/assertion-jwks" => Some(Self::Document(AuthDocument::KeySet(SigningSet::Assertions))),
            "/auth/token" => Some(Self::Token),
            _ => LoginEndpoint::of(path.strip_prefix("/auth/")?).map(Self::Login),
        }
    }
}

/// An endpoint of logging in, below `/auth/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginEndpoint {
    /// The folder itself: who is signed in, where a login leads that says nothing else.
    Home,
    /// `login`: begins a login.
    Login,
    /// `federation-callback`: where the company's provider sends the browser back to.
    Callback,
    /// `session`: who is logged in.
    Session,
    /// `sessions`: the user's sessions.
    Sessions,
    /// `sessions/{id}`: one of them.
    OneSession(String),
    /// `logout`: ends the session.
    Logout,
    /// `signed-out`: where the provider sends the browser after that.
    SignedOut,
    /// `backchannel-logout`: the provider says that a session has ended.
    BackchannelLogout,
    /// `activation`: choosing a password, by the link of a mail.
    Activation,
    /// `recovery`: asking for such a link.
    Recovery,
    /// `setup`: making the first administrator, by the link that was printed.
    Setup,
    /// `page.css`: the style of the pages.
    Style,
    /// `page.js`: their script.
    Script,
}

impl LoginEndpoint {
    fn of(path: &str) -> Option<Self> {
        Some(match path {
            "" => Self::Home,
            "login" => Self::Login,
            "federation-callback" => Self::Callback,
            "session" => Self::Session,
            "sessions" => Self::Sessions,
            "logout" => Self::Logout,
            "signed-out" => Self::SignedOut,
            "backchannel-logout" => Self::BackchannelLogout,
            "activation" => Self::Activation,
            "recovery" => Self::Recovery,
            "setup" => Self::Setup,
            "page.css" => Self::Style,
            "page.js" => Self::Script,
            _ => {
                let id = path.strip_prefix("sessions/")?;
                let is_id = id.len() == 43
                    && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
                return is_id.then(|| Self::OneSession(id.to_owned()));
            }
        })
    }
}
