//! The cases of `tests/forwarding.json`, run through the core. `tests/e2e/forwarding.test.mjs` runs the same file at the edge.

#![allow(clippy::unwrap_used, reason = "a failing test panics")]

use std::collections::BTreeMap;

use edge_authorizer::forwarding::{ClientRequest, Forwarding, is_answer, passes_to_client};
use edge_authorizer::{Target, header_rules};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Table {
    routes: BTreeMap<String, Route>,
    identity: Identity,
    cases: Vec<Case>,
    answers: Vec<Answer>,
    answer_headers: AnswerHeaders,
}

#[derive(Deserialize)]
struct AnswerHeaders {
    sent: BTreeMap<String, String>,
    expect: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Route {
    #[serde(default)]
    public: bool,
    #[serde(default)]
    forward_token: bool,
    secret_header: Option<SecretHeader>,
}

#[derive(Deserialize)]
struct SecretHeader {
    name: String,
    value: String,
}

#[derive(Deserialize)]
struct Identity {
    project: String,
    idp: String,
    subject: String,
    roles: Vec<String>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    route: String,
    method: Option<String>,
    headers: BTreeMap<String, String>,
    address: Option<String>,
    target: Option<String>,
    body: Option<String>,
    #[serde(default)]
    fillers: u32,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    name: String,
    set_cookie: Vec<String>,
    expect: Vec<String>,
}

#[derive(Deserialize)]
struct Expect {
    headers: Option<BTreeMap<String, String>>,
    reason: Option<String>,
}

impl Table {
    fn forwarding(&self, route: &Route) -> Forwarding {
        let Identity { project, idp, subject, roles } = &self.identity;
        let identity = [
            ("x-auth-project", project.clone()),
            ("x-auth-idp", idp.clone()),
            ("x-auth-subject", header_rules::encode(subject)),
            ("x-auth-roles", roles.join(",")),
        ];
        let identity = identity.into_iter().filter(|_| !route.public);
        let mut added: Vec<_> = identity.map(|(name, value)| (name.to_owned(), value)).collect();
        let secret = route.secret_header.as_ref();
        added.extend(secret.map(|secret| (secret.name.to_ascii_lowercase(), secret.value.clone())));
        let secret_name = secret.map(|secret| header_rules::fold(&secret.name));
        Forwarding { forward_token: route.forward_token, added, secret_name }
    }
}

#[test]
fn an_origin_gets_what_the_table_says() {
    let table: Table = serde_json::from_str(include_str!("forwarding.json")).unwrap();
    for case in &table.cases {
        let fillers = (1..=case.fillers).map(|number| (format!("x-filler-{number}"), "1".to_owned()));
        let headers = case.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
        let headers: Vec<_> = headers.chain(fillers).collect();
        let target = Target::split(case.target.as_deref().unwrap_or_default());
        let request = ClientRequest {
            method: case.method.as_deref().unwrap_or("GET"),
            scheme: target.scheme,
            authority: target.authority,
            headers: &headers,
            address: case.address.as_deref(),
            id: "$id",
            has_body: case.body.is_some(),
        };
        let forwarding = table.forwarding(table.routes.get(&case.route).unwrap());
        let outcome = forwarding.apply(&request).map_err(|fault| fault.reason().to_owned());
        let expected = case.expect.headers.clone().ok_or(case.expect.reason.clone().unwrap_or_default());
        assert_eq!(outcome.map(|sent| sent.headers.into_iter().collect()), expected, "{}", case.name);
    }
}

#[test]
fn a_client_gets_the_cookies_that_the_table_says() {
    let table: Table = serde_json::from_str(include_str!("forwarding.json")).unwrap();
    for Answer { name, set_cookie, expect } in table.answers {
        let passes = |value: &String| passes_to_client("set-cookie", value);
        assert_eq!(set_cookie.into_iter().filter(passes).collect::<Vec<_>>(), expect, "{name}");
        assert!(passes_to_client("x-cookie", "__Host-session=x"));
    }
}

#[test]
fn a_client_gets_no_header_by_which_an_origin_governs_the_whole_host() {
    let table: Table = serde_json::from_str(include_str!("forwarding.json")).unwrap();
    let AnswerHeaders { sent, expect } = table.answer_headers;
    let passing = sent.iter().filter(|(name, value)| passes_to_client(name, value)).map(|(name, _)| name);
    assert_eq!(passing.cloned().collect::<Vec<_>>(), expect);
}

#[test]
fn a_handshake_passes_and_its_answer_is_one() {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let headers = [header("upgrade", "WebSocket"), header("connection", "upgrade")];
    let request = ClientRequest {
        method: "GET",
        scheme: None,
        authority: None,
        headers: &headers,
        address: None,
        id: "$id",
        has_body: false,
    };
    let sent = Forwarding::default().apply(&request).unwrap();
    assert!(sent.is_upgrade && sent.headers.contains(&header("upgrade", "websocket")));
    for (status, is_upgrade, expected) in [
        (101, true, true),
        (101, false, false),
        (100, true, false),
        (200, false, true),
        (599, false, true),
        (600, false, false),
    ] {
        assert_eq!(is_answer(status, is_upgrade), expected, "{status}");
    }
}
