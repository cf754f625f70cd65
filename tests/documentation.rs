//! The JSON in README and guides is what the core takes, and the entries of the guide are those of the vectors.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use std::fs;
use std::path::Path;

use edge_authorizer::{CustomIdp, Routes, Snapshot};
use serde_json::Value;

/// The JSON examples of a Markdown file.
fn examples(file: &str) -> Vec<Value> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    let blocks = text.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks
        .map(|block| serde_json::from_str(block).unwrap_or_else(|error| panic!("{file}: {error}\n{block}")))
        .collect()
}

/// The entries of all vectors.
fn vector_entries() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let files = fs::read_dir(folder).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    let projects = files.flat_map(|bytes| {
        let vectors: Value = serde_json::from_slice(&bytes).unwrap();
        vectors.pointer("/projects").unwrap().as_object().unwrap().values().cloned().collect::<Vec<_>>()
    });
    projects.flat_map(|entries| entries.as_array().unwrap().clone()).collect()
}

#[test]
fn readme_examples_are_accepted() {
    let examples = examples("README.md");
    assert!(examples.len() >= 2);
    for example in &examples {
        if example.get("routes").is_some() {
            Routes::parse(example).unwrap();
        } else {
            Snapshot::parse(example).unwrap();
        }
    }
}

#[test]
fn guide_entries_equal_those_of_the_vectors() {
    let (examples, entries) = (examples("docs/identity-providers.md"), vector_entries());
    assert!(examples.len() >= 6);
    for example in &examples {
        CustomIdp::parse(example).unwrap();
        assert!(entries.contains(example), "no vector has {example}");
    }
}
