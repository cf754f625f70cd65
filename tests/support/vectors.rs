//! The vectors of `tests/vectors/`: configuration, tokens, and the expected decisions.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use edge_authorizer::{
    Clock, Decision, Explanation, KeySet, NumericDate, ProjectId, Request, RequestPath, Routes, Snapshot,
    Step, TokenCache, Unavailable, authorize,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// A file: configuration, a token, and the expected decisions on requests with it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vectors {
    #[serde(rename = "about")]
    _about: String,
    now: f64,
    routes: Value,
    /// The entries of each project.
    pub projects: BTreeMap<String, Value>,
    /// The revocations of each project that has some.
    #[serde(default)]
    revocations: BTreeMap<String, Value>,
    keys: BTreeMap<String, Vec<Value>>,
    token: Token,
    /// The requests.
    pub cases: Vec<Case>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    alg: String,
    key: String,
    #[serde(default)]
    header: Value,
    claims: Value,
}

/// A request, by its differences: `claims` and `header` overwrite those of the file's token, and `null` removes one.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it is about.
    pub name: String,
    method: Option<String>,
    path: String,
    #[serde(default, deserialize_with = "present")]
    token: Option<Value>,
    authorization: Option<String>,
    #[serde(default)]
    claims: Value,
    #[serde(default)]
    sign: Sign,
    /// The expected decision.
    pub expect: Expect,
}

impl Case {
    /// The request's path.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The request's method.
    pub fn method(&self) -> &str {
        self.method.as_deref().unwrap_or("GET")
    }
}

/// How the token is signed, where that differs: another key, another algorithm, another `kid` (`null`: none).
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sign {
    alg: Option<String>,
    key: Option<String>,
    #[serde(default, deserialize_with = "present")]
    kid: Option<Value>,
    #[serde(default)]
    header: Value,
}

/// What happens to a request.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The status.
    pub status: u16,
    /// The code of a refusal.
    pub code: Option<String>,
    /// The entry that decides.
    pub idp: Option<String>,
    /// The caller.
    pub subject: Option<String>,
    /// The caller's roles.
    pub roles: Option<Vec<String>>,
    /// Steps of the trace, in their order.
    #[serde(default)]
    pub trace: Vec<Value>,
}

/// Tells `null` from absent.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// All files, by their names.
pub fn all() -> Vec<(String, Vectors)> {
    let entries = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors")).unwrap();
    let read = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().unwrap();
        let vectors = serde_json::from_slice(&fs::read(entry.path()).unwrap());
        (name.clone(), vectors.unwrap_or_else(|error| panic!("{name}: {error}")))
    };
    entries.map(|entry| read(entry.unwrap())).collect()
}

impl Vectors {
    /// When its requests are decided on.
    pub fn clock(&self) -> Clock {
        Clock { now: NumericDate::from_seconds(self.now), skew: 30.0 }
    }

    /// Decides on a request, by the core.
    pub fn decide(&self, case: &Case) -> Decision {
        let authorization = self.authorization(case);
        let request = Request {
            method: case.method(),
            path: &case.path,
            authorization: authorization.as_deref(),
            session: None,
            origin: None,
            asks_for_method: false,
        };
        let first = authorize(&self.parsed_routes(), &request, self.clock(), &mut TokenCache::default());
        let mut step = first.without_sessions(self.clock());
        loop {
            step = match step {
                Step::Decided(decision) => return decision,
                Step::NeedProject(need) => {
                    let document = self.snapshot(need.project());
                    let snapshot = document.map(|document| Snapshot::parse(&document).unwrap());
                    need.resume(Ok(snapshot.map(Arc::new)))
                }
                Step::NeedKeys(need) => {
                    let keys = self.keys.get(need.issuer().as_str()).map(|keys| key_set(keys));
                    need.resume(keys.ok_or(Unavailable))
                }
                Step::NeedCheck(need) => {
                    let outcome = super::check(&need.check());
                    need.resume(outcome)
                }
            }
        }
    }

    /// A project as it is published.
    pub fn snapshot(&self, project: &ProjectId) -> Option<Value> {
        let idps = self.projects.get(project.as_str())?;
        let revocations = self.revocations.get(project.as_str());
        Some(json!({ "version": 1, "idps": idps, "revocations": revocations }))
    }

    fn parsed_routes(&self) -> Routes {
        Routes::parse(&self.routes()).unwrap()
    }

    /// The routes document.
    pub fn routes(&self) -> Value {
        let origins = json!({ "insights": { "url": "http://127.0.0.1:9000" } });
        json!({ "origins": origins, "routes": self.routes })
    }

    /// The keys of a token's issuer, where the vectors have some.
    pub fn keys_for(&self, token: &str) -> Option<Vec<Value>> {
        let claims = token.split('.').nth(1).map(super::decode);
        let claims: Value = claims.and_then(|claims| serde_json::from_str(&claims).ok())?;
        self.keys.get(claims["iss"].as_str()?).map(|keys| named(keys))
    }

    /// The project that a request's path names, or one that does not exist.
    pub fn project_of(&self, case: &Case) -> ProjectId {
        let routes = self.parsed_routes();
        let path = RequestPath::try_from(&*case.path).ok();
        let route = path.as_ref().and_then(|path| routes.find(path).ok().flatten());
        let project = route.and_then(|route| ProjectId::try_from(route.project?).ok());
        project.unwrap_or_else(|| ProjectId::try_from("none").unwrap())
    }

    /// The token of a request, where it has one.
    pub fn token(&self, case: &Case) -> Option<String> {
        let authorization = self.authorization(case)?;
        authorization.strip_prefix("Bearer ").filter(|token| token.contains('.')).map(str::to_owned)
    }

    /// The value of a request's `Authorization` header, where it has one.
    pub fn authorization(&self, case: &Case) -> Option<String> {
        if case.authorization.is_some() || case.token == Some(Value::Null) {
            return case.authorization.clone();
        }
        let name = case.sign.key.as_ref().unwrap_or(&self.token.key);
        let algorithm = case.sign.alg.as_ref().unwrap_or(&self.token.alg);
        let kid = case.sign.kid.clone().unwrap_or_else(|| json!(name));
        let mut header = json!({ "alg": algorithm, "kid": kid, "typ": "JWT" });
        merge(&mut header, &self.token.header);
        merge(&mut header, &case.sign.header);
        let mut claims = self.token.claims.clone();
        merge(&mut claims, &case.claims);
        Some(format!("Bearer {}", super::keys()[name].sign(algorithm, &header, &claims)))
    }
}

/// An explanation as its readers get it.
pub fn explanation(decision: Decision) -> Value {
    serde_json::to_value(Explanation::from(decision)).unwrap()
}

/// Keys by their name in `tests/keys.json`, or written out.
fn named(keys: &[Value]) -> Vec<Value> {
    let pairs = super::keys();
    keys.iter().map(|key| key.as_str().map_or_else(|| key.clone(), |name| pairs[name].jwk.clone())).collect()
}

fn key_set(keys: &[Value]) -> Arc<KeySet> {
    Arc::new(KeySet::parse(&json!({ "keys": named(keys) })).unwrap())
}

fn merge(target: &mut Value, changes: &Value) {
    let target = target.as_object_mut().unwrap();
    for (name, value) in changes.as_object().into_iter().flatten() {
        target.insert(name.clone(), value.clone());
    }
    target.retain(|_, value| !value.is_null());
}
