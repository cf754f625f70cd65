//! A service account as it is stored.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::account_id::AccountId;
use super::account_settings::AccountSettings;
use super::client_id::ClientId;
use super::secret_digest::SecretDigest;
use super::stored_secret::StoredSecret;
use crate::project_id::ProjectId;

/// The most live secrets of an account.
const MAX_SECRETS: usize = 2;

/// A service account as it is stored. Times are whole seconds since 1970.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServiceAccount {
    /// Its name within the project.
    pub id: AccountId,
    /// What its owners set.
    #[serde(flatten)]
    pub settings: AccountSettings,
    /// Its secrets, oldest first.
    pub secrets: Vec<StoredSecret>,
    /// What another release stored besides.
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// An account has as many live secrets as it can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManySecrets;

impl ServiceAccount {
    /// A new account with its first secret.
    pub fn new(id: AccountId, settings: AccountSettings, secret: StoredSecret) -> Self {
        Self { id, settings, secrets: vec![secret], others: Map::new() }
    }

    /// Its `client_id`, if it belongs to that project.
    pub fn client_id(&self, project: &ProjectId) -> ClientId {
        ClientId { project: project.clone(), account: self.id.clone() }
    }

    /// The live secret with that digest. All secrets are compared, each in constant time. Whether the account is disabled is not
    /// considered.
    pub fn find_secret(&self, presented: &SecretDigest, now: u64) -> Option<&StoredSecret> {
        let matches = |found, secret| if is_match(secret, presented, now) { Some(secret) } else { found };
        self.secrets.iter().fold(None, matches)
    }

    /// Adds a secret at `now`. The older ones are accepted for `overlap` more seconds.
    pub fn add_secret(&mut self, secret: StoredSecret, overlap: u64, now: u64) -> Result<(), TooManySecrets> {
        for older in &mut self.secrets {
            older.expire_at(now.saturating_add(overlap));
        }
        self.secrets.retain(|secret| secret.is_live(now));
        if self.secrets.len() >= MAX_SECRETS {
            return Err(TooManySecrets);
        }
        self.secrets.push(secret);
        Ok(())
    }

    /// Removes a secret; `None` if there is none of that name.
    pub fn remove_secret(&mut self, secret_id: &str) -> Option<StoredSecret> {
        let position = self.secrets.iter().position(|secret| secret.secret_id == secret_id)?;
        Some(self.secrets.remove(position))
    }

    /// The secret of that name.
    pub fn secret(&self, secret_id: &str) -> Option<&StoredSecret> {
        self.secrets.iter().find(|secret| secret.secret_id == secret_id)
    }

    /// The account as its owners see it: the settings, `id`, `clientId`, and `secrets` without the digests.
    pub fn representation(&self, project: &ProjectId) -> Value {
        let secrets: Vec<_> = self.secrets.iter().map(StoredSecret::representation).collect();
        let mut shown = json!(self.settings);
        if let Some(members) = shown.as_object_mut() {
            members.insert("id".to_owned(), json!(self.id));
            members.insert("clientId".to_owned(), self.client_id(project).to_string().into());
            members.insert("secrets".to_owned(), secrets.into());
        }
        shown
    }
}

fn is_match(secret: &StoredSecret, presented: &SecretDigest, now: u64) -> bool {
    // Both are evaluated: a secret that has expired takes the same time.
    (secret.sha256 == *presented) & secret.is_live(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::ClientSecret;

    fn digest(number: u8) -> SecretDigest {
        ClientSecret::new(&[number; 32]).digest()
    }

    fn stored(number: u8) -> StoredSecret {
        StoredSecret::new(format!("s{number}"), digest(number), 1000)
    }

    fn account() -> ServiceAccount {
        let document = json!({ "id": "ci", "label": { "en": "CI" }, "roles": ["access"] });
        let (id, settings) = AccountSettings::read_new(&document, false).unwrap();
        ServiceAccount::new(id, settings, stored(1))
    }

    fn live(account: &ServiceAccount, now: u64) -> Vec<u8> {
        (0..9).filter(|number| account.find_secret(&digest(*number), now).is_some()).collect()
    }

    #[test]
    fn older_secrets_expire_after_the_overlap() {
        let mut account = account();
        account.add_secret(stored(2), 60, 1000).unwrap();
        assert_eq!([live(&account, 1059), live(&account, 1060)], [vec![1, 2], vec![2]]);
        assert_eq!(account.add_secret(stored(3), 60, 1059), Err(TooManySecrets));
        account.add_secret(stored(3), 60, 1060).unwrap();
        assert_eq!(live(&account, 1060), [2, 3]);
        account.add_secret(stored(4), 0, 1060).unwrap();
        assert_eq!((live(&account, 1060), account.secrets.len()), (vec![4], 1));
    }

    #[test]
    fn a_removed_secret_is_not_found() {
        let mut account = account();
        assert_eq!(account.remove_secret("s9"), None);
        assert_eq!(account.remove_secret("s1").unwrap().secret_id, "s1");
        assert!(live(&account, 0).is_empty());
    }

    #[test]
    fn no_representation_has_a_digest() {
        let project = ProjectId::try_from("plant7").unwrap();
        let expected = json!({
            "id": "ci", "clientId": "plant7/ci", "label": { "en": "CI" }, "roles": ["access"], "disabled": false,
            "secrets": [StoredSecret::new("s1".to_owned(), digest(1), 1000).representation()],
        });
        assert_eq!(account().representation(&project), expected);
    }

    #[test]
    fn what_is_stored_is_read_with_what_another_release_added() {
        let mut stored = json!(account());
        stored["added"] = json!({ "by": "another" });
        let read: ServiceAccount = serde_json::from_value(stored.clone()).unwrap();
        assert_eq!((json!(read), read.secrets), (stored, account().secrets));
    }
}
