//! The `client_id` of a service account.

use std::fmt;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::account_id::AccountId;
use crate::project_id::ProjectId;

/// The `client_id` of a service account, `{project}/{id}`; of one of the platform, `platform/{id}`. In the account's tokens it is
/// `client_id`, `azp` and `sub`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId {
    /// The project, or the platform.
    pub project: ProjectId,
    /// The account within it.
    pub account: AccountId,
}

/// The text is not the `client_id` of a service account.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the id of a project, `/`, and the id of a service account")]
pub struct InvalidClientId;

impl TryFrom<&str> for ClientId {
    type Error = InvalidClientId;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        let (project, account) = text.split_once('/').ok_or(InvalidClientId)?;
        Ok(Self {
            project: ProjectId::try_from(project).map_err(|_| InvalidClientId)?,
            account: AccountId::try_from(account).map_err(|_| InvalidClientId)?,
        })
    }
}

impl Serialize for ClientId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ClientId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(&*String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.project, self.account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_id_names_a_project_and_an_account() {
        for good in ["plant7/ci", "platform/deploy-1"] {
            assert_eq!(ClientId::try_from(good).unwrap().to_string(), good);
        }
        for bad in ["", "plant7", "plant7/", "/ci", "plant7/c", "a/b/cc", "a b/ci", "plant7/ci "] {
            assert_eq!(ClientId::try_from(bad), Err(InvalidClientId), "{bad}");
        }
    }
}
