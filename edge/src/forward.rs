//! Sending a permitted request on to its origin. Only a [`Permit`] opens this way.
//!
//! The path that was decided on is the path that is sent; bodies stream; redirects are the client's to follow.

use std::cell::OnceCell;
use std::rc::Rc;

use edge_authorizer::{Code, Decision, Denial, Identity, Method, Origin, Permit, Target, headers};
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use web_sys::Response;

use crate::answer::{Answer, lines};
use crate::edge::{Arrival, Edge, Incoming};
use crate::log;

#[wasm_bindgen(module = "/src/grant.js")]
extern "C" {
    /// A permit as the platform uses it.
    type Grant;

    #[wasm_bindgen(static_method_of = Grant)]
    fn learn(drops_header: &JsValue, is_host: &JsValue, problem: &JsValue);

    #[wasm_bindgen(constructor)]
    fn new(
        origin: &str,
        timeout_ms: u32,
        forwards_token: bool,
        secret: &str,
        headers: &str,
        cors: Option<&str>,
        log: &str,
    ) -> Grant;

    #[wasm_bindgen(method, setter, js_name = isKnown)]
    fn set_is_known(this: &Grant, is_known: bool);

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
    let drops_header = Closure::<dyn Fn(String, String, String) -> bool>::new(
        |name: String, connection: String, secret: String| {
            headers::is_dropped(&name, &connection) || (!secret.is_empty() && headers::fold(&name) == secret)
        },
    );
    let is_host = Closure::<dyn Fn(String) -> bool>::new(|text: String| headers::is_host(&text));
    let problem =
        Closure::<dyn Fn(String, String) -> Result<Response, JsValue>>::new(|code: String, id: String| {
            let codes = [Code::OriginUnreachable, Code::OriginTimeout];
            let code = codes.into_iter().find(|known| known.as_str() == code);
            let code = code.unwrap_or(Code::RequestInvalid);
            Answer::problem(&Denial { code, realm: None }, &id).respond()
        });
    Grant::learn(&drops_header.into_js_value(), &is_host.into_js_value(), &problem.into_js_value());
}

/// Sends the request to the origin of its route; the promise is for the answer as it is.
pub fn forward(
    edge: &Edge,
    decision: &Decision,
    permit: &Permit,
    incoming: &Incoming,
    target: &Target<'_>,
) -> Result<Promise, Code> {
    let known = decision.known.as_ref().filter(|_| decision.cors.is_none());
    let prepare = || Prepared::new(edge, decision, permit);
    let prepared = match (known, Method::try_from(&*incoming.method)) {
        (Some(known), Ok(method)) => known.outcome(permit.route(), method, prepare),
        _ => Rc::new(prepare()),
    };
    let prepared = prepared.as_ref().as_ref().map_err(|code| *code)?;
    let (start, end) = range_of(target);
    let began = incoming.began.as_seconds() * 1000.0;
    let through = |grant: &Grant| grant.forward(&incoming.arrival, start, end, began);
    // Many tokens come once: an object for each that stays would be the collector's burden.
    let is_known = known.is_some_and(|known| known.is_kept());
    let sent = if is_known { through(prepared.shared(permit)) } else { through(&prepared.grant(permit)) };
    sent.map_err(|_| Code::OriginUnreachable)
}

/// Where path and query stand in the URL, as JavaScript counts.
fn range_of(target: &Target<'_>) -> (usize, usize) {
    let count = |text: &str| if text.is_ascii() { text.len() } else { text.encode_utf16().count() };
    let authority = target.authority.map_or(0, count);
    let start = target.scheme.map_or(0, |scheme| count(scheme) + "://".len() + authority);
    (start, start + count(target.path) + count(target.query))
}

/// What is the same for every request with the same token, route and method.
struct Prepared {
    secret_name: String,
    headers: String,
    cors: Option<String>,
    log: String,
    shared: OnceCell<Grant>,
}

impl Prepared {
    fn new(edge: &Edge, decision: &Decision, permit: &Permit) -> Result<Self, Code> {
        let route = permit.route();
        let secret = secret(edge, &route.origin).map_err(|reason| {
            log::warning("not_forwarded", &route.template, reason);
            Code::ConfigUnavailable
        })?;
        let secret_name = secret.as_ref().map(|(name, _)| headers::fold(name)).unwrap_or_default();
        let identity = permit.identity().into_iter().flat_map(Identity::headers);
        let headers = identity.map(|(name, value)| (name.to_ascii_lowercase(), value)).chain(secret);
        let headers = lines(&headers.collect::<Vec<_>>());
        let cors = decision.cors.as_deref().map(lines);
        Ok(Self { secret_name, headers, cors, log: log::beginning(decision), shared: OnceCell::new() })
    }

    fn shared(&self, permit: &Permit) -> &Grant {
        self.shared.get_or_init(|| {
            let grant = self.grant(permit);
            grant.set_is_known(true);
            grant
        })
    }

    fn grant(&self, permit: &Permit) -> Grant {
        let route = permit.route();
        Grant::new(
            route.origin.url.as_str(),
            route.origin.timeout_ms,
            route.forward_token,
            &self.secret_name,
            &self.headers,
            self.cors.as_deref(),
            &self.log,
        )
    }
}

/// The header by which the origin knows that the edge sent a request: its name and value.
fn secret(edge: &Edge, origin: &Origin) -> Result<Option<(String, String)>, String> {
    let Some(header) = &origin.secret_header else { return Ok(None) };
    let binding = header.secret.as_str();
    let value = edge.env.secret(binding).map_err(|_| format!("the secret binding `{binding}` is missing"))?;
    let value = value.to_string();
    if !headers::is_value(&value) {
        return Err(format!("the secret `{binding}` is no header value"));
    }
    Ok(Some((header.name.as_str().to_ascii_lowercase(), value)))
}
