//! Entries, routes and snapshots: every fault at once, each with its place, the value and what would be right.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use edge_authorizer::{CustomIdp, KeyRecord, Routes, Snapshot, Versioned};
use serde_json::{Value, json};

use crate::support;

use support::documents::{expectations, pointers, routes, with};

fn entry() -> Value {
    json!({
        "id": "myIDP",
        "iss": "https://issuer.example/auth",
        "label": { "en": "My IDP" },
        "idClaim": "sub",
        "roleDetection": "CLAIM",
        "rolesClaim": "scp",
        "roleTemplate": "{project}.{roleName}",
        "allowedAzp": null,
        "allowedRoles": null,
        "definedRoles": null,
    })
}

fn defined() -> Value {
    with(
        &entry(),
        &json!({"roleDetection": "DEFINED", "rolesClaim": null, "roleTemplate": null, "definedRoles": ["a"]}),
    )
}

#[test]
fn valid_entries_are_accepted() {
    for changes in [
        json!({}),
        json!({"id": "ab"}),
        json!({"id": "a-b_C-0123456789"}),
        json!({"label": {"en": "x", "de": "y"}}),
        json!({"allowedAzp": ["a", "b"], "allowedRoles": ["owner"]}),
        json!({"allowedAud": ["x"], "allowedAlgs": ["RS256", "EdDSA"], "allowedTyp": ["at+jwt"], "azpClaim": "cid"}),
        json!({"rolesClaim": "realm_access.roles", "roleTemplate": "role_{roleName}"}),
    ] {
        assert_eq!(pointers(CustomIdp::parse(&with(&entry(), &changes))), [""; 0], "{changes}");
    }
    assert_eq!(pointers(CustomIdp::parse(&defined())), [""; 0]);
}

#[test]
fn entry_faults_point_to_their_place() {
    for (changes, pointer) in [
        (json!({"id": "a"}), "/id"),
        (json!({"id": "a.b"}), "/id"),
        (json!({"id": "12345678901234567"}), "/id"),
        (json!({"id": null}), "/id"),
        (json!({"iss": "issuer"}), "/iss"),
        (json!({"iss": ["https://issuer.example"]}), "/iss"),
        (json!({"label": {"de": "x"}}), "/label"),
        (json!({"label": "x"}), "/label"),
        (json!({"label": {"en": ""}}), "/label/en"),
        (json!({"idClaim": ""}), "/idClaim"),
        (json!({"idClaim": null}), "/idClaim"),
        (json!({"roleDetection": "claim"}), "/roleDetection"),
        (json!({"roleDetection": null}), "/roleDetection"),
        (json!({"rolesClaim": null}), "/rolesClaim"),
        (json!({"roleTemplate": null}), "/roleTemplate"),
        (json!({"roleTemplate": "{project}"}), "/roleTemplate"),
        (json!({"roleTemplate": "{roleName}.{roleName}"}), "/roleTemplate"),
        (json!({"allowedAzp": []}), "/allowedAzp"),
        (json!({"allowedAzp": "a"}), "/allowedAzp"),
        (json!({"allowedAzp": ["a", 1]}), "/allowedAzp/1"),
        (json!({"allowedRoles": ["a", "b c"]}), "/allowedRoles/1"),
        (json!({"allowedRoles": []}), "/allowedRoles"),
        (json!({"definedRoles": ["a"]}), "/definedRoles"),
        (json!({"allowedAlgs": ["HS256"]}), "/allowedAlgs/0"),
        (json!({"allowedAud": [""]}), "/allowedAud/0"),
        (json!({"allowedTyp": {}}), "/allowedTyp"),
        (json!({"azpClaim": 1}), "/azpClaim"),
        (json!({"allowedAZP": ["a"]}), "/allowedAZP"),
        (json!({"a/b~c": null}), "/a~1b~0c"),
    ] {
        assert_eq!(pointers(CustomIdp::parse(&with(&entry(), &changes))), [pointer], "{changes}");
    }
    for (changes, pointer) in [
        (json!({"definedRoles": null}), "/definedRoles"),
        (json!({"definedRoles": []}), "/definedRoles"),
        (json!({"allowedRoles": ["a"]}), "/allowedRoles"),
        (json!({"rolesClaim": "scp"}), "/rolesClaim"),
        (json!({"roleTemplate": "{roleName}"}), "/roleTemplate"),
    ] {
        assert_eq!(pointers(CustomIdp::parse(&with(&defined(), &changes))), [pointer], "{changes}");
    }
}

