//! What the author of routes is told about the secrets that origins get.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

mod process;

use process::{Folder, Node, send};

const ROUTES: &str = r#"{
    "origins": {
        "a": { "url": "https://a.example.com", "secretHeader": { "name": "X-Secret", "secret": "A_KEY" } },
        "b": { "url": "https://b.example.com", "secretHeader": { "name": "X-Secret", "secret": "B_KEY" } }
    },
    "routes": [
        { "path": "/a/{*rest}", "origin": "a", "public": true },
        { "path": "/b/{*rest}", "origin": "b", "public": true }
    ]
}"#;

#[test]
fn only_a_missing_secret_is_warned_about_with_how_it_is_set_here() {
    let folder = Folder::new("origin-secrets");
    let node = Node::spawn(Node::command(&folder).env("A_KEY", "x"));
    let gateway = "/project-management-service/v1/gateway";
    let (status, text) = send(node.address, "PUT", gateway, Some(ROUTES)).unwrap();
    assert_eq!(status, 201, "{text}");
    let warnings = serde_json::from_str::<serde_json::Value>(&text).unwrap()["warnings"].clone();
    assert_eq!(
        warnings,
        serde_json::json!([
            "the routes need the secret `B_KEY`; until it is set, their requests are answered 503: set it in \
            `[secrets]` of the configuration file or as the environment variable `B_KEY`, and restart the node"
        ])
    );
}
