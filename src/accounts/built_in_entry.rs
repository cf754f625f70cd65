//! The entry by which a project accepts the tokens of the gateway's own issuer.

use serde_json::{Value, json};

use crate::accounts::public_url::PublicUrl;
use crate::config::role::Role;

/// The id of the entry. No other entry can have it.
pub const ACCOUNTS: &str = "accounts";

/// The entry of a project whose accounts have these roles. As each entry does, it gives no role that it does not name.
pub fn built_in_entry<'r>(public_url: &PublicUrl, roles: impl IntoIterator<Item = &'r Role>) -> Value {
    let mut roles: Vec<_> = roles.into_iter().map(Role::as_str).collect();
    roles.sort_unstable();
    roles.dedup();
    json!({
        "id": ACCOUNTS,
        "iss": public_url.issuer(),
        "label": { "en": "Accounts of the gateway" },
        "idClaim": "sub",
        "roleDetection": "CLAIM",
        "rolesClaim": "roles",
        "roleTemplate": "{project}.{roleName}",
        "allowedRoles": roles,
        "allowedAud": [public_url.as_str()],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::custom_idp::CustomIdp;

    #[test]
    fn the_entry_is_one_that_owners_could_write() {
        let roles = ["owner", "access", "owner"].map(|role| Role::try_from(role).unwrap());
        let entry = built_in_entry(&PublicUrl::try_from("https://gateway.example.com").unwrap(), &roles);
        assert_eq!(entry["allowedRoles"], json!(["access", "owner"]));
        let entry = CustomIdp::parse(&entry).unwrap();
        assert_eq!(entry.issuer.as_str(), "https://gateway.example.com/auth");
        assert!(entry.names_owner() && !entry.opens_ownership());
    }
}
