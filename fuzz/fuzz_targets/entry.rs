//! Identity-provider entries. The input is an entry's JSON.

#![no_main]

use edge_authorizer::{CustomIdp, RoleDetection, Snapshot};
use edge_authorizer_fuzz::{assert_in_place, document, with_unknown_member};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

fuzz_target!(|input: &[u8]| {
    let Some(document) = document(input) else { return };
    let entry = CustomIdp::parse(&document);
    let snapshot = Snapshot::parse(&json!({"version": 1, "idps": [document]}));
    assert_eq!(entry.is_ok(), snapshot.is_ok(), "alone and in a snapshot an entry is the same");
    match entry {
        Err(faults) => assert_in_place(&faults, &document),
        Ok(entry) => check(&entry, &document),
    }
});

fn check(entry: &CustomIdp, document: &Value) {
    assert_eq!(document["id"], entry.id.as_str());
    assert_eq!(document["iss"], entry.issuer.as_str());
    // A parser may refuse a name that is none, `xn--a` for instance: then nobody fetches it.
    if let Ok(url) = url::Url::parse(entry.issuer.as_str()) {
        assert!(matches!(url.scheme(), "http" | "https") && url.has_host());
        assert!(url.query().is_none() && url.fragment().is_none());
        assert!(url.username().is_empty() && url.password().is_none());
    }
    for (name, allowed) in [
        ("allowedAzp", &entry.allowed_azp),
        ("allowedAud", &entry.allowed_aud),
        ("allowedTyp", &entry.allowed_typ),
    ] {
        // A list that was written is never read as "all", and an empty one is never taken.
        assert_eq!(allowed.is_none(), document.get(name).is_none_or(Value::is_null), "{name}");
        assert!(allowed.as_ref().is_none_or(|list| !list.is_empty()), "{name}");
    }
    assert_eq!(entry.allowed_algs.is_none(), document.get("allowedAlgs").is_none_or(Value::is_null));
    match &entry.role_detection {
        RoleDetection::Claim { allowed, .. } => {
            assert_eq!(document["roleDetection"], "CLAIM");
            assert_eq!(allowed.is_none(), document.get("allowedRoles").is_none_or(Value::is_null));
        }
        RoleDetection::Defined { roles } => {
            assert_eq!(document["roleDetection"], "DEFINED");
            assert!(!roles.is_empty());
        }
    }
    assert!(CustomIdp::parse(&with_unknown_member(document)).is_err());
    let twice = json!({"version": 1, "idps": [document, document]});
    assert!(Snapshot::parse(&twice).is_err(), "two entries have one id");
}
