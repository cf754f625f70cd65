//! The resources of users and members, and their methods.

use crate::http::method::Method;

/// A resource of users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserEndpoint {
    /// `/users`: the users.
    Users,
    /// `/users/{userId}`: one of them, who need not exist.
    User(String),
    /// `/users/{userId}/sessions`: the user's sessions.
    Sessions(String),
    /// `/users/{userId}/sessions/{sessionId}`: one of them, which need not exist.
    Session(String, String),
    /// `/users/{userId}/invitation`: sending the mail again by which the user sets a password.
    Invitation(String),
}

/// A resource of the members of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberEndpoint {
    /// `…/members`: the users with a role in the project.
    Members,
    /// `…/members/{userId}`: one of them, who need not exist.
    Member(String),
}

impl UserEndpoint {
    /// The resource of that path.
    pub(super) fn named(segments: &[&str]) -> Option<Self> {
        match *segments {
            ["users"] => Some(Self::Users),
            ["users", id] if !id.is_empty() => Some(Self::User(id.to_owned())),
            ["users", id, "sessions"] => Some(Self::Sessions(id.to_owned())),
            ["users", id, "sessions", session] if !session.is_empty() => {
                Some(Self::Session(id.to_owned(), session.to_owned()))
            }
            ["users", id, "invitation"] => Some(Self::Invitation(id.to_owned())),
            _ => None,
        }
    }

    /// The template of its path below the API's.
    pub(super) fn template(&self) -> &'static str {
        match self {
            Self::Users => "/users",
            Self::User(_) => "/users/{userId}",
            Self::Sessions(_) => "/users/{userId}/sessions",
            Self::Session(..) => "/users/{userId}/sessions/{sessionId}",
            Self::Invitation(_) => "/users/{userId}/invitation",
        }
    }

    /// The resource's methods, in alphabetical order.
    pub(super) fn methods(&self) -> &'static [Method] {
        use Method::{Delete, Get, Head, Post, Put};
        match self {
            Self::Users => &[Get, Head, Post],
            Self::User(_) => &[Delete, Get, Head, Put],
            Self::Sessions(_) => &[Delete, Get, Head],
            Self::Session(..) => &[Delete],
            Self::Invitation(_) => &[Post],
        }
    }
}

impl UserEndpoint {
    /// Whether it is what an administrator sets, of one user or all.
    pub(super) fn is_settings(&self) -> bool {
        matches!(self, Self::Users | Self::User(_))
    }
}

impl MemberEndpoint {
    /// The resource of that path below a project's.
    pub(super) fn named(segments: &[&str]) -> Option<Self> {
        match *segments {
            ["members"] => Some(Self::Members),
            ["members", id] if !id.is_empty() => Some(Self::Member(id.to_owned())),
            _ => None,
        }
    }

    /// The template of its path below the API's.
    pub(super) fn template(&self) -> &'static str {
        match self {
            Self::Members => "/projects/{project}/members",
            Self::Member(_) => "/projects/{project}/members/{userId}",
        }
    }

    /// The resource's methods, in alphabetical order.
    pub(super) fn methods(&self) -> &'static [Method] {
        use Method::{Delete, Get, Head, Post, Put};
        match self {
            Self::Members => &[Get, Head, Post],
            Self::Member(_) => &[Delete, Get, Head, Put],
        }
    }
}
