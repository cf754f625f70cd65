//! What requests bring: documents, preconditions, parameters.

use edge_authorizer::management::Precondition;
use edge_authorizer::{ErrorCode, document_reader, document_weight, strict_json};
use serde_json::Value;

use super::reply::Reply;
use crate::http::{Body, BodyError, Request};

/// The longest body, in KiB.
pub const MAX_BODY: usize = 64;

/// The longest routes document, in KiB. There is one for all projects.
pub const MAX_ROUTES: usize = 1024;

/// A document.
pub struct Document {
    pub value: Value,
    /// What it takes in memory.
    pub bytes: usize,
}

/// Reads a JSON document of at most `limit` KiB. Only `application/json` is one: forms, which a browser sends across
/// origins unasked, are not.
pub async fn read_document(request: &Request, body: impl Body, limit: usize) -> Result<Document, Reply> {
    let content_type = request.header("content-type").unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        return Err(Reply::refused(ErrorCode::MediaTypeUnsupported));
    }
    let bytes = body.read(limit * 1024).await.map_err(|error| match error {
        BodyError::TooLong => Reply::for_reason(ErrorCode::BodyTooLarge, format!("the limit is {limit} KiB")),
        BodyError::TooSlow => Reply::refused(ErrorCode::BodyTimeout),
        BodyError::Incomplete => Reply::refused(ErrorCode::BodyMalformed),
        BodyError::NoRoom => Reply::refused(ErrorCode::StoreUnavailable),
    })?;
    let bytes = bytes.filter(|bytes| !bytes.is_empty());
    let bytes = bytes.ok_or_else(|| Reply::for_reason(ErrorCode::BodyMalformed, "the body is empty"))?;
    // The error says where it is, by line and column.
    let value = strict_json::from_slice(&bytes)
        .map_err(|error| Reply::for_reason(ErrorCode::BodyMalformed, error))?;
    // What was parsed is UTF-8.
    let bytes = str::from_utf8(&bytes).map_or(0, document_weight::weight);
    Ok(Document { value, bytes })
}

/// What a request demands of the resource as it is.
pub fn precondition(request: &Request) -> Result<Precondition, Reply> {
    let [if_match, if_none_match] = ["if-match", "if-none-match"].map(|name| request.header(name));
    let precondition = Precondition { if_match, if_none_match };
    let checked = precondition.check();
    checked.map_err(|malformed| Reply::for_reason(ErrorCode::RequestInvalid, malformed))?;
    Ok(precondition)
}

/// The number of the audit log's entry before which a page begins.
pub fn before(request: &Request) -> Option<u64> {
    request.parameter("before").and_then(|number| number.parse().ok())
}

/// Reads a list of ids.
pub fn read_ids(document: &Value) -> Result<Vec<String>, Reply> {
    document_reader::read(document, |node| {
        node.elements()?.iter().map(|element| element.text().map(str::to_owned)).collect()
    })
    .map_err(Reply::invalid)
}
