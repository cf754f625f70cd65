//! Public keys in PEM (RFC 7468), as JWKs.

use base64ct::{Base64Unpadded, Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};

use super::der::{BIT_STRING, Element, FIELD_0, INTEGER, OBJECT_ID, elements, sequence};

/// The label of a public key (RFC 7468, section 13).
const PUBLIC_KEY: &str = "PUBLIC KEY";

/// The label of a certificate (RFC 7468, section 5).
const CERTIFICATE: &str = "CERTIFICATE";

/// A block is no public key.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a {} that is not one of RSA, EC or Ed25519", .0.to_lowercase())]
pub struct NoPublicKey(String);

/// The keys of a text in PEM. A text without a label is a public key: Keycloak shows the base64 alone.
pub fn read_pem(text: &str) -> Result<Vec<Value>, NoPublicKey> {
    let mut blocks: Vec<_> = blocks(text).collect();
    if blocks.is_empty() {
        blocks.push((PUBLIC_KEY, text));
    }
    let jwk = |(label, base64)| read_block(label, base64).ok_or_else(|| NoPublicKey(label.to_owned()));
    blocks.into_iter().map(jwk).collect()
}

/// The labels and contents of the blocks.
fn blocks(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("-----BEGIN ").skip(1).filter_map(|block| {
        let (label, rest) = block.split_once("-----")?;
        let (base64, end) = rest.split_once("-----END ")?;
        end.starts_with(label).then_some((label, base64))
    })
}

fn read_block(label: &str, base64: &str) -> Option<Value> {
    let base64: String = base64.split_whitespace().collect();
    let der = Base64Unpadded::decode_vec(base64.trim_end_matches('=')).ok()?;
    let [outer] = elements(&der)?[..] else { return None };
    match label {
        PUBLIC_KEY => read_key(&outer),
        CERTIFICATE => read_key(&key_of_certificate(&outer)?),
        _ => None,
    }
}

/// The `subjectPublicKeyInfo` of a certificate (RFC 5280, section 4.1): the seventh field, or the sixth without a version.
fn key_of_certificate<'d>(certificate: &Element<'d>) -> Option<Element<'d>> {
    let fields = sequence(sequence(certificate)?.first()?)?;
    let has_version = fields.first()?.tag == FIELD_0;
    fields.get(if has_version { 6 } else { 5 }).copied()
}

const RSA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
const EC: &[u8] = b"\x2a\x86\x48\xce\x3d\x02\x01";
const ED25519: &[u8] = b"\x2b\x65\x70";
const CURVES: [(&[u8], &str); 3] = [
    (b"\x2a\x86\x48\xce\x3d\x03\x01\x07", "P-256"),
    (b"\x2b\x81\x04\x00\x22", "P-384"),
    (b"\x2b\x81\x04\x00\x23", "P-521"),
];

/// The JWK (RFC 7518, section 6) of a `subjectPublicKeyInfo`.
fn read_key(info: &Element) -> Option<Value> {
    let [algorithm, Element { tag: BIT_STRING, content: [0, key @ ..] }] = &sequence(info)?[..] else {
        return None;
    };
    let [Element { tag: OBJECT_ID, content: id }, parameters @ ..] = &sequence(algorithm)?[..] else {
        return None;
    };
    match *id {
        RSA => rsa(key),
        EC => ec(parameters.first()?, key),
        ED25519 => Some(json!({ "kty": "OKP", "crv": "Ed25519", "x": base64url(key) })),
        _ => None,
    }
}

/// RFC 8017, appendix A.1.1.
fn rsa(key: &[u8]) -> Option<Value> {
    let [outer] = elements(key)?[..] else { return None };
    let [Element { tag: INTEGER, content: modulus }, Element { tag: INTEGER, content: exponent }] =
        sequence(&outer)?[..]
    else {
        return None;
    };
    // A number whose first bit is set has a zero before it.
    let unsigned = |number: &[u8]| base64url(number.strip_prefix(&[0]).unwrap_or(number));
    Some(json!({ "kty": "RSA", "n": unsigned(modulus), "e": unsigned(exponent) }))
}

/// RFC 5480, section 2.2: a point that is not compressed.
fn ec(curve: &Element, point: &[u8]) -> Option<Value> {
    let (_, name) = CURVES.iter().find(|(id, _)| curve.tag == OBJECT_ID && curve.content == *id)?;
    let [4, coordinates @ ..] = point else { return None };
    let (x, y) = coordinates.split_at_checked(coordinates.len() / 2)?;
    Some(json!({ "kty": "EC", "crv": name, "x": base64url(x), "y": base64url(y) }))
}

