//! A decision for people: what a caller would get, and why.

use serde::{Serialize, Serializer};

use crate::authz::decision::{Decision, Outcome};
use crate::authz::identity::Identity;
use crate::authz::trace::Trace;
use crate::config::idp_id::IdpId;
use crate::config::role::Roles;
use crate::error_code::ErrorCode;

/// What would become of a request, and why. It proves nothing: no request passes by it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// What would become of it.
    pub verdict: Outcome,
    /// The status that the caller would get. A request that passes has 200, which stands for what the origin answers.
    pub status: u16,
    /// Why it would be refused, if it would.
    pub code: Option<ErrorCode>,
    /// The entry that recognised the caller.
    pub idp: Option<IdpId>,
    /// The caller's id.
    pub subject: Option<String>,
    /// The caller's roles in the project; none where no entry recognised them.
    pub roles: Roles,
    /// The headers by which the origin would know the caller; none where it would not get the request.
    #[serde(serialize_with = "as_object")]
    pub origin_headers: Vec<(&'static str, String)>,
    /// Every step that led there.
    pub trace: Trace,
}

impl Explanation {
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
        let Decision { verdict, identity, trace, .. } = decision;
        Self::new(verdict.outcome(), verdict.code(), identity.as_deref(), trace)
    }
}

fn as_object<S: Serializer>(headers: &[(&'static str, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(headers.iter().map(|(name, value)| (name, value)))
}
