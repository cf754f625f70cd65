//! A refusal, as the caller gets it.

use crate::error_code::ErrorCode;
use crate::project_id::ProjectId;

/// A refusal: its code, and the protection space that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// Why.
    pub code: ErrorCode,
    /// The project, as the realm of a challenge.
    pub realm: Option<ProjectId>,
}

impl Denial {
    /// What happened and what to do, for the caller. Where no project is concerned, only the administrator's token is accepted.
    pub fn detail(&self) -> &'static str {
        match self {
            Self { code: ErrorCode::TokenUntrusted, realm: None } => ErrorCode::AdministratorOnly.detail(),
            Self { code, .. } => code.detail(),
        }
    }

    /// The value of `WWW-Authenticate` (RFC 6750, section 3), where a token would help.
    pub fn challenge(&self) -> Option<String> {
        let realm = self.realm.as_ref().map(|project| format!(r#"realm="{project}""#));
        let error = match self.code {
            ErrorCode::TokenMissing => None,
            ErrorCode::RequestInvalid => Some(r#"error="invalid_request""#.to_owned()),
            ErrorCode::RoleMissing | ErrorCode::AdministratorOnly => {
                Some(r#"error="insufficient_scope""#.to_owned())
            }
            code if code.status() == 401 => Some(r#"error="invalid_token""#.to_owned()),
            _ => return None,
        };
        let parameters: Vec<_> = realm.into_iter().chain(error).collect();
        Some(format!("Bearer {}", parameters.join(", ")).trim_end().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenge_names_realm_and_error() {
        let challenge = |code, realm: Option<&str>| {
            Denial { code, realm: realm.map(|realm| ProjectId::try_from(realm).unwrap()) }.challenge()
        };
        assert_eq!(challenge(ErrorCode::TokenMissing, Some("p1")).unwrap(), r#"Bearer realm="p1""#);
        assert_eq!(challenge(ErrorCode::TokenMissing, None).unwrap(), "Bearer");
        assert_eq!(
            challenge(ErrorCode::TokenExpired, Some("p1")).unwrap(),
            r#"Bearer realm="p1", error="invalid_token""#
        );
        assert_eq!(
            challenge(ErrorCode::RoleMissing, Some("p1")).unwrap(),
            r#"Bearer realm="p1", error="insufficient_scope""#
        );
        let insufficient = r#"Bearer error="insufficient_scope""#;
        assert_eq!(challenge(ErrorCode::AdministratorOnly, None).unwrap(), insufficient);
        assert_eq!(challenge(ErrorCode::RequestInvalid, None).unwrap(), r#"Bearer error="invalid_request""#);
        assert_eq!(challenge(ErrorCode::RouteNotFound, Some("p1")), None);
        assert_eq!(challenge(ErrorCode::KeysUnavailable, Some("p1")), None);
    }
}
