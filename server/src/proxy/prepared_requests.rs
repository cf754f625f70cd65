//! Prepared requests, kept by token, route and method.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::sync::{Arc, Weak};

use edge_authorizer::{Decision, FairCache, Method, Owner, Permit, ProjectId, Route};
use service::NotForwarded;

use super::prepared_request::PreparedRequest;

/// What they may hold in memory, in bytes, of each thread.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// What one holds beside its texts, in bytes.
const OWN_BYTES: usize = 1024;

/// A token by its number, a route by its address, a method.
type Key = (u64, usize, Method);

/// The prepared requests of a thread, each owned by its project.
pub struct PreparedRequests(RefCell<FairCache<Key, Kept>>);

struct Kept {
    request: Rc<PreparedRequest>,
    /// Keeps the address from being another route's, and nothing that the route holds.
    _route: Weak<Route>,
}

impl Default for PreparedRequests {
    fn default() -> Self {
        Self(RefCell::new(FairCache::new(MAX_BYTES)))
    }
}

impl fmt::Debug for PreparedRequests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PreparedRequests")
    }
}

/// Where a prepared request is kept.
struct Place<'d> {
    project: &'d ProjectId,
    key: Key,
    route: &'d Arc<Route>,
}

impl<'d> Place<'d> {
    /// That of a request with a token that was seen before; `None` for a method that is not one of the usual, and where the answer
    /// depends on more than the token.
    fn of(decision: &'d Decision, permit: &'d Permit, method: &str) -> Option<Self> {
        let token = decision.cached_token.as_deref().filter(|_| decision.cors.is_none())?;
        let route = permit.route();
        let key = (token.number()?, Arc::as_ptr(route).addr(), Method::try_from(method).ok()?);
        Some(Self { project: decision.project.as_ref()?, key, route })
    }
}

impl PreparedRequests {
    /// The request that is kept, or the one that `prepare` gives, which is told whether its token is known.
    pub fn get_or_prepare(
        &self,
        decision: &Decision,
        permit: &Permit,
        method: &str,
        prepare: impl FnOnce(bool) -> Result<PreparedRequest, NotForwarded>,
    ) -> Result<Rc<PreparedRequest>, NotForwarded> {
        let Some(place) = Place::of(decision, permit, method) else {
            return prepare(decision.is_known()).map(Rc::new);
        };
        let kept = self.0.borrow_mut().get(&place.key).map(|(_, kept)| kept.request.clone());
        if let Some(request) = kept {
            return Ok(request);
        }
        let request = Rc::new(prepare(true)?);
        let kept = Kept { request: request.clone(), _route: Arc::downgrade(place.route) };
        let bytes = OWN_BYTES + request.bytes();
        self.0.borrow_mut().put(place.key, Owner::Project(place.project.clone()), kept, bytes);
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Weak as RcWeak;
    use std::time::Duration;

    use base64ct::{Base64UrlUnpadded, Encoding};
    use edge_authorizer::{
        Clock, KeyOutcome, KeySet, NumericDate, Request, Routes, Snapshot, Step, TokenCache, Verdict,
        authorize,
    };
    use serde_json::{Value, json};

    use super::super::origin_headers::HeaderRules;
    use super::super::origins::Origins;
    use super::*;

    const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

    /// What decisions depend on; every signature is good.
    struct World {
        routes: Routes,
        snapshot: Arc<Snapshot>,
        keys: Arc<KeySet>,
        tokens: TokenCache,
        origins: Origins,
        prepared: PreparedRequests,
    }

    impl World {
        fn new() -> Self {
            let route = |path: &str| json!({"path": path, "origin": "o", "access": {"*": ["access"]}});
            let routes = json!({
                "origins": {"o": {"url": "http://o"}},
                "routes": [route("/a/{project}"), route("/b/{project}")],
            });
            let entry = json!({
                "id": "idp", "iss": "https://issuer.example", "label": {"en": "x"}, "idClaim": "sub",
                "roleDetection": "DEFINED", "definedRoles": ["access"],
            });
            let keys: Value = serde_json::from_str(include_str!("../../../tests/keys.json")).unwrap();
            let snapshot = Snapshot::parse(&json!({"version": 1, "idps": [entry]})).unwrap();
            Self {
                routes: Routes::parse(&routes).unwrap(),
                snapshot: Arc::new(snapshot),
                keys: Arc::new(KeySet::parse(&json!({"keys": [keys["ec256-1"]["jwk"]]})).unwrap()),
                tokens: TokenCache::default(),
                origins: Origins::new(crate::trust::client_config().unwrap(), 1),
                prepared: PreparedRequests::default(),
            }
        }

        /// The request of a person as it is prepared.
        fn ask(&mut self, person: &str, path: &str, method: &str) -> Rc<PreparedRequest> {
            let encode = |part: Value| Base64UrlUnpadded::encode_string(part.to_string().as_bytes());
            let header = encode(json!({"alg": "ES256", "kid": "ec256-1"}));
            let claims = json!({"iss": "https://issuer.example", "sub": person, "iat": 1_000, "exp": 2_000});
            let authorization = format!("Bearer {header}.{}.{}", encode(claims), "A".repeat(86));
            let authorization = Some(&*authorization);
            let request =
                Request { method, path, authorization, session: None, origin: None, asks_for_method: false };
            let clock = Clock { now: NumericDate::from_seconds(1_000.0), skew: 30.0 };
            let mut step = authorize(&self.routes, &request, clock, &mut self.tokens).without_sessions(clock);
            let decision = loop {
                step = match step {
                    Step::Decided(decision) => break decision,
                    Step::NeedProject(need) => need.resume(Ok(Some(self.snapshot.clone()))),
                    Step::NeedKeys(need) => need.resume(Ok(self.keys.clone())),
                    Step::NeedCheck(need) => need.resume(KeyOutcome::Verified),
                };
            };
            self.tokens.insert(decision.cached_token.as_ref().unwrap());
            let Verdict::Permit(permit) = &decision.verdict else { panic!("{decision:?}") };
            let prepare = |is_known| {
                let origin = self.origins.get(&permit.route().origin.url).unwrap();
                let (rules, timeout) = (HeaderRules::default(), Duration::ZERO);
                Ok(PreparedRequest { origin, timeout, rules, cors: None, log: String::new(), is_known })
            };
            self.prepared.get_or_prepare(&decision, permit, method, prepare).unwrap()
        }

        /// All requests of so many people in a project.
        fn ask_all(&mut self, project: &str, people: u32) -> Vec<RcWeak<PreparedRequest>> {
            let mut asked = Vec::new();
            for person in 0..people {
                for path in ["/a/", "/b/"] {
                    for method in METHODS {
                        let request = self.ask(&person.to_string(), &[path, project].concat(), method);
                        asked.push(Rc::downgrade(&request));
                    }
                }
            }
            asked
        }
    }

    fn kept(asked: &[RcWeak<PreparedRequest>]) -> usize {
        asked.iter().filter(|request| request.strong_count() > 0).count()
    }

    #[test]
    fn what_is_kept_of_tokens_routes_and_methods_has_a_bound() {
        let mut world = World::new();
        for _ in 0..2 {
            world.ask_all("small", 10);
        }
        let small = world.ask_all("small", 10);
        let large = world.ask_all("large", 1000);
        assert_eq!(kept(&small), small.len(), "another project has its share");
        let most = MAX_BYTES / OWN_BYTES;
        assert!(large.len() > most && (most / 2..most).contains(&kept(&large)), "{}", kept(&large));
        world.ask("0", "/a/large", "GET");
    }
}
