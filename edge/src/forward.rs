//! Sending a permitted request on to its origin. Only a [`Permit`] opens this way.
//!
//! The path that was decided on is the path that is sent; bodies stream; redirects are the client's to follow.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Weak};

use cloudflare::answer::{Answer, Refusal, lines};
use cloudflare::edge::{Arrival, Edge, Incoming};
use cloudflare::log;
use edge_authorizer::{
    CachedToken, Decision, Denial, ErrorCode, Identity, Method, Origin, Permit, ProjectId, Route, Target,
    header_rules,
};
use edge_authorizer::{FairCache, Owner};
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use web_sys::Response;

#[wasm_bindgen(module = "/src/grant.js")]
extern "C" {
    /// A permit as the platform uses it.
    type Grant;

    #[wasm_bindgen(static_method_of = Grant)]
    fn learn(passing_names: &JsValue, connection_options: &JsValue, is_host: &JsValue, problem: &JsValue);

    #[wasm_bindgen(constructor)]
    fn new(
        origin: &str,
        timeout_ms: u32,
        forwards_token: bool,
        secret: &str,
        headers: &str,
        cors: Option<&str>,
        log: &str,
        is_known: bool,
    ) -> Grant;

    #[wasm_bindgen(method, catch)]
    fn forward(
        this: &Grant,
        arrival: &Arrival,
        start: usize,
        end: usize,
        began: f64,
    ) -> Result<Promise, JsValue>;
}

/// Teaches the platform's part the rules that are the core's. Once an isolate.
pub fn learn() {
    let passing_names = Closure::<dyn Fn(String) -> String>::new(|names: String| {
        let passing: Vec<_> =
            names.split('\n').map(|name| header_rules::passing_name(name).unwrap_or_default()).collect();
        passing.join("\n")
    });
    let connection_options = Closure::<dyn Fn(String) -> Option<String>>::new(|value: String| {
        header_rules::connection_options(&value).map(|options| options.join("\n"))
    });
    let is_host = Closure::<dyn Fn(String) -> bool>::new(|text: String| header_rules::is_host(&text));
    let problem = Closure::<dyn Fn(String, String, Option<String>) -> Result<Response, JsValue>>::new(
        |code: String, id: String, reason: Option<String>| {
            let codes = [ErrorCode::OriginUnreachable, ErrorCode::OriginTimeout];
            let code = codes.into_iter().find(|known| known.as_str() == code);
            let code = code.unwrap_or(ErrorCode::RequestInvalid);
            Answer::detailed_problem(&Denial { code, realm: None }, &id, None, reason.as_deref()).respond()
        },
    );
    Grant::learn(
        &passing_names.into_js_value(),
        &connection_options.into_js_value(),
        &is_host.into_js_value(),
        &problem.into_js_value(),
    );
}

/// Sends the request to the origin of its route; the promise is for the answer as it is.
pub fn forward(
    edge: &Edge,
    decision: &Decision,
    permit: &Permit,
    incoming: &Incoming,
    target: &Target<'_>,
) -> Result<Promise, Refusal> {
    if let Some(reason) = target.fault() {
        return Err(Refusal { code: ErrorCode::RequestInvalid, reason: Some(reason) });
    }
    let (start, end) = range_of(target);
    let began = incoming.began.as_seconds() * 1000.0;
    let through = |grant: &Grant| grant.forward(&incoming.arrival, start, end, began);
    let place = decision.cached_token.as_deref().filter(|_| decision.cors.is_none());
    let place = place.and_then(|known| Place::of(known, decision, permit, &incoming.method));
    let sent = match place {
        Some(place) => through(&*place.get_or_prepare(|| prepare(edge, decision, permit, true))?),
        // Many tokens come once: an object for each that stays would be the collector's burden.
        None => through(&prepare(edge, decision, permit, false)?.0),
    };
    sent.map_err(|_| ErrorCode::OriginUnreachable.into())
}

/// What prepared requests may hold in memory, in bytes.
const MAX_PREPARED: usize = 8 * 1024 * 1024;

