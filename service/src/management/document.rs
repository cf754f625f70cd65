//! What requests bring: documents, preconditions, parameters.

use edge_authorizer::management::Precondition;
use edge_authorizer::{ErrorCode, document_reader, document_weight, excerpt, strict_json};
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
    check_media_type(&request.header("content-type").unwrap_or_default())?;
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

/// JSON is UTF-8 (RFC 8259, section 8.1): what says that it is something else is not read as if it were.
fn check_media_type(content_type: &str) -> Result<(), Reply> {
    let mut parts = content_type.split(';').map(str::trim);
    if !parts.next().is_some_and(|media_type| media_type.eq_ignore_ascii_case("application/json")) {
        return Err(Reply::refused(ErrorCode::MediaTypeUnsupported));
    }
    for (name, value) in parts.filter_map(|parameter| parameter.split_once('=')) {
        let charset = value.trim().trim_matches('"');
        if name.trim().eq_ignore_ascii_case("charset") && !charset.eq_ignore_ascii_case("utf-8") {
            let charset = excerpt(charset, MAX_CHARSET);
            let reason = format!("the charset `{charset}` is not accepted; send JSON in UTF-8");
            return Err(Reply::for_reason(ErrorCode::MediaTypeUnsupported, reason));
        }
    }
    Ok(())
}

/// The most bytes of a charset that are repeated.
const MAX_CHARSET: usize = 64;

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

/// The document of a resource whose path has its id, which the document may leave out.
pub fn with_id(mut document: Value, id: &str) -> Value {
    if let Some(members) = document.as_object_mut()
        && members.get("id").is_none_or(Value::is_null)
    {
        members.insert("id".to_owned(), id.into());
    }
    document
}

/// Reads a list of ids.
pub fn read_ids(document: &Value) -> Result<Vec<String>, Reply> {
    document_reader::read(document, |node| {
        node.elements()?.iter().map(|element| element.text().map(str::to_owned)).collect()
    })
    .map_err(Reply::invalid)
}
