//! What a token says about its bearer, whoever vouches for it.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::token::algorithm::Algorithm;
use crate::token::malformed::Malformed;
use crate::token::numeric_date::NumericDate;

/// The claims that a token carries, of the types that every token needs, and what its header says about them.
#[derive(Debug)]
pub struct Claims {
    members: Map<String, Value>,
    issuer: String,
    times: Validity,
    header: Option<JoseHeader>,
}

/// What of a token's header an entry may look at.
#[derive(Debug)]
pub struct JoseHeader {
    /// Its `alg`.
    pub algorithm: Algorithm,
    /// Its `typ`.
    pub media_type: Option<String>,
}

/// When a token counts.
#[derive(Clone, Copy, Debug)]
pub struct Validity {
    expires: NumericDate,
    issued: NumericDate,
    not_before: Option<NumericDate>,
}

/// What time says against a token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OutsideValidity {
    /// The claim that says it.
    pub claim: TimeClaim,
    /// Its value.
    pub value: NumericDate,
}

/// A claim that bounds the time of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeClaim {
    /// `exp`, which has passed.
    Exp,
    /// `iat`, which is yet to come.
    Iat,
    /// `nbf`, which is yet to come.
    Nbf,
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
        self.times.expires
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

impl Validity {
    /// Whether a token counts at `now`, clocks differing by at most `skew` seconds.
    pub fn check(self, now: NumericDate, skew: f64) -> Result<(), OutsideValidity> {
        let Validity { expires, issued, not_before } = self;
        let horizon = now.plus(skew);
        let untimely = if now >= expires.plus(skew) {
            Some((TimeClaim::Exp, expires))
        } else if issued > horizon {
            Some((TimeClaim::Iat, issued))
        } else {
            not_before.filter(|start| *start > horizon).map(|start| (TimeClaim::Nbf, start))
        };
        untimely.map_or(Ok(()), |(claim, value)| Err(OutsideValidity { claim, value }))
    }

    fn read(claims: &Map<String, Value>) -> Option<Self> {
        let time = |name| claims.get(name).map(|value| value.as_f64().map(NumericDate::from_seconds));
        let not_before = match time("nbf") {
            Some(parsed) => Some(parsed?),
            None => None,
        };
        Some(Self { expires: time("exp")??, issued: time("iat")??, not_before })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn untimely(claims: &Value, now: f64) -> Option<TimeClaim> {
        let claims = Claims::new(claims.as_object().unwrap().clone(), None).unwrap();
        claims.validity().check(NumericDate::from_seconds(now), 5.0).err().map(|untimely| untimely.claim)
    }

    #[test]
    fn time_counts_fractions_and_skew() {
        let claims = json!({"iss": "i", "iat": 10, "exp": 20.5});
        assert_eq!(untimely(&claims, 25.499), None);
        assert_eq!(untimely(&claims, 25.5), Some(TimeClaim::Exp));
        assert_eq!(untimely(&claims, 5.0), None);
        assert_eq!(untimely(&claims, 4.999), Some(TimeClaim::Iat));
    }

    #[test]
    fn nbf_counts_if_present() {
        let claims = json!({"iss": "i", "iat": 0, "exp": 1e300, "nbf": 10});
        assert_eq!(untimely(&claims, 5.0), None);
        assert_eq!(untimely(&claims, 4.0), Some(TimeClaim::Nbf));
    }
}
