//! The body of an answer.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use super::answer_headers::keep_from_client;
use super::origin::Origin;
use super::origin_connection::OriginConnection;

/// The body of an answer.
#[derive(Debug)]
pub enum Answer {
    /// The gateway's own; `None` once it was given, or where there is none.
    Own(Option<Bytes>),
    /// An origin's.
    Origins(OriginAnswer),
}

/// The body of an origin's answer as it comes. When it has ended, its connection is kept for another request; if it is dropped
/// before, the connection ends.
#[derive(Debug)]
pub struct OriginAnswer {
    body: Incoming,
    is_over: bool,
    connection: Option<(Rc<Origin>, OriginConnection)>,
}

impl OriginAnswer {
    /// The body that comes on a connection.
    pub fn new(body: Incoming, origin: Rc<Origin>, connection: OriginConnection) -> Self {
        Self { body, is_over: false, connection: Some((origin, connection)) }
    }
}

impl Drop for OriginAnswer {
    fn drop(&mut self) {
        if !(self.is_over || self.body.is_end_stream()) {
            return;
        }
        if let Some((origin, connection)) = self.connection.take() {
            origin.give_back(connection);
        }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let origins = match self.get_mut() {
            Self::Own(bytes) => return Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Origins(answer) => answer,
        };
        let polled = Pin::new(&mut origins.body).poll_frame(context);
        origins.is_over = matches!(polled, Poll::Ready(None));
        polled.map_ok(|frame| match frame.into_trailers() {
            Ok(mut trailers) => {
                // A trailer could be taken for a header.
                keep_from_client(&mut trailers);
                Frame::trailers(trailers)
            }
            Err(frame) => frame,
        })
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Own(bytes) => bytes.is_none(),
            Self::Origins(answer) => answer.body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Own(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Self::Origins(answer) => answer.body.size_hint(),
        }
    }
}

/// The same as the answer to HEAD, where the protocol does not see to it: an origin's has no body then.
pub fn to_head(answer: Response<Answer>) -> Response<Answer> {
    let (mut parts, body) = answer.into_parts();
    let Answer::Own(Some(bytes)) = body else { return Response::from_parts(parts, body) };
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    Response::from_parts(parts, Answer::Own(None))
}

/// An answer of the gateway itself.
pub fn own(response: service::http::Response) -> Response<Answer> {
    let body = response.body.filter(|body| !body.is_empty()).map(Bytes::from);
    let mut answer = Response::new(Answer::Own(body));
    *answer.status_mut() = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in response.headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            answer.headers_mut().append(HeaderName::from_static(name), value);
        }
    }
    answer
}
