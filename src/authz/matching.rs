//! Matching of tokens with entries: whether an entry applies to a token, and whom it identifies.

use serde_json::Value;

use crate::authz::audiences::Audiences;
use crate::authz::identity::Identity;
use crate::authz::role_reader::RoleReader;
use crate::authz::trace::Trace;
use crate::authz::trace_step::IdpOutcome;
use crate::config::custom_idp::CustomIdp;
use crate::config::revocation::Revocable;
use crate::config::role_detection::RoleDetection;
use crate::project_id::ProjectId;
use crate::token::algorithm::Algorithm;
use crate::token::claims::Claims;
use crate::token::jose_header::{JoseHeader, short_media_type};

/// Whether an entry matches a token's claims, signed or not. `audiences` are the token's.
pub fn match_entry(idp: &CustomIdp, claims: &Claims, audiences: &Audiences<'_>) -> IdpOutcome {
    let members = claims.members();
    let is_one_of = |allowed: &Option<Vec<String>>, value: Option<&Value>| {
        allowed.as_ref().is_none_or(|list| {
            value.and_then(Value::as_str).is_some_and(|text| list.iter().any(|a| a == text))
        })
    };
    if idp.issuer.as_str() != claims.issuer() {
        IdpOutcome::OtherIssuer
    } else if !is_one_of(&idp.allowed_azp, idp.azp_claim.find(members)) {
        IdpOutcome::AzpNotAllowed
    } else if !audiences.include(idp.allowed_aud.as_deref()) {
        IdpOutcome::AudNotAllowed
    } else if !has_allowed_algorithm(idp.allowed_algs.as_deref(), claims.header()) {
        IdpOutcome::AlgorithmNotAllowed
    } else if !has_allowed_type(idp.allowed_typ.as_deref(), claims) {
        IdpOutcome::TypeNotAllowed
    } else {
        IdpOutcome::Applies
    }
}

/// The caller's identity; `None` if the id claim does not name one.
pub fn identify(
    idp: &CustomIdp,
    claims: &Claims,
    project: &ProjectId,
    trace: &mut Trace,
) -> Option<Identity> {
    let subject = idp.id_claim.find(claims.members()).and_then(Value::as_str)?;
    if subject.is_empty() || subject.chars().nth(MAX_SUBJECT_LENGTH).is_some() {
        return None;
    }
    let roles = match &idp.role_detection {
        RoleDetection::Defined { roles } => roles.clone(),
        RoleDetection::Claim { claim, template, allowed } => {
            let reader = RoleReader { template, allowed: allowed.as_deref(), project };
            reader.read_claim(claim.find(claims.members()), trace)
        }
    };
    let (project, idp, subject) = (project.clone(), idp.id.clone(), subject.to_owned());
    Some(Identity { project, idp, subject, roles })
}

/// What the token of a caller, whom `idp` identifies as `subject`, can be revoked by.
pub fn revocable<'t>(idp: &'t CustomIdp, claims: &'t Claims, subject: &'t str) -> Revocable<'t> {
    let members = claims.members();
    let client = idp.azp_claim.find(members).and_then(Value::as_str);
    let token_id = members.get("jti").and_then(Value::as_str);
    let properties = [Some(idp.id.as_str()), client, Some(subject), token_id];
    Revocable { properties, issued: claims.validity().issued() }
}

/// The longest subject, in characters.
const MAX_SUBJECT_LENGTH: usize = 256;

/// Simulated claims have no header, so any algorithm is allowed.
fn has_allowed_algorithm(allowed: Option<&[Algorithm]>, header: Option<&JoseHeader>) -> bool {
    let Some((allowed, header)) = allowed.zip(header) else { return true };
    allowed.contains(&header.algorithm)
}

/// Whether a token is of an allowed type; by default an access token (RFC 9068, section 2.1) or an untyped one.
fn has_allowed_type(allowed: Option<&[String]>, claims: &Claims) -> bool {
    if claims.other_kind().is_some() {
        return false;
    }
    let Some(header) = claims.header() else { return true };
    let actual = header.short_media_type();
    match allowed {
        Some(list) => {
            actual.is_some_and(|actual| list.iter().any(|allowed| short_media_type(allowed) == actual))
        }
        None => actual.is_none_or(|actual| matches!(&*actual, "jwt" | "at+jwt")),
    }
}
