//! Reading what an issuer publishes: its configuration and, through that, its keys.

use serde_json::Value;

use crate::issuer::Issuer;
use crate::key_record::Published;

/// How long one fetch may take, in milliseconds.
pub const TIMEOUT_MS: u32 = 5_000;

/// The longest answer that is read, in bytes after decompression.
pub const MAX_BODY_LENGTH: usize = 256 * 1024;

/// Why an issuer's answer cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unacceptable {
    /// The configuration is not a JSON object with `issuer` and `jwks_uri`.
    #[error("the configuration is not a JSON object with `issuer` and `jwks_uri`")]
    Configuration,
    /// The configuration is another issuer's (OpenID Connect Discovery 1.0, section 4.3).
    #[error("the configuration is that of the issuer `{0}`{hint}", hint = hint(.0))]
    OtherIssuer(String),
    /// The key set is not one.
    #[error("the key set is not a JSON object with at most 100 `keys`")]
    KeySet,
    /// The key set has no key that could verify a token.
    #[error("the key set has no usable key")]
    NoUsableKey,
}

/// Where `issuer`'s configuration says its keys are: the `jwks_uri`.
pub fn read_configuration(issuer: &Issuer, body: &[u8]) -> Result<String, Unacceptable> {
    let configuration: Value = serde_json::from_slice(body).map_err(|_| Unacceptable::Configuration)?;
    let member = |name| configuration.get(name).and_then(Value::as_str).ok_or(Unacceptable::Configuration);
    let named = member("issuer")?;
    if named != issuer.as_str() {
        return Err(Unacceptable::OtherIssuer(named.chars().take(MAX_NAMED).collect()));
    }
    member("jwks_uri").map(str::to_owned)
}

/// The most characters of a foreign issuer that are repeated.
const MAX_NAMED: usize = 400;

/// What people get wrong with an issuer like this.
fn hint(named: &str) -> &'static str {
    if named.starts_with("https://sts.windows.net/") {
        "; Entra ID's v1 tokens have that issuer, its v2 tokens `https://login.microsoftonline.com/<tenant>/v2.0`"
    } else if named.starts_with("https://login.microsoftonline.com/") {
        "; Entra ID's v2 tokens have that issuer, its v1 tokens `https://sts.windows.net/<tenant>/`"
    } else {
        "; it has to be the same to the letter, mind a slash at the end"
    }
}

/// The keys of an answer; one of them at least is usable.
pub fn read_key_set(body: &[u8]) -> Result<Published, Unacceptable> {
    let jwks: Value = serde_json::from_slice(body).map_err(|_| Unacceptable::KeySet)?;
    let published = Published::new(jwks).map_err(|_| Unacceptable::KeySet)?;
    if published.keys().keys().is_empty() {
        return Err(Unacceptable::NoUsableKey);
    }
    Ok(published)
}

/// How many seconds an answer may be cached, by its `Cache-Control` (RFC 9111, section 5.2.2).
pub fn max_age(cache_control: &str) -> Option<f64> {
    let mut directives = cache_control.split(',').map(|directive| directive.trim().to_ascii_lowercase());
    directives.find_map(|directive| match &*directive {
        "no-store" | "no-cache" => Some(0.0),
        _ => {
            let seconds = directive.strip_prefix("max-age=")?.trim_matches('"');
            seconds.parse::<u32>().ok().map(f64::from)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_speaks_for_its_own_issuer_only() {
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
    fn a_key_set_without_a_usable_key_is_none() {
        let fault = |body: &str| read_key_set(body.as_bytes()).unwrap_err();
        assert_eq!(fault(r#"{"keys":[]}"#), Unacceptable::NoUsableKey);
        assert_eq!(fault(r#"{"keys":[{"kty":"oct","k":"AA"}]}"#), Unacceptable::NoUsableKey);
        assert_eq!(fault("[]"), Unacceptable::KeySet);
    }

    #[test]
    fn an_answer_says_how_long_it_may_be_cached() {
        for (header, seconds) in [
            ("max-age=600", Some(600.0)),
            ("public, Max-Age=\"60\", must-revalidate", Some(60.0)),
            ("no-store", Some(0.0)),
            ("public, s-maxage=5", None),
            ("max-age=-1", None),
        ] {
            assert_eq!(max_age(header).map(f64::to_bits), seconds.map(f64::to_bits), "{header}");
        }
    }
}
