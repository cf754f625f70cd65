//! A control plane in memory, and requests to it.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, OnceLock};

use edge_authorizer::{Request as OriginRequest, Verdict};
use serde_json::{Value, json};
use service::host::{Entropy, Key, LogSink};
use service::http::{Request, Response};
use service::{AdminTokens, ControlPlane, DataPlane, IssuerSettings, Settings};

use super::crypto::KeptKeys;
use super::executor::{Task, run_all};
use super::host::{Places, Shared, Signal, TestHost};
use super::tokens::{ADMIN, public_key};

/// The path of the management API.
pub const BASE: &str = "/project-management-service/v1";

/// The time at which a test begins.
pub const START: f64 = 1_800_000_000.0;

/// Where the gateway is reached.
pub const PUBLIC_URL: &str = "https://gateway.example.com";

/// What seals.
pub const SEALING_KEY: &str = "c2VhbGluZy1rZXktb2YtYWxsLXRoZS10ZXN0cy0wMDE";

/// What seals the keys of assertions.
pub const EDGE_SEALING_KEY: &str = "ZWRnZS1zZWFsaW5nLWtleS1vZi10aGUtdGVzdHMtMDE";

/// One node: its control plane and its host.
#[derive(Clone)]
pub struct Node {
    pub host: Arc<TestHost>,
    pub plane: Arc<ControlPlane<Signal>>,
}

/// Nodes that share a store, a replica and a network.
pub struct World {
    pub shared: Arc<Shared>,
    pub nodes: Vec<Node>,
    pub seed: u64,
}

impl World {
    /// One node, with the variables' defaults.
    pub fn new() -> Self {
        Self::with(1, &json!({}))
    }

    /// Several nodes, and variables.
    pub fn with(nodes: usize, variables: &Value) -> Self {
        let shared = Arc::new(Shared::default());
        *shared.time.lock().unwrap() = START;
        *shared.network.keys.lock().unwrap() = vec![public_key("ec256-1", "ec256-1")];
        let nodes = (0..nodes).map(|_| Node::new(&shared, nodes == 1, variables)).collect();
        Self { shared, nodes, seed: 1 }
    }

    /// Starts all nodes anew, with other variables. What they remembered is lost.
    pub fn restart(&mut self, variables: &Value) {
        let count = self.nodes.len();
        self.nodes = (0..count).map(|_| Node::new(&self.shared, count == 1, variables)).collect();
    }

    pub fn now(&self) -> f64 {
        *self.shared.time.lock().unwrap()
    }

    /// Lets time pass, and does what is due meanwhile.
    pub fn pass(&self, seconds: f64) {
        *self.shared.time.lock().unwrap() += seconds;
        self.settle();
    }

    /// Does what is due, and what that makes due at once.
    pub fn settle(&self) {
        for _ in 0..10 {
            for key in self.shared.store.due(self.now()) {
                let Node { host, plane } = self.nodes[0].clone();
                let _retried = self.run(vec![Box::pin(async move {
                    if plane.wake(&*host, &key).await.is_err() {
                        let store = &host.shared.store;
                        store.is_down.store(false, Ordering::Relaxed);
                        store.wake_after(&key, f64::INFINITY).await.unwrap();
                    }
                })]);
            }
        }
    }

    /// Runs futures with the background work of all nodes. If all of them wait, time passes.
    pub fn run<T>(&self, tasks: Vec<Task<'_, T>>) -> Vec<T> {
        let nodes = self.nodes.clone();
        run_all(self.seed, tasks, move || {
            let jobs = |node: &Node| {
                let jobs: Vec<_> = node.host.jobs.lock().unwrap().drain(..).collect();
                jobs.into_iter().map(|job| node.clone().work(job)).collect::<Vec<_>>()
            };
            nodes.iter().flat_map(jobs).collect()
        })
    }

    /// Sends requests at once, each to a node in turn.
    pub fn send_all(&self, requests: Vec<(Request, Option<Vec<u8>>)>) -> Vec<Response> {
        let tasks = requests.into_iter().zip(self.nodes.iter().cycle()).map(|((request, body), node)| {
            let Node { host, plane } = node.clone();
            let task: Task<'_, Response> =
                Box::pin(async move { plane.handle(&*host, &request, body).await });
            task
        });
        self.run(tasks.collect())
    }

    /// A request to the management API.
    pub fn request(&self, method: &str, target: &str, authorization: Option<&str>) -> Request {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let authorization = authorization.map(|value| ("authorization".to_owned(), value.to_owned()));
        Request {
            method: method.to_owned(),
            path: format!("{BASE}{path}"),
            query: query.to_owned(),
            headers: authorization.into_iter().collect(),
            address: Some("203.0.113.7".to_owned()),
            id: self.nodes[0].host.new_id(),
            received: self.nodes[0].now(),
        }
    }

