//! The changes that can be made to a service account.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::change_context::ChangeContext;
use super::limit::{Limit, MAX_ACCOUNT_BYTES, MAX_ACCOUNTS, MAX_ROLES};
use super::project::Project;
use super::refusal::Refusal;
use crate::accounts::{
    ACCOUNTS, AccountId, AccountSettings, ClientId, ClientSecret, ServiceAccount, StoredSecret,
};
use crate::document_reader;
use crate::fault::Faults;
use crate::project_id::ProjectId;

/// For how long older secrets may be accepted beside a new one, in seconds.
const OVERLAP: std::ops::RangeInclusive<u64> = 0..=604_800;

/// A change to a service account.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountChange {
    /// Adds an account with its first secret.
    AddServiceAccount {
        /// Its id.
        id: AccountId,
        /// What its owners set.
        #[serde(flatten)]
        settings: AccountSettings,
        /// The secret.
        #[serde(skip)]
        secret: ClientSecret,
    },
    /// Changes what an account's owners set.
    ReplaceServiceAccount {
        /// Which.
        id: String,
        /// The new settings.
        #[serde(flatten)]
        settings: AccountSettings,
    },
    /// Removes an account.
    RemoveServiceAccount {
        /// Which.
        id: String,
    },
    /// Adds a secret, which replaces the older ones.
    RegenerateSecret {
        /// The account.
        id: String,
        /// For how many seconds the older ones are still accepted.
        #[serde(rename = "overlapSeconds")]
        overlap: u64,
        /// The secret.
        #[serde(skip)]
        secret: ClientSecret,
    },
    /// Removes a secret.
    RemoveSecret {
        /// The account.
        id: String,
        /// Which.
        #[serde(rename = "secretId")]
        secret_id: String,
    },
}

/// Reads what a new secret is demanded with, `{"overlapSeconds"?}`: the seconds for which older ones are still accepted.
pub fn read_overlap(document: &Value) -> Result<u64, Faults> {
    document_reader::read(document, |node| {
        node.properties(|secret| {
            secret.optional("overlapSeconds").map_or(Some(0), |node| node.integer(OVERLAP))
        })
    })
}

impl AccountChange {
    /// The secret that it makes.
    pub fn secret(&self) -> Option<&ClientSecret> {
        match self {
            Self::AddServiceAccount { secret, .. } | Self::RegenerateSecret { secret, .. } => Some(secret),
            _ => None,
        }
    }

    /// Whether it can take access away, and so is not refused for lack of room.
    pub(super) fn withdraws(&self) -> bool {
        !matches!(self, Self::AddServiceAccount { .. })
    }

    fn account(&self) -> &str {
        match self {
            Self::AddServiceAccount { id, .. } => id.as_str(),
            Self::ReplaceServiceAccount { id, .. }
            | Self::RemoveServiceAccount { id }
            | Self::RegenerateSecret { id, .. }
            | Self::RemoveSecret { id, .. } => id,
        }
    }
}

impl Project {
    /// What a change is about, as it is: the account or the secret.
    pub(super) fn current_account(&self, change: &AccountChange, id: &ProjectId) -> Option<Arc<Value>> {
        let account = self.account(change.account())?;
        Some(Arc::new(match change {
            AccountChange::RemoveSecret { secret_id, .. } => account.secret(secret_id)?.representation(),
            _ => account.representation(id),
        }))
    }

