//! What a node says when it starts for the first time.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

mod process;

use process::{Folder, Node};

#[test]
fn the_new_administrators_token_is_not_in_what_a_journal_keeps() {
    let folder = Folder::new("first-start");
    let mut command = Node::command(&folder);
    command.env_remove("ADMIN_TOKEN").env("AUTHZ_LISTEN", "127.0.0.1:0").env("TRUSTED_PROXIES", "127.0.0.1");
    let said = Node::spawn(&mut command).greeting();
    let secrets = std::fs::read_to_string(folder.file("secrets.toml")).unwrap();
    let token = secrets.lines().find_map(|line| line.strip_prefix("ADMIN_TOKEN = ")).unwrap();
    assert!(said.contains("secrets.toml") && !said.contains(token.trim_matches('"')), "{said}");
    assert!(said.contains("/project-management-service/v1/gateway`"), "{said}");
    assert!(said.contains("(`AUTHZ_LISTEN`)"), "{said}");
}
