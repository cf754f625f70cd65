//! The scope of a request for a token: a part of the account's roles (RFC 6749, section 3.3).

use crate::config::role::{Role, Roles, in_order};

/// The scope has a role that the account lacks, or is not scope tokens with single spaces between them.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidScope;

/// The roles that a scope selects from those of an account; without a scope all of them.
pub fn select_roles(scope: Option<&str>, roles: &Roles) -> Result<Roles, InvalidScope> {
    let Some(scope) = scope else { return Ok(roles.clone()) };
    let select = |token: &str| {
        let is_scope_token = !token.contains(['"', '\\']);
        roles.iter().find(|role| is_scope_token && role.as_str() == token).cloned().ok_or(InvalidScope)
    };
    Ok(in_order(scope.split(' ').map(select).collect::<Result<Vec<Role>, _>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_selects_roles_of_the_account() {
        let role = |text| Role::try_from(text).unwrap();
        let roles: Roles = ["access", "a\"b", "owner"].map(role).into();
        for (scope, selected) in [
            (None, Some(vec!["access", "a\"b", "owner"])),
            (Some("access"), Some(vec!["access"])),
            (Some("owner access owner"), Some(vec!["access", "owner"])),
            (Some("access other"), None),
            (Some("access  owner"), None),
            (Some(" access"), None),
            (Some("access\towner"), None),
            (Some("Access"), None),
            (Some("p1.access"), None),
            (Some("a\"b"), None),
        ] {
            let found = select_roles(scope, &roles);
            let found = found.as_ref().map(|roles| roles.iter().map(Role::as_str).collect::<Vec<_>>()).ok();
            assert_eq!(found, selected, "{scope:?}");
        }
    }
}
