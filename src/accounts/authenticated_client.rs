//! A client that is authenticated, and what it is granted.

use std::hint::black_box;

use crate::accounts::access_token::Grant;
use crate::accounts::client_assertion::VerifiedAssertion;
use crate::accounts::client_id::ClientId;
use crate::accounts::scope::{InvalidScope, select_roles};
use crate::accounts::secret_digest::SecretDigest;
use crate::accounts::service_account::ServiceAccount;
use crate::accounts::stored_secret::StoredSecret;

/// An account whose client is authenticated. Only a live secret or a verified assertion creates one.
pub struct AuthenticatedClient<'a> {
    account: &'a ServiceAccount,
    secret: Option<&'a StoredSecret>,
}

impl<'a> AuthenticatedClient<'a> {
    /// Authenticates by a secret, at `now` in whole seconds since 1970. The secret is compared for an unknown account, too, and
    /// for a disabled one.
    pub fn by_secret(
        account: Option<&'a ServiceAccount>,
        presented: &SecretDigest,
        now: u64,
    ) -> Option<Self> {
        let Some(account) = account else {
            let _compared = black_box(&SecretDigest::of("") == presented);
            return None;
        };
        let secret = account.find_secret(presented, now);
        secret.filter(|_| !account.settings.disabled).map(|secret| Self { account, secret: Some(secret) })
    }

    /// Authenticates by an assertion that was verified with the account's keys.
    pub fn by_assertion(account: Option<&'a ServiceAccount>, _verified: &VerifiedAssertion) -> Option<Self> {
        let account = account.filter(|account| !account.settings.disabled)?;
        Some(Self { account, secret: None })
    }

    /// The secret that authenticated it, if one did.
    pub fn secret(&self) -> Option<&'a StoredSecret> {
        self.secret
    }

    /// What it is granted at `now`, in whole seconds since 1970. `life` is for how many seconds tokens of accounts are valid
    /// that name no other time.
    pub fn grant(
        &self,
        client: &ClientId,
        scope: Option<&str>,
        now: u64,
        life: u32,
    ) -> Result<Grant, InvalidScope> {
        let settings = &self.account.settings;
        let roles = select_roles(scope, &settings.roles)?;
        let life = settings.token_life_seconds.and_then(|life| u32::try_from(life).ok()).unwrap_or(life);
        Ok(Grant::new(client, &roles, scope.is_some(), now, life))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::account_settings::AccountSettings;
    use serde_json::{Value, json};

    fn account(changes: &Value) -> ServiceAccount {
        let document = json!({ "id": "ci", "label": { "en": "CI" }, "roles": ["access", "owner"] });
        let (id, settings) = AccountSettings::read_new(&document, false).unwrap();
        let mut secret = StoredSecret::new("s1".to_owned(), SecretDigest::of("secret"), 1000);
        secret.expire_at(2000);
        let mut stored = json!(ServiceAccount::new(id, settings, secret));
        stored.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        serde_json::from_value(stored).unwrap()
    }

    #[test]
    fn only_a_live_secret_of_an_enabled_account_authenticates() {
        let (enabled, disabled) = (account(&json!({})), account(&json!({ "disabled": true })));
        for (account, presented, now, expected) in [
            (Some(&enabled), "secret", 1999, Some("s1")),
            (Some(&enabled), "secret", 2000, None),
            (Some(&enabled), "other", 1999, None),
            (Some(&enabled), "", 1999, None),
            (Some(&disabled), "secret", 1999, None),
            (None, "secret", 1999, None),
            (None, "", 1999, None),
        ] {
            let client = AuthenticatedClient::by_secret(account, &SecretDigest::of(presented), now);
            let secret = client.and_then(|client| client.secret()).map(|secret| &*secret.secret_id);
            assert_eq!(secret, expected, "{presented}");
        }
    }

    #[test]
    fn a_grant_has_the_roles_and_the_life_of_the_account() {
        let client = ClientId::try_from("p1/ci").unwrap();
        let grant = |account: &ServiceAccount, scope| {
            let verified = VerifiedAssertion::unchecked();
            let authenticated = AuthenticatedClient::by_assertion(Some(account), &verified).unwrap();
            authenticated
                .grant(&client, scope, 1500, 600)
                .map(|grant| (grant.scope().to_owned(), grant.life()))
        };
        let (account, short) = (account(&json!({})), account(&json!({ "tokenLifeSeconds": 60 })));
        assert_eq!(grant(&account, None), Ok(("access owner".to_owned(), 600)));
        assert_eq!(grant(&short, Some("owner")), Ok(("owner".to_owned(), 60)));
        assert_eq!(grant(&account, Some("admin")), Err(InvalidScope));
    }
}
