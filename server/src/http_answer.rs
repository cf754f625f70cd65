//! Answers of the service's own, in HTTP.

use bytes::Bytes;
use edge_authorizer::{Denial, ErrorCode};
use http::header::{HeaderName, HeaderValue};
use http_body_util::Full;
use service::http::{Response, problem};

/// The answer in HTTP.
pub fn into_http(response: Response) -> http::Response<Full<Bytes>> {
    let mut answer = http::Response::new(Full::from(response.body.unwrap_or_default()));
    *answer.status_mut() = http::StatusCode::from_u16(response.status).unwrap_or_default();
    for (name, value) in response.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            answer.headers_mut().append(name, value);
        }
    }
    answer
}

/// The refusal while the control thread does not answer.
pub fn refuse_unavailable(id: &str) -> http::Response<Full<Bytes>> {
    into_http(problem(&Denial { code: ErrorCode::StoreUnavailable, realm: None }, id))
}
