//! What a node does with secrets in its data directory that are set elsewhere, or lost.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

mod process;

use std::fs::{remove_file, write};
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use process::{ADMIN, Folder, Node, send};

const KEY: &str = "Z2VoZWltIGdlaGVpbSBnZWhlaW0gZ2VoZWltIGdlaGU";

/// The first line that a node writes to standard error: where it listens, or why it does not.
fn first_line(command: &mut Command) -> String {
    let mut process = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(process.stderr.take().unwrap()).read_line(&mut line).unwrap();
    process.kill().unwrap();
    process.wait().unwrap();
    line
}

#[test]
fn of_two_values_the_one_that_is_not_used_is_warned_about() {
    let folder = Folder::new("ignored-secret");
    let stored = format!("ADMIN_TOKEN = \"{ADMIN}\"\nSEALING_KEY = \"{}\"\n", KEY.replace('Z', "X"));
    write(folder.file("secrets.toml"), stored).unwrap();
    let mut node = Node::spawn(Node::command(&folder).env("SEALING_KEY", KEY).stdout(Stdio::piped()));
    let mut log = node.log();
    node.kill();
    let mut lines = String::new();
    log.read_to_string(&mut lines).unwrap();
    let warnings: Vec<_> = lines.lines().filter(|line| line.contains("secret_ignored")).collect();
    assert_eq!(warnings.len(), 1, "{lines}");
    assert!(warnings.iter().all(|line| line.contains("\"subject\":\"SEALING_KEY\"")), "{lines}");
    let mut check = Command::new(env!("CARGO_BIN_EXE_edge-authorizer"));
    check.args(["check", "--data-dir"]).arg(folder.file("")).env_clear().env("SEALING_KEY", KEY);
    let said = String::from_utf8(check.output().unwrap().stderr).unwrap();
    let expected = format!(
        "warning: `SEALING_KEY`: the value of variable `SEALING_KEY` is used, and another one in `{}` is not; remove one of the two\n",
        folder.file("secrets.toml").display()
    );
    assert!(said.starts_with(&expected), "{said}");
    assert!(!said.contains(KEY) && !lines.contains(KEY));
}

#[test]
fn a_key_that_sealed_something_is_not_replaced_by_a_new_one() {
    for (path, key) in [("/issuer-keys", "SEALING_KEY"), ("/issuer-keys?set=assertions", "EDGE_SEALING_KEY")]
    {
        let folder = Folder::new("lost-secret");
        let secrets = folder.file("secrets.toml");
        Node::start(&folder).end();
        remove_file(&secrets).unwrap();
        // Nothing was sealed yet.
        let mut node = Node::start(&folder);
        let answer = send(node.address, "GET", &format!("/project-management-service/v1{path}"), None);
        assert_eq!(answer.unwrap().0, 200, "{path}");
        node.end();
        let kept = std::fs::read_to_string(&secrets).unwrap();
        remove_file(&secrets).unwrap();
        let refused = first_line(&mut Node::command(&folder));
        assert!(
            refused.contains(&format!("sealed with `{key}`, which is neither set nor in `")),
            "{refused}"
        );
        assert!(!secrets.exists(), "{path}");
        // What was lost is set, or its loss is accepted.
        for value in [KEY, ""] {
            let started = first_line(Node::command(&folder).env(key, value));
            assert!(started.starts_with("The gateway listens on"), "{started}");
        }
        write(&secrets, kept).unwrap();
        let started = first_line(&mut Node::command(&folder));
        assert!(started.starts_with("The gateway listens on"), "{started}");
    }
}
