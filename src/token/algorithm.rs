//! The signature algorithms: everything about one in one row.

use std::fmt;

use serde::Serialize;

/// A digital signature algorithm of RFC 7518 (section 3.1) or RFC 8037. HMAC and `none` are not supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Algorithm(&'static Row);

#[derive(Debug, PartialEq, Eq)]
struct Row {
    name: &'static str,
    scheme: Scheme,
    /// The hash, by its WebCrypto name; empty where the scheme fixes it.
    hash: &'static str,
}

/// How a signature is made, and with it the type of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// RSASSA-PKCS1-v1_5 (RFC 8017, section 8.2).
    RsaPkcs1,
    /// RSASSA-PSS with a salt as long as the hash, in bytes (RFC 7518, section 3.5).
    RsaPss {
        /// The length of the salt, in bytes.
        salt_length: u8,
    },
    /// ECDSA over the named curve, the signature as `r` and `s` one after the other.
    Ecdsa {
        /// The curve, as in a JWK's `crv`.
        curve: &'static str,
    },
    /// `EdDSA` over Ed25519.
    Ed25519,
}

const fn rsa(name: &'static str, hash: &'static str) -> Row {
    Row { name, scheme: Scheme::RsaPkcs1, hash }
}

const fn pss(name: &'static str, hash: &'static str, salt_length: u8) -> Row {
    Row { name, scheme: Scheme::RsaPss { salt_length }, hash }
}

const fn ecdsa(name: &'static str, hash: &'static str, curve: &'static str) -> Row {
    Row { name, scheme: Scheme::Ecdsa { curve }, hash }
}

static TABLE: [Row; 10] = [
    rsa("RS256", "SHA-256"),
    rsa("RS384", "SHA-384"),
    rsa("RS512", "SHA-512"),
    pss("PS256", "SHA-256", 32),
    pss("PS384", "SHA-384", 48),
    pss("PS512", "SHA-512", 64),
    ecdsa("ES256", "SHA-256", "P-256"),
    ecdsa("ES384", "SHA-384", "P-384"),
    ecdsa("ES512", "SHA-512", "P-521"),
    Row { name: "EdDSA", scheme: Scheme::Ed25519, hash: "" },
];

impl Algorithm {
    /// All of them, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(Self)
    }

    /// Its name in the header's `alg`.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// How its signatures are made.
    pub fn scheme(self) -> Scheme {
        self.0.scheme
    }

    /// Its hash, by its WebCrypto name; empty for Ed25519, which fixes its own.
    pub fn hash(self) -> &'static str {
        self.0.hash
    }
}

/// The name is not that of a supported algorithm.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA")]
pub struct UnsupportedAlgorithm;

impl TryFrom<&str> for Algorithm {
    type Error = UnsupportedAlgorithm;

    fn try_from(name: &str) -> Result<Self, Self::Error> {
        Self::all().find(|algorithm| algorithm.name() == name).ok_or(UnsupportedAlgorithm)
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Algorithm {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_and_hmac_are_unsupported() {
        for bad in ["none", "None", "HS256", "rs256", "ES256K", "RSA1_5", ""] {
            assert_eq!(Algorithm::try_from(bad), Err(UnsupportedAlgorithm), "{bad}");
        }
    }

    #[test]
    fn error_lists_every_algorithm() {
        let names: Vec<_> = Algorithm::all().map(Algorithm::name).collect();
        assert_eq!(UnsupportedAlgorithm.to_string(), format!("one of {}", names.join(", ")));
    }
}