/// What one holds beside its texts, in bytes.
const PREPARED_BYTES: usize = 1024;

thread_local! {
    /// What is the same for every request with the same token, route and method, owned by its project.
    static PREPARED: RefCell<FairCache<Key, Prepared>> = RefCell::new(FairCache::new(MAX_PREPARED));
}

/// A token by its number, a route by its address, a method.
type Key = (u64, usize, Method);

struct Prepared {
    grant: Rc<Grant>,
    /// Keeps the address from being another route's, and nothing that the route holds.
    _route: Weak<Route>,
}

/// Where a prepared request is kept.
struct Place<'d> {
    project: &'d ProjectId,
    key: Key,
    route: &'d Arc<Route>,
}

impl<'d> Place<'d> {
    fn of(known: &CachedToken, decision: &'d Decision, permit: &'d Permit, method: &str) -> Option<Self> {
        let route = permit.route();
        let key = (known.number()?, Arc::as_ptr(route).addr(), Method::try_from(method).ok()?);
        Some(Self { project: decision.project.as_ref()?, key, route })
    }

    fn get_or_prepare(
        &self,
        prepare: impl FnOnce() -> Result<(Grant, usize), ErrorCode>,
    ) -> Result<Rc<Grant>, ErrorCode> {
        let kept = PREPARED
            .with_borrow_mut(|prepared| prepared.get(&self.key).map(|(_, prepared)| prepared.grant.clone()));
        if let Some(grant) = kept {
            return Ok(grant);
        }
        let (grant, bytes) = prepare()?;
        let grant = Rc::new(grant);
        let prepared = Prepared { grant: grant.clone(), _route: Arc::downgrade(self.route) };
        let owner = Owner::Project(self.project.clone());
        PREPARED.with_borrow_mut(|all| all.put(self.key, owner, prepared, bytes));
        Ok(grant)
    }
}

/// A permit as the platform uses it, and what it holds in memory, in bytes.
fn prepare(
    edge: &Edge,
    decision: &Decision,
    permit: &Permit,
    is_known: bool,
) -> Result<(Grant, usize), ErrorCode> {
    let route = permit.route();
    let secret = secret(edge, &route.origin).map_err(|reason| {
        log::warning("not_forwarded", &route.template, reason);
        ErrorCode::ConfigUnavailable
    })?;
    let secret_name = secret.as_ref().map(|(name, _)| header_rules::fold(name)).unwrap_or_default();
    let identity = permit.identity().into_iter().flat_map(Identity::headers);
    let headers = identity.map(|(name, value)| (name.to_ascii_lowercase(), value)).chain(secret);
    let headers = lines(&headers.collect::<Vec<_>>());
    let cors = decision.cors.as_deref().map(lines);
    let log = log::beginning(decision);
    let grant = Grant::new(
        route.origin.url.as_str(),
        route.origin.timeout_ms,
        route.forward_token,
        &secret_name,
        &headers,
        cors.as_deref(),
        &log,
        is_known,
    );
    // The headers are there as one text and taken apart.
    Ok((grant, PREPARED_BYTES + 2 * headers.len() + log.len()))
}

/// Where path and query stand in the URL, as JavaScript counts.
fn range_of(target: &Target<'_>) -> (usize, usize) {
    let count = |text: &str| if text.is_ascii() { text.len() } else { text.encode_utf16().count() };
    let authority = target.authority.map_or(0, count);
    let start = target.scheme.map_or(0, |scheme| count(scheme) + "://".len() + authority);
    (start, start + count(target.path) + count(target.query))
}

/// The header by which the origin knows that the edge sent a request: its name and value.
fn secret(edge: &Edge, origin: &Origin) -> Result<Option<(String, String)>, String> {
    let Some(header) = &origin.secret_header else { return Ok(None) };
    let binding = header.secret.as_str();
    let value = edge.env.text(binding).ok_or_else(|| format!("the secret binding `{binding}` is missing"))?;
    if !header_rules::is_value(&value) {
        return Err(format!("the secret `{binding}` is no header value"));
    }
    Ok(Some((header.name.as_str().to_ascii_lowercase(), value)))
}
