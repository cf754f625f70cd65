//! Discovery: reading an issuer's configuration and, through it, its keys.

use serde_json::Value;

use crate::excerpt::excerpt;
use crate::issuer::Issuer;
use crate::keys::fetched_keys::FetchedKeys;
use crate::token::strict_json;

/// How long one fetch may take, in milliseconds.
pub const TIMEOUT_MS: u32 = 5_000;

/// The longest response that is read, in bytes after decompression.
pub const MAX_BODY_LENGTH: usize = 256 * 1024;

/// The longest `jwks_uri`, in bytes.
const MAX_KEYS_URL_BYTES: usize = 2048;

/// Why an issuer's response is rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unacceptable {
    /// The configuration is not a JSON object with `issuer` and `jwks_uri`, or has a member twice.
    #[error("the configuration is not a JSON object with `issuer` and `jwks_uri`, or names a member twice")]
    Configuration,
    /// The address of the keys is too long.
    #[error("the configuration's `jwks_uri` has more than {MAX_KEYS_URL_BYTES} bytes")]
    KeysUrl,
    /// The configuration belongs to another issuer (OpenID Connect Discovery 1.0, section 4.3).
    #[error("the configuration is that of the issuer `{0}`{hint}", hint = hint(.0))]
    OtherIssuer(String),
    /// It is not a key set, or has a duplicate member.
    #[error("the key set is not a JSON object with at most 100 `keys`, or names a member twice")]
    KeySet,
    /// The key set has no key that could verify a token.
    #[error("the key set has no usable key")]
    NoUsableKey,
}

/// The `jwks_uri` of `issuer`'s configuration.
pub fn read_configuration(issuer: &Issuer, body: &[u8]) -> Result<String, Unacceptable> {
    let configuration: Value = strict_json::from_slice(body).map_err(|_| Unacceptable::Configuration)?;
    let member = |name| configuration.get(name).and_then(Value::as_str).ok_or(Unacceptable::Configuration);
    let named = member("issuer")?;
    if named != issuer.as_str() {
        return Err(Unacceptable::OtherIssuer(excerpt(named, MAX_NAMED_BYTES).to_owned()));
    }
    let keys_url = member("jwks_uri")?;
    if keys_url.len() > MAX_KEYS_URL_BYTES {
        return Err(Unacceptable::KeysUrl);
    }
    Ok(keys_url.to_owned())
}

/// The most bytes of a foreign issuer, or of an address that failed, in an error.
pub const MAX_NAMED_BYTES: usize = 300;

/// A hint at the usual mistake with an issuer like this.
fn hint(named: &str) -> &'static str {
    if named.starts_with("https://sts.windows.net/") {
        "; Entra ID's v1 tokens have that issuer, its v2 tokens `https://login.microsoftonline.com/<tenant>/v2.0`"
    } else if named.starts_with("https://login.microsoftonline.com/") {
        "; Entra ID's v2 tokens have that issuer, its v1 tokens `https://sts.windows.net/<tenant>/`"
    } else {
        "; it has to be the same to the letter, mind a slash at the end"
    }
}

/// The keys of a response; at least one is usable.
pub fn read_key_set(body: &[u8]) -> Result<FetchedKeys, Unacceptable> {
    let jwks: Value = strict_json::from_slice(body).map_err(|_| Unacceptable::KeySet)?;
    let published = FetchedKeys::new(jwks).map_err(|_| Unacceptable::KeySet)?;
    if published.keys().keys().is_empty() {
        return Err(Unacceptable::NoUsableKey);
    }
    Ok(published)
}

