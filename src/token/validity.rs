//! When a token is valid, by its claims `exp`, `iat` and `nbf`.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::token::numeric_date::NumericDate;

/// The times between which a token is valid.
#[derive(Clone, Copy, Debug)]
pub struct Validity {
    expires: NumericDate,
    issued: NumericDate,
    not_before: Option<NumericDate>,
}

/// A time claim by which a token has expired or is not yet valid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OutsideValidity {
    /// The claim.
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

impl Validity {
    /// When the token expires.
    pub fn expires(self) -> NumericDate {
        self.expires
    }

    /// When it was issued.
    pub fn issued(self) -> NumericDate {
        self.issued
    }

    /// Whether the token is valid at `now`, where clocks differ by at most `skew` seconds.
    pub fn check(self, now: NumericDate, skew: f64) -> Result<(), OutsideValidity> {
        let Validity { expires, issued, not_before } = self;
        let horizon = now.plus(skew);
        let outside = if now >= expires.plus(skew) {
            Some((TimeClaim::Exp, expires))
        } else if issued > horizon {
            Some((TimeClaim::Iat, issued))
        } else {
            not_before.filter(|start| *start > horizon).map(|start| (TimeClaim::Nbf, start))
        };
        outside.map_or(Ok(()), |(claim, value)| Err(OutsideValidity { claim, value }))
    }

    /// Reads `exp`, `iat` and `nbf`; `None` if one is missing or not a number.
    pub fn read(claims: &Map<String, Value>) -> Option<Self> {
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
    use crate::token::claims::Claims;
    use serde_json::json;

    fn untimely(claims: &Value, now: f64) -> Option<TimeClaim> {
        let claims = Claims::new(claims.as_object().unwrap().clone(), None).unwrap();
        claims.validity().check(NumericDate::from_seconds(now), 5.0).err().map(|untimely| untimely.claim)
    }

    #[test]
    fn validity_respects_fractions_and_skew() {
        let claims = json!({"iss": "i", "iat": 10, "exp": 20.5});
        assert_eq!(untimely(&claims, 25.499), None);
        assert_eq!(untimely(&claims, 25.5), Some(TimeClaim::Exp));
        assert_eq!(untimely(&claims, 5.0), None);
        assert_eq!(untimely(&claims, 4.999), Some(TimeClaim::Iat));
    }

    #[test]
    fn nbf_is_checked_if_present() {
        let claims = json!({"iss": "i", "iat": 0, "exp": 1e300, "nbf": 10});
        assert_eq!(untimely(&claims, 5.0), None);
        assert_eq!(untimely(&claims, 4.0), Some(TimeClaim::Nbf));
    }
}
