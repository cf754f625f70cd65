//! One request, from its head to the head of its answer.

use std::borrow::Cow;
use std::sync::Arc;

use edge_authorizer::users::{BrowserHeaders, PresentedSession};
use edge_authorizer::{Decision, Denial, ErrorCode, OwnPath, Permit, Request as Asked, Unavailable, Verdict};
use http::header::{ACCEPT, ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, CONNECTION, ORIGIN, UPGRADE};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use hyper::body::Incoming;
use service::NotForwarded;
use service::log::request_warning;

use super::answer::{Answer, own};
use super::answer_headers::CorsHeaders;
use super::client::Client;
use super::exchange::Exchange;
use super::forward::{Outgoing, forward, prepare};
use super::host::ProxyHost;
use super::own_paths::answer_own;
use super::prepared_request::cors_headers;
use super::request_head::{RequestHead, Unacceptable, screen};
use super::request_headers::joined;
use super::state::Proxy;

const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Answers a request. `target` is the one that was sent, if it cannot be that of `request`: its connection is not used any further.
pub async fn answer<H: ProxyHost>(
    proxy: &Proxy<H>,
    client: &Client,
    request: Request<Incoming>,
    target: Option<String>,
) -> Response<Answer> {
    let is_last = target.is_some();
    let mut answer = respond(proxy, client, request, target).await;
    if is_last {
        answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

async fn respond<H: ProxyHost>(
    proxy: &Proxy<H>,
    client: &Client,
    mut request: Request<Incoming>,
    target: Option<String>,
) -> Response<Answer> {
    let sender = client.sender(request.headers(), &proxy.trusted);
    let head = RequestHead::new(&request, sender.scheme).with_target(target);
    let exchange = Exchange::new(proxy, client, sender.address, head);
    if let Err(unacceptable) = screen(&request) {
        return exchange.turn_away(unacceptable);
    }
    if let Some(own) = OwnPath::of(exchange.head.target().path) {
        return answer_own(&exchange, own, request).await;
    }
    let decision = exchange.evaluate(request.headers()).await;
    let upgrade = request.headers().contains_key(UPGRADE).then(|| hyper::upgrade::on(&mut request));
    let (parts, body) = request.into_parts();
    let navigates = decision.login_redirect.is_some() && exchange.is_navigation(&parts.headers);
    let outgoing = Outgoing { headers: parts.headers, body, upgrade };
    let answer = exchange.act(&decision, outgoing).await;
    let answer = answer.unwrap_or_else(|refusal| exchange.refuse(&decision, &refusal, navigates));
    proxy.host.plane().remember(&decision);
    answer
}

impl<H: ProxyHost> Exchange<'_, H> {
    pub(super) async fn evaluate(&self, headers: &HeaderMap) -> Decision {
        let (host, plane) = (&self.proxy.host, self.proxy.host.plane());
        let Ok(routes) = plane.routes(host).await else { return Decision::without_configuration() };
        let target = self.head.target();
        let authorization = joined(headers, &AUTHORIZATION, ", ");
        let takes_session = routes.has_sessions() && authorization.is_none();
        let header = |name: &str| {
            let separator = if name == "cookie" { "; " } else { ", " };
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            joined(headers, &name, separator).map(Cow::into_owned)
        };
        let read = || PresentedSession::read(self.head.method.as_str(), &target, &header);
        let session = takes_session.then(read).flatten();
        let origin = if routes.has_cors() { joined(headers, &ORIGIN, ", ") } else { None };
        let request = Asked {
            method: self.head.method.as_str(),
            path: target.path,
            authorization: authorization.as_deref(),
            session: session.as_ref(),
            origin: origin.as_deref(),
            asks_for_method: origin.is_some() && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD),
        };
        plane.decide(host, &routes, &request, self.received).await
    }

    /// Whether a person opens a page by it.
    pub(super) fn is_navigation(&self, headers: &HeaderMap) -> bool {
        let [mode, site, accept] =
            [&FETCH_MODE, &FETCH_SITE, &ACCEPT].map(|name| joined(headers, name, ", "));
        let (fetch_mode, fetch_site, accept) = (mode.as_deref(), site.as_deref(), accept.as_deref());
        let browser = BrowserHeaders { fetch_mode, fetch_site, accept, origin: None };
        browser.is_navigation(self.head.method.as_str())
    }

    /// Does what was decided: the answer, or why there is none.
    async fn act(&self, decision: &Decision, outgoing: Outgoing) -> Result<Response<Answer>, NotForwarded> {
        let Some(permit) = self.permit(decision)? else { return Ok(self.answer_preflight(decision)) };
        let assertion = self.assertion(decision).await?;
        let prepared = prepare(self.proxy, decision, permit, self.head.method.as_str())?;
        let answer = forward(self, &prepared, outgoing, assertion).await?;
        let status = Some(answer.status().as_u16());
        self.write_line((&prepared.log, prepared.is_known), None, status);
        Ok(answer)
    }

    /// The permit for a target that can be forwarded; `None` for a preflight.
    pub(super) fn permit<'d>(&self, decision: &'d Decision) -> Result<Option<&'d Permit>, NotForwarded> {
        let permit = match &decision.verdict {
            Verdict::Permit(permit) => permit,
            Verdict::Preflight => return Ok(None),
            Verdict::Deny(denial) => {
                return Err(NotForwarded { reason: decision.reason, ..denial.code.into() });
            }
        };
        match self.head.fault() {
            None => Ok(Some(permit)),
            Some(reason) => Err(NotForwarded { reason: Some(reason), ..ErrorCode::RequestInvalid.into() }),
        }
    }

    /// The assertion that the origin gets, where its route has one.
    pub(super) async fn assertion(&self, decision: &Decision) -> Result<Option<Arc<str>>, NotForwarded> {
        match &decision.verdict {
            Verdict::Permit(permit) if permit.route().assertion.is_some() => {
                let host = &self.proxy.host;
                let signed = host.plane().assertion(host, permit).await;
                signed.map_err(|Unavailable| ErrorCode::ConfigUnavailable.into())
            }
            _ => Ok(None),
        }
    }

    pub(super) fn answer_preflight(&self, decision: &Decision) -> Response<Answer> {
        self.write_decision(decision, None);
        let response = service::http::Response::empty(204).with("x-request-id", &self.id);
        with_cors(own(response), decision)
    }

    pub(super) fn refuse(
        &self,
        decision: &Decision,
        refusal: &NotForwarded,
        navigates: bool,
    ) -> Response<Answer> {
        if let (Some(secret), Some(route)) = (&refusal.secret, &decision.route) {
            request_warning(&self.proxy.host, &self.id, "not_forwarded", &route.template, secret);
        }
        self.write_decision(decision, Some(refusal.code));
        let response = refusal.answer(decision, &self.head.target(), || navigates, &self.id);
        with_cors(own(response), decision)
    }

    /// Refuses a request before anything is decided, and the rest of what its connection brings.
    fn turn_away(&self, unacceptable: Unacceptable) -> Response<Answer> {
        let mut answer = self.refuse_undecided(unacceptable);
        answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        answer
    }

    /// Refuses a request before anything is decided.
    pub(super) fn refuse_undecided(&self, unacceptable: Unacceptable) -> Response<Answer> {
        let denial = Denial { code: unacceptable.code, realm: None };
        let decision = Decision {
            verdict: Verdict::Deny(denial),
            reason: unacceptable.reason,
            ..Decision::without_configuration()
        };
        let refusal = NotForwarded { reason: unacceptable.reason, ..unacceptable.code.into() };
        self.refuse(&decision, &refusal, false)
    }
}

fn with_cors(mut answer: Response<Answer>, decision: &Decision) -> Response<Answer> {
    let cors: CorsHeaders = decision.cors.as_ref().map(cors_headers).unwrap_or_default();
    for (name, value) in cors {
        answer.headers_mut().append(name, value);
    }
    answer
}
