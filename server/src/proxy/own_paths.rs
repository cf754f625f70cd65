//! The gateway's own paths.

use edge_authorizer::{Denial, ErrorCode, OwnPath, Unavailable};
use http::{Method, Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use service::http::{problem, problem_with, read_only};
use service::log;

use super::answer::{Answer, own};
use super::exchange::Exchange;
use super::host::ProxyHost;

/// Answers a request for one of the gateway's own paths.
pub async fn answer_own<H: ProxyHost>(
    exchange: &Exchange<'_, H>,
    own_path: OwnPath,
    request: Request<Incoming>,
) -> Response<Answer> {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    match own_path {
        OwnPath::Health | OwnPath::Readiness if !is_read => own(read_only(&exchange.id)),
        OwnPath::Health => own(service::http::Response::healthy()),
        OwnPath::Readiness => own(readiness(exchange).await),
        OwnPath::Asset | OwnPath::Management | OwnPath::Auth => hand_over(exchange, request).await,
    }
}

async fn readiness<H: ProxyHost>(exchange: &Exchange<'_, H>) -> service::http::Response {
    let host = &exchange.proxy.host;
    match host.plane().routes(host).await {
        Ok(_) => service::http::Response::healthy(),
        Err(Unavailable) => {
            problem(&Denial { code: ErrorCode::ConfigUnavailable, realm: None }, &exchange.id)
        }
    }
}

/// Has the control plane answer a request, unless its target cannot be forwarded.
async fn hand_over<H: ProxyHost>(exchange: &Exchange<'_, H>, request: Request<Incoming>) -> Response<Answer> {
    if let Some(reason) = exchange.head.fault() {
        let denial = Denial { code: ErrorCode::RequestInvalid, realm: None };
        let response = problem_with(&denial, &exchange.id, None, Some(reason));
        let host = &exchange.proxy.host;
        host.info(&log::management(&for_log(exchange), &response, host.now(), None));
        return own(response);
    }
    let (parts, body) = exchange.proxy.host.answer_own(request, exchange.address).await.into_parts();
    let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    Response::from_parts(parts, Answer::Own((!bytes.is_empty()).then_some(bytes)))
}

/// The request as its log line shows it.
fn for_log<H: ProxyHost>(exchange: &Exchange<'_, H>) -> service::http::Request {
    service::http::Request {
        method: exchange.head.method.to_string(),
        path: exchange.head.target().path.to_owned(),
        query: String::new(),
        headers: Vec::new(),
        address: Some(exchange.address.to_string()),
        id: exchange.id.clone(),
        received: exchange.received,
    }
}
