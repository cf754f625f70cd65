//! Who calls the management API: a platform administrator, or an owner of the project.

use std::sync::Arc;

use edge_authorizer::{
    Clock, Code, Credentials, Denial, Identity, ProjectId, Snapshot, Verdict, authorize_owner,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::reply::Reply;
use crate::decide::{Source, drive};
use crate::edge::{Edge, Incoming};
use crate::http::now;

/// Somebody who may use an endpoint.
pub enum Caller {
    /// By the secret `ADMIN_TOKEN`, or `ADMIN_TOKEN_PREVIOUS` while it is being changed.
    PlatformAdmin,
    /// By a token of the project's own identity providers.
    Owner(Identity),
}

impl Caller {
    /// The caller as the audit log names them.
    pub fn as_json(&self) -> Value {
        match self {
            Self::PlatformAdmin => json!("platform-admin"),
            Self::Owner(identity) => json!({ "idp": identity.idp, "subject": identity.subject }),
        }
    }
}

/// Who calls, if they may; `project` is the one whose owners may, as it is.
pub async fn authenticate(
    edge: &Edge,
    incoming: &Incoming,
    project: Option<(&ProjectId, Option<Arc<Snapshot>>)>,
) -> Result<Caller, Reply> {
    let realm = project.as_ref().map(|(id, _)| (*id).clone());
    let denied = |code| Reply::denied(&Denial { code, realm: realm.clone() });
    match Credentials::parse(incoming.authorization.as_deref()) {
        Credentials::Bearer(token) if is_admin(edge, token) => return Ok(Caller::PlatformAdmin),
        Credentials::Missing => return Err(denied(Code::TokenMissing)),
        Credentials::Ambiguous => return Err(denied(Code::RequestInvalid)),
        Credentials::Bearer(_) => {}
    }
    let Some((project, snapshot)) = project else { return Err(denied(Code::TokenUntrusted)) };
    let clock = Clock { now: now(), skew: edge.settings.clock_skew };
    let step = authorize_owner(project, incoming.authorization.as_deref(), clock);
    let decision = drive(edge, step, Source::Given(snapshot)).await;
    match decision.verdict {
        Verdict::Manage(ownership) => Ok(Caller::Owner(ownership.identity().clone())),
        Verdict::Deny(denial) => Err(denied(denial.code)),
        Verdict::Permit(_) | Verdict::Preflight => Err(denied(Code::TokenUntrusted)),
    }
}

/// Compared by their hashes in constant time, so that neither content nor length shows. A secret that is not set is
/// nobody's.
fn is_admin(edge: &Edge, token: &str) -> bool {
    let given = Sha256::digest(token.as_bytes());
    let matches = |name: &str| {
        let secret = edge.env.secret(name).map(|secret| secret.to_string()).unwrap_or_default();
        !secret.is_empty() && bool::from(Sha256::digest(secret.as_bytes()).ct_eq(&given))
    };
    matches("ADMIN_TOKEN") | matches("ADMIN_TOKEN_PREVIOUS")
}
