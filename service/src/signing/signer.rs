//! Signing in the name of the gateway.

use std::collections::BTreeMap;
use std::sync::Mutex;

use edge_authorizer::accounts::{SigningSet, UnsignedJws};
use edge_authorizer::{NumericDate, Unavailable};
use serde::Serialize;

use crate::host::{
    Clock, Failure, LogSink, PrivateKey, Sealer, Signer, SigningHost, SigningKeySource, SigningKeysResponse,
};
use crate::lock::lock;
use crate::log::warning;
use crate::sealing::{Purpose, SealingKeys};

/// The keys as they were given last. The private one is sealed here, too: the host keeps it to sign with.
#[derive(Debug, Default)]
pub struct SigningMemory(Mutex<BTreeMap<SigningSet, Kept>>);

#[derive(Clone, Debug)]
struct Kept {
    keys: SigningKeysResponse,
    /// When the next request asks for them again, while others go on with these.
    asked_again: NumericDate,
}

/// When keys are asked for again, as a part of the time for which they may be used.
const RENEWAL: f64 = 0.8;

/// How long nothing else asks while a request does, in seconds.
const PATIENCE: f64 = 5.0;

impl SigningMemory {
    /// The keys, asked for where they are stored if those kept are too old.
    pub async fn keys(
        &self,
        host: &(impl SigningKeySource + Clock),
        set: SigningSet,
    ) -> Result<SigningKeysResponse, Unavailable> {
        let began = host.now();
        let kept = self.kept(set, began);
        if let Some(kept) = kept.as_ref().filter(|kept| began < kept.asked_again) {
            return Ok(kept.keys.clone());
        }
        let Ok(keys) = host.ask_signing_keys(set).await else {
            return kept.map(|kept| kept.keys).ok_or(Unavailable);
        };
        let life = keys.until.as_seconds() - began.as_seconds();
        let kept = Kept { keys: keys.clone(), asked_again: began.plus(RENEWAL * life) };
        lock(&self.0).insert(set, kept);
        Ok(keys)
    }

    /// The keys that may still be used at `now`. If it is time to ask again, one request does, and the others use
    /// those that are kept.
    fn kept(&self, set: SigningSet, now: NumericDate) -> Option<Kept> {
        let mut all = lock(&self.0);
        let kept = all.get_mut(&set).filter(|kept| now < kept.keys.until)?;
        let given = kept.clone();
        if kept.asked_again <= now {
            kept.asked_again = now.plus(PATIENCE);
        }
        Some(given)
    }
}

/// What a key of a set is sealed for.
pub fn purpose(set: SigningSet, kid: &str) -> Purpose<'_> {
    let name = kid;
    match set {
        SigningSet::AccessTokens => Purpose { kind: "signing-key", name },
        SigningSet::Assertions => Purpose { kind: "assertion-key", name },
    }
}

/// A compact JWS of the type `typ` with these claims, signed with the current key for access tokens.
pub async fn sign(
    host: &impl SigningHost,
    memory: &SigningMemory,
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

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use serde_json::json;

    use super::*;

    /// A host whose first question is not answered yet.
    #[derive(Default)]
    struct Host {
        now: Cell<f64>,
        asked: Cell<usize>,
        is_slow: Cell<bool>,
    }

    impl Clock for Host {
        fn now(&self) -> NumericDate {
            NumericDate::from_seconds(self.now.get())
        }
    }

    impl SigningKeySource for Host {
        async fn ask_signing_keys(&self, _set: SigningSet) -> Result<SigningKeysResponse, Unavailable> {
            self.asked.set(self.asked.get() + 1);
            if self.is_slow.get() {
                std::future::pending::<()>().await;
            }
            let (kid, sealed) = (self.asked.get().to_string(), String::new());
            Ok(SigningKeysResponse { kid, sealed, jwks: json!({}), until: self.now().plus(30.0) })
        }
    }

    #[test]
    fn one_request_asks_again_while_others_go_on() {
        let (host, memory) = (Host::default(), SigningMemory::default());
        let get = || {
            let mut future = pin!(memory.keys(&host, SigningSet::AccessTokens));
            match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(keys) => keys.ok().map(|keys| keys.kid),
                Poll::Pending => None,
            }
        };
        assert_eq!(get().as_deref(), Some("1"));
        host.now.set(23.0);
        assert_eq!(get().as_deref(), Some("1"));
        host.now.set(25.0);
        host.is_slow.set(true);
        assert_eq!(get(), None);
        for _ in 0..10 {
            assert_eq!(get().as_deref(), Some("1"));
        }
        assert_eq!(host.asked.get(), 2);
        host.is_slow.set(false);
        host.now.set(30.0);
        assert_eq!(get().as_deref(), Some("3"));
    }
}