    /// Sends an administrator's request.
    pub fn admin(&self, method: &str, target: &str, body: Option<&Value>) -> Response {
        self.send_all(vec![self.json(method, target, &format!("Bearer {ADMIN}"), body)]).remove(0)
    }

    /// A request with a JSON body.
    pub fn json(
        &self,
        method: &str,
        target: &str,
        authorization: &str,
        body: Option<&Value>,
    ) -> (Request, Option<Vec<u8>>) {
        let mut request = self.request(method, target, Some(authorization));
        if body.is_some() {
            request.headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        (request, body.map(|body| body.to_string().into_bytes()))
    }

    /// A token of the gateway's own issuer, as a service account with these roles gets it.
    pub fn account_token(&self, client: &str, roles: &[String]) -> String {
        let (Node { host, plane }, now) = (self.nodes[0].clone(), self.now());
        let (project, _) = client.split_once('/').unwrap();
        let roles: Vec<_> = roles.iter().map(|role| format!("{project}.{role}")).collect();
        let claims = json!({
            "iss": format!("{PUBLIC_URL}/auth"), "sub": client, "client_id": client, "azp": client, "aud": PUBLIC_URL,
            "iat": now, "exp": now + 600.0, "jti": host.new_id(), "roles": roles,
        });
        let task: Task<'_, String> =
            Box::pin(async move { plane.sign(&*host, "at+jwt", &claims).await.unwrap() });
        self.run(vec![task]).remove(0)
    }

    /// The status or code of a request to an origin, as one node decides it.
    pub fn decide(&self, path: &str, tokens: &[String]) -> Vec<String> {
        let decide = |token: &String| {
            let (Node { host, plane }, authorization) = (self.nodes[0].clone(), format!("Bearer {token}"));
            let path = path.to_owned();
            let task: Task<'_, String> = Box::pin(async move {
                let Ok(routes) = plane.data().routes(&*host).await else { return "config".to_owned() };
                let request = OriginRequest {
                    method: "GET",
                    path: &path,
                    authorization: Some(&authorization),
                    session: None,
                    origin: None,
                    asks_for_method: false,
                };
                let now = service::host::Clock::now(&*host);
                let decision = plane.data().decide(&*host, &routes, &request, now).await;
                plane.data().remember(&decision);
                match &decision.verdict {
                    Verdict::Permit(_) | Verdict::Preflight => "permit".to_owned(),
                    Verdict::Deny(denial) => denial.code.as_str().to_owned(),
                }
            });
            task
        };
        self.run(tokens.iter().map(decide).collect())
    }

    /// The events of the log lines so far.
    pub fn events(&self) -> Vec<String> {
        let lines = self.shared.lines.lock().unwrap();
        let event = |line: &String| {
            serde_json::from_str::<Value>(line).unwrap()["event"].as_str().unwrap().to_owned()
        };
        lines.iter().map(event).collect()
    }
}

impl Node {
    fn new(shared: &Arc<Shared>, is_exclusive: bool, variables: &Value) -> Self {
        let (jobs, places, plane) = (Mutex::default(), Places::default(), OnceLock::new());
        let host = Arc::new(TestHost {
            shared: shared.clone(),
            plane,
            jobs,
            places,
            kept: KeptKeys::default(),
            is_exclusive,
        });
        let variable = |name: &str| variables.get(name)?.as_str().map(str::to_owned);
        let defaults = json!({
            "PUBLIC_URL": PUBLIC_URL, "SEALING_KEY": SEALING_KEY, "EDGE_SEALING_KEY": EDGE_SEALING_KEY,
        });
        let accounts =
            |name: &str| variable(name).or_else(|| defaults.get(name)?.as_str().map(str::to_owned));
        let settings = Settings::read(accounts).unwrap();
        let issuer_settings = IssuerSettings::read(accounts, &*host as &TestHost);
        let secret = |name: &str| (name == "ADMIN_TOKEN").then(|| ADMIN.to_owned());
        let admins = AdminTokens::read(secret, &*host as &TestHost);
        let plane = Arc::new(ControlPlane::new(Arc::new(DataPlane::new(settings)), admins, issuer_settings));
        let _first = host.plane.set(Arc::downgrade(&plane));
        Self { host, plane }
    }

    fn now(&self) -> edge_authorizer::NumericDate {
        service::host::Clock::now(&*self.host)
    }

    fn work<'t>(self, job: service::host::Job<Signal>) -> Task<'t, ()> {
        Box::pin(async move { self.plane.data().run(&*self.host, job).await })
    }
}

/// A project's key.
pub fn project_key(id: &str) -> Key {
    Key::Project(id.try_into().unwrap())
}

/// The body of an answer.
pub fn body(response: &Response) -> Value {
    response.body.as_deref().map_or(Value::Null, |body| serde_json::from_str(body).unwrap())
}

/// The log of a host, for what is only written there.
pub fn log(host: &impl LogSink, line: &str) {
    host.info(line);
}
