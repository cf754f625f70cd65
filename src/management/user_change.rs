//! The changes that can be made to a user, by administrators and by the owners of a project.

use serde::Serialize;

use crate::config::role::{OWNER, Roles};
use crate::users::{Email, ProviderIdentity, UserId, UserReplacement, UserSettings};

/// A change to a user.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UserChange {
    /// Declares a user.
    AddUser(UserSettings),
    /// Changes what an administrator set.
    ReplaceUser {
        /// Which.
        id: String,
        /// The new settings.
        #[serde(flatten)]
        settings: UserSettings,
        /// The identities that stay bound; `None`: all.
        #[serde(skip_serializing_if = "Option::is_none")]
        identities: Option<Vec<ProviderIdentity>>,
    },
    /// Removes a user.
    RemoveUser {
        /// Which.
        id: String,
    },
    /// Makes a user a member of a project.
    AddMember {
        /// The user's email address.
        email: Email,
        /// The roles in the project.
        roles: Roles,
    },
    /// Changes the roles of a member.
    ReplaceMember {
        /// Which.
        id: String,
        /// The roles in the project.
        roles: Roles,
    },
    /// Takes a member's roles in the project away.
    RemoveMember {
        /// Which.
        id: String,
    },
}

/// By what the user is found that a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserTarget<'c> {
    /// A new one.
    New,
    /// By the id, which need not be that of a user.
    Id(&'c str),
    /// By the email address.
    Email(&'c Email),
}

impl UserChange {
    /// What replaces a user's settings.
    pub fn replace(id: &str, UserReplacement { settings, identities }: UserReplacement) -> Self {
        Self::ReplaceUser { id: id.to_owned(), settings, identities }
    }

    /// Which user the change is about.
    pub fn target(&self) -> UserTarget<'_> {
        match self {
            Self::AddUser(_) => UserTarget::New,
            Self::AddMember { email, .. } => UserTarget::Email(email),
            Self::ReplaceUser { id, .. }
            | Self::RemoveUser { id }
            | Self::ReplaceMember { id, .. }
            | Self::RemoveMember { id } => UserTarget::Id(id),
        }
    }

    /// Whether it is a change of a member, in a project.
    pub fn is_of_member(&self) -> bool {
        matches!(self, Self::AddMember { .. } | Self::ReplaceMember { .. } | Self::RemoveMember { .. })
    }

    /// Whether a member loses ownership of the project by it.
    pub fn takes_ownership(&self, user: &UserId) -> bool {
        match self {
            Self::ReplaceMember { id, roles } => {
                id == user.as_str() && !roles.iter().any(|role| role.as_str() == OWNER)
            }
            Self::RemoveMember { id } => id == user.as_str(),
            _ => false,
        }
    }
}
