//! The beginning of lines about requests that the control plane answers itself.

use edge_authorizer::NumericDate;
use serde::Serialize;

use super::shortened::{MAX_ADDRESS, MAX_METHOD, shortened};
use crate::http::Request;

/// The members that all such lines have.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestStart<'r> {
    event: &'static str,
    time: String,
    request_id: &'r str,
    method: &'r str,
    address: Option<&'r str>,
    status: u16,
}

impl<'r> RequestStart<'r> {
    /// Of a request that was answered with a status at `answered`.
    pub fn new(event: &'static str, request: &'r Request, status: u16, answered: NumericDate) -> Self {
        Self {
            event,
            time: answered.to_rfc3339(),
            request_id: &request.id,
            method: shortened(&request.method, MAX_METHOD),
            address: request.address.as_deref().map(|address| shortened(address, MAX_ADDRESS)),
            status,
        }
    }
}
