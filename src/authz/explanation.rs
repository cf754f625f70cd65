//! A decision for people: what the caller would get, and why.

use serde::{Serialize, Serializer};

use crate::authz::decision::{Decision, Outcome};
use crate::authz::identity::Identity;
use crate::authz::trace::Trace;
use crate::config::idp_id::IdpId;
use crate::config::role::Roles;
use crate::error_code::ErrorCode;

/// The decision that a request would get, and why. It is no permit.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Explanation {
    /// The verdict.
    pub verdict: Outcome,
    /// The status that the caller would get. For a permitted request it is 200, in place of the origin's status.
    pub status: u16,
    /// The error code, if it would be denied.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub code: Option<ErrorCode>,
    /// What is wrong with the request in particular, where the code does not say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// The entry that identified the caller.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub idp: Option<IdpId>,
    /// The caller's id.
    pub subject: Option<String>,
    /// The caller's roles in the project; empty if no entry identified them.
    #[cfg_attr(test, ts(type = "Array<string>"))]
    pub roles: Roles,
    /// The identity headers that the origin would get; empty if it would not get the request.
    #[cfg_attr(test, ts(type = "Record<string, string>"))]
    #[serde(serialize_with = "as_object")]
    pub origin_headers: Vec<(&'static str, String)>,
    /// Every step that led there.
    #[cfg_attr(test, ts(type = "Array<unknown>"))]
    pub trace: Trace,
}

impl Explanation {
    /// The explanation of a refusal that does not depend on the caller.
    pub fn refused(code: ErrorCode, reason: Option<&'static str>) -> Self {
        Self { reason, ..Self::new(Outcome::Deny, Some(code), None, Trace::default()) }
    }

    pub(crate) fn new(
        verdict: Outcome,
        code: Option<ErrorCode>,
        identity: Option<&Identity>,
        trace: Trace,
    ) -> Self {
        let allowed_status = if verdict == Outcome::Preflight { 204 } else { 200 };
        let forwarded = identity.filter(|_| verdict == Outcome::Permit);
        Self {
            verdict,
            status: code.map_or(allowed_status, ErrorCode::status),
            code,
            reason: None,
            idp: identity.map(|identity| identity.idp.clone()),
            subject: identity.map(|identity| identity.subject.clone()),
            roles: identity.map(|identity| identity.roles.clone()).unwrap_or_default(),
            origin_headers: forwarded.into_iter().flat_map(Identity::headers).collect(),
            trace,
        }
    }
}

impl From<Decision> for Explanation {
    fn from(decision: Decision) -> Self {
        let Decision { verdict, reason, identity, trace, .. } = decision;
        Self { reason, ..Self::new(verdict.outcome(), verdict.code(), identity.as_deref(), trace) }
    }
}

fn as_object<S: Serializer>(headers: &[(&'static str, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(headers.iter().map(|(name, value)| (name, value)))
}
