//! The issuers of a scenario, their keys, and what takes the place of signatures.

use std::sync::{Arc, LazyLock};

use edge_authorizer::KeyOutcome;
use edge_authorizer::{Jwk, KeySet, SignatureCheck};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

#[derive(Arbitrary, Clone, Copy, Debug, PartialEq)]
pub enum Issuer {
    A,
    B,
    Unknown,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Kid {
    Rsa,
    Ec,
    Ed,
    Unknown,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Algorithm {
    Rs256,
    Ps256,
    Es256,
    EdDsa,
    None,
    Hs256,
}

/// The keys of both issuers: other keys under the same ids.
static KEYS: LazyLock<[Arc<KeySet>; 2]> = LazyLock::new(|| {
    let all: Value = serde_json::from_str(include_str!("../../tests/keys.json")).expect("JSON");
    let key = |name: &str, kid: &str| {
        let mut jwk = all[name]["jwk"].clone();
        jwk["kid"] = kid.into();
        jwk
    };
    let sets = [
        json!({"keys": [key("rsa-1", "rsa"), key("ec256-1", "ec"), key("ed25519-1", "ed")]}),
        json!({"keys": [key("rsa-2", "rsa"), key("ec256-2", "ec")]}),
    ];
    sets.map(|set| Arc::new(KeySet::parse(&set).expect("a set")))
});

impl Issuer {
    pub fn name(self) -> &'static str {
        match self {
            Self::A => "https://a.example",
            Self::B => "https://b.example/",
            Self::Unknown => "https://a.example/",
        }
    }

    /// The issuer of a name.
    pub fn of(name: &str) -> Self {
        [Self::A, Self::B].into_iter().find(|issuer| issuer.name() == name).unwrap_or(Self::Unknown)
    }

    /// Its keys, if it is one of the two that have some.
    pub fn keys(self) -> Option<&'static Arc<KeySet>> {
        match self {
            Self::A => Some(&KEYS[0]),
            Self::B => Some(&KEYS[1]),
            Self::Unknown => None,
        }
    }
}

impl Kid {
    pub fn name(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::Ec => "ec",
            Self::Ed => "ed",
            Self::Unknown => "unknown",
        }
    }
}

impl Algorithm {
    /// The key that is for it.
    pub fn kid(self) -> Kid {
        match self {
            Self::Rs256 | Self::Ps256 => Kid::Rsa,
            Self::Es256 => Kid::Ec,
            Self::EdDsa => Kid::Ed,
            Self::None | Self::Hs256 => Kid::Unknown,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::None => "none",
            Self::Hs256 => "HS256",
        }
    }
}

/// A signature for lack of a platform: who has the key makes it, and no other input has the same.
pub fn signature(key: &Jwk, input: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(key.thumbprint()).chain_update(input).finalize().into()
}

/// What the platform says about a signature.
pub fn check(check: &SignatureCheck<'_>) -> KeyOutcome {
    let is_right = check.signature == signature(check.key, check.signing_input);
    if is_right { KeyOutcome::Verified } else { KeyOutcome::WrongSignature }
}
