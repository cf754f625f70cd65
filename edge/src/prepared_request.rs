//! What is the same for every request with the same token, route and method, prepared once.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Weak};

use edge_authorizer::{CachedToken, Decision, FairCache, Method, Owner, Permit, ProjectId, Route};
use js_sys::Promise;
use service::NotForwarded;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::incoming::Arrival;

#[wasm_bindgen(module = "/src/prepared_request.js")]
extern "C" {
    /// A permit as JavaScript uses it.
    pub type PreparedRequest;

    /// Teaches it the rules.
    #[wasm_bindgen(static_method_of = PreparedRequest)]
    pub fn learn(
        passing_names: &JsValue,
        connection_options: &JsValue,
        is_host: &JsValue,
        problem: &JsValue,
        max_headers: usize,
    );

    /// Prepares a request.
    #[wasm_bindgen(constructor)]
    pub fn new(
        origin: &str,
        timeout_ms: u32,
        forwards_token: bool,
        secret: &str,
        added: &str,
        cors: Option<&str>,
        log: &str,
        is_known: bool,
    ) -> PreparedRequest;

    /// Sends a request.
    #[wasm_bindgen(method, catch)]
    pub fn forward(
        this: &PreparedRequest,
        arrival: &Arrival,
        start: usize,
        end: usize,
        began: f64,
        assertion: Option<&str>,
    ) -> Result<Promise, JsValue>;
}

/// What prepared requests may hold in memory, in bytes.
const MAX_PREPARED_BYTES: usize = 8 * 1024 * 1024;

/// What one holds beside its texts, in bytes.
const PREPARED_BYTES: usize = 1024;

thread_local! {
    /// Prepared requests, each owned by its project.
    static PREPARED: RefCell<FairCache<Key, Prepared>> = RefCell::new(FairCache::new(MAX_PREPARED_BYTES));
}

/// A token by its number, a route by its address, a method.
type Key = (u64, usize, Method);

struct Prepared {
    request: Rc<PreparedRequest>,
    /// Keeps the address from being another route's, and nothing that the route holds.
    _route: Weak<Route>,
}

/// Where a prepared request is kept.
pub struct RequestKey<'d> {
    project: &'d ProjectId,
    key: Key,
    route: &'d Arc<Route>,
}

impl<'d> RequestKey<'d> {
    /// The key of a request with a token that was seen before; `None` for a method that is not one of the usual.
    pub fn of(token: &CachedToken, decision: &'d Decision, permit: &'d Permit, method: &str) -> Option<Self> {
        let route = permit.route();
        let key = (token.number()?, Arc::as_ptr(route).addr(), Method::try_from(method).ok()?);
        Some(Self { project: decision.project.as_ref()?, key, route })
    }

    /// The request that is kept, or the one that `prepare` gives with the bytes of its texts.
    pub fn get_or_prepare(
        &self,
        prepare: impl FnOnce() -> Result<(PreparedRequest, usize), NotForwarded>,
    ) -> Result<Rc<PreparedRequest>, NotForwarded> {
        let kept = PREPARED.with_borrow_mut(|all| all.get(&self.key).map(|(_, kept)| kept.request.clone()));
        if let Some(request) = kept {
            return Ok(request);
        }
        let (request, bytes) = prepare()?;
        let request = Rc::new(request);
        let prepared = Prepared { request: request.clone(), _route: Arc::downgrade(self.route) };
        let owner = Owner::Project(self.project.clone());
        PREPARED.with_borrow_mut(|all| all.put(self.key, owner, prepared, PREPARED_BYTES + bytes));
        Ok(request)
    }
}
