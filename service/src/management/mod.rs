//! The management API: a request becomes an answer, as plain values.

mod account_answer;
mod account_changes;
mod audit_page;
mod author;
mod call;
mod caller;
mod change;
mod document;
mod examination;
mod explain;
mod federation_resources;
mod issuer_keys;
mod pending_note;
mod platform_caller;
mod project_resources;
mod reply;
mod routes_resources;
mod screening;
mod signing_keys_resources;
mod user_changes;
mod user_resources;

pub use author::Author;
pub use call::Call;
pub use pending_note::{move_notes, waiting};
pub use reply::Reply;
pub use screening::Screened;
