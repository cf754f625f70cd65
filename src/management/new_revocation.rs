//! Revocations as owners write them.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::change::Change;
use crate::config::idp_id::IdpId;
use crate::config::revocation::PROPERTIES;
use crate::config::short_text::ShortText;
use crate::document_reader::{self, Node};
use crate::fault::Faults;
use crate::token::numeric_date::NumericDate;

/// How long a revocation is kept after the time that it names, in seconds. No access token should live as long.
pub(super) const KEPT_SECONDS: u64 = 30 * 86_400;

/// How far ahead the time of a revocation may be, in seconds: for issuers whose clock is fast.
const MAX_AHEAD_SECONDS: u64 = 300;

/// Reads `{"idp"?, "subject"?, "client"?, "tokenId"?, "issuedBefore"?, "reason"}`, which came at `now`. `is_forced` confirms a
/// revocation of all tokens, or of an entry that the project does not have.
pub fn read_revocation(document: &Value, now: NumericDate, is_forced: bool) -> Result<Change, Faults> {
    let now = now.whole_seconds();
    document_reader::read(document, |node| {
        let revocation = node.properties(|properties| {
            let named = PROPERTIES.map(|name| properties.optional(name));
            let [idp, others @ ..] = &named;
            idp.as_ref().and_then(Node::parse::<IdpId>);
            for node in others.iter().flatten() {
                node.parse::<ShortText>();
            }
            let time = properties.optional(ISSUED_BEFORE);
            let issued_before = time.map_or(Some(now), |node| read_time(&node, now));
            let reason = properties.required("reason", "why, for those who read the list");
            reason.as_ref().and_then(Node::parse::<ShortText>);
            if named.iter().all(Option::is_none) && !is_forced {
                node.fault("at least one of `idp`, `subject`, `client` and `tokenId`; `?force=true` revokes all tokens of the project");
            }
            let mut revocation: Map<_, _> = node.value().as_object()?.clone();
            revocation.retain(|_, value| !value.is_null());
            revocation.insert(ISSUED_BEFORE.to_owned(), issued_before?.into());
            Some(revocation)
        })?;
        Some(Change::Revoke { revocation: Arc::new(revocation.into()), is_forced })
    })
}

/// The member with the time up to which tokens are refused that were issued.
pub(super) const ISSUED_BEFORE: &str = "issuedBefore";

fn read_time(node: &Node<'_>, now: u64) -> Option<u64> {
    let possible = now.saturating_sub(KEPT_SECONDS)..=now.saturating_add(MAX_AHEAD_SECONDS);
    let seconds = node.value().as_u64().filter(|seconds| possible.contains(seconds));
    if seconds.is_none() {
        node.fault("whole seconds since 1970, from 30 days ago to five minutes from now");
    }
    seconds
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(document: &Value, is_forced: bool) -> Result<Change, Faults> {
        read_revocation(document, NumericDate::from_seconds(1_800_000_000.5), is_forced)
    }

    fn revocation(document: &Value) -> Value {
        match read(document, false) {
            Ok(Change::Revoke { revocation, .. }) => Arc::unwrap_or_clone(revocation),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_time_is_now_unless_another_is_named() {
        let named = json!({ "subject": "mé", "reason": "lost", "client": null });
        let expected = json!({ "subject": "mé", "reason": "lost", "issuedBefore": 1_800_000_000 });
        assert_eq!(revocation(&named), expected);
        for seconds in [1_800_000_000 - 30 * 86_400, 1_800_000_300] {
            let named = json!({ "tokenId": "t", "reason": "lost", "issuedBefore": seconds });
            assert_eq!(revocation(&named), named);
        }
    }

    #[test]
    fn all_faults_of_a_revocation_are_found() {
        let places = |document: Value| {
            let faults = read(&document, false).unwrap_err();
            faults.as_slice().iter().map(|fault| fault.pointer.clone()).collect::<Vec<_>>()
        };
        let all = ["/idp", "/client", "/subject", "/tokenId", "/issuedBefore", "/reason"];
        let bad = json!({ "idp": "a b", "subject": "", "client": 7, "tokenId": "x".repeat(257), "issuedBefore": "now" });
        assert_eq!(places(bad), all);
        let bad = json!({ "subject": "me", "reason": "x".repeat(257), "id": "r1" });
        assert_eq!(places(bad), ["/reason", "/id"]);
        assert_eq!(places(json!({ "reason": "all" })), [""]);
        let seconds = [1_800_000_301_u64, 1_797_407_999, 1_800_000_000_000].map(Value::from);
        for bad in seconds.into_iter().chain([json!(-1), json!(1.5), json!("2027-01-15T08:00:00Z")]) {
            let document = json!({ "subject": "me", "reason": "lost", "issuedBefore": bad });
            assert_eq!(places(document), ["/issuedBefore"], "{bad}");
        }
    }
}
