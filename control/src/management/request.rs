//! The bodies of requests to the management API.

use cloudflare::edge::Incoming;
use cloudflare::http::read_at_most;
use edge_authorizer::management::Precondition;
use edge_authorizer::{ErrorCode, strict_json};
use serde_json::Value;

use super::reply::Reply;

/// The longest body, in KiB.
pub const MAX_BODY: usize = 64;

/// The longest routes document, in KiB. There is one for all projects.
pub const MAX_ROUTES: usize = 1024;

/// Reads a JSON document of at most `limit` KiB. Only `application/json` is one: forms, which a browser sends across
/// origins unasked, are not.
pub async fn read_document(incoming: &Incoming, limit: usize) -> Result<Value, Reply> {
    let content_type = incoming.header("content-type").unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        return Err(Reply::refused(ErrorCode::MediaTypeUnsupported));
    }
    let Some(body) = incoming.arrival.request().body() else {
        return Err(Reply::refused(ErrorCode::BodyMalformed));
    };
    let bytes = read_at_most(&body, limit * 1024).await.ok_or_else(|| Reply::too_large(limit))?;
    strict_json::from_slice(&bytes).map_err(|_| Reply::refused(ErrorCode::BodyMalformed))
}

/// What a request demands of the resource as it is.
pub fn precondition(incoming: &Incoming) -> Precondition {
    Precondition { if_match: incoming.header("if-match"), if_none_match: incoming.header("if-none-match") }
}

/// The number of the audit log's entry before which a page begins.
pub fn before(incoming: &Incoming) -> Option<u64> {
    incoming.parameter("before").and_then(|number| number.parse().ok())
}

/// Reads a list of ids.
pub fn read_ids(document: &Value) -> Result<Vec<String>, Reply> {
    edge_authorizer::document_reader::read(document, |node| {
        node.elements()?.iter().map(|element| element.text().map(str::to_owned)).collect()
    })
    .map_err(|faults| Reply::invalid(&faults))
}
