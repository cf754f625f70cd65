//! A bearer token as it arrived: its form is checked, nothing it says is trusted.

use base64ct::{Base64UrlUnpadded, Encoding};
use jwt_compact::UntrustedToken;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::algorithm::Algorithm;
use crate::json;
use crate::time::Time;

/// The longest token that is looked at, in bytes.
pub const MAX_TOKEN_LENGTH: usize = 16 * 1024;

/// A well-formed compact JWS (RFC 7515, section 7.1) with the claims every token needs. Nobody vouches for it yet.
#[derive(Debug)]
pub struct Token<'t> {
    text: &'t str,
    jws: UntrustedToken<'t, Extension>,
    algorithm: Algorithm,
    claims: Map<String, Value>,
    issuer: String,
    times: Times,
}

#[derive(Clone, Copy, Debug)]
struct Times {
    expires: Time,
    issued: Time,
    not_before: Option<Time>,
}

/// Header members that the parser does not know; of interest is only `crit`.
#[derive(Clone, Debug)]
struct Extension {
    is_critical: bool,
}

impl<'de> Deserialize<'de> for Extension {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = json::strict_members(deserializer)?;
        Ok(Self { is_critical: members.contains_key("crit") })
    }
}

/// Why a token is not well-formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Malformed {
    /// More than [`MAX_TOKEN_LENGTH`] bytes.
    #[error("longer than 16 KiB")]
    TooLong,
    /// Not three base64url parts with a JSON header.
    #[error("not a compact JWS with a JSON header")]
    NotAJws,
    /// `alg` is none of the supported ones.
    #[error("an unsupported `alg`")]
    Algorithm,
    /// `crit` demands extensions, and there are none here (RFC 7515, section 4.1.11).
    #[error("a `crit` header")]
    Critical,
    /// The payload is not a JSON object with unique member names.
    #[error("a payload that is not a JSON object with unique names")]
    Payload,
    /// `iss` is missing or not a string.
    #[error("no string `iss`")]
    Issuer,
    /// `exp` or `iat` is missing, or one of `exp`, `iat`, `nbf` is not a number.
    #[error("no numeric `exp` and `iat`, or an `nbf` that is no number")]
    Time,
}

/// What time says against a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untimely {
    /// `exp` has passed.
    Expired,
    /// `nbf` or `iat` is yet to come.
    NotYetValid,
}

impl<'t> Token<'t> {
    /// Reads a token's form: size, encoding, header, and the types of the claims that every token needs.
    pub fn parse(text: &'t str) -> Result<Self, Malformed> {
        if text.len() > MAX_TOKEN_LENGTH {
            return Err(Malformed::TooLong);
        }
        let jws = UntrustedToken::<Extension>::try_from(text).map_err(|_| Malformed::NotAJws)?;
        if jws.header().other_fields.is_critical {
            return Err(Malformed::Critical);
        }
        let algorithm = Algorithm::try_from(jws.algorithm()).map_err(|_| Malformed::Algorithm)?;
        let claims = parse_payload(text).ok_or(Malformed::Payload)?;
        let issuer = claims.get("iss").and_then(Value::as_str).ok_or(Malformed::Issuer)?.to_owned();
        let times = Times::read(&claims).ok_or(Malformed::Time)?;
        Ok(Self { text, jws, algorithm, claims, issuer, times })
    }

    /// Whether the token is valid at `now`, clocks differing by at most `skew` seconds.
    pub fn check_time(&self, now: Time, skew: f64) -> Result<(), Untimely> {
        let Times { expires, issued, not_before } = self.times;
        let horizon = now.plus(skew);
        if now >= expires.plus(skew) {
            Err(Untimely::Expired)
        } else if issued > horizon || not_before.is_some_and(|start| start > horizon) {
            Err(Untimely::NotYetValid)
        } else {
            Ok(())
        }
    }

    /// The `iss` claim.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The header's `alg`.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The header's `kid`.
    pub fn key_id(&self) -> Option<&str> {
        self.jws.header().key_id.as_deref()
    }

    /// The header's `typ`.
    pub fn media_type(&self) -> Option<&str> {
        self.jws.header().token_type.as_deref()
    }

    /// The bytes that were signed (RFC 7515, section 5.1).
    pub fn signing_input(&self) -> &[u8] {
        self.text.rsplit_once('.').map_or(&[], |(input, _)| input.as_bytes())
    }

    /// The signature, decoded.
    pub fn signature(&self) -> &[u8] {
        self.jws.signature_bytes()
    }

    /// The claims before any signature is checked: good for choosing whom to ask, never for deciding.
    pub fn untrusted_claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// The token after a check of its signature succeeded.
    pub(crate) fn verified(self) -> VerifiedToken<'t> {
        VerifiedToken(self)
    }
}

/// A token whose signature was found to be its issuer's. Only this yields claims to decide on.
#[derive(Debug)]
pub struct VerifiedToken<'t>(Token<'t>);

impl<'t> VerifiedToken<'t> {
    /// The claims that the issuer signed.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.0.claims
    }

    /// What the token says without regard to its signature.
    pub fn as_token(&self) -> &Token<'t> {
        &self.0
    }
}

