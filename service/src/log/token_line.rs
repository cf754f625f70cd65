//! The line of a request for a token.

use edge_authorizer::NumericDate;
use edge_authorizer::accounts::ClientId;
use serde::Serialize;

use super::request_start::RequestStart;
use crate::http::Request;

#[derive(Serialize)]
struct Line<'m> {
    #[serde(flatten)]
    start: RequestStart<'m>,
    client: Option<&'m ClientId>,
    error: Option<&'m str>,
}

/// The line of a request that was answered at `answered`. `client` is what it claims to be from.
pub fn token(
    request: &Request,
    client: Option<&ClientId>,
    status: u16,
    error: Option<&str>,
    answered: NumericDate,
) -> String {
    let line = Line { start: RequestStart::new("token", request, status, answered), client, error };
    serde_json::to_string(&line).unwrap_or_default()
}
