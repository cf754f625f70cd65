//! The assertion with which a client proves that it has a private key (RFC 7523, section 3; `private_key_jwt`).

use std::sync::Arc;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::accounts::assertion_fault::AssertionFault;
use crate::accounts::client_id::ClientId;
use crate::accounts::decoy_key::decoy_key;
use crate::keys::jwk::Jwk;
use crate::keys::key_set::KeySet;
use crate::keys::signature_check::SignatureCheck;
use crate::token::compact_jws::Token;
use crate::token::jose_header::JoseHeader;
use crate::token::numeric_date::NumericDate;

/// The value of `client_assertion_type` (RFC 7523, section 2.2).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How far ahead an assertion may expire, in seconds: its id is remembered for so long.
const MAX_LIFE: f64 = 3600.0;

/// An assertion, nothing of which is verified.
pub struct ClientAssertion<'t> {
    token: Token<'t>,
    client: ClientId,
}

/// The check of an assertion's signature. It is done whether or not the client has a key for it, so that the time of a refusal
/// does not show which clients exist.
pub struct AssertionCheck<'t> {
    assertion: ClientAssertion<'t>,
    key: Arc<Jwk>,
    is_decoy: bool,
    used: AssertionUse,
}

/// What is remembered of an assertion that was used.
#[derive(Debug, PartialEq)]
pub struct AssertionUse {
    /// A digest of client and `jti`.
    pub id: String,
    /// Until when no assertion of that id is accepted, in seconds since 1970.
    pub until: f64,
}

/// An assertion whose signature was verified. It proves nothing if one of its id was used before.
#[derive(Debug, PartialEq)]
pub struct VerifiedAssertion(AssertionUse);

impl VerifiedAssertion {
    /// What is to be remembered of it.
    pub fn into_use(self) -> AssertionUse {
        self.0
    }
}

impl<'t> ClientAssertion<'t> {
    /// Reads an assertion's form, and which client it is about.
    pub fn parse(text: &'t str) -> Result<Self, AssertionFault> {
        let token = Token::parse(text).map_err(|_| AssertionFault::Malformed)?;
        let claims = token.unverified_claims();
        let kind = claims.header().and_then(JoseHeader::short_media_type);
        if !matches!(kind.as_deref(), None | Some("jwt" | "client-authentication+jwt")) {
            return Err(AssertionFault::Kind);
        }
        let subject = claims.members().get("sub").and_then(Value::as_str);
        if subject != Some(claims.issuer()) {
            return Err(AssertionFault::Client);
        }
        let client = ClientId::try_from(claims.issuer()).map_err(|_| AssertionFault::Client)?;
        Ok(Self { token, client })
    }

    /// The client that it claims to be from.
    pub fn client(&self) -> &ClientId {
        &self.client
    }

    /// Checks its claims at `now`, where clocks differ by at most `skew` seconds. What it is worth depends on its signature.
    pub fn check_claims(
        &self,
        issuer: &str,
        now: NumericDate,
        skew: f64,
    ) -> Result<AssertionUse, AssertionFault> {
        let claims = self.token.unverified_claims();
        if !is_for(claims.members().get("aud"), issuer) {
            return Err(AssertionFault::Audience);
        }
        let (validity, until) = (claims.validity(), claims.expires().plus(skew));
        if validity.check(now, skew).is_err() || until > now.plus(MAX_LIFE + 2.0 * skew) {
            return Err(AssertionFault::Time);
        }
        let id = claims.members().get("jti").and_then(Value::as_str).filter(|id| !id.is_empty());
        let id = used_id(&self.client, id.ok_or(AssertionFault::Id)?);
        Ok(AssertionUse { id, until: until.as_seconds() })
    }

    /// Checks its claims, and says which signature is left to check. `keys` are the account's, if there is such an account.
    pub fn check(
        self,
        keys: Option<&KeySet>,
        issuer: &str,
        now: NumericDate,
        skew: f64,
    ) -> Result<AssertionCheck<'t>, AssertionFault> {
        let used = self.check_claims(issuer, now, skew)?;
        let own = keys.and_then(|keys| only_candidate(keys, &self.token));
        let is_decoy = own.is_none();
        let key = own.or_else(|| decoy_key(self.token.algorithm())).ok_or(AssertionFault::Key)?;
        Ok(AssertionCheck { assertion: self, key, is_decoy, used })
    }
}