/// How many seconds a response may be cached, by its `Cache-Control` (RFC 9111, section 5.2.2). A directive that forbids caching
/// takes precedence.
pub fn max_age(cache_control: &str) -> Option<f64> {
    let mut max_age = None;
    for directive in cache_control.split(',').map(|directive| directive.trim().to_ascii_lowercase()) {
        if matches!(&*directive, "no-store" | "no-cache") {
            return Some(0.0);
        }
        let seconds = directive.strip_prefix("max-age=").map(|seconds| seconds.trim_matches('"'));
        max_age = max_age.or(seconds.and_then(|seconds| seconds.parse::<u32>().ok()));
    }
    max_age.map(f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configuration_of_another_issuer_is_rejected() {
        let issuer = Issuer::try_from("https://a.example/").unwrap();
        let read = |body: &str| read_configuration(&issuer, body.as_bytes());
        assert_eq!(read(r#"{"issuer":"https://a.example/","jwks_uri":"u"}"#), Ok("u".to_owned()));
        let other = read(r#"{"issuer":"https://a.example","jwks_uri":"u"}"#).unwrap_err();
        assert_eq!(other, Unacceptable::OtherIssuer("https://a.example".to_owned()));
        assert!(other.to_string().contains("mind a slash"));
        assert_eq!(read(r#"{"issuer":"https://a.example/"}"#), Err(Unacceptable::Configuration));
        assert_eq!(read("<html>"), Err(Unacceptable::Configuration));
    }

    #[test]
    fn an_address_of_keys_has_at_most_2048_bytes() {
        let issuer = Issuer::try_from("https://a.example/").unwrap();
        let read = |length: usize| {
            let url = format!("https://{}", "x".repeat(length - 8));
            let body = format!(r#"{{"issuer":"https://a.example/","jwks_uri":"{url}"}}"#);
            read_configuration(&issuer, body.as_bytes()).map(|url| url.len())
        };
        assert_eq!(
            [read(2048), read(2049), read(200_000)],
            [Ok(2048), Err(Unacceptable::KeysUrl), Err(Unacceptable::KeysUrl)]
        );
    }

    #[test]
    fn foreign_issuer_is_shortened_in_the_error() {
        let issuer = Issuer::try_from("https://a.example/").unwrap();
        let body = format!(r#"{{"issuer":"{}","jwks_uri":"u"}}"#, "ü".repeat(50_000));
        let Err(Unacceptable::OtherIssuer(named)) = read_configuration(&issuer, body.as_bytes()) else {
            panic!("a foreign issuer")
        };
        assert_eq!(named.len(), MAX_NAMED_BYTES);
    }

    #[test]
    fn duplicate_members_are_rejected_at_any_depth() {
        let issuer = Issuer::try_from("https://a.example/").unwrap();
        let twice = br#"{"issuer":"https://a.example/","jwks_uri":"https://a.example/1","jwks_uri":"https://a.example/2"}"#;
        assert_eq!(read_configuration(&issuer, twice), Err(Unacceptable::Configuration));
        let x = "A".repeat(43);
        let key = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}"#);
        assert!(read_key_set(format!(r#"{{"keys":[{key}]}}"#).as_bytes()).is_ok());
        for body in [
            format!(r#"{{"keys":[{key}],"keys":[{key}]}}"#),
            format!(r#"{{"keys":[{}]}}"#, key.replace('}', r#","use":"sig","use":"sig"}"#)),
        ] {
            assert_eq!(read_key_set(body.as_bytes()).unwrap_err(), Unacceptable::KeySet);
        }
    }

    #[test]
    fn key_set_without_usable_keys_is_rejected() {
        let fault = |body: &str| read_key_set(body.as_bytes()).unwrap_err();
        assert_eq!(fault(r#"{"keys":[]}"#), Unacceptable::NoUsableKey);
        assert_eq!(fault(r#"{"keys":[{"kty":"oct","k":"AA"}]}"#), Unacceptable::NoUsableKey);
        assert_eq!(fault("[]"), Unacceptable::KeySet);
    }

    #[test]
    fn max_age_follows_cache_control() {
        for (header, seconds) in [
            ("max-age=600", Some(600.0)),
            ("public, Max-Age=\"60\", must-revalidate", Some(60.0)),
            ("no-store", Some(0.0)),
            ("max-age=600, no-store", Some(0.0)),
            ("max-age=600, No-Cache", Some(0.0)),
            ("no-cache, max-age=600", Some(0.0)),
            ("max-age=60, max-age=600", Some(60.0)),
            ("public, s-maxage=5", None),
            ("max-age=-1", None),
        ] {
            assert_eq!(max_age(header).map(f64::to_bits), seconds.map(f64::to_bits), "{header}");
        }
    }
}
