//! What the service depends on: no platform, no executor.

#![allow(clippy::unwrap_used, reason = "a failing test panics")]

use std::process::Command;

#[test]
fn the_service_names_no_platform() {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--package", "service", "--edges", "normal", "--prefix", "none", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let tree = String::from_utf8(tree.stdout).unwrap();
    let crates: Vec<_> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(crates.contains(&"edge-authorizer"), "{tree}");
    for platform in ["worker", "wasm-bindgen", "js-sys", "web-sys", "tokio", "futures-executor"] {
        assert!(!crates.contains(&platform), "{platform}");
    }
}
