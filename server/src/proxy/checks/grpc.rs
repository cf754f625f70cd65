//! One call of gRPC over HTTP/2: a message in, a message out.

use bytes::{BufMut, Bytes, BytesMut};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use prost::Message;

/// The body of an answer.
pub type Body = UnsyncBoxBody<Bytes, std::convert::Infallible>;

/// The most bytes of a message: the headers of a request, some of them twice.
const MAX_BYTES: usize = 256 * 1024;

/// Whether a message is compressed, and its length.
const PREFIX_BYTES: usize = 5;

/// Codes of gRPC.
pub const INVALID_ARGUMENT: u8 = 3;
pub const PERMISSION_DENIED: u8 = 7;
pub const UNIMPLEMENTED: u8 = 12;

/// Reads the message of a call; `None` if there is not exactly one, or a compressed one.
pub async fn read<M: Message + Default>(body: Incoming) -> Option<M> {
    let bytes = Limited::new(body, MAX_BYTES).collect().await.ok()?.to_bytes();
    let (prefix, message) = bytes.split_at_checked(PREFIX_BYTES)?;
    let [0, length @ ..] = <[u8; PREFIX_BYTES]>::try_from(prefix).ok()? else { return None };
    let is_whole = usize::try_from(u32::from_be_bytes(length)).is_ok_and(|length| length == message.len());
    if is_whole { M::decode(message).ok() } else { None }
}

/// The answer with a message.
pub fn answer(message: &impl Message) -> Response<Body> {
    let text = message.encode_to_vec();
    let mut bytes = BytesMut::with_capacity(PREFIX_BYTES + text.len());
    bytes.put_u8(0);
    bytes.put_u32(u32::try_from(text.len()).unwrap_or(u32::MAX));
    bytes.put_slice(&text);
    let trailers = HeaderMap::from_iter([status(0)]);
    let body = Full::new(bytes.freeze()).with_trailers(async { Some(Ok(trailers)) });
    with_type(body.boxed_unsync())
}

/// The answer to a call that failed.
pub fn fail(code: u8) -> Response<Body> {
    let mut response = with_type(Full::default().boxed_unsync());
    response.headers_mut().extend([status(code)]);
    response
}

fn status(code: u8) -> (HeaderName, HeaderValue) {
    (HeaderName::from_static("grpc-status"), HeaderValue::from(u16::from(code)))
}

fn with_type(body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    response
}
