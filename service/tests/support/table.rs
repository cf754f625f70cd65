//! A table of requests to the management API and their answers. It is data, so that each host can be held to it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use service::host::FetchFailure;
use service::http::{Request, Response};

use super::network::Network;
use super::tokens::{ADMIN, ISSUER, token};
use super::world::{BASE, PUBLIC_URL, World, body};

use std::sync::atomic::Ordering;

/// The table: who calls, what they send, and what becomes of it.
#[derive(Deserialize)]
pub struct Table {
    #[serde(rename = "about")]
    _about: String,
    pub documents: BTreeMap<String, Value>,
    pub callers: BTreeMap<String, Caller>,
    pub endpoints: Vec<Endpoint>,
    pub cases: Vec<Case>,
}

/// A caller, and what their requests end in before anything is read: on resources of a project, and on those of the platform.
#[derive(Deserialize)]
pub struct Caller {
    pub authorization: Option<String>,
    pub claims: Option<Value>,
    /// The service account whose token they have; cases make it.
    pub account: Option<Account>,
    pub project: Option<String>,
    pub platform: Option<String>,
}

/// A service account of a caller.
#[derive(Deserialize)]
pub struct Account {
    /// Its `client_id`.
    pub client: String,
    /// The roles in its tokens.
    pub roles: Vec<String>,
}

/// A resource and its methods.
#[derive(Deserialize)]
pub struct Endpoint {
    pub path: String,
    pub methods: Vec<String>,
    /// Whether owners may use it.
    #[serde(default)]
    pub is_owned: bool,
    /// The methods that bring a document, and the most KiB of it.
    #[serde(default)]
    pub documents: BTreeMap<String, usize>,
}

/// Steps, one after another.
#[derive(Deserialize)]
pub struct Case {
    pub name: String,
    #[serde(default)]
    pub variables: Value,
    pub steps: Vec<Step>,
}

/// A request with its answer, or something that happens.
#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Step {
    Happens { happens: Value },
    Sent(Box<Sent>),
}

/// A request with its answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sent {
    /// `METHOD path`.
    send: String,
    #[serde(default = "admin")]
    by: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<Value>,
    /// Changes of the body's members.
    #[serde(rename = "with", default)]
    changes: Map<String, Value>,
    status: u16,
    code: Option<String>,
    #[serde(rename = "answerHeaders", default)]
    answer_headers: BTreeMap<String, Option<String>>,
    answer: Option<Value>,
    /// Names for the values of headers, for later steps.
    #[serde(default)]
    save: BTreeMap<String, String>,
}

fn admin() -> String {
    "admin".to_owned()
}

impl Table {
    pub fn read() -> Self {
        serde_json::from_str(include_str!("../management.json")).unwrap()
    }

    /// A world with routes and the project `p1`, which has owners and users.
    pub fn world(&self, variables: &Value) -> World {
        let world = World::with(1, variables);
        let create = |method, target, document: &Value| {
            let response = world.admin(method, target, Some(document));
            assert_eq!(response.status, 201, "{target}: {:?}", response.body);
        };
        create("PUT", "/gateway", &self.documents["routes"]);
        create("PUT", "/projects/p1", &json!({ "label": { "en": "A project" } }));
        for entry in ["owners", "users"] {
            create("POST", "/projects/p1/custom-idp", &self.documents[entry]);
        }
        world
    }

    /// The `Authorization` header of a caller.
    pub fn authorization(&self, world: &World, caller: &str) -> Option<String> {
        let caller = &self.callers[caller];
        let by_token = |claims: &Value| {
            let (mut claims, now) = (claims.clone(), world.now());
            if let Some(age) = claims.as_object_mut().unwrap().remove("age") {
                claims["iat"] = json!(now - age.as_f64().unwrap());
                claims["exp"] = json!(now - age.as_f64().unwrap() + 60.0);
            }
            format!("Bearer {}", token(now, &claims, "ec256-1", "ec256-1"))
        };
        let given = caller.authorization.as_ref().map(|text| text.replace("{admin}", ADMIN));
        let by_account =
            |account: &Account| format!("Bearer {}", world.account_token(&account.client, &account.roles));
        given
            .or_else(|| caller.claims.as_ref().map(by_token))
            .or_else(|| caller.account.as_ref().map(by_account))
    }

    /// A request of a caller.
    pub fn request(&self, world: &World, caller: &str, method: &str, target: &str) -> Request {
        world.request(method, target, self.authorization(world, caller).as_deref())
    }

    /// Runs a case.
    pub fn run(&self, case: &Case) {
        let world = self.world(&case.variables);
        let names = [("issuer", ISSUER), ("base", BASE), ("publicUrl", PUBLIC_URL)];
        let mut names: BTreeMap<_, _> =
            names.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect();
        for (number, step) in case.steps.iter().enumerate() {
            let place = format!("{}, step {}", case.name, number + 1);
            match step {
                Step::Happens { happens } => happen(&world, happens),
                Step::Sent(sent) => {
                    let response = self.send(&world, sent, &names);
                    sent.check(&response, &names, &place);
                    for (name, header) in &sent.save {
                        let value = response.header(header).unwrap();
                        // Targets are below the base.
                        names.insert(name.clone(), value.strip_prefix(BASE).unwrap_or(value).to_owned());
                    }
                }
            }
        }
    }

