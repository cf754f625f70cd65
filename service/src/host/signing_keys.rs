//! The keys of the gateway's own issuer, as the control plane serves them to what signs.

use edge_authorizer::{NumericDate, Unavailable};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a process needs to sign, and to publish the key set of the issuer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SigningKeysResponse {
    /// The id of the key that signs.
    pub kid: String,
    /// Its private key, sealed.
    pub sealed: String,
    /// The public keys, as a JWK set.
    pub jwks: Value,
    /// Until when this may be used without asking again.
    pub until: NumericDate,
}

/// Asks where the signing keys are stored; [`crate::ControlPlane::answer_signing_keys`] answers there.
///
/// At Cloudflare that is the Durable Object of the signing keys, and the worker signs. A host with everything in one process
/// calls its control plane.
pub trait SigningKeySource {
    /// The keys.
    fn ask_signing_keys(&self) -> impl Future<Output = Result<SigningKeysResponse, Unavailable>>;
}
