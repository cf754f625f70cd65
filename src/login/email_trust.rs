//! Whether the email address of a login identifies a user.

use serde::Serialize;

use crate::login::email_claims::EmailClaims;
use crate::login::federation::Federation;
use crate::login::token_fault::found;
use crate::users::Email;

/// Why the email address of a login identifies nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum EmailFault {
    /// The provider sends none.
    #[error("the provider sends no `email`, neither in the ID Token nor at its userinfo endpoint")]
    Missing,
    /// It is not an address.
    #[error("`{found}` is not an email address in ASCII with one `@`")]
    Malformed {
        /// What the provider sends.
        found: String,
    },
    /// Nothing says that it is the user's.
    #[error(
        "the provider does not say that `{email}` is verified (`email_verified`, or `xms_edov` of Entra ID), and its domain is not trusted"
    )]
    Unverified {
        /// The address.
        email: Email,
    },
}

/// The email address, if it is the user's: the provider verified it, or the owner of its domain did (Entra ID), or the federation trusts
/// the provider's addresses of that domain. What the provider says is not verified is not helped by `xms_edov`.
pub fn trusted_email(claims: &EmailClaims, federation: &Federation) -> Result<Email, EmailFault> {
    let text = claims.email.as_deref().ok_or(EmailFault::Missing)?;
    let email = Email::try_from(text).map_err(|_| EmailFault::Malformed { found: found(text) })?;
    let is_verified = claims.is_verified.unwrap_or(claims.is_domain_verified);
    let is_trusted =
        || federation.trusted_email_domains().iter().any(|domain| domain.as_str() == email.domain());
    if is_verified || is_trusted() { Ok(email) } else { Err(EmailFault::Unverified { email }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::egress::InsecureHosts;
    use crate::login::federation_change::FederationChange;
    use crate::login::federation_change::tests::document;
    use serde_json::{Value, json};

    fn trusted(claims: &Value) -> Result<String, EmailFault> {
        let mut document = document();
        document["trustedEmailDomains"] = json!(["trusted.example"]);
        let change = FederationChange::read(&document, None, &InsecureHosts::default());
        let federation = change.unwrap_or_else(|faults| panic!("{faults}")).into_federation(String::new());
        let claims = EmailClaims::read(claims.as_object().unwrap());
        trusted_email(&claims, &federation).map(|email| email.as_str().to_owned())
    }

    #[test]
    fn a_verified_address_counts() {
        for claims in [
            json!({ "email": "Ada@Example.com", "email_verified": true }),
            json!({ "email": "ada@example.com", "xms_edov": true }),
            json!({ "email": "ada@example.com", "xms_edov": 1 }),
            json!({ "email": "ada@example.com", "xms_edov": "1" }),
            json!({ "email": "ada@example.com", "email_verified": true, "xms_edov": false }),
        ] {
            assert_eq!(trusted(&claims).as_deref(), Ok("ada@example.com"), "{claims}");
        }
        for claims in [
            json!({ "email": "ada@Trusted.example" }),
            json!({ "email": "ada@trusted.example", "email_verified": false }),
        ] {
            assert_eq!(trusted(&claims).as_deref(), Ok("ada@trusted.example"), "{claims}");
        }
    }

    #[test]
    fn another_address_identifies_nobody() {
        for (name, value) in [
            ("email_verified", json!(false)),
            ("email_verified", json!("true")),
            ("email_verified", json!(1)),
            ("email_verified", json!(null)),
            ("email_verified", json!([true])),
            ("xms_edov", json!(false)),
            ("xms_edov", json!(0)),
            ("xms_edov", json!("0")),
            ("xms_edov", json!("yes")),
            ("xms_edov", json!(null)),
            ("verified", json!(true)),
        ] {
            let claims = json!({ "email": "ada@example.com", name: value });
            assert!(matches!(trusted(&claims), Err(EmailFault::Unverified { .. })), "{claims}");
        }
        let denied = json!({ "email": "ada@example.com", "email_verified": false, "xms_edov": true });
        assert!(matches!(trusted(&denied), Err(EmailFault::Unverified { .. })));
        for email in ["ada@x.trusted.example", "ada@trusted.example.com", "ada@nottrusted.example"] {
            assert!(
                matches!(trusted(&json!({ "email": email })), Err(EmailFault::Unverified { .. })),
                "{email}"
            );
        }
    }

    #[test]
    fn an_address_has_one_at_sign() {
        for email in
            ["ada", "ada@b@trusted.example", "\"x@trusted.example\"@evil.example", "ädä@trusted.example"]
        {
            let claims = json!({ "email": email, "email_verified": true });
            assert!(matches!(trusted(&claims), Err(EmailFault::Malformed { .. })), "{email}");
        }
        let long = json!({ "email": format!("{}@trusted.example", "a".repeat(100_000)) });
        assert_eq!(EmailClaims::read(long.as_object().unwrap()).email.map(|email| email.len()), Some(320));
        assert!(matches!(trusted(&long), Err(EmailFault::Malformed { .. })));
        for claims in [json!({}), json!({ "email": "" }), json!({ "email": ["ada@example.com"] })] {
            assert_eq!(trusted(&claims), Err(EmailFault::Missing), "{claims}");
        }
    }
}
