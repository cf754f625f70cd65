//! Which user logs in: by who they are at the provider, and the first time by a verified email address.

use super::email::Email;
use super::identity::ProviderIdentity;
use super::user::User;

/// Whether an email address from the provider is proof of who somebody is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EmailProof {
    /// It is the person's.
    Verified(Email),
    /// The provider gives one that does not count: nothing says that it was verified.
    Unverified,
    /// The provider gives none.
    Missing,
}

/// A person whose ID Token was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who they are at the provider.
    pub identity: ProviderIdentity,
    /// Their email address.
    pub email: EmailProof,
}

/// What comes of a login.
#[derive(Clone, Debug, PartialEq)]
pub enum Admission {
    /// The user is bound to the identity already.
    SignIn,
    /// The first login: the user as it is to be stored, bound to the identity from now on.
    Bind(Box<User>),
}

/// Why a verified person is no user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoginRefusal {
    /// No user was declared with the email address.
    #[error("no user has this email address")]
    UserUnknown,
    /// The email address proves nothing.
    #[error(
        "the provider does not say that it verified this email address, and is not trusted for its domain"
    )]
    EmailUnverified,
    /// The provider gives no email address, and no user is bound to the identity.
    #[error("the provider gives no email address")]
    EmailMissing,
    /// The user with the email address is somebody else at the same provider.
    #[error("the user with this email address is bound to another subject of this issuer")]
    IdentityConflict,
    /// The user is disabled.
    #[error("the user is disabled")]
    UserDisabled,
}

impl LoginRefusal {
    /// Its stable name.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UserUnknown => "user_unknown",
            Self::EmailUnverified | Self::EmailMissing => "email_unverified",
            Self::IdentityConflict => "identity_conflict",
            Self::UserDisabled => "user_disabled",
        }
    }
}

/// Decides what comes of the login of a person, by the users who are bound to the identity and who have the email address. Only the
/// user who is bound counts, if there is one: an email address may have come to somebody else.
pub fn admit(
    person: &Person,
    bound: Option<&User>,
    by_email: Option<&User>,
) -> Result<Admission, LoginRefusal> {
    if let Some(user) = bound.filter(|user| user.identities.contains(&person.identity)) {
        return if user.settings.disabled { Err(LoginRefusal::UserDisabled) } else { Ok(Admission::SignIn) };
    }
    let email = match &person.email {
        EmailProof::Verified(email) => email,
        EmailProof::Unverified => return Err(LoginRefusal::EmailUnverified),
        EmailProof::Missing => return Err(LoginRefusal::EmailMissing),
    };
    let user = by_email.filter(|user| user.email() == email).ok_or(LoginRefusal::UserUnknown)?;
    if user.subject_of(&person.identity.iss).is_some() {
        return Err(LoginRefusal::IdentityConflict);
    }
    if user.settings.disabled {
        return Err(LoginRefusal::UserDisabled);
    }
    let mut user = user.clone();
    user.identities.push(person.identity.clone());
    Ok(Admission::Bind(Box::new(user)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::users::UserSettings;
    use serde_json::json;

    fn identity(iss: &str, sub: &str) -> ProviderIdentity {
        ProviderIdentity { iss: format!("https://{iss}.example"), sub: sub.to_owned() }
    }

    fn person(sub: &str, email: EmailProof) -> Person {
        Person { identity: identity("idp", sub), email }
    }

    fn verified(email: &str) -> EmailProof {
        EmailProof::Verified(Email::try_from(email).unwrap())
    }

    fn user(identities: &[ProviderIdentity]) -> User {
        let settings = UserSettings::read_new(&json!({ "email": "ada@example.com" })).unwrap();
        let mut user = User::new(settings, 1000);
        user.identities = identities.to_vec();
        user
    }

    fn disabled(mut user: User) -> User {
        user.settings.disabled = true;
        user
    }

    #[test]
    fn the_first_login_binds_the_user_with_the_email() {
        let admitted = admit(&person("7", verified("Ada@Example.com")), None, Some(&user(&[])));
        assert_eq!(admitted, Ok(Admission::Bind(Box::new(user(&[identity("idp", "7")])))));
        let other = identity("other", "7");
        let admitted =
            admit(&person("7", verified("ada@example.com")), None, Some(&user(std::slice::from_ref(&other))));
        assert_eq!(admitted, Ok(Admission::Bind(Box::new(user(&[other, identity("idp", "7")])))));
    }

    #[test]
    fn once_bound_only_the_identity_counts() {
        let bound = user(&[identity("idp", "7")]);
        let another = user(&[]);
        for email in [
            verified("new@example.com"),
            verified("ada@example.com"),
            EmailProof::Unverified,
            EmailProof::Missing,
        ] {
            let admitted = admit(&person("7", email.clone()), Some(&bound), Some(&another));
            assert_eq!(admitted, Ok(Admission::SignIn), "{email:?}");
        }
        let refused =
            admit(&person("7", verified("ada@example.com")), Some(&disabled(bound)), Some(&another));
        assert_eq!(refused, Err(LoginRefusal::UserDisabled));
    }

    #[test]
    fn a_second_subject_is_never_bound() {
        for bound in [identity("idp", "7"), identity("idp", "")] {
            let refused = admit(&person("8", verified("ada@example.com")), None, Some(&user(&[bound])));
            assert_eq!(refused, Err(LoginRefusal::IdentityConflict));
        }
    }

    #[test]
    fn who_is_not_declared_or_not_verified_is_refused() {
        let found = user(&[]);
        for (email, by_email, refusal) in [
            (verified("ada@example.com"), None, LoginRefusal::UserUnknown),
            // What was found is not believed.
            (verified("eve@example.com"), Some(&found), LoginRefusal::UserUnknown),
            (EmailProof::Unverified, Some(&found), LoginRefusal::EmailUnverified),
            (EmailProof::Missing, Some(&found), LoginRefusal::EmailMissing),
            (verified("ada@example.com"), Some(&disabled(found.clone())), LoginRefusal::UserDisabled),
        ] {
            let wrong = user(&[identity("other", "7")]);
            assert_eq!(admit(&person("7", email.clone()), Some(&wrong), by_email), Err(refusal), "{email:?}");
        }
    }
}
