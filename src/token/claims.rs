//! The claims of a token, verified or not.

use serde_json::{Map, Value};

use crate::token::jose_header::JoseHeader;
use crate::token::malformed::Malformed;
use crate::token::numeric_date::NumericDate;
use crate::token::validity::Validity;

/// The claims of a token, with the required ones in their types, and its header.
#[derive(Debug)]
pub struct Claims {
    members: Map<String, Value>,
    issuer: String,
    times: Validity,
    header: Option<JoseHeader>,
}

impl Claims {
    /// Accepts claims with an issuer and times; `header` is absent for simulated claims.
    pub fn new(claims: Map<String, Value>, header: Option<JoseHeader>) -> Result<Self, Malformed> {
        let issuer = claims.get("iss").and_then(Value::as_str).ok_or(Malformed::Issuer)?.to_owned();
        let times = Validity::read(&claims).ok_or(Malformed::Time)?;
        Ok(Self { members: claims, issuer, times, header })
    }

    /// When the token is valid.
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

    /// The kind of a token that is not for APIs, by the claim `typ`. Keycloak gives such tokens the same header as access tokens.
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
