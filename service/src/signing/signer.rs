//! Signing in the name of the gateway.

use edge_authorizer::Unavailable;
use edge_authorizer::accounts::{SigningSet, UnsignedJws};
use serde::Serialize;

use super::signing_memory::SigningMemory;
use crate::host::{Failure, LogSink, PrivateKey, Sealer, Signer, SigningHost, SigningKeysResponse};
use crate::log::warning;
use crate::sealing::{Purpose, SealingKeys};

/// What a key of a set is sealed for.
pub fn purpose(set: SigningSet, kid: &str) -> Purpose<'_> {
    let name = kid;
    match set {
        SigningSet::AccessTokens => Purpose { kind: "signing-key", name },
        SigningSet::Assertions => Purpose { kind: "assertion-key", name },
    }
}

/// A compact JWS of the type `typ` with these claims, signed with the current key for access tokens.
pub async fn sign<H: SigningHost>(
    host: &H,
    memory: &SigningMemory<H::Signal>,
    sealing: &SealingKeys,
    typ: &str,
    claims: &impl Serialize,
) -> Result<String, Unavailable> {
    let set = SigningSet::AccessTokens;
    let SigningKeysResponse { kid, sealed, .. } = memory.keys(host, set).await?;
    let key = SealedKey { purpose: purpose(set, &kid), sealed: &sealed };
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
