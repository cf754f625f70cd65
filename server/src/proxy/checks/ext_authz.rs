//! Checks by gRPC, as Envoy's filter `ext_authz` makes them.

use std::net::IpAddr;

use http::header::{AUTHORIZATION, CONNECTION, COOKIE};
use http::{HeaderName, HeaderValue, Method, Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;

use super::super::answer::Answer;
use super::super::client::{Client, Sender};
use super::super::host::ProxyHost;
use super::super::state::Proxy;
use super::check::{Asker, Permitted, check};
use super::grpc::{self, Body, INVALID_ARGUMENT, PERMISSION_DENIED, UNIMPLEMENTED};
use super::messages::{
    AttributeContext, CheckRequest, CheckResponse, DeniedHttpResponse, HeaderValue as Value,
    HeaderValueOption, HttpResponse, HttpStatus, OkHttpResponse, Status,
};
use super::original_request::from_envoy;

const PATH: &str = "/envoy.service.auth.v3.Authorization/Check";

/// What happens to a header of the same name.
const APPEND: i32 = 0;
const REPLACE: i32 = 2;

/// Answers a call.
pub async fn answer_call<H: ProxyHost>(
    proxy: &Proxy<H>,
    client: &Client,
    request: Request<Incoming>,
) -> Response<Body> {
    if request.uri().path() != PATH || request.method() != Method::POST {
        return grpc::fail(UNIMPLEMENTED);
    }
    if !client.is_proxy() {
        return grpc::fail(PERMISSION_DENIED);
    }
    let attributes = grpc::read(request.into_body()).await.and_then(|asked: CheckRequest| asked.attributes);
    let asked = attributes.as_ref().and_then(|attributes| read(attributes, proxy));
    let Some((request, sender)) = asked else { return grpc::fail(INVALID_ARGUMENT) };
    grpc::answer(&match check(proxy, client, Asker::Envoy, sender, request).await {
        Ok(permitted) => permit(permitted),
        Err(answer) => deny(answer).await,
    })
}

/// The request that Envoy asks about, and who sent it.
fn read<H: ProxyHost>(attributes: &AttributeContext, proxy: &Proxy<H>) -> Option<(Request<()>, Sender)> {
    let http = attributes.request.as_ref()?.http.as_ref()?;
    let request = from_envoy(http).ok()?;
    let source = attributes.source.as_ref()?.address.as_ref()?.socket_address.as_ref()?;
    let source: IpAddr = source.address.parse().ok()?;
    let address = proxy.trusted.client(source, request.headers());
    let scheme = if http.scheme == "https" { "https" } else { "http" };
    Some((request, Sender { address, scheme }))
}

fn permit(permitted: Permitted) -> CheckResponse {
    let Permitted { headers, added, misleading, .. } = permitted;
    let kept = headers.get(COOKIE).map(|cookie| (COOKIE, cookie.clone()));
    let added: Vec<_> = added.into_iter().chain(kept).collect();
    let absent = |name: &HeaderName| !headers.contains_key(name);
    let unseen = [AUTHORIZATION, COOKIE].into_iter().chain(misleading).filter(absent);
    let ok = OkHttpResponse {
        headers_to_remove: unseen.map(|name| name.as_str().to_owned()).collect(),
        headers: added.iter().map(|(name, value)| option(name, value, REPLACE)).collect(),
    };
    CheckResponse { status: Some(Status { code: 0 }), http_response: Some(HttpResponse::Ok(ok)) }
}

async fn deny(answer: Response<Answer>) -> CheckResponse {
    let (parts, body) = answer.into_parts();
    let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let headers = parts.headers.iter().filter(|(name, _)| **name != CONNECTION);
    let denied = DeniedHttpResponse {
        status: Some(HttpStatus { code: parts.status.as_u16().into() }),
        headers: headers.map(|(name, value)| option(name, value, APPEND)).collect(),
        body: String::from_utf8_lossy(&bytes).into_owned(),
    };
    let status = Some(Status { code: PERMISSION_DENIED.into() });
    CheckResponse { status, http_response: Some(HttpResponse::Denied(denied)) }
}

fn option(name: &HeaderName, value: &HeaderValue, append_action: i32) -> HeaderValueOption {
    let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
    HeaderValueOption { header: Some(Value { key: name.as_str().to_owned(), value }), append_action }
}
