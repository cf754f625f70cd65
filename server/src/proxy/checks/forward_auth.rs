//! Checks by HTTP/1.1, as `auth_request` of nginx and `forward_auth` of Caddy and Traefik make them.

use edge_authorizer::ErrorCode;
use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;

use super::super::answer::Answer;
use super::super::client::Client;
use super::super::exchange::Exchange;
use super::super::host::ProxyHost;
use super::super::origin_headers::REQUEST_ID;
use super::super::request_head::{RequestHead, Unacceptable};
use super::super::state::Proxy;
use super::check::{Asker, Permitted, check};
use super::original_request::from_headers;

/// Whether a request may be forwarded.
const CHECK_PATH: &str = "/authz/forward";

/// What the client of a refused request gets, for nginx, which cannot pass on the answer to the check.
const REFUSAL_PATH: &str = "/authz/refusal";

const UNTRUSTED: &str = "only a proxy in `TRUSTED_PROXIES` may ask";

/// The headers of which a proxy replaces the client's by those of the answer.
const REPLACED: [HeaderName; 7] = [
    AUTHORIZATION,
    COOKIE,
    HeaderName::from_static("x-auth-assertion"),
    HeaderName::from_static("x-auth-idp"),
    HeaderName::from_static("x-auth-project"),
    HeaderName::from_static("x-auth-roles"),
    HeaderName::from_static("x-auth-subject"),
];

/// Answers a check.
pub async fn answer_check<H: ProxyHost>(
    proxy: &Proxy<H>,
    client: &Client,
    request: Request<Incoming>,
) -> Response<Answer> {
    let sender = client.sender(request.headers(), &proxy.trusted);
    let head = RequestHead::new(&request, sender.scheme);
    let own = Exchange::new(proxy, client, sender.address, head);
    let refuse = |unacceptable| own.refuse_undecided(unacceptable);
    let asker = match request.uri().path() {
        CHECK_PATH => Asker::Forwarding,
        REFUSAL_PATH => Asker::Refusing,
        _ => return refuse(Unacceptable { code: ErrorCode::RouteNotFound, reason: None }),
    };
    if !client.is_proxy() {
        return refuse(Unacceptable::because(UNTRUSTED));
    }
    if asker == Asker::Forwarding && !matches!(*request.method(), Method::GET | Method::POST) {
        return refuse(Unacceptable { code: ErrorCode::MethodNotAllowed, reason: None });
    }
    let original = match from_headers(request.into_parts().0.headers) {
        Ok(original) => original,
        Err(reason) => return refuse(Unacceptable::because(reason)),
    };
    check(proxy, client, asker, sender, original).await.map_or_else(|refusal| refusal, permit)
}

/// The answer has each header that the proxy replaces; one that the origin does not get is empty.
fn permit(permitted: Permitted) -> Response<Answer> {
    let Permitted { headers: kept, added, id, .. } = permitted;
    let mut answer = Response::new(Answer::Own(None));
    *answer.status_mut() = StatusCode::OK;
    let headers = answer.headers_mut();
    for name in REPLACED {
        let value = kept.get(&name).cloned().unwrap_or_else(|| HeaderValue::from_static(""));
        headers.insert(name, value);
    }
    for (name, value) in added {
        headers.insert(name, value);
    }
    headers.insert(REQUEST_ID, id);
    answer
}
