//! Why a client assertion proves nothing.

/// Why an assertion proves nothing. All but the last one depend on the assertion alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssertionFault {
    /// Not a signed JWT with `iss`, `exp` and `iat`.
    Malformed,
    /// A `typ` of another kind of token.
    Kind,
    /// `iss` and `sub` are not one client id.
    Client,
    /// `aud` is not the issuer alone.
    Audience,
    /// It has expired or is not yet valid, or lives too long.
    Time,
    /// No `jti`.
    Id,
    /// No key of the account made its signature, or there is no such account.
    Key,
}

impl AssertionFault {
    /// What is wrong, for the client's author.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Malformed => "the assertion is not a signed JWT with `iss`, `exp` and `iat`",
            Self::Kind => "the `typ` of the assertion is of another kind of token",
            Self::Client => "`iss` and `sub` of the assertion must be the client id",
            Self::Audience => "`aud` of the assertion must be the issuer alone",
            Self::Time => "the assertion has expired, is not valid yet, or is valid for more than an hour",
            Self::Id => "the assertion has no `jti`",
            Self::Key => "no key verifies the assertion",
        }
    }
}