fn base64url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const P521: &str = "MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQBWrTGYRi06SdfckvsHewKMbo2ldGf44iogYOtcB4o6YbW9d/eE1UKfFS8
        +AAEKRyPO8GvxGS5tA6/w7bTMidmHTIBUHd5pd/XfeMsLjd1+XmMeVFaXeGXMcWiOTY4SxDWYNqdoKj4ovA5bgRWfj1TwpfLteeOLnmhh2y8
        ks6VCi0zvs8=";
    const CERTIFICATE_OF_P256: &str = "
        MIIBbTCCAROgAwIBAgIUYFx6V0MI8PUcSTFyB8wFjqZItowwCgYIKoZIzj0EAwIwDDEKMAgGA1UEAwwBYTAeFw0yNjExMjYxNjIyMDJaFw0y
        NjExMjcxNjIyMDJaMAwxCjAIBgNVBAMMAWEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAR22CqsNzvOEqkapc2Vze5ytMlUV24aZqSEeSws
        juzgDSYVu4yKRShIZSBtxsIgiFCB1x3VVMOxa4xf7I8FEZSZo1MwUTAdBgNVHQ4EFgQUgMz3OSZ5JD1EumuORsuPhbDtUVQwHwYDVR0jBBgw
        FoAUgMz3OSZ5JD1EumuORsuPhbDtUVQwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBkJk2sKIGmpaEgVt8WAtgfnEi2HF5B
        +vcbpnUvnGL3SgIhAIuV87WArQ0XRdqxLOnk90L2BL/kXcjCwCtz+p0R42eD";

    fn pem(label: &str, base64: &str) -> String {
        format!("-----BEGIN {label}-----\n{base64}\n-----END {label}-----\n")
    }

    fn rsa() -> (&'static str, Value) {
        let base64 = "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAM5tVyNPX5JUCv8WIV99qBD5/IoOPTXa/KE3YgPHyt8IfMi58npf8gpU8w9Nq1EyAUgbnfSjX8B5THrygXBvDXcCAwEAAQ==";
        let modulus =
            "zm1XI09fklQK_xYhX32oEPn8ig49Ndr8oTdiA8fK3wh8yLnyel_yClTzD02rUTIBSBud9KNfwHlMevKBcG8Ndw";
        (base64, json!({ "kty": "RSA", "n": modulus, "e": "AQAB" }))
    }

    fn ed25519() -> (&'static str, Value) {
        let base64 = "MCowBQYDK2VwAyEAmNt0DE/2fFiIjtWYIgmWQhIXFyWvULnxrqELULUkWOw=";
        let key = "mNt0DE_2fFiIjtWYIgmWQhIXFyWvULnxrqELULUkWOw";
        (base64, json!({ "kty": "OKP", "crv": "Ed25519", "x": key }))
    }

    #[test]
    fn keys_of_each_kind_become_jwks() {
        for (base64, jwk) in [rsa(), ed25519()] {
            assert_eq!(read_pem(&pem(PUBLIC_KEY, base64)), Ok(vec![jwk]));
        }
        let p521 = json!({
            "kty": "EC", "crv": "P-521",
            "x": "AVq0xmEYtOknX3JL7B3sCjG6NpXRn-OIqIGDrXAeKOmG1vXf3hNVCnxUvPgABCkcjzvBr8RkubQOv8O20zInZh0y",
            "y": "AVB3eaXf133jLC43dfl5jHlRWl3hlzHFojk2OEsQ1mDanaCo-KLwOW4EVn49U8KXy7Xnji55oYdsvJLOlQotM77P"
        });
        assert_eq!(read_pem(&pem(PUBLIC_KEY, P521)), Ok(vec![p521]));
        let p256 = json!({
            "kty": "EC", "crv": "P-256",
            "x": "dtgqrDc7zhKpGqXNlc3ucrTJVFduGmakhHksLI7s4A0",
            "y": "JhW7jIpFKEhlIG3GwiCIUIHXHdVUw7FrjF_sjwURlJk"
        });
        assert_eq!(read_pem(&pem(CERTIFICATE, CERTIFICATE_OF_P256)), Ok(vec![p256]));
    }

    #[test]
    fn text_may_have_several_blocks_or_base64_alone() {
        let ((rsa, rsa_jwk), (ed25519, ed25519_jwk)) = (rsa(), ed25519());
        let text = format!("a note\n{}\n{}", pem(PUBLIC_KEY, rsa), pem(PUBLIC_KEY, ed25519));
        assert_eq!(read_pem(&text), Ok(vec![rsa_jwk, ed25519_jwk.clone()]));
        assert_eq!(read_pem(ed25519.trim_end_matches('=')), Ok(vec![ed25519_jwk]));
    }

    #[test]
    fn anything_else_is_no_public_key() {
        let x25519 = "MCowBQYDK2VuAyEAhf6CxGP9vHrIxKw67eRj6avNuQg00+IiAhOpx0dAKV0=";
        let (rsa, _) = rsa();
        for text in [
            "no key".to_owned(),
            pem(PUBLIC_KEY, "AAAA"),
            pem(PUBLIC_KEY, x25519),
            pem(PUBLIC_KEY, CERTIFICATE_OF_P256),
            pem(CERTIFICATE, rsa),
            pem(PUBLIC_KEY, rsa.get(..80).unwrap()),
        ] {
            assert!(read_pem(&text).is_err(), "{text}");
        }
        let error = read_pem(&pem("PRIVATE KEY", rsa)).unwrap_err();
        assert_eq!(error.to_string(), "a private key that is not one of RSA, EC or Ed25519");
    }
}