#[test]
fn all_faults_are_reported_at_once_with_what_is_expected() {
    let document = with(
        &entry(),
        &json!({"id": "a", "iss": 7, "allowedRoles": ["x y"], "roles": [], "roleTemplate": null}),
    );
    let faults = CustomIdp::parse(&document).unwrap_err();
    let faults = serde_json::to_value(&faults).unwrap();
    assert_eq!(
        faults,
        json!([
            { "pointer": "/id", "value": "a", "expected": "2 to 16 of `[A-Za-z0-9_-]`" },
            { "pointer": "/iss", "value": 7, "expected": "a string" },
            { "pointer": "/roleTemplate", "expected": "the form of each role" },
            {
                "pointer": "/allowedRoles/0",
                "value": "x y",
                "expected": "1 to 128 printable ASCII characters without space and comma",
            },
            { "pointer": "/roles", "value": [], "expected": faults[4]["expected"] },
        ])
    );
    assert!(faults[4]["expected"].as_str().unwrap().contains("allowedRoles"));
}

#[test]
fn a_fault_is_reported_where_it_is_and_not_where_it_matters() {
    let with_origins =
        |origins: Value| pointers(Routes::parse(&with(&routes(), &json!({ "origins": origins }))));
    assert_eq!(with_origins(json!({ "a": { "url": "a.example" } })), ["/origins/a/url"]);
    assert_eq!(with_origins(json!({ "b": { "url": "https://a.example" } })), ["/routes/0/origin"]);
    assert_eq!(with_origins(json!([])), ["/origins"]);
    let route = with(&routes()["routes"][0], &json!({ "path": "api", "access": {"GET": []} }));
    let document = json!({ "origins": null, "routes": [route] });
    assert_eq!(pointers(Routes::parse(&document)), ["/origins", "/routes/0/access/GET", "/routes/0/path"]);
}

#[test]
fn role_faults_are_reported_whatever_the_detection_is() {
    for detection in [json!("claim"), json!(7), json!(null)] {
        let changes = json!({
            "roleDetection": detection, "rolesClaim": "", "roleTemplate": "x", "allowedRoles": ["a b"],
            "definedRoles": [],
        });
        let found = pointers(CustomIdp::parse(&with(&entry(), &changes)));
        let others = ["/rolesClaim", "/roleTemplate", "/allowedRoles/0", "/definedRoles"];
        assert_eq!(found, [["/roleDetection"].as_slice(), &others].concat(), "{detection}");
    }
}

#[test]
fn misspelt_properties_name_the_nearest_one() {
    let meant = |name: &str| {
        let found = expectations(CustomIdp::parse(&with(&entry(), &json!({ name: ["a"] }))));
        let (_, meant) = found[0].1.split_once(" (did you mean `")?;
        Some(meant.trim_end_matches("`?)").to_owned())
    };
    assert_eq!(meant("allowedAuds").unwrap(), "allowedAud");
    assert_eq!(meant("roletemplate").unwrap(), "roleTemplate");
    assert_eq!(meant("roles"), None);
    let route = with(&routes()["routes"][0], &json!({ "forwardTokens": true }));
    let found = expectations(Routes::parse(&with(&routes(), &json!({ "routes": [route] }))));
    let names = "access, assertion, cors, forwardToken, origin, path, public, session";
    let expected = format!("one of the properties {names} (did you mean `forwardToken`?)");
    assert_eq!(found, [("/routes/0/forwardTokens".to_owned(), expected)]);
}

#[test]
fn faults_are_bounded_by_the_document_size() {
    let long = "é".repeat(100_000);
    let unknown: Value = (0..1000).map(|index| (format!("x{index}"), json!(1))).collect();
    let route = |path: String| json!({ "path": path, "origin": "a", "public": true });
    let conflicting = (0..50).map(|index| route(format!("/{{p{index}}}")));
    let document = json!({
        "origins": { "a": { "url": "https://a.example" }, (long.clone()): unknown },
        "routes": std::iter::once(route(format!("/{{first}}/{long}"))).chain(conflicting).collect::<Vec<_>>(),
    });
    let faults = Routes::parse(&document).unwrap_err();
    assert_eq!(faults.as_slice().len(), 100);
    assert!(faults.to_string().len() < 100_000, "{}", faults.to_string().len());

    let mut only_routes = document;
    only_routes["origins"] = json!({ "a": { "url": "https://a.example" } });
    let faults = Routes::parse(&only_routes).unwrap_err();
    assert!(faults.as_slice().iter().any(|fault| fault.expected.contains("the same as `/routes/1/path`")));
    assert!(faults.to_string().len() < 100_000, "{}", faults.to_string().len());
}

