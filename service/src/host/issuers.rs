//! Issuers' keys, as the control plane serves them.

use edge_authorizer::{FetchReason, RefreshSchedule, Unavailable};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A request about an issuer. Its JSON is what earlier releases send, too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IssuerRequest {
    /// Its keys, fetched again if the reason and the schedule allow it.
    Keys(FetchReason),
    /// Registers a project that names the issuer.
    #[serde(rename = "Trusted")]
    Register {
        /// The project.
        project: String,
    },
    /// Unregisters a project that no longer names it.
    #[serde(rename = "Untrusted")]
    Unregister {
        /// The project.
        project: String,
    },
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct IssuerResponse {
    /// The last good keys, as they are stored.
    pub record: Option<Value>,
    /// When they are fetched.
    #[serde(rename = "life")]
    pub schedule: RefreshSchedule,
}

/// Sends requests to where an issuer's keys are fetched and stored; [`crate::ControlPlane::answer_issuer`] answers them there.
///
/// At Cloudflare that is the issuer's Durable Object: the control plane sends it the request as JSON, the data plane sends
/// it to the control plane. A host with both planes in one process calls its control plane.
pub trait Issuers {
    /// Sends a request and waits for the answer.
    fn ask_issuer(
        &self,
        issuer: &str,
        request: &IssuerRequest,
    ) -> impl Future<Output = Result<IssuerResponse, Unavailable>>;
}
