//! What the fuzz targets share: how they read their input, and what every refused document promises.

pub mod issuer;
mod party;
pub mod provider;
pub mod scenario;
mod token;

use edge_authorizer::Faults;
use edge_authorizer::strict_json;
use serde_json::Value;

/// The JSON document that the input is, read as the worker reads what it is sent.
pub fn document(input: &[u8]) -> Option<Value> {
    strict_json::from_slice(input).ok()
}

/// Faults are told of places that exist, with the value that is there or its beginning.
pub fn assert_in_place(faults: &Faults, document: &Value) {
    assert!((1..=100).contains(&faults.as_slice().len()));
    for fault in faults.as_slice() {
        assert!(!fault.expected.is_empty());
        let Some(told) = &fault.value else { continue };
        // A pointer has the beginning of a long name only.
        if fault.pointer.contains('…') {
            continue;
        }
        let actual = document.pointer(&fault.pointer).unwrap_or_else(|| panic!("no place for {fault:?}"));
        let shortened = told.as_str().and_then(|text| text.strip_suffix('…'));
        let is_beginning = || shortened.is_some_and(|text| actual.to_string().starts_with(text));
        assert!(told == actual || is_beginning(), "another value is there than {fault:?} says");
    }
}

/// The document with a member that no document has.
pub fn with_unknown_member(document: &Value) -> Value {
    let mut document = document.clone();
    document["never-heard-of"] = Value::Null;
    document
}
