//! What a token says about its bearer, whoever vouches for it.

use serde_json::{Map, Value};

use crate::token::jose_header::JoseHeader;
use crate::token::malformed::Malformed;
use crate::token::numeric_date::NumericDate;
use crate::token::validity::Validity;

/// The claims that a token carries, of the types that every token needs, and what its header says about them.
#[derive(Debug)]
pub struct Claims {
    members: Map<String, Value>,
    issuer: String,
    times: Validity,
    header: Option<JoseHeader>,
}

impl Claims {
    /// Takes claims that have an issuer and times; `header` is absent where nobody wrote one.
    pub fn new(claims: Map<String, Value>, header: Option<JoseHeader>) -> Result<Self, Malformed> {
        let issuer = claims.get("iss").and_then(Value::as_str).ok_or(Malformed::Issuer)?.to_owned();
        let times = Validity::read(&claims).ok_or(Malformed::Time)?;
        Ok(Self { members: claims, issuer, times, header })
    }

    /// When it counts.
    pub fn validity(&self) -> Validity {
        self.times
    }

    /// The `iss` claim.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The time of the `exp` claim.
    pub fn expires(&self) -> NumericDate {
        self.times.expires()
    }

    /// The kind of token that the claim `typ` names, if it is none that opens an API. Keycloak gives these the same header as
    /// access tokens.
    pub fn other_kind(&self) -> Option<&str> {
        let kind = self.members.get("typ").and_then(Value::as_str);
        kind.filter(|kind| matches!(*kind, "ID" | "Refresh" | "Logout" | "Offline"))
    }

    /// All claims.
    pub fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    /// The header, if there is one.
    pub fn header(&self) -> Option<&JoseHeader> {
        self.header.as_ref()
    }
}
