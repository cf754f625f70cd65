//! Records as they are stored: their formats, and how they are changed.

mod format;
mod issuer_record;
mod lease;
mod project_record;
mod record_cache;
mod routes_record;
mod signing_keys_record;
mod stored;

pub use format::Format;
pub use issuer_record::IssuerRecord;
pub use lease::Lease;
pub use project_record::ProjectRecord;
pub use record_cache::RecordCache;
pub use routes_record::RoutesRecord;
pub use signing_keys_record::SigningKeysRecord;
pub use stored::{Loaded, MAX_ATTEMPTS, Records, Update, failed};
