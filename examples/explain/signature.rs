//! Signature checks by a native library, as the platform makes them in the worker.

use aws_lc_rs::signature::{
    self, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};
use base64ct::{Base64UrlUnpadded, Encoding};
use edge_authorizer::KeyOutcome;
use edge_authorizer::SignatureCheck;
use serde_json::Value;

/// Checks a signature.
pub fn check(check: &SignatureCheck<'_>) -> KeyOutcome {
    is_right(check).map_or(KeyOutcome::KeyRefused, |is_right| {
        if is_right { KeyOutcome::Verified } else { KeyOutcome::WrongSignature }
    })
}

/// Whether the signature is the key's; nothing where the key is none for the algorithm.
fn is_right(check: &SignatureCheck<'_>) -> Option<bool> {
    let jwk: Value = serde_json::from_str(check.key.public_jwk()).ok()?;
    let number = |name: &str| Base64UrlUnpadded::decode_vec(jwk.get(name)?.as_str()?).ok();
    let rsa = |parameters: &'static RsaParameters| {
        let key = RsaPublicKeyComponents { n: number("n")?, e: number("e")? };
        Some(key.verify(parameters, check.signing_input, check.signature).is_ok())
    };
    let raw = |algorithm: &'static dyn VerificationAlgorithm, key: Vec<u8>| {
        Some(UnparsedPublicKey::new(algorithm, key).verify(check.signing_input, check.signature).is_ok())
    };
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
