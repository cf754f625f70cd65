//! The entry by which a project accepts the tokens of the gateway's own issuer.

use serde_json::{Value, json};

use crate::config::role::Role;

/// The id of the entry. No other entry can have it.
pub const ACCOUNTS: &str = "accounts";

/// The issuer of the gateway's own tokens.
pub fn own_issuer(public_url: &str) -> String {
    [public_url, "/auth"].concat()
}

/// The entry of a project whose accounts have these roles. As each entry does, it gives no role that it does not name.
pub fn built_in_entry<'r>(public_url: &str, roles: impl IntoIterator<Item = &'r Role>) -> Value {
    let mut roles: Vec<_> = roles.into_iter().map(Role::as_str).collect();
    roles.sort_unstable();
    roles.dedup();
    json!({
        "id": ACCOUNTS,
        "iss": own_issuer(public_url),
        "label": { "en": "Accounts of the gateway" },
        "idClaim": "sub",
        "roleDetection": "CLAIM",
        "rolesClaim": "roles",
        "roleTemplate": "{project}.{roleName}",
        "allowedRoles": roles,
        "allowedAud": [public_url],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::custom_idp::CustomIdp;

    #[test]
    fn the_entry_is_one_that_owners_could_write() {
        let roles = ["owner", "access", "owner"].map(|role| Role::try_from(role).unwrap());
        let entry = built_in_entry("https://gateway.example.com", &roles);
        assert_eq!(entry["allowedRoles"], json!(["access", "owner"]));
        let entry = CustomIdp::parse(&entry).unwrap();
        assert_eq!(entry.issuer.as_str(), "https://gateway.example.com/auth");
        assert!(entry.names_owner() && !entry.opens_ownership());
    }
}