impl Times {
    fn read(claims: &Map<String, Value>) -> Option<Self> {
        let time = |name| claims.get(name).map(|value| value.as_f64().map(Time::from_seconds));
        let not_before = match time("nbf") {
            Some(parsed) => Some(parsed?),
            None => None,
        };
        Some(Self { expires: time("exp")??, issued: time("iat")??, not_before })
    }
}

/// jwt-compact's own claims cut the fraction of a time and hide duplicate members; so the payload is read here.
fn parse_payload(text: &str) -> Option<Map<String, Value>> {
    let payload = Base64UrlUnpadded::decode_vec(text.split('.').nth(1)?).ok()?;
    match json::from_slice(&payload).ok()? {
        Value::Object(claims) => Some(claims),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = r#"{"alg":"RS256"}"#;
    const PAYLOAD: &str = r#"{"iss":"https://a.example","iat":10,"exp":20.5}"#;

    fn jws(header: &str, payload: &str) -> String {
        let encode = |text: &str| Base64UrlUnpadded::encode_string(text.as_bytes());
        format!("{}.{}.c2ln", encode(header), encode(payload))
    }

    fn fault(header: &str, payload: &str) -> Malformed {
        Token::parse(&jws(header, payload)).unwrap_err()
    }

    #[test]
    fn reads_header_claims_and_signature() {
        let text = jws(r#"{"alg":"ES256","kid":"k","typ":"at+jwt","x":{}}"#, PAYLOAD);
        let token = Token::parse(&text).unwrap();
        assert_eq!(token.algorithm().name(), "ES256");
        assert_eq!((token.key_id(), token.media_type()), (Some("k"), Some("at+jwt")));
        assert_eq!(token.issuer(), "https://a.example");
        assert_eq!(token.signature(), b"sig");
        assert_eq!([token.signing_input(), b".c2ln"].concat(), text.as_bytes());
    }

    #[test]
    fn time_counts_fractions_and_skew() {
        let text = jws(HEADER, PAYLOAD);
        let token = Token::parse(&text).unwrap();
        let at = |seconds| token.check_time(Time::from_seconds(seconds), 5.0);
        assert_eq!(at(25.499), Ok(()));
        assert_eq!(at(25.5), Err(Untimely::Expired));
        assert_eq!(at(5.0), Ok(()));
        assert_eq!(at(4.999), Err(Untimely::NotYetValid));
    }

    #[test]
    fn nbf_counts_if_present() {
        let text = jws(HEADER, r#"{"iss":"i","iat":0,"exp":1e300,"nbf":10}"#);
        let token = Token::parse(&text).unwrap();
        assert_eq!(token.check_time(Time::from_seconds(5.0), 5.0), Ok(()));
        assert_eq!(token.check_time(Time::from_seconds(4.0), 5.0), Err(Untimely::NotYetValid));
    }

    #[test]
    fn the_form_is_strict() {
        assert_eq!(Token::parse(&"a".repeat(MAX_TOKEN_LENGTH + 1)).unwrap_err(), Malformed::TooLong);
        let good = jws(HEADER, PAYLOAD);
        for bad in [
            "",
            "..",
            "a.b",
            &good.replace('.', ""),
            &format!("{good}="),
            &format!(" {good}"),
            &format!("{good}.x"),
        ] {
            assert_eq!(Token::parse(bad).unwrap_err(), Malformed::NotAJws, "{bad}");
        }
        assert_eq!(fault(r#"{"alg":"RS256","kid":1}"#, PAYLOAD), Malformed::NotAJws);
        assert_eq!(fault(r#"{"alg":"RS256","alg":"RS256"}"#, PAYLOAD), Malformed::NotAJws);
        assert_eq!(fault(r#"{"alg":"RS256","x":1,"x":1}"#, PAYLOAD), Malformed::NotAJws);
        assert_eq!(fault(r#"{"typ":"JWT"}"#, PAYLOAD), Malformed::NotAJws);
        assert_eq!(fault(r#"{"alg":"none"}"#, PAYLOAD), Malformed::Algorithm);
        assert_eq!(fault(r#"{"alg":"RS256","crit":[]}"#, PAYLOAD), Malformed::Critical);
    }

    #[test]
    fn claims_have_their_types() {
        assert_eq!(fault(HEADER, "[]"), Malformed::Payload);
        assert_eq!(fault(HEADER, r#"{"iss":"a","iss":"b","iat":0,"exp":1}"#), Malformed::Payload);
        assert_eq!(fault(HEADER, r#"{"iss":"a","iat":0,"exp":1e400}"#), Malformed::Payload);
        assert_eq!(fault(HEADER, r#"{"iss":["a"],"iat":0,"exp":1}"#), Malformed::Issuer);
        for bad in [
            r#"{"iss":"a","iat":0}"#,
            r#"{"iss":"a","exp":1}"#,
            r#"{"iss":"a","iat":0,"exp":"1"}"#,
            r#"{"iss":"a","iat":0,"exp":null}"#,
            r#"{"iss":"a","iat":0,"exp":1,"nbf":null}"#,
        ] {
            assert_eq!(fault(HEADER, bad), Malformed::Time, "{bad}");
        }
    }
}