    fn send(&self, world: &World, sent: &Sent, names: &BTreeMap<String, String>) -> Response {
        let (method, target) = sent.send.split_once(' ').unwrap();
        let mut request = self.request(world, &sent.by, method, &fill(target, names));
        request.headers.extend(sent.headers.iter().map(|(name, value)| (name.clone(), fill(value, names))));
        let body = sent.body.as_ref().map(|body| self.document(body, &sent.changes));
        if body.is_some() && request.header("content-type").is_none() {
            request.headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        let body = body.map(|body| {
            if let Some(token) =
                body.get("token").and_then(Value::as_str).filter(|_| target.contains("explain"))
            {
                let mut body = body.clone();
                let authorization = self.callers.get(token).and_then(|_| self.authorization(world, token));
                let text = authorization.unwrap_or_else(|| token.to_owned());
                body["token"] = text.trim_start_matches("Bearer ").into();
                return body;
            }
            body
        });
        let body = body.map(|body| fill(&body.to_string(), names).into_bytes());
        world.send_all(vec![(request, body)]).remove(0)
    }

    /// A document by its name, or as it is, with changes.
    fn document(&self, body: &Value, changes: &Map<String, Value>) -> Value {
        let named = body.as_str().and_then(|name| self.documents.get(name));
        let mut document = named.unwrap_or(body).clone();
        if let Some(members) = document.as_object_mut() {
            members.extend(changes.clone());
            members.retain(|_, value| !value.is_null() || !changes.values().any(Value::is_null));
        }
        document
    }
}

/// The text with the values of names in braces.
fn fill(text: &str, names: &BTreeMap<String, String>) -> String {
    names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

impl Sent {
    fn check(&self, response: &Response, names: &BTreeMap<String, String>, place: &str) {
        let found = body(response);
        let code = found.get("code").and_then(Value::as_str);
        let is_problem = response.status >= 400;
        assert_eq!(
            (response.status, code.filter(|_| is_problem)),
            (self.status, self.code.as_deref()),
            "{place}: {found}"
        );
        for (name, value) in &self.answer_headers {
            let (found, value) = (response.header(name), value.as_ref().map(|value| fill(value, names)));
            match value.as_deref() {
                Some("*") => assert!(found.is_some(), "{place}: {name}"),
                value => assert_eq!(found, value, "{place}: {name}"),
            }
        }
        if let Some(expected) = &self.answer {
            let expected: Value = serde_json::from_str(&fill(&expected.to_string(), names)).unwrap();
            assert!(includes(&found, &expected), "{place}: {found} lacks {expected}");
        }
    }
}

/// Whether a value is as expected: an object has at least the expected members, a list the same elements. A text that ends
/// with `…` is the beginning of what is expected.
fn includes(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            expected.iter().all(|(name, value)| includes(found.get(name).unwrap_or(&Value::Null), value))
        }
        (Value::Array(found), Value::Array(expected)) => {
            found.len() == expected.len()
                && found.iter().zip(expected).all(|(one, other)| includes(one, other))
        }
        (Value::String(found), Value::String(expected)) => match expected.strip_suffix('…') {
            Some(beginning) => found.starts_with(beginning),
            None => found == expected,
        },
        (found, expected) => {
            found == expected || found.as_f64().is_some_and(|one| Some(one) == expected.as_f64())
        }
    }
}

/// Something happens beside the requests.
fn happen(world: &World, event: &Value) {
    let shared = &world.shared;
    let flag = || event.as_object().unwrap().values().next().unwrap().as_bool().unwrap();
    match event.as_object().unwrap().keys().next().unwrap().as_str() {
        "seconds" => world.pass(event["seconds"].as_f64().unwrap()),
        "storeIsDown" => shared.store.is_down.store(flag(), Ordering::Relaxed),
        "issuersAreUnreachable" => shared.network.is_unreachable.store(flag(), Ordering::Relaxed),
        "issuersAreDown" => shared.network.is_down.store(flag(), Ordering::Relaxed),
        "conflicts" => {
            let count = event["conflicts"].as_u64().unwrap();
            shared.store.conflicts.store(u32::try_from(count).unwrap(), Ordering::Relaxed);
        }
        "replicaFails" => {
            let count = event["replicaFails"].as_u64().unwrap();
            shared.replica.fails_writes.store(u32::try_from(count).unwrap(), Ordering::Relaxed);
        }
        "replicaLoses" => {
            let key = event["replicaLoses"].as_str().unwrap();
            shared.replica.remove(service::host::Space::Config, key);
        }
        "issuerAnswers" => answer(&shared.network, &event["issuerAnswers"]),
        other => panic!("{other} never happens"),
    }
}

fn answer(network: &Network, event: &Value) {
    let status = event["status"].as_u64().map(|status| u16::try_from(status).unwrap());
    let body = event["body"].as_str().unwrap_or_default().as_bytes().to_vec();
    let answer = match status {
        Some(status) => Ok(service::host::Fetched { status, headers: Vec::new(), body }),
        None => Err(FetchFailure::Body),
    };
    network.answers.lock().unwrap().insert(format!("{ISSUER}/keys"), answer);
}
