//! The ID Token: who signed in.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq;

use crate::excerpt::excerpt;
use crate::login::email_claims::EmailClaims;
use crate::login::relying_party::RelyingParty;
use crate::login::signed_claims::{read_signed, text_claim};
use crate::login::token_exchange::TokenResponse;
use crate::login::token_fault::TokenFault;
use crate::login::verification::Verification;
use crate::token::algorithm::Algorithm;
use crate::token::compact_jws::Token;
use crate::token::numeric_date::NumericDate;

/// What an ID Token says whose signature and claims were verified (OpenID Connect Core 1.0, section 2).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct VerifiedIdToken {
    /// The provider's issuer.
    pub issuer: String,
    /// The user, unique and never reassigned within the issuer; 1 to 255 bytes.
    pub subject: String,
    /// The session at the provider.
    pub sid: Option<String>,
    /// The user's email address.
    pub email: EmailClaims,
    /// The user's name; at most 256 bytes of it.
    pub name: Option<String>,
    /// When the user signed in at the provider.
    pub auth_time: Option<NumericDate>,
    /// When the token was issued.
    pub issued: NumericDate,
}

/// The longest name that is kept, in bytes.
const MAX_NAME_BYTES: usize = 256;

/// Verifies the ID Token of a login at `now`, where clocks differ by at most `skew` seconds (OpenID Connect Core 1.0, section 3.1.3.7).
pub fn verify_id_token<'t>(
    party: RelyingParty<'_>,
    tokens: &'t TokenResponse,
    now: NumericDate,
    skew: f64,
) -> Verification<'t, VerifiedIdToken> {
    let expected = Expected { nonce: Some(&tokens.nonce), access_token: &tokens.access_token };
    Verification::begin(read_id_token(party, &tokens.id_token, &expected, now, skew))
}

/// What an ID Token belongs to.
pub(super) struct Expected<'e> {
    /// The nonce of the login; `None` for a refresh.
    pub nonce: Option<&'e str>,
    /// The access token beside it.
    pub access_token: &'e str,
}

/// Reads an ID Token and checks its claims. What it says is not verified.
pub(super) fn read_id_token<'t>(
    party: RelyingParty<'_>,
    text: &'t str,
    expected: &Expected<'_>,
    now: NumericDate,
    skew: f64,
) -> Result<(Token<'t>, VerifiedIdToken), TokenFault> {
    let token = read_signed(party, text, (&["jwt"], "ID"), now, skew)?;
    let claims = token.unverified_claims().members();
    if expected.nonce.is_some_and(|nonce| !is_nonce(claims, nonce)) {
        return Err(TokenFault::Nonce);
    }
    if let Some(hash) = claims.get("at_hash")
        && *hash != half_hash(token.algorithm(), expected.access_token)
    {
        return Err(TokenFault::AccessTokenHash);
    }
    let text = |name| claims.get(name).and_then(Value::as_str);
    let verified = VerifiedIdToken {
        issuer: party.provider.issuer.clone(),
        subject: text_claim(claims, "sub", TokenFault::Subject)?.ok_or(TokenFault::Subject)?,
        sid: text_claim(claims, "sid", TokenFault::SessionId)?,
        email: EmailClaims::read(claims),
        name: text("name")
            .filter(|name| !name.is_empty())
            .map(|name| excerpt(name, MAX_NAME_BYTES).to_owned()),
        auth_time: claims.get("auth_time").and_then(Value::as_f64).map(NumericDate::from_seconds),
        issued: token.unverified_claims().validity().issued(),
    };
    Ok((token, verified))
}

fn is_nonce(claims: &Map<String, Value>, nonce: &str) -> bool {
    let claimed = claims.get("nonce").and_then(Value::as_str);
    claimed.is_some_and(|claimed| claimed.as_bytes().ct_eq(nonce.as_bytes()).into())
}

/// The left half of an access token's hash (OpenID Connect Core 1.0, section 3.1.3.6).
fn half_hash(algorithm: Algorithm, access_token: &str) -> String {
    let hash = match algorithm.hash() {
        "SHA-384" => Sha384::digest(access_token).to_vec(),
        "SHA-512" => Sha512::digest(access_token).to_vec(),
        _ => Sha256::digest(access_token).to_vec(),
    };
    Base64UrlUnpadded::encode_string(hash.get(..hash.len() / 2).unwrap_or_default())
}
