//! Documents for tests of the configuration, and the faults found in them.

use edge_authorizer::Faults;
use serde_json::{Value, json};

/// A routes document with one route.
pub fn routes() -> Value {
    json!({
        "origins": { "a": { "url": "https://a.example" } },
        "routes": [{ "path": "/api/{project}/{*rest}", "origin": "a", "access": { "GET": ["r"] } }],
    })
}

/// `document` with `changes`.
pub fn with(document: &Value, changes: &Value) -> Value {
    let mut document = document.clone();
    for (name, value) in changes.as_object().unwrap() {
        document[name] = value.clone();
    }
    document
}

/// The places of the faults.
pub fn pointers<T>(outcome: Result<T, Faults>) -> Vec<String> {
    outcome
        .err()
        .map_or_else(Vec::new, |faults| faults.as_slice().iter().map(|fault| fault.pointer.clone()).collect())
}

/// The places of the faults, and what is expected there.
pub fn expectations<T>(outcome: Result<T, Faults>) -> Vec<(String, String)> {
    let faults = outcome.err().map(|faults| faults.as_slice().to_vec()).unwrap_or_default();
    faults.into_iter().map(|fault| (fault.pointer, fault.expected)).collect()
}
