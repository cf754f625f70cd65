//! A public key for aws-lc-rs. The example `explain` includes this file.

use aws_lc_rs::signature::{
    self, ParsedPublicKey, RsaParameters, RsaPublicKeyComponents, VerificationAlgorithm,
};
use base64ct::{Base64UrlUnpadded, Encoding};
use edge_authorizer::SignatureCheck;
use serde_json::Value;

/// The key of a check; `None` where it is none for the algorithm.
pub fn parse(check: &SignatureCheck<'_>) -> Option<ParsedPublicKey> {
    let jwk: Value = serde_json::from_str(check.key.public_jwk()).ok()?;
    let number = |name: &str| Base64UrlUnpadded::decode_vec(jwk.get(name)?.as_str()?).ok();
    let rsa = |parameters: &'static RsaParameters| {
        let key = RsaPublicKeyComponents { n: number("n")?, e: number("e")? };
        key.to_parsed_public_key(parameters).ok()
    };
    let raw = |algorithm: &'static dyn VerificationAlgorithm, key: Vec<u8>| {
        ParsedPublicKey::new(algorithm, key).ok()
    };
    // SEC 1, section 2.3.3: 4, then both coordinates.
    let point = || Some([vec![4], number("x")?, number("y")?].concat());
    match check.algorithm.name() {
        "RS256" => rsa(&signature::RSA_PKCS1_2048_8192_SHA256),
        "RS384" => rsa(&signature::RSA_PKCS1_2048_8192_SHA384),
        "RS512" => rsa(&signature::RSA_PKCS1_2048_8192_SHA512),
        "PS256" => rsa(&signature::RSA_PSS_2048_8192_SHA256),
        "PS384" => rsa(&signature::RSA_PSS_2048_8192_SHA384),
        "PS512" => rsa(&signature::RSA_PSS_2048_8192_SHA512),
        "ES256" => raw(&signature::ECDSA_P256_SHA256_FIXED, point()?),
        "ES384" => raw(&signature::ECDSA_P384_SHA384_FIXED, point()?),
        "ES512" => raw(&signature::ECDSA_P521_SHA512_FIXED, point()?),
        "EdDSA" => raw(&signature::ED25519, number("x")?),
        _ => None,
    }
}
