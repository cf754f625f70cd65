//! Signing in the name of the gateway.

use std::sync::Mutex;

use edge_authorizer::Unavailable;
use edge_authorizer::accounts::UnsignedJws;
use serde::Serialize;

use crate::host::{Clock, PrivateKey, SigningHost, SigningKeySource, SigningKeysResponse};
use crate::lock::lock;
use crate::log::warning;
use crate::sealing::{Purpose, SealingKeys};

/// The keys as they were given last. The private one is sealed here, too: the host keeps it to sign with.
#[derive(Debug, Default)]
pub struct SigningMemory(Mutex<Option<SigningKeysResponse>>);

impl SigningMemory {
    /// The keys, asked for where they are stored if those kept are too old.
    pub async fn keys(
        &self,
        host: &(impl SigningKeySource + Clock),
    ) -> Result<SigningKeysResponse, Unavailable> {
        let kept = lock(&self.0).clone();
        if let Some(kept) = kept.filter(|kept| host.now() < kept.until) {
            return Ok(kept);
        }
        let keys = host.ask_signing_keys().await?;
        *lock(&self.0) = Some(keys.clone());
        Ok(keys)
    }
}

/// What a signing key is sealed for.
pub fn purpose(kid: &str) -> Purpose<'_> {
    Purpose { kind: "signing-key", name: kid }
}

/// A compact JWS of the type `typ` with these claims, signed with the current key.
pub async fn sign(
    host: &impl SigningHost,
    memory: &SigningMemory,
    sealing: &SealingKeys,
    typ: &str,
    claims: &impl Serialize,
) -> Result<String, Unavailable> {
    let keys = memory.keys(host).await?;
    let failed = |reason: &dyn std::fmt::Display| {
        warning(host, "not_signed", &keys.kid, reason);
        Unavailable
    };
    let jws = UnsignedJws::new(typ, &keys.kid, claims).map_err(|error| failed(&error))?;
    let kept = host.sign(&keys.kid, jws.signing_input()).await.map_err(|failure| failed(&failure))?;
    if let Some(signature) = kept {
        return Ok(jws.signed(&signature));
    }
    let private =
        sealing.open(host, purpose(&keys.kid), &keys.sealed).await.map_err(|failure| failed(&failure))?;
    let private = private.ok_or_else(|| failed(&"the sealed key does not open"))?;
    host.keep(&keys.kid, &PrivateKey(private)).await.map_err(|failure| failed(&failure))?;
    let signature = host.sign(&keys.kid, jws.signing_input()).await.map_err(|failure| failed(&failure))?;
    let signature = signature.ok_or_else(|| failed(&"the host keeps no key"))?;
    Ok(jws.signed(&signature))
}