#[test]
fn unknown_properties_of_stored_values_are_ignored_at_every_depth() {
    let more = json!({ "more": 1 });
    let cors = json!({ "origins": ["https://app.example"], "more": 1 });
    let mut document = with(&routes(), &more);
    document["routes"][0] = with(&document["routes"][0], &json!({ "more": 1, "cors": cors }));
    document["origins"]["a"] = with(&document["origins"]["a"], &more);
    assert_eq!(pointers(Routes::parse(&document)).len(), 4);
    assert!(Routes::parse_stored(&document).is_ok());

    let key = json!({ "iss": "https://issuer.example", "kid": "k", "more": 1 });
    let snapshot =
        json!({ "version": 1, "idps": [with(&entry(), &more)], "distrustedKeys": [key], "more": 1 });
    assert_eq!(pointers(Snapshot::parse(&snapshot)).len(), 3);
    assert_eq!(Snapshot::parse_stored(&snapshot).unwrap().idps().len(), 1);

    let record = json!({ "jwks": { "keys": [] }, "fetchedAt": 1, "expiresAt": 2, "more": 1 });
    assert!(KeyRecord::parse(&record).is_ok());

    // What is there has to be right as before.
    let bad = with(&snapshot, &json!({ "idps": [with(&entry(), &json!({ "allowedAzp": [] }))] }));
    assert_eq!(pointers(Snapshot::parse_stored(&bad)), ["/idps/0/allowedAzp"]);
}

#[test]
fn tombstone_supersedes_earlier_snapshots() {
    let read = |document: Value| Snapshot::parse_stored(&document).unwrap();
    let tombstone = read(json!({ "version": 7, "deleted": true }));
    assert!(tombstone.is_deleted() && tombstone.idps().is_empty());
    let former = read(json!({ "version": 6, "idps": [entry()] }));
    let again = read(json!({ "version": 8, "deleted": false, "idps": [] }));
    assert!(!former.is_deleted() && !again.is_deleted());
    assert!(former.is_older_than(&tombstone) && tombstone.is_older_than(&again));
    assert_eq!(pointers(Snapshot::parse_stored(&json!({ "deleted": true }))), ["/version"]);
    assert_eq!(
        pointers(Snapshot::parse_stored(&json!({ "version": 7, "deleted": 1 }))),
        ["/deleted", "/idps"]
    );
}

#[test]
fn opens_ownership_detects_entries_for_every_caller() {
    let opens = |changes: Value| CustomIdp::parse(&with(&defined(), &changes)).unwrap().opens_ownership();
    assert!(opens(json!({ "definedRoles": ["access", "owner"] })));
    assert!(!opens(json!({ "definedRoles": ["access"] })));
    assert!(!opens(json!({ "definedRoles": ["owner"], "allowedAzp": ["app"] })));
    assert!(!opens(json!({ "definedRoles": ["owner"], "allowedAud": ["api"] })));
    let claim = with(&entry(), &json!({ "allowedRoles": ["owner"], "allowedAzp": null }));
    assert!(!CustomIdp::parse(&claim).unwrap().opens_ownership());
}

#[test]
fn snapshot_rejects_duplicate_entry_ids() {
    assert!(Snapshot::parse(&json!({"version": 1, "idps": []})).is_ok());
    for (document, expected) in [
        (json!({"idps": []}), vec!["/version"]),
        (json!({"version": -1, "idps": {}}), vec!["/version", "/idps"]),
        (json!({"version": 1, "idps": [entry(), entry()]}), vec!["/idps/1"]),
        (
            json!({"version": 1, "idps": [with(&entry(), &json!({"id": 1})), 7]}),
            vec!["/idps/0/id", "/idps/1"],
        ),
        (json!([]), vec![""]),
    ] {
        assert_eq!(pointers(Snapshot::parse(&document)), expected, "{document}");
    }
}