    /// Makes the change and answers what is there now. Access that is taken away is revoked from the account's tokens.
    pub(super) fn change_account(
        &mut self,
        change: &AccountChange,
        context: &ChangeContext<'_>,
    ) -> Result<Option<Arc<Value>>, Refusal> {
        let now = context.now.whole_seconds();
        let before = self.account_sizes();
        // Versions only grow, so no two secrets of projects of this name have the same id.
        let stored =
            |secret: &ClientSecret| StoredSecret::new(format!("s{}", self.version + 1), secret.digest(), now);
        let (lost, account) = match change {
            AccountChange::AddServiceAccount { id, settings, secret } => {
                let account = ServiceAccount::new(id.clone(), settings.clone(), stored(secret));
                self.add_account(account)?;
                (None, self.account(id.as_str()).cloned())
            }
            AccountChange::ReplaceServiceAccount { id, settings } => {
                let account = self.account_mut(id)?;
                let former = std::mem::replace(&mut account.settings, settings.clone());
                (lost_by(&former, settings), self.account(id).cloned())
            }
            AccountChange::RemoveServiceAccount { id } => {
                let position = self.account_position(id).ok_or(Refusal::NotFound)?;
                self.accounts.remove(position);
                (Some("it was deleted"), None)
            }
            AccountChange::RegenerateSecret { id, overlap, secret } => {
                let secret = stored(secret);
                let account = self.account_mut(id)?;
                let is_lost = *overlap == 0 && !account.secrets.is_empty();
                account.add_secret(secret, *overlap, now).map_err(|_| Refusal::TooMany(Limit::Secrets))?;
                (is_lost.then_some("its older secrets were removed"), self.account(id).cloned())
            }
            AccountChange::RemoveSecret { id, secret_id } => {
                self.account_mut(id)?.remove_secret(secret_id).ok_or(Refusal::NotFound)?;
                (Some("a secret was removed"), None)
            }
        };
        self.check_accounts(before)?;
        if let Some(reason) = lost {
            let id = AccountId::try_from(change.account()).map_err(|_| Refusal::NotFound)?;
            let client = ClientId { project: context.id.clone(), account: id };
            self.revoke_account(
                &client,
                &format!("service account `{}`: {reason}", client.account),
                context.now,
            );
        }
        Ok(account.map(|account| Arc::new(account.representation(context.id))))
    }

    fn add_account(&mut self, account: ServiceAccount) -> Result<(), Refusal> {
        self.check_no_entry_of_accounts()?;
        if self.account(account.id.as_str()).is_some() {
            return Err(Refusal::Exists);
        }
        if self.accounts.len() >= MAX_ACCOUNTS {
            return Err(Refusal::TooMany(Limit::Accounts));
        }
        self.exists = true;
        self.accounts.push(Arc::new(account));
        Ok(())
    }

    /// Checks that there is room for the entry of the gateway's own issuer. Earlier releases let owners make an entry of that id.
    pub(super) fn check_no_entry_of_accounts(&self) -> Result<(), Refusal> {
        let Some(entry) = self.idp(ACCOUNTS) else { return Ok(()) };
        let expected = format!(
            "a project without an entry `{ACCOUNTS}`, the id of the built-in one: remove the entry, and add it by another id"
        );
        Err(Refusal::Invalid(Faults::one("", entry.get("id"), expected)))
    }

    fn account_mut(&mut self, id: &str) -> Result<&mut ServiceAccount, Refusal> {
        let position = self.account_position(id).ok_or(Refusal::NotFound)?;
        self.accounts.get_mut(position).map(Arc::make_mut).ok_or(Refusal::NotFound)
    }

    /// Checks that the accounts have not become too large. Those that are over a limit already can still be made smaller.
    fn check_accounts(&self, (roles, bytes): (usize, usize)) -> Result<(), Refusal> {
        let (roles_now, bytes_now) = self.account_sizes();
        if roles_now > MAX_ROLES.max(roles) {
            return Err(Refusal::TooMany(Limit::Roles));
        }
        let is_too_large = bytes_now > MAX_ACCOUNT_BYTES.max(bytes);
        if is_too_large { Err(Refusal::TooMany(Limit::AccountBytes)) } else { Ok(()) }
    }

    /// How many different roles the accounts have and users can have, and the bytes of JSON of their settings. Secrets do not count: they become
    /// larger by their use, and replacing one must not be refused. Their number bounds them.
    fn account_sizes(&self) -> (usize, usize) {
        let roles = self.account_roles().collect::<BTreeSet<_>>().len();
        let bytes = |account: &Arc<ServiceAccount>| {
            serde_json::to_string(&account.settings).map_or(usize::MAX, |text| text.len())
        };
        let bytes = self.accounts.iter().map(bytes).fold(0_usize, usize::saturating_add);
        (roles, bytes)
    }
}

/// What an account loses by new settings, if it loses anything.
fn lost_by(former: &AccountSettings, new: &AccountSettings) -> Option<&'static str> {
    let keeps_roles = former.roles.iter().all(|role| new.roles.contains(role));
    let keys = |settings: &AccountSettings| -> Vec<Value> {
        let keys = settings.jwks.as_ref().and_then(|jwks| jwks.get("keys")?.as_array().cloned());
        keys.unwrap_or_default()
    };
    let new_keys = keys(new);
    let keeps_keys = keys(former).iter().all(|key| new_keys.contains(key));
    match (new.disabled && !former.disabled, keeps_roles, keeps_keys) {
        (true, ..) => Some("it was disabled"),
        (_, false, _) => Some("a role was taken from it"),
        (_, _, false) => Some("a key was removed"),
        _ => None,
    }
}
