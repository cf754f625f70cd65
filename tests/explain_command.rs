//! The command line `explain`: the vectors through it, its exit status, and what it prints.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::support;

use support::vectors::all;

const NOW: &str = "1708350800";

/// A temporary folder that is removed with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("explain-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn write(&self, name: &str, document: &Value) -> String {
        let file = self.0.join(name);
        fs::write(&file, document.to_string()).unwrap();
        file.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

/// Runs the example, which is built beside the tests.
fn explain(arguments: &[&str], input: &str) -> Output {
    let tests = std::env::current_exe().unwrap();
    let example = tests.parent().and_then(Path::parent).unwrap().join("examples/explain");
    let mut child = Command::new(example)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("the example is not built, as `cargo test` does without `--test`: {error}")
        });
    // Who does not read it may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn entry() -> Value {
    json!({
        "id": "apps", "iss": "https://a.example", "label": { "en": "Apps" }, "idClaim": "sub",
        "roleDetection": "CLAIM", "rolesClaim": "roles", "roleTemplate": "{project}.{roleName}"
    })
}

fn claims() -> Value {
    json!({ "iss": "https://a.example", "sub": "s", "iat": 1_708_350_700, "exp": 1_708_350_900, "roles": ["p1.access"] })
}

fn token() -> String {
    support::keys()["ec256-1"].sign("ES256", &json!({ "alg": "ES256", "kid": "ec256-1" }), &claims())
}

fn key_set() -> Value {
    json!({ "keys": [support::keys()["ec256-1"].jwk] })
}

#[test]
fn every_vector_is_explained_as_expected() {
    let folder = Folder::new("vectors");
    let mut count = 0;
    for (file, vectors) in all() {
        let routes = folder.write("routes.json", &vectors.routes());
        for case in &vectors.cases {
            let project = vectors.project_of(case);
            let snapshot = vectors.snapshot(&project).unwrap_or(json!([]));
            let idps = folder.write("idps.json", &snapshot);
            let authorization = vectors.authorization(case);
            let token = authorization.as_deref().and_then(|value| value.strip_prefix("Bearer "));
            let keys = vectors.keys_for(token.unwrap_or_default());
            let jwks = keys.map(|keys| folder.write("jwks.json", &json!({ "keys": keys })));
            let mut arguments =
                vec!["--json", "--now", NOW, "--routes", &routes, "--idp", &idps, "--path", case.path()];
            arguments.extend(["--method", case.method(), "--project", project.as_str()]);
            arguments.extend(token.into_iter().flat_map(|token| ["--token", token]));
            arguments.extend(jwks.iter().flat_map(|file| ["--jwks", file.as_str()]));
            let output = explain(&arguments, "");
            let mut explanation: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| {
                panic!("{file}: {}: {}", case.name, String::from_utf8_lossy(&output.stderr))
            });
            let mut expected = support::vectors::explanation(vectors.decide(case));
            // On the command line there is a project, without entries.
            expected["trace"]
                .as_array_mut()
                .unwrap()
                .retain(|step| step["step"] != "project" || step["id"].is_null());
            let steps = explanation["trace"].as_array_mut().unwrap();
            for step in steps.iter_mut() {
                let text = step.as_object_mut().unwrap().remove("text").unwrap();
                assert!(text.as_str().is_some_and(|text| text.ends_with(['.', ':'])), "{text}");
            }
            let text = explanation.as_object_mut().unwrap().remove("text").unwrap();
            assert!(text.as_str().is_some_and(|text| text.ends_with('.')), "{text}");
            let lines = explanation.as_object_mut().unwrap().remove("lines").unwrap();
            let last = lines.as_array().unwrap().last().unwrap()["text"].as_str().unwrap();
            assert!(text.as_str().unwrap().ends_with(last), "{last}");
            assert_eq!(explanation, expected, "{file}: {}", case.name);
            let is_refused = case.expect.status != 200;
            assert_eq!(output.status.code(), Some(i32::from(is_refused)), "{file}: {}", case.name);
            count += 1;
        }
    }
    assert!(count > 30, "{count}");
}

