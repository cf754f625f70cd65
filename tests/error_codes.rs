//! The list of error codes for tests that are not written in Rust: `tests/error-codes.json`, which this test keeps up to date.
//!
//! `UPDATE=1 cargo test --test error_codes` writes it.

#![allow(clippy::unwrap_used, reason = "a failing test panics")]

use std::{env, fs};

use edge_authorizer::ErrorCode;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/error-codes.json");

#[test]
fn the_list_has_every_code_with_its_status() {
    let row =
        |code: &ErrorCode| format!(r#"  {{ "code": "{}", "status": {} }}"#, code.as_str(), code.status());
    let list = ErrorCode::ALL.iter().map(row).collect::<Vec<_>>().join(",\n");
    let list = format!("[\n{list}\n]\n");
    #[allow(clippy::disallowed_methods, reason = "asks for a file to be written")]
    if env::var("UPDATE").is_ok() {
        fs::write(FILE, &list).unwrap();
    }
    assert_eq!(fs::read_to_string(FILE).unwrap(), list, "outdated: run with UPDATE=1");
}
