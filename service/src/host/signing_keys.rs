//! The keys that the gateway signs with, as the control plane serves them.

use edge_authorizer::accounts::SigningSet;
use edge_authorizer::{NumericDate, Unavailable};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a process needs to sign, and to publish the key set.
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

/// Asks where a set of signing keys is stored; [`crate::ControlPlane::answer_signing_keys`] answers there.
///
/// At Cloudflare that is the Durable Object of the set, and the worker signs. A host with everything in one process
/// calls its control plane.
pub trait SigningKeySource {
    /// The keys, which are made if there are none yet.
    fn ask_signing_keys(
        &self,
        set: SigningSet,
    ) -> impl Future<Output = Result<SigningKeysResponse, Unavailable>>;
}
