//! Who makes a change, and what the audit log says of it.

use edge_authorizer::management::{AuditOutcome, audit_entry};
use edge_authorizer::{ErrorCode, Identity, PlatformAccess};
use serde::Serialize;
use serde_json::{Value, json};

use crate::host::AuditNote;
use crate::http::Request;

/// The most characters of an address that are noted. The longest IPv6 address with a zone has fewer.
const MAX_ADDRESS_LENGTH: usize = 64;

/// A caller that may use an endpoint.
#[derive(Debug)]
pub enum Caller {
    /// By the secret `ADMIN_TOKEN`, or `ADMIN_TOKEN_PREVIOUS` while it is being changed.
    PlatformAdmin,
    /// By a token of the gateway's own issuer with a role on the platform.
    Platform(PlatformAccess),
    /// By a token that an entry of the project accepts.
    Owner(Identity),
}

impl Caller {
    /// Whether it is an owner of the project, who may not lose that by accident.
    pub fn is_owner(&self) -> bool {
        matches!(self, Self::Owner(_))
    }
}

/// Who makes a change.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Author {
    /// `{"idp", "subject"}`, on the platform with its `role` there, `"platform-admin"` or `"setup-link"`.
    who: Value,
    /// The id of the request.
    request_id: String,
    /// The address that it came from, where the host knows it.
    address: Option<String>,
}

impl Author {
    /// The caller of a request as the audit log names them.
    pub fn new(caller: &Caller, request: &Request) -> Self {
        let who = match caller {
            Caller::PlatformAdmin => json!("platform-admin"),
            Caller::Platform(access) => {
                let (identity, role) = (access.identity(), format!("platform.{}", access.role().as_str()));
                json!({ "idp": identity.idp, "subject": identity.subject, "role": role })
            }
            Caller::Owner(identity) => json!({ "idp": identity.idp, "subject": identity.subject }),
        };
        Self::named(who, request)
    }

    /// Who makes a change without a caller, by a request.
    pub fn named(who: Value, request: &Request) -> Self {
        let address = request.address.as_deref();
        let address = address.map(|address| address.chars().take(MAX_ADDRESS_LENGTH).collect());
        Self { who, request_id: request.id.clone(), address }
    }

    /// The entry of a change that was made. `change` is JSON.
    pub fn made(&self, change: &str, before: Option<&Value>, after: Option<&Value>) -> AuditNote {
        self.note(change, &AuditOutcome::Made { before, after })
    }

    /// The entry of a change that was refused.
    pub fn refused(&self, change: &str, code: ErrorCode) -> AuditNote {
        self.note(change, &AuditOutcome::Refused(code.as_str()))
    }

    /// The author in JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    fn note(&self, change: &str, outcome: &AuditOutcome<'_>) -> AuditNote {
        let is_refusal = matches!(outcome, AuditOutcome::Refused(_));
        AuditNote { entry: audit_entry(&self.to_json(), change, outcome), is_refusal, begins: false }
    }
}
