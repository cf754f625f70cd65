//! A token as a compact JWS (RFC 7515): parsed, and later verified.

use base64ct::{Base64UrlUnpadded, Encoding};
use jwt_compact::UntrustedToken;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::token::algorithm::Algorithm;
use crate::token::claims::Claims;
use crate::token::jose_header::JoseHeader;
use crate::token::malformed::Malformed;
use crate::token::strict_json;

/// The longest token that is accepted, in bytes.
pub const MAX_TOKEN_LENGTH: usize = 16 * 1024;

/// A well-formed compact JWS (RFC 7515, section 7.1) with the required claims. Its signature is not verified.
#[derive(Debug)]
pub struct Token<'t> {
    text: &'t str,
    jws: UntrustedToken<'t, Extension>,
    algorithm: Algorithm,
    claims: Claims,
}

/// Header members that the parser does not know; of interest is only `crit`.
#[derive(Clone, Debug)]
pub struct Extension {
    is_critical: bool,
}

impl<'de> Deserialize<'de> for Extension {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = strict_json::strict_members(deserializer)?;
        Ok(Self { is_critical: members.contains_key("crit") })
    }
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
        let header = JoseHeader { algorithm, media_type: jws.header().token_type.clone() };
        let claims = Claims::new(claims, Some(header))?;
        Ok(Self { text, jws, algorithm, claims })
    }

    /// The header's `alg`.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The header's `kid`.
    pub fn key_id(&self) -> Option<&str> {
        self.jws.header().key_id.as_deref()
    }

    /// The bytes that were signed (RFC 7515, section 5.1).
    pub fn signing_input(&self) -> &[u8] {
        self.text.rsplit_once('.').map_or(&[], |(input, _)| input.as_bytes())
    }

    /// The signature, decoded.
    pub fn signature(&self) -> &[u8] {
        self.jws.signature_bytes()
    }

    /// Its claims before the signature is checked: for finding the issuer's keys, never for deciding.
    pub fn unverified_claims(&self) -> &Claims {
        &self.claims
    }

    /// The token as it arrived.
    pub fn text(&self) -> &str {
        self.text
    }

    /// The token after its signature was verified.
    pub(crate) fn verified(self) -> VerifiedToken<'t> {
        VerifiedToken(self)
    }
}

/// A token whose signature was verified with its issuer's key. Decisions use only its claims.
#[derive(Debug)]
pub struct VerifiedToken<'t>(Token<'t>);

impl<'t> VerifiedToken<'t> {
    /// The claims that the issuer signed.
    pub fn claims(&self) -> &Claims {
        &self.0.claims
    }

    /// The token as it arrived.
    pub fn as_token(&self) -> &Token<'t> {
        &self.0
    }
}

/// jwt-compact's own claims cut the fraction of a time and hide duplicate members; so the payload is read here.
fn parse_payload(text: &str) -> Option<Map<String, Value>> {
    let payload = Base64UrlUnpadded::decode_vec(text.split('.').nth(1)?).ok()?;
    match strict_json::from_slice(&payload).ok()? {
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
    fn token_parses_header_claims_and_signature() {
        let text = jws(r#"{"alg":"ES256","kid":"k","typ":"at+jwt","x":{}}"#, PAYLOAD);
        let token = Token::parse(&text).unwrap();
        assert_eq!(token.algorithm().name(), "ES256");
        let media_type = token.unverified_claims().header().unwrap().media_type.as_deref();
        assert_eq!((token.key_id(), media_type), (Some("k"), Some("at+jwt")));
        assert_eq!(token.unverified_claims().issuer(), "https://a.example");
        assert_eq!(token.signature(), b"sig");
        assert_eq!([token.signing_input(), b".c2ln"].concat(), text.as_bytes());
    }

    #[test]
    fn malformed_tokens_are_rejected() {
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
    fn claims_of_wrong_types_are_rejected() {
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
