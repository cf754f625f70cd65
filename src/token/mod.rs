//! Tokens and what they say, before anything is trusted.

pub mod algorithm;
pub mod bearer_credentials;
pub mod claim_path;
pub mod claims;
pub mod compact_jws;
pub mod jose_header;
pub mod malformed;
pub mod numeric_date;
pub mod strict_json;
pub mod validity;
