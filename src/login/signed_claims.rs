//! The claims that ID Tokens and logout tokens have in common.

use serde_json::{Map, Value};

use crate::login::relying_party::RelyingParty;
use crate::login::token_fault::{TokenFault, found};
use crate::token::compact_jws::Token;
use crate::token::jose_header::JoseHeader;
use crate::token::numeric_date::NumericDate;

/// How long ago a token may have been issued, in seconds: as long as a user may take to sign in.
const MAX_AGE: f64 = 600.0;

/// The longest `sub`, `sid` and `jti`, in bytes (OpenID Connect Core 1.0, section 2).
const MAX_TEXT_BYTES: usize = 255;

/// Reads a token and checks what holds for both kinds: `alg`, `typ`, `iss`, `aud`, `azp` and the times (OpenID Connect Core 1.0, section
/// 3.1.3.7; OpenID Connect Back-Channel Logout 1.0, section 2.6). `kinds` are the types that the header may name, `claimed` the one that
/// Keycloak's claim `typ` may.
pub(super) fn read_signed<'t>(
    party: RelyingParty<'_>,
    text: &'t str,
    (kinds, claimed): (&[&str], &str),
    now: NumericDate,
    skew: f64,
) -> Result<Token<'t>, TokenFault> {
    let token = Token::parse(text)?;
    if !party.provider.signs_by(token.algorithm()) {
        return Err(TokenFault::Algorithm { found: token.algorithm() });
    }
    let claims = token.unverified_claims();
    let kind = claims.header().and_then(JoseHeader::short_media_type);
    if let Some(kind) = kind.filter(|kind| !kinds.contains(&&**kind)) {
        return Err(TokenFault::Kind { found: found(&kind) });
    }
    if let Some(kind) = claims.other_kind().filter(|kind| *kind != claimed) {
        return Err(TokenFault::Kind { found: kind.to_owned() });
    }
    if claims.issuer() != party.provider.issuer {
        return Err(TokenFault::Issuer { found: found(claims.issuer()) });
    }
    check_audience(claims.members(), party.client_id())?;
    let validity = claims.validity();
    validity
        .check(now, skew)
        .map_err(|outside| TokenFault::Time { claim: outside.claim, value: outside.value })?;
    let issued = validity.issued();
    if issued.plus(MAX_AGE + skew) < now {
        return Err(TokenFault::Old { issued });
    }
    Ok(token)
}

fn check_audience(claims: &Map<String, Value>, client_id: &str) -> Result<(), TokenFault> {
    let audiences = match claims.get("aud") {
        Some(Value::Array(audiences)) => &audiences[..],
        Some(audience) => std::slice::from_ref(audience),
        None => &[],
    };
    if !audiences.iter().all(Value::is_string) || !audiences.iter().any(|audience| audience == client_id) {
        return Err(TokenFault::Audience);
    }
    match claims.get("azp") {
        Some(party) if party == client_id => Ok(()),
        None if audiences.len() == 1 => Ok(()),
        _ => Err(TokenFault::AuthorizedParty),
    }
}

/// A claim that is a text of 1 to 255 bytes without control characters; otherwise it is the fault. `None` if it is missing.
pub(super) fn text_claim(
    claims: &Map<String, Value>,
    name: &str,
    fault: TokenFault,
) -> Result<Option<String>, TokenFault> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let text = value.as_str().filter(|text| is_short(text) && !text.chars().any(char::is_control));
    text.map(|text| Some(text.to_owned())).ok_or(fault)
}

fn is_short(text: &str) -> bool {
    (1..=MAX_TEXT_BYTES).contains(&text.len())
}