#[test]
fn exit_status_reflects_the_verdict() {
    let folder = Folder::new("status");
    let (idp, jwks) = (folder.write("idp.json", &entry()), folder.write("jwks.json", &key_set()));
    let token = token();
    let run = |more: &[&str]| {
        let arguments = [&["--idp", &idp, "--path", "/service/v1/p1/x", "--now", NOW], more].concat();
        explain(&arguments, &token).status.code().unwrap()
    };
    assert_eq!(run(&["--jwks", &jwks, "--token", &token]), 0);
    assert_eq!(run(&["--jwks", &jwks, "--token", "-"]), 0);
    assert_eq!(run(&["--jwks", &jwks, "--token", &token, "--role", "admin"]), 1);
    assert_eq!(run(&["--jwks", &jwks, "--token", &token, "--role", "admin", "--role", "access"]), 0);
    assert_eq!(run(&["--jwks", &jwks, "--token", &token, "--project", "p2"]), 1);
    assert_eq!(run(&["--jwks", &jwks]), 1);
    assert_eq!(run(&["--token", &token]), 3);
    assert_eq!(run(&["--claims", &folder.write("claims.json", &claims())]), 0);
    assert_eq!(run(&["--jwks", "missing.json"]), 2);
    assert_eq!(run(&["--jwks", &idp]), 2);
    assert_eq!(run(&["--idp", &folder.write("faulty.json", &json!({ "id": "x" }))]), 2);
    assert_eq!(run(&["--claims", &idp, "--token", &token]), 2);
    assert_eq!(run(&["--routes", &jwks]), 2);
    assert_eq!(run(&["--project", "-"]), 2);
}

#[test]
fn project_is_read_from_the_path() {
    let folder = Folder::new("project");
    let (idp, claims) = (folder.write("idp.json", &entry()), folder.write("claims.json", &claims()));
    let run = |path: &str, more: &[&str]| {
        let arguments = [&["--idp", &idp, "--claims", &claims, "--now", NOW, "--path", path], more].concat();
        explain(&arguments, "").status.code().unwrap()
    };
    assert_eq!(run("/service/v1/p1", &[]), 0);
    assert_eq!(run("/service/v1/p1/x/y", &[]), 0);
    assert_eq!(run("/p1/x", &["--project", "p1"]), 0);
    assert_eq!(run("/service/v1/%701/x", &["--project", "p1"]), 0);
    assert_eq!(run("/p1/x", &[]), 2);
    assert_eq!(run("/service/v1/p1/../x", &["--project", "p1"]), 1);
}

#[test]
fn what_is_hidden_or_reorders_text_is_escaped() {
    let folder = Folder::new("hidden");
    let idp = folder.write("idp.json", &entry());
    let hidden = json!({ "sub": "nimda\u{202e}\u{1b}[31m", "roles": ["p1.access", "\u{2066}p1"] });
    let mut claims = claims();
    claims.as_object_mut().unwrap().extend(hidden.as_object().unwrap().clone());
    let claims = folder.write("claims.json", &claims);
    let arguments = ["--idp", &idp, "--claims", &claims, "--path", "/service/v1/p1/x", "--now", NOW];
    for more in [&[][..], &["--json"]] {
        let output = String::from_utf8(explain(&[&arguments, more].concat(), "").stdout).unwrap();
        assert!(!output.contains(['\u{202e}', '\u{2066}', '\u{1b}']), "{output}");
        assert!(output.contains(r"nimda\u202e\u001b[31m") && output.contains(r"\u2066p1"), "{output}");
    }
}

#[test]
fn terminal_output_shows_steps_and_verdict() {
    let folder = Folder::new("terminal");
    let (idp, jwks) = (folder.write("idp.json", &entry()), folder.write("jwks.json", &key_set()));
    let token = token();
    let arguments =
        ["--idp", &idp, "--jwks", &jwks, "--token", &token, "--path", "/service/v1/p1/x", "--now", NOW];
    let output = explain(&arguments, "");
    let assumed = "explain: no --routes: assuming that `/service/v1/{project}` and all below it require the role `access`\n";
    assert_eq!(String::from_utf8(output.stderr).unwrap(), assumed);
    let text = String::from_utf8(output.stdout).unwrap();
    for line in [
        "✓ The path leads to the route `/service/v1/{project}/{*rest}`, which requires the role `access`.",
        "✓ It is valid for another 100 seconds (`exp`).",
        "✓ The signature is right by the key `ec256-1`.",
        "  ✓ `p1.access` gives the role `access`.",
        "permitted",
        "X-Auth-Roles: access",
    ] {
        assert!(text.lines().any(|printed| printed == line), "{line}\n{text}");
    }
    assert!(!text.contains(token.split('.').nth(1).unwrap()));
    let [idp_only, json] = [&[][..], &["--json"]].map(|more| {
        let arguments = ["--idp", &idp, "--token", &token, "--path", "/service/v1/p1/x", "--now", NOW];
        String::from_utf8(explain(&[&arguments, more].concat(), "").stdout).unwrap()
    });
    let no_keys = "The signature cannot be checked: give the issuer's keys with `--jwks`.";
    assert!(
        idp_only.contains(&format!("✗ {no_keys}\n")) && !idp_only.contains("try again later"),
        "{idp_only}"
    );
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap()["text"], no_keys);
    let help = String::from_utf8(explain(&["--help"], "").stdout).unwrap();
    assert!(help.contains("Exit status: 0 the request passes"));
}
