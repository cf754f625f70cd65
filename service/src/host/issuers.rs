//! Issuers' keys, as the control plane serves them.

use edge_authorizer::{
    Faults, FetchReason, NumericDate, RefreshSchedule, Unavailable, document_reader, strict_json,
};
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

impl IssuerResponse {
    /// Reads the answer as it is sent. The data plane reads it like other documents: readers derived for its types would be a
    /// tenth of its code.
    pub fn parse(text: &str) -> Result<Self, Faults> {
        let document = strict_json::from_slice(text.as_bytes()).unwrap_or_default();
        document_reader::read_stored(&document, |node| {
            node.properties(|answer| {
                let record = answer.optional("record").map(|node| node.value().clone());
                let schedule = answer.required("life", "when the keys are fetched")?.properties(|schedule| {
                    let time = |name| {
                        let node = schedule.optional(name)?;
                        node.number().map(NumericDate::from_seconds)
                    };
                    let failures = schedule.required("failures", "a number")?.integer(0..=u32::MAX.into())?;
                    let error = schedule.optional("error").and_then(|node| node.text().map(str::to_owned));
                    let (attempted, due) = (time("attempted"), time("due"));
                    Some(RefreshSchedule { attempted, due, failures: failures.try_into().ok()?, error })
                });
                Some(Self { record, schedule: schedule? })
            })
        })
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_is_read_as_it_is_written() {
        let time = |seconds| Some(NumericDate::from_seconds(seconds));
        let error = Some("no answer in time".to_owned());
        let full = RefreshSchedule { attempted: time(1.5), due: time(2.0), failures: 3, error };
        for answer in [
            IssuerResponse::default(),
            IssuerResponse { record: Some(json!({ "jwks": { "keys": [] } })), schedule: full },
        ] {
            assert_eq!(IssuerResponse::parse(&serde_json::to_string(&answer).unwrap()), Ok(answer));
        }
        for bad in ["", "[]", r#"{"record":null}"#, r#"{"record":null,"life":{"failures":-1}}"#] {
            assert!(IssuerResponse::parse(bad).is_err(), "{bad}");
        }
    }
}
