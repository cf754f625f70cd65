//! A JWS before it is signed.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Serialize;

/// What is signed of a compact JWS (RFC 7515, section 5.1): header and claims in base64url. The algorithm is ES256.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsignedJws(String);

#[derive(Serialize)]
struct Header<'h> {
    alg: &'static str,
    typ: &'h str,
    kid: &'h str,
}

impl UnsignedJws {
    /// A JWS of the type `typ` with these claims, to be signed with the key of that id.
    pub fn new(typ: &str, kid: &str, claims: &impl Serialize) -> Result<Self, serde_json::Error> {
        let header = serde_json::to_vec(&Header { alg: "ES256", typ, kid })?;
        let claims = serde_json::to_vec(claims)?;
        let [header, claims] = [header, claims].map(|part| Base64UrlUnpadded::encode_string(&part));
        Ok(Self([&*header, ".", &*claims].concat()))
    }

    /// The bytes to sign.
    pub fn signing_input(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The compact JWS with its signature, which is `R || S` for ES256 (RFC 7518, section 3.4).
    pub fn signed(mut self, signature: &[u8]) -> String {
        self.0.push('.');
        self.0.push_str(&Base64UrlUnpadded::encode_string(signature));
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::compact_jws::Token;
    use serde_json::json;

    #[test]
    fn a_signed_jws_is_read_as_a_token() {
        let claims = json!({ "iss": "https://a.example/auth", "iat": 1, "exp": 2 });
        let jws = UnsignedJws::new("at+jwt", "k", &claims).unwrap();
        let input = jws.signing_input().to_vec();
        let text = jws.signed(&[1; 64]);
        let token = Token::parse(&text).unwrap();
        assert_eq!((token.key_id(), token.signing_input()), (Some("k"), &*input));
    }
}
