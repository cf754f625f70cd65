//! The JSON examples of the documentation are documents that the core accepts, and the entries of the guide for identity
//! providers are those of the vectors.

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
fn documented_examples_are_accepted() {
    for (file, least) in [("README.md", 2), ("docs/configuration.md", 2), ("docs/management-api.md", 2)] {
        let examples = examples(file);
        assert!(examples.len() >= least, "{file}: {} examples", examples.len());
        for example in &examples {
            let faults = if example.get("routes").is_some() {
                Routes::parse(example).err()
            } else if example.get("idps").is_some() {
                Snapshot::parse(example).err()
            } else if example.get("roleDetection").is_some() {
                CustomIdp::parse(example).err()
            } else {
                // It is an answer.
                continue;
            };
            assert_eq!(faults, None, "{file}: {example}");
        }
    }
}

#[test]
fn the_guides_entries_are_those_of_the_vectors() {
    let (examples, entries) = (examples("docs/identity-providers.md"), vector_entries());
    assert!(examples.len() >= 6);
    for example in &examples {
        CustomIdp::parse(example).unwrap();
        assert!(entries.contains(example), "no vector has {example}");
    }
}
