//! The resources of service accounts and their methods.

use crate::http::method::Method;

/// A resource of service accounts, of a project or of the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountEndpoint {
    /// `…/service-accounts`: the accounts.
    Accounts,
    /// `…/service-accounts/{accountId}`: one of them, which need not exist.
    Account(String),
    /// `…/service-accounts/{accountId}/secrets`: where a new secret is made.
    Secrets(String),
    /// `…/service-accounts/{accountId}/secrets/{secretId}`: one of them, which need not exist.
    Secret(String, String),
}

impl AccountEndpoint {
    /// The resource of that path.
    pub(super) fn named(segments: &[&str]) -> Option<Self> {
        match *segments {
            ["service-accounts"] => Some(Self::Accounts),
            ["service-accounts", id] if !id.is_empty() => Some(Self::Account(id.to_owned())),
            ["service-accounts", id, "secrets"] => Some(Self::Secrets(id.to_owned())),
            ["service-accounts", id, "secrets", secret] if !secret.is_empty() => {
                Some(Self::Secret(id.to_owned(), secret.to_owned()))
            }
            _ => None,
        }
    }

    /// The template of its path below the API's.
    pub(super) fn template(&self, is_platform: bool) -> &'static str {
        match (self, is_platform) {
            (Self::Accounts, false) => "/projects/{project}/service-accounts",
            (Self::Account(_), false) => "/projects/{project}/service-accounts/{accountId}",
            (Self::Secrets(_), false) => "/projects/{project}/service-accounts/{accountId}/secrets",
            (Self::Secret(..), false) => {
                "/projects/{project}/service-accounts/{accountId}/secrets/{secretId}"
            }
            (Self::Accounts, true) => "/service-accounts",
            (Self::Account(_), true) => "/service-accounts/{accountId}",
            (Self::Secrets(_), true) => "/service-accounts/{accountId}/secrets",
            (Self::Secret(..), true) => "/service-accounts/{accountId}/secrets/{secretId}",
        }
    }

    /// The resource's methods, in alphabetical order.
    pub(super) fn methods(&self) -> &'static [Method] {
        use Method::{Delete, Get, Head, Post, Put};
        match self {
            Self::Accounts => &[Get, Head, Post],
            Self::Account(_) => &[Delete, Get, Head, Put],
            Self::Secrets(_) => &[Post],
            Self::Secret(..) => &[Delete],
        }
    }
}