impl AssertionCheck<'_> {
    /// What the platform has to check.
    pub fn signature(&self) -> SignatureCheck<'_> {
        let ClientAssertion { token, client } = &self.assertion;
        SignatureCheck {
            project: Some(&client.project),
            algorithm: token.algorithm(),
            key: &self.key,
            signing_input: token.signing_input(),
            signature: token.signature(),
        }
    }

    /// The verified assertion, if the key verifies the signature.
    pub fn resume(self, is_verified: bool) -> Result<VerifiedAssertion, AssertionFault> {
        if is_verified && !self.is_decoy {
            Ok(VerifiedAssertion(self.used))
        } else {
            Err(AssertionFault::Key)
        }
    }
}

/// Whether an audience is the issuer and nothing besides: an assertion for others could be replayed by them.
fn is_for(audience: Option<&Value>, issuer: &str) -> bool {
    match audience {
        Some(Value::String(audience)) => audience == issuer,
        Some(Value::Array(audiences)) => {
            matches!(&**audiences, [Value::String(audience)] if audience == issuer)
        }
        _ => false,
    }
}

/// The key that an assertion names, or the only one that fits. Trying several would take a time that shows how many there are.
fn only_candidate(keys: &KeySet, token: &Token<'_>) -> Option<Arc<Jwk>> {
    let candidates = keys.candidates(token.key_id(), token.algorithm(), |_| true).ok()?;
    match <[_; 1]>::try_from(candidates) {
        Ok([key]) => Some(key),
        Err(_) => None,
    }
}

fn used_id(client: &ClientId, id: &str) -> String {
    let digest = Sha256::new().chain_update(client.to_string()).chain_update([0]).chain_update(id).finalize();
    Base64UrlUnpadded::encode_string(&digest)
}

