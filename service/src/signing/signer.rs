//! Signing in the name of the gateway.

use std::sync::Mutex;

use edge_authorizer::Unavailable;
use edge_authorizer::accounts::UnsignedJws;
use serde::Serialize;

use crate::host::{
    Clock, Failure, LogSink, PrivateKey, Sealer, Signer, SigningHost, SigningKeySource, SigningKeysResponse,
};
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

/// What a key that signs access tokens is sealed for.
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
    let SigningKeysResponse { kid, sealed, .. } = memory.keys(host).await?;
    let key = SealedKey { purpose: purpose(&kid), sealed: &sealed };
    key.sign(host, sealing, typ, claims).await
}

/// A private key that is sealed for a purpose, whose name is the key's id.
#[derive(Clone, Copy)]
pub struct SealedKey<'k> {
    pub purpose: Purpose<'k>,
    pub sealed: &'k str,
}

impl SealedKey<'_> {
    /// A compact JWS of the type `typ` with these claims, signed with this key. It is opened once: the host keeps it.
    pub async fn sign(
        self,
        host: &(impl Signer + Sealer + LogSink),
        sealing: &SealingKeys,
        typ: &str,
        claims: &impl Serialize,
    ) -> Result<String, Unavailable> {
        let kid = self.purpose.name;
        let jws = UnsignedJws::new(typ, kid, claims).map_err(Failure::new);
        let signed = match jws {
            Ok(jws) => self.signature(host, sealing, jws.signing_input()).await.map(|it| jws.signed(&it)),
            Err(failure) => Err(failure),
        };
        signed.map_err(|failure| {
            warning(host, "not_signed", kid, failure);
            Unavailable
        })
    }

    async fn signature(
        self,
        host: &(impl Signer + Sealer),
        sealing: &SealingKeys,
        input: &[u8],
    ) -> Result<Vec<u8>, Failure> {
        // A key that is sealed for one purpose signs nothing for another, whatever id a record gives it.
        let Purpose { kind, name } = self.purpose;
        let kept = [kind, "/", name].concat();
        if let Some(signature) = host.sign(&kept, input).await? {
            return Ok(signature);
        }
        let private = sealing.open(host, self.purpose, self.sealed).await?;
        let private = private.ok_or_else(|| Failure::new("no sealing key opens the sealed key"))?;
        host.keep(&kept, &PrivateKey(private)).await?;
        host.sign(&kept, input).await?.ok_or_else(|| Failure::new("the host keeps no key"))
    }
}
