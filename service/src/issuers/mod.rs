//! Issuers in the control plane: fetching their keys, when, and for whom.

mod discovery;
mod issuer_service;
mod unstored;

pub use issuer_service::IssuerService;
pub use unstored::UnstoredIssuers;
