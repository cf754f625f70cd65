//! What an issuer's object says of its keys, and how it is asked.

use std::pin::Pin;

use edge_authorizer::{FetchReason, Issuer, RefreshSchedule, Unavailable};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::env::Env;

/// The answer of an issuer's object.
#[derive(Debug, Serialize, Deserialize)]
pub struct FromIssuer {
    /// The last good keys, as they are stored.
    pub record: Option<Value>,
    /// What is known of their fetches.
    pub life: RefreshSchedule,
}

/// An issuer's keys, or a promise of them.
pub type IssuerKeys = Pin<Box<dyn Future<Output = Result<FromIssuer, Unavailable>>>>;

/// How an issuer's object is asked for keys: by the control plane directly, by the edge through the control plane.
pub type AskIssuer = fn(Env, Issuer, FetchReason) -> IssuerKeys;
