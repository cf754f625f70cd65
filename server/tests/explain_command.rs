//! The command `explain`, which asks a node that runs.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

mod process;

use std::fs::write;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Output, Stdio};

use process::{ADMIN, Folder, Node, send};
use serde_json::{Value, json};

const API: &str = "/project-management-service/v1";

/// An issuer that has a key, for as long as the tests run.
fn issuer() -> String {
    let keys: Value = serde_json::from_str(include_str!("../../tests/keys.json")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let discovery = json!({ "issuer": url, "jwks_uri": format!("{url}/jwks") }).to_string();
    let key_set = json!({ "keys": [keys["ec256-1"]["jwk"]] }).to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = String::new();
            BufReader::new(&stream).read_line(&mut head).unwrap();
            let body = if head.contains("/jwks") { &key_set } else { &discovery };
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    url
}

/// A folder for a node that may reach an issuer, and the issuer.
fn folder(name: &str) -> (Folder, String) {
    let (mut folder, issuer) = (Folder::new(name), issuer());
    folder.variables.push(("INSECURE_ISSUER_HOSTS", issuer.replace("http://", "")));
    (folder, issuer)
}

/// A node with a route and a project.
fn node(folder: &Folder, issuer: &str) -> Node {
    let node = Node::start(folder);
    let routes = json!({
        "origins": { "o": { "url": "http://127.0.0.1:9" } },
        "routes": [{ "path": "/api/{project}/{*rest}", "origin": "o", "access": { "GET": ["access"] } }],
    });
    let entry = json!({
        "id": "apps", "label": { "en": "Apps" }, "iss": issuer, "idClaim": "sub", "azpClaim": "azp",
        "allowedAzp": ["app"], "roleDetection": "CLAIM", "rolesClaim": "roles", "roleTemplate": "{roleName}",
    });
    for (method, path, document) in [
        ("PUT", "/gateway", routes),
        ("PUT", "/projects/plant7", json!({ "label": { "en": "Plant 7" } })),
        ("POST", "/projects/plant7/custom-idp", entry),
    ] {
        let (status, text) =
            send(node.address, method, &[API, path].concat(), Some(&document.to_string())).unwrap();
        assert_eq!(status, 201, "{text}");
    }
    node
}

fn claims(issuer: &str, role: &str) -> String {
    json!({ "iss": issuer, "sub": "u1", "azp": "app", "iat": 1_700_000_000, "exp": 4_000_000_000_u64, "roles": [role] })
        .to_string()
}

/// Runs the command against the node of a folder.
fn explain(folder: &Folder, node: &Node, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_edge-authorizer"));
    command.arg("explain").args(["--listen", &node.address.to_string(), "--data-dir"]).arg(folder.file(""));
    run(command.env_clear().env("ADMIN_TOKEN", ADMIN).args(arguments), input)
}

fn run(command: &mut Command, input: &str) -> Output {
    let mut process =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that reads no input may have ended.
    let _unread = process.stdin.take().unwrap().write_all(input.as_bytes());
    process.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn the_status_and_the_sentences_are_those_of_the_node() {
    let (folder, issuer) = folder("explain");
    let node = node(&folder, &issuer);
    let explain = |arguments: &[&str], input: &str| {
        let output = explain(&folder, &node, arguments, input);
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    };
    let path = ["--path", "/api/plant7/x", "--claims", "-"];
    let (status, said, faults) = explain(&path, &claims(&issuer, "access"));
    assert_eq!((status, &*faults), (0, ""), "{said}");
    for line in [
        "✓ The path leads to the route `/api/{project}/{*rest}`, which requires the role `access`.",
        "  ✓ `access` gives the role `access`.",
        "permitted",
        "X-Auth-Roles: access",
    ] {
        assert!(said.lines().any(|printed| printed == line), "{line}\n{said}");
    }
    let (status, said, _) = explain(&path, &claims(&issuer, "other"));
    assert_eq!(status, 1);
    assert!(said.contains("✗ ") && said.contains("refused: 403 role_missing"), "{said}");
    let (status, said, _) = explain(&[&path[..], &["--json"]].concat(), &claims(&issuer, "other"));
    let answer: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((status, &answer["code"]), (1, &json!("role_missing")));
    let document = json!({
        "method": "GET", "path": "/api/plant7/x", "claims": serde_json::from_str::<Value>(&claims(&issuer, "other")).unwrap(),
    });
    let asked =
        send(node.address, "POST", &[API, "/projects/plant7/explain"].concat(), Some(&document.to_string()));
    let asked: Value = serde_json::from_str(&asked.unwrap().1).unwrap();
    assert_eq!(answer["lines"].as_array().map(Vec::len), asked["lines"].as_array().map(Vec::len));
    // Neither a token nor claims.
    assert_eq!(explain(&["--path", "http://g.example/api/plant7/x?y"], "").0, 1);
    // Owners' requests, and what leads to no project.
    let (status, said, _) =
        explain(&["--path", "/project-management-service/v1/projects/plant7/custom-idp"], "");
    assert!(status == 1 && said.contains("401 token_missing"), "{said}");
    let (status, said, _) =
        explain(&["--path", "/api/plant8/x", "--claims", "-"], &claims(&issuer, "access"));
    assert!(status == 1 && said.contains("401 token_untrusted") && said.contains("plant8"), "{said}");
    let (status, said, _) = explain(&["--path", "/nowhere"], "");
    assert!(status == 1 && said.contains("refused: 404 "), "{said}");
}

#[test]
fn a_token_is_read_and_no_part_of_it_is_printed() {
    let (folder, issuer) = folder("explain-token");
    let node = node(&folder, &issuer);
    let token = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIn0.c2lnbmF0dXJl";
    write(folder.file("token"), format!("Bearer {token}\n")).unwrap();
    let file = folder.file("token");
    for (source, input) in [("-", token), (file.to_str().unwrap(), "")] {
        for more in [&[][..], &["--json"]] {
            let arguments = [&["--path", "/api/plant7/x", "--token-file", source], more].concat();
            let output = explain(&folder, &node, &arguments, input);
            let (said, faults) = (text(&output.stdout), text(&output.stderr));
            assert_eq!((output.status.code(), &*faults), (Some(1), ""), "{said}");
            assert!(!said.contains("c2lnbmF0dXJl") && !said.contains(ADMIN), "{said}");
        }
    }
    // An argument is seen by others: there is none for the token.
    let output = explain(&folder, &node, &["--path", "/api/plant7/x", "--token", token], "");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn what_is_not_explained_says_why() {
    let (folder, issuer) = folder("explain-not");
    let node = node(&folder, &issuer);
    let path = ["--path", "/api/plant7/x"];
    let missing = [&path[..], &["--token-file", "/nowhere/token"]].concat();
    let not_json = [&path[..], &["--claims", "-"]].concat();
    for (arguments, input, expected) in [
        (&["--path", "/auth/login"][..], "", "the gateway answers `/auth/login` itself"),
        (&["--path", "/project-management-service/v1/users"], "", "is no resource of a project"),
        (&["--path", "/project-management-service/v1/projects/plant8"], "", "there is no project `plant8`"),
        (&missing, "", "cannot read /nowhere/token: "),
        (&not_json, "{", "is no JSON: "),
        (&not_json, "[]", "an object of claims"),
        (&[&path[..], &["--token-file", "-"]].concat(), " \n", "has no token"),
    ] {
        let output = explain(&folder, &node, arguments, input);
        let said = text(&output.stderr);
        assert!(output.status.code() == Some(2) && said.contains(expected), "{said}");
    }
    let at = |url: &str, token: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_edge-authorizer"));
        command
            .args(["explain", "--url", url, "--path", "/api/plant7/x"])
            .env_clear()
            .env("ADMIN_TOKEN", token);
        let output = run(&mut command, "");
        (output.status.code().unwrap(), text(&output.stderr))
    };
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let here = format!("http://{}", node.address);
    assert_eq!(at(&here, ADMIN), (1, String::new()));
    let says = |status: u16, body| format!("http://{}", something(status, body));
    for (url, token, expected) in [
        (&*here, "another-token-of-thirty-two-characters", "refuses to explain: 401 "),
        (&here, "", "`ADMIN_TOKEN` is not set"),
        (&nobody, ADMIN, "no gateway answers at "),
        (&says(200, "[]"), ADMIN, "is no gateway"),
        (&says(403, r#"{"code":"x","detail":"\u001b[2J"}"#), ADMIN, r"403 x: \u001b[2J"),
        ("http://gateway.example", ADMIN, "`--url` is the address of a gateway"),
    ] {
        let (status, said) = at(url, token);
        assert!(status == 2 && said.contains(expected) && !said.contains(ADMIN), "{said}");
    }
}

/// Something that answers whatever it is asked, for as long as the tests run.
fn something(status: u16, body: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _asked = stream.read(&mut [0; 4096]);
            let head = format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\n\r\n", body.len());
            let _gone = stream.write_all([&head, body].concat().as_bytes());
            // A connection with unread bytes would be reset, and the answer with it.
            let _rest = stream.read_to_end(&mut Vec::new());
        }
    });
    address
}

#[test]
fn what_has_no_verdict_permits_nothing() {
    for (body, expected) in [(r#"{"verdict":"permit"}"#, 0), ("{}", 2), (r#"{"verdict":"?"}"#, 2)] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_edge-authorizer"));
        let url = format!("http://{}", something(200, body));
        let path = "/project-management-service/v1/projects/plant7/custom-idp";
        command.args(["explain", "--url", &url, "--path", path]).env_clear().env("ADMIN_TOKEN", ADMIN);
        assert_eq!(run(&mut command, "").status.code(), Some(expected), "{body}");
    }
}

#[test]
fn a_node_without_routes_decides_nothing() {
    let folder = Folder::new("explain-routes");
    let node = Node::start(&folder);
    let output = explain(&folder, &node, &["--path", "/api/plant7/x"], "");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("refused: 503 "));
}
