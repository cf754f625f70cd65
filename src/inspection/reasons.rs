//! Why an entry matches a token or not, by the values of both; why no key is tried; what became of a session.

use serde_json::{Map, Value};

use super::formatting::{list, quoted};
use super::line::Mark;
use crate::authz::trace_step::{IdpOutcome, SessionOutcome};
use crate::config::custom_idp::CustomIdp;
use crate::keys::key_set::{MAX_CANDIDATES, MAX_CANDIDATES_WITHOUT_ID, NoCandidates};
use crate::token::algorithm::Algorithm;
use crate::token::claims::Claims;

/// The values of an entry and a token that explain an outcome.
pub fn reason(idp: &CustomIdp, claims: &Claims, outcome: IdpOutcome) -> Option<String> {
    let members = claims.members();
    match outcome {
        IdpOutcome::Applies => None,
        IdpOutcome::OtherIssuer => Some(other_issuer(idp.issuer.as_str(), claims.issuer())),
        IdpOutcome::AzpNotAllowed => Some(other_client(idp, members)),
        IdpOutcome::AudNotAllowed => {
            let audience = members.get("aud").map_or("missing".to_owned(), quoted);
            Some(format!(
                "the audience (`aud`) is {audience}, and `allowedAud` accepts {}",
                texts(idp.allowed_aud.as_ref())
            ))
        }
        IdpOutcome::AlgorithmNotAllowed => {
            let algorithm = claims.header()?.algorithm;
            let allowed =
                list(idp.allowed_algs.iter().flatten().map(|allowed| Algorithm::name(*allowed)), "or");
            Some(format!("the algorithm is `{algorithm}`, and `allowedAlgs` accepts {allowed}"))
        }
        IdpOutcome::TypeNotAllowed => Some(other_type(idp, claims)),
        IdpOutcome::NoSubject => {
            let what = match idp.id_claim.find(members) {
                None => "missing",
                Some(Value::String(text)) if text.is_empty() => "empty",
                Some(Value::String(_)) => "longer than 256 characters",
                Some(_) => "not a text",
            };
            Some(format!("`{}` is {what}", idp.id_claim.as_str()))
        }
        IdpOutcome::Decides => {
            let subject = quoted(idp.id_claim.find(members)?);
            Some(format!("the caller (`{}`) is {subject}", idp.id_claim.as_str()))
        }
    }
}

/// What became of the session that a browser presents.
pub fn session(outcome: SessionOutcome) -> (Mark, &'static str) {
    match outcome {
        SessionOutcome::Found => (Mark::Passed, "The browser has a session, which has the access token."),
        SessionOutcome::Unknown => {
            (Mark::Failed, "The browser has the cookie of a session that does not exist.")
        }
        SessionOutcome::Unavailable => (Mark::Failed, "The browser's session cannot be looked up."),
        SessionOutcome::CrossSite => {
            (Mark::Failed, "Another site sends the request with the browser's session.")
        }
    }
}

/// Why no key is tried.
pub fn no_key(reason: NoCandidates) -> String {
    match reason {
        NoCandidates::None => {
            "No usable key of the issuer has the token's key id and fits its algorithm.".to_owned()
        }
        NoCandidates::Blocked => "The project does not trust the key that the token names.".to_owned(),
        NoCandidates::TooMany => {
            format!(
                "Too many keys of the issuer could be meant: at most {MAX_CANDIDATES} are tried, and {MAX_CANDIDATES_WITHOUT_ID} if the token names none."
            )
        }
    }
}

/// The properties by which an entry matches a token.
pub fn in_common(idp: &CustomIdp) -> String {
    let demands = [
        (idp.allowed_azp.is_some(), "client"),
        (idp.allowed_aud.is_some(), "audience"),
        (idp.allowed_algs.is_some(), "algorithm"),
        (idp.allowed_typ.is_some(), "type"),
    ];
    let demanded = demands.into_iter().filter(|(is_demanded, _)| *is_demanded).map(|(_, what)| what);
    let mut shared: Vec<_> = std::iter::once("issuer").chain(demanded).collect();
    match shared.pop() {
        Some(last) if !shared.is_empty() => format!("the token has its {} and {last}", shared.join(", ")),
        _ => "the token has its issuer".to_owned(),
    }
}

fn texts(allowed: Option<&Vec<String>>) -> String {
    list(allowed.into_iter().flatten().map(String::as_str), "or")
}

fn other_issuer(own: &str, other: &str) -> String {
    let is_near = own.trim_end_matches('/').eq_ignore_ascii_case(other.trim_end_matches('/'));
    let hint = if is_near { ", which is not the same to the letter" } else { "" };
    format!("`{own}`, not `{other}`{hint}")
}

fn other_client(idp: &CustomIdp, claims: &Map<String, Value>) -> String {
    let (name, allowed) = (idp.azp_claim.as_str(), texts(idp.allowed_azp.as_ref()));
    if let Some(client) = idp.azp_claim.find(claims) {
        return format!("the client (`{name}`) is {}, and `allowedAzp` accepts {allowed}", quoted(client));
    }
    let names = ["azp", "appid", "cid", "client_id"];
    let others = list(names.into_iter().filter(|other| claims.contains_key(*other)), "and");
    let hint = if others.is_empty() { String::new() } else { format!(", but {others}: set `azpClaim`") };
    format!("`allowedAzp` accepts {allowed}, and the token has no `{name}`{hint}")
}

fn other_type(idp: &CustomIdp, claims: &Claims) -> String {
    let header = claims.header().and_then(|header| header.media_type.as_deref());
    let header = header.map_or("not there".to_owned(), |media_type| format!("`{media_type}`"));
    let kind = claims.members().get("typ").map(|kind| format!(" and in its payload {}", quoted(kind)));
    let allowed = if idp.allowed_typ.is_some() {
        texts(idp.allowed_typ.as_ref())
    } else {
        "`JWT`, `at+jwt` or none".to_owned()
    };
    let kind = kind.unwrap_or_default();
    format!(
        "`typ` in the token's header is {header}{kind}, and only access tokens of the type {allowed} count"
    )
}
