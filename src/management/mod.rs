//! The management API: its endpoints, and changes to a project. Pure like the rest of the core.

mod applied_change;
mod audit_entry;
mod audit_quota;
mod change;
mod endpoint;
mod entity_tag;
mod explain_request;
mod issuer_keys;
mod issuer_limiter;
mod named_issuers;
mod precondition;
mod project;
mod query_parameter;
mod refusal;
mod revocation;
mod unknown_project_limiter;

pub use applied_change::Applied;
pub use audit_entry::{AuditOutcome, MAX_ENTRY as MAX_AUDIT_ENTRY_BYTES, audit_entry};
pub use audit_quota::{AUDIT_PAGE, AUDIT_RETENTION, AuditQuota};
pub use change::{Change, read_project};
pub use endpoint::{Endpoint, NoEndpoint, idps_path};
pub use entity_tag::{etag, is_known};
pub use explain_request::ExplainRequest;
pub use issuer_keys::{IssuerKeys, list_keys};
pub use issuer_limiter::IssuerLimiter;
pub use named_issuers::{NamedIssuer, NamedIssuers, Registration};
pub use precondition::{MalformedPrecondition, Precondition};
pub use project::Project;
pub use query_parameter::InvalidParameter;
pub use refusal::Refusal;
pub use revocation::read_revocation;
pub use unknown_project_limiter::UnknownProjectLimiter;
