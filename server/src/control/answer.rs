//! Answers to what data threads hand over.

use std::net::IpAddr;

use bytes::Bytes;
use edge_authorizer::accounts::AuthEndpoint;
use edge_authorizer::users::SessionCookie;
use edge_authorizer::{Denial, ErrorCode, OwnPath, Target};
use http::header::HeaderValue;
use http_body_util::Full;
use hyper::body::Incoming;
use service::host::{Clock, Entropy, IssuerRequest, LogSink, SessionAnswer};
use service::http::{Request, Response, problem, problem_with};
use service::log;

use super::body::{Stream, drop_rest};
use super::handle::Call;
use super::host::ControlHost;
use crate::http_answer::into_http;
use crate::static_files;

/// By which an answer says that it ended the session of a cookie's digest. It goes no further.
const CHANGED: &str = "x-changed";
const ENDED_SESSION: &str = "session/";

/// Answers a call. Whoever made it may have gone.
pub async fn answer(host: ControlHost, call: Call) {
    match call {
        Call::Request { request, address, answer } => {
            let _gone = answer.send(answer_request(&host, request, address).await);
        }
        Call::Keys { issuer, reason, answer } => {
            let request = IssuerRequest::Keys(reason);
            let _gone = answer.send(host.plane.answer_issuer(&host, &issuer, &request).await);
        }
        Call::SetupLink { answer } => {
            let _gone = answer.send(host.plane.setup_link(&host).await);
        }
        Call::Session { cookie, answer } => {
            let _gone = answer.send(session(&host, &cookie).await);
        }
    }
}

async fn session(host: &ControlHost, cookie: &SessionCookie) -> SessionAnswer {
    let request = Request {
        method: "GET".to_owned(),
        path: String::new(),
        query: String::new(),
        headers: Vec::new(),
        address: None,
        id: host.new_id(),
        received: host.now(),
    };
    host.plane.session_token(host, &request, cookie).await
}

async fn answer_request(
    host: &ControlHost,
    request: http::Request<Incoming>,
    address: Option<IpAddr>,
) -> http::Response<Full<Bytes>> {
    let (parts, mut body) = request.into_parts();
    let request = read(host, &parts, address);
    let own = OwnPath::of(&request.path);
    if own == Some(OwnPath::Asset) {
        return static_files::answer(&request);
    }
    let response = respond(host, own, &parts, &request, &mut body).await;
    drop_rest(&mut body).await;
    into_http(note_ended_session(host, response).await)
}

async fn respond(
    host: &ControlHost,
    own: Option<OwnPath>,
    parts: &http::request::Parts,
    request: &Request,
    body: &mut Incoming,
) -> Response {
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    if let Some(reason) = Target::split(target).fault() {
        let denial = Denial { code: ErrorCode::RequestInvalid, realm: None };
        let response = problem_with(&denial, &request.id, None, Some(reason));
        host.info(&log::management(request, &response, host.now(), None));
        return response;
    }
    let body = Stream { body, rooms: &host.rooms, owner: owner_of(&request.path) };
    match (own, AuthEndpoint::of(&request.path)) {
        (Some(OwnPath::Management), _) => host.plane.handle(host, request, body).await,
        (Some(OwnPath::Auth), Some(AuthEndpoint::Document(document))) => {
            host.plane.auth_document(host, document, request).await
        }
        (Some(OwnPath::Auth), Some(AuthEndpoint::Login(endpoint))) => {
            host.plane.log_in(host, &endpoint, request, body).await
        }
        (Some(OwnPath::Auth), Some(AuthEndpoint::Token)) => host.plane.token(host, request, body).await,
        _ => refuse(ErrorCode::RouteNotFound, &request.id),
    }
}

/// The request as the service takes it.
fn read(host: &ControlHost, parts: &http::request::Parts, address: Option<IpAddr>) -> Request {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value)));
    Request {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: headers.collect(),
        address: address.map(|address| address.to_string()),
        id: host.new_id(),
        received: host.now(),
    }
}

/// The part of a path that names the record: `/service/version/projects/p1`.
fn owner_of(path: &str) -> String {
    path.split('/').take(5).collect::<Vec<_>>().join("/")
}

/// The same answer without what it says of a session that ended, which the data plane forgets.
async fn note_ended_session(host: &ControlHost, mut response: Response) -> Response {
    if let Some(digest) = response.header(CHANGED).and_then(|changed| changed.strip_prefix(ENDED_SESSION)) {
        host.end_session(digest).await;
    }
    response.headers.retain(|(name, _)| *name != CHANGED);
    response
}

fn refuse(code: ErrorCode, id: &str) -> Response {
    problem(&Denial { code, realm: None }, id)
}
