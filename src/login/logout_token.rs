//! The logout token, by which the provider says that a session ended.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::login::relying_party::RelyingParty;
use crate::login::signed_claims::{read_signed, text_claim};
use crate::login::token_fault::TokenFault;
use crate::login::verification::Verification;
use crate::token::compact_jws::Token;
use crate::token::numeric_date::NumericDate;

/// The member of `events` (OpenID Connect Back-Channel Logout 1.0, section 2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// How far ahead a logout token may expire, in seconds: its id is remembered for so long.
const MAX_LIFE: f64 = 86_400.0;

/// What a logout token says whose signature and claims were verified. It says so once: `replay_id` is remembered.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct VerifiedLogout {
    /// The provider's issuer.
    pub issuer: String,
    /// What ended.
    pub ended: Ended,
    /// When the token was issued.
    pub issued: NumericDate,
    /// A digest of issuer and `jti`.
    pub replay_id: String,
    /// Until when no token of that id is accepted.
    pub replay_until: NumericDate,
}

/// What ended at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// One session.
    Session {
        /// The session's `sid`.
        sid: String,
        /// Its user, if the token says so.
        subject: Option<String>,
    },
    /// All sessions of a user.
    Subject(String),
}

/// Verifies a logout token at `now`, where clocks differ by at most `skew` seconds (OpenID Connect Back-Channel Logout 1.0, section 2.6).
pub fn verify_logout_token<'t>(
    party: RelyingParty<'_>,
    text: &'t str,
    now: NumericDate,
    skew: f64,
) -> Verification<'t, VerifiedLogout> {
    Verification::begin(read_logout_token(party, text, now, skew))
}

fn read_logout_token<'t>(
    party: RelyingParty<'_>,
    text: &'t str,
    now: NumericDate,
    skew: f64,
) -> Result<(Token<'t>, VerifiedLogout), TokenFault> {
    let token = read_signed(party, text, (&["logout+jwt", "jwt"], "Logout"), now, skew)?;
    let claims = token.unverified_claims().members();
    if !has_event(claims) {
        return Err(TokenFault::Event);
    }
    if claims.contains_key("nonce") {
        return Err(TokenFault::NonceInLogout);
    }
    let subject = text_claim(claims, "sub", TokenFault::Subject)?;
    let ended = match (text_claim(claims, "sid", TokenFault::SessionId)?, subject) {
        (Some(sid), subject) => Ended::Session { sid, subject },
        (None, Some(subject)) => Ended::Subject(subject),
        (None, None) => return Err(TokenFault::NoSubject),
    };
    let id = text_claim(claims, "jti", TokenFault::Id)?.ok_or(TokenFault::Id)?;
    let replay_until = token.unverified_claims().expires().plus(skew);
    if replay_until > now.plus(MAX_LIFE + 2.0 * skew) {
        return Err(TokenFault::LongLived);
    }
    let logout = VerifiedLogout {
        issuer: party.provider.issuer.clone(),
        ended,
        issued: token.unverified_claims().validity().issued(),
        replay_id: replay_id(&party.provider.issuer, &id),
        replay_until,
    };
    Ok((token, logout))
}

fn has_event(claims: &Map<String, Value>) -> bool {
    claims.get("events").and_then(|events| events.get(EVENT)).is_some_and(Value::is_object)
}

fn replay_id(issuer: &str, id: &str) -> String {
    let digest =
        Sha256::new().chain_update("logout token\0").chain_update(issuer).chain_update([0]).chain_update(id);
    Base64UrlUnpadded::encode_string(&digest.finalize())
}