#[cfg(test)]
impl VerifiedAssertion {
    /// One without a signature.
    pub fn unchecked() -> Self {
        Self(AssertionUse { id: String::new(), until: 0.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ISSUER: &str = "https://gateway.example.com/auth";
    const NOW: f64 = 1_800_000_000.0;

    fn good() -> Value {
        json!({
            "iss": "p1/ci", "sub": "p1/ci", "aud": ISSUER, "iat": NOW, "exp": NOW + 60.0, "jti": "one",
        })
    }

    fn jws(header: &Value, claims: &Value) -> String {
        let encode = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
        format!("{}.{}.{}", encode(header), encode(claims), Base64UrlUnpadded::encode_string(&[1; 64]))
    }

    fn with(name: &str, value: Value) -> Value {
        let mut claims = good();
        claims[name] = value;
        if claims[name].is_null() {
            claims.as_object_mut().unwrap().remove(name);
        }
        claims
    }

    fn keys(kids: &[&str]) -> KeySet {
        let key = |(fill, kid): (u8, &&str)| json!({"kty": "OKP", "crv": "Ed25519", "x": Base64UrlUnpadded::encode_string(&[fill; 32]), "kid": kid});
        KeySet::parse(&json!({ "keys": (1..).zip(kids).map(key).collect::<Vec<_>>() })).unwrap()
    }

    /// The assertion after a check whose signature is right.
    fn prove(header: &Value, claims: &Value, keys: Option<&KeySet>) -> Result<AssertionUse, AssertionFault> {
        let text = jws(header, claims);
        let assertion = ClientAssertion::parse(&text)?;
        assert_eq!(assertion.client().to_string(), "p1/ci");
        assertion
            .check(keys, ISSUER, NumericDate::from_seconds(NOW), 30.0)?
            .resume(true)
            .map(|verified| verified.0)
    }

    #[test]
    fn an_assertion_is_for_the_issuer_and_of_the_client() {
        let keys = keys(&["k"]);
        let eddsa = json!({ "alg": "EdDSA", "kid": "k" });
        let used = prove(&eddsa, &good(), Some(&keys)).unwrap();
        assert_eq!(used.until.to_bits(), (NOW + 90.0).to_bits());
        assert_eq!(prove(&eddsa, &with("aud", json!([ISSUER])), Some(&keys)), Ok(used));
        for (claims, fault) in [
            (with("iss", json!("p1/other")), AssertionFault::Client),
            (with("sub", json!("p2/ci")), AssertionFault::Client),
            (with("sub", json!(null)), AssertionFault::Client),
            (with("aud", json!(null)), AssertionFault::Audience),
            (with("aud", json!("https://gateway.example.com/auth/token")), AssertionFault::Audience),
            (with("aud", json!("https://gateway.example.com")), AssertionFault::Audience),
            (with("aud", json!("https://gateway.example.com/auth/")), AssertionFault::Audience),
            (with("aud", json!([ISSUER, "https://other.example"])), AssertionFault::Audience),
            (with("aud", json!([ISSUER, ISSUER])), AssertionFault::Audience),
            (with("aud", json!([])), AssertionFault::Audience),
            (with("aud", json!({ "iss": ISSUER })), AssertionFault::Audience),
            (with("exp", json!(NOW - 30.0)), AssertionFault::Time),
            (with("exp", json!(NOW + 3631.0)), AssertionFault::Time),
            (with("exp", json!(1e300)), AssertionFault::Time),
            (with("exp", json!(null)), AssertionFault::Malformed),
            (with("iat", json!(NOW + 31.0)), AssertionFault::Time),
            (with("nbf", json!(NOW + 31.0)), AssertionFault::Time),
            (with("jti", json!(null)), AssertionFault::Id),
            (with("jti", json!("")), AssertionFault::Id),
            (with("jti", json!(1)), AssertionFault::Id),
        ] {
            assert_eq!(prove(&eddsa, &claims, Some(&keys)), Err(fault), "{claims}");
        }
    }

    #[test]
    fn the_header_names_the_kind_the_algorithm_and_one_key() {
        let (one, two, same) = (keys(&["k"]), keys(&["k", "l"]), keys(&["k", "k"]));
        for (header, keys, expected) in [
            (json!({ "alg": "EdDSA" }), Some(&one), None),
            (json!({ "alg": "EdDSA", "typ": "JWT" }), Some(&one), None),
            (json!({ "alg": "EdDSA", "typ": "client-authentication+jwt" }), Some(&one), None),
            (json!({ "alg": "EdDSA", "kid": "l" }), Some(&two), None),
            (json!({ "alg": "EdDSA", "typ": "at+jwt" }), Some(&one), Some(AssertionFault::Kind)),
            (json!({ "alg": "EdDSA", "typ": "logout+jwt" }), Some(&one), Some(AssertionFault::Kind)),
            (json!({ "alg": "EdDSA", "kid": "x" }), Some(&one), Some(AssertionFault::Key)),
            (json!({ "alg": "EdDSA" }), Some(&two), Some(AssertionFault::Key)),
            (json!({ "alg": "EdDSA", "kid": "k" }), Some(&same), Some(AssertionFault::Key)),
            (json!({ "alg": "ES256", "kid": "k" }), Some(&one), Some(AssertionFault::Key)),
            (json!({ "alg": "EdDSA" }), None, Some(AssertionFault::Key)),
            (json!({ "alg": "none" }), Some(&one), Some(AssertionFault::Malformed)),
            (json!({ "alg": "HS256" }), Some(&one), Some(AssertionFault::Malformed)),
            (json!({ "alg": "EdDSA", "crit": ["x"] }), Some(&one), Some(AssertionFault::Malformed)),
        ] {
            assert_eq!(prove(&header, &good(), keys).err(), expected, "{header}");
        }
    }

    #[test]
    fn an_id_is_of_one_client() {
        let id = |client: &str, id: &str| used_id(&ClientId::try_from(client).unwrap(), id);
        assert_eq!(id("p1/ci", "a").len(), 43);
        assert_ne!(id("p1/ci", "a"), id("p1/ci", "b"));
        assert_ne!(id("p1/ci", "a"), id("p2/ci", "a"));
    }

    #[test]
    fn a_wrong_signature_proves_nothing() {
        let text = jws(&json!({ "alg": "EdDSA" }), &good());
        let keys = keys(&["k"]);
        let assertion = ClientAssertion::parse(&text).map_err(|_| ()).unwrap();
        let check = assertion
            .check(Some(&keys), ISSUER, NumericDate::from_seconds(NOW), 0.0)
            .map_err(|_| ())
            .unwrap();
        assert_eq!(check.signature().key.id(), Some("k"));
        assert_eq!(check.resume(false), Err(AssertionFault::Key));
    }
}
