//! Answers about changes of service accounts.

use edge_authorizer::management::AccountChange;
use serde_json::{Map, Value};

/// The members of an answer about an account that is now `account`. A secret is shown only if it was stored.
pub fn account_answer(change: &AccountChange, account: &Value, is_stored: bool) -> Map<String, Value> {
    let mut answer = Map::new();
    let secrets = account.get("secrets").and_then(Value::as_array);
    let newest = secrets.and_then(|secrets| secrets.last());
    let mut show = |name: &str, value: Option<&Value>| {
        answer.insert(name.to_owned(), value.cloned().unwrap_or_default());
    };
    if !matches!(change, AccountChange::RegenerateSecret { .. }) {
        show("account", Some(account));
    }
    if let Some(secret) = change.secret().filter(|_| is_stored) {
        show("secretId", newest.and_then(|secret| secret.get("secretId")));
        show("secret", Some(&secret.reveal().into()));
        for name in ["createdAt", "createdTime"] {
            show(name, newest.and_then(|secret| secret.get(name)));
        }
    }
    answer
}
