//! The requests by which the keys of an issuer are found, for a browser to send.

use serde::{Deserialize, Serialize};

use super::pasted_keys::{InvalidKeys, PastedKeys, read_keys};
use crate::issuer::{InvalidIssuer, Issuer};
use crate::keys::discovery::{MAX_BODY_LENGTH, TIMEOUT_MS, Unacceptable, read_configuration, read_key_set};

/// A GET request, with the limits of the gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DiscoveryRequest {
    /// The address.
    pub url: String,
    /// How long it may take.
    pub timeout_ms: u32,
    /// The longest response, in bytes after decompression.
    pub max_body_length: usize,
}

/// An issuer, and the text of its configuration.
#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Configuration {
    /// The issuer.
    pub issuer: String,
    /// Its configuration.
    pub configuration: String,
}

/// An issuer, and the texts of its configuration, if the key set was found by it, and of its key set.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Published {
    /// The issuer.
    pub issuer: String,
    /// Its configuration.
    pub configuration: Option<String>,
    /// Its key set.
    pub key_set: String,
}

/// Why the keys of an issuer are not found.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub enum DiscoveryError {
    /// It is no issuer.
    Issuer(#[from] InvalidIssuer),
    /// The gateway would reject a response.
    Response(#[from] Unacceptable),
    /// The key set cannot be shown.
    Keys(#[from] InvalidKeys),
}

impl DiscoveryRequest {
    /// A request for a document of an issuer.
    pub(super) fn new(url: String) -> Self {
        Self { url, timeout_ms: TIMEOUT_MS, max_body_length: MAX_BODY_LENGTH }
    }

    /// The request for the configuration of an issuer.
    pub fn for_configuration(issuer: &str) -> Result<Self, DiscoveryError> {
        Ok(Self::new(Issuer::try_from(issuer)?.discovery_url()))
    }

    /// The request for the keys of an issuer.
    pub fn for_keys(Configuration { issuer, configuration }: &Configuration) -> Result<Self, DiscoveryError> {
        let issuer = Issuer::try_from(&**issuer)?;
        Ok(Self::new(read_configuration(&issuer, configuration.as_bytes())?))
    }
}

/// The keys that an issuer publishes, if the gateway would accept its configuration and its key set.
pub fn read_published(
    Published { issuer, configuration, key_set }: &Published,
) -> Result<PastedKeys, DiscoveryError> {
    let issuer = Issuer::try_from(&**issuer)?;
    if let Some(configuration) = configuration {
        read_configuration(&issuer, configuration.as_bytes())?;
    }
    read_key_set(key_set.as_bytes())?;
    Ok(read_keys(key_set)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn requests_lead_from_the_issuer_to_its_keys() {
        let issuer = "https://a.example/".to_owned();
        let request = DiscoveryRequest::for_configuration(&issuer).unwrap();
        assert_eq!(request.url, "https://a.example/.well-known/openid-configuration");
        let configuration = json!({ "issuer": issuer, "jwks_uri": "https://a.example/keys" }).to_string();
        let question = Configuration { issuer: issuer.clone(), configuration: configuration.clone() };
        let request = DiscoveryRequest::for_keys(&question).unwrap();
        assert_eq!((&*request.url, request.timeout_ms), ("https://a.example/keys", TIMEOUT_MS));
        let key =
            json!({ "kty": "OKP", "crv": "Ed25519", "x": "mNt0DE_2fFiIjtWYIgmWQhIXFyWvULnxrqELULUkWOw" });
        let key_set = json!({ "keys": [key] }).to_string();
        for configuration in [Some(configuration), None] {
            let published = Published { issuer: issuer.clone(), configuration, key_set: key_set.clone() };
            assert_eq!(read_published(&published).unwrap().keys, std::slice::from_ref(&key));
        }
    }

    #[test]
    fn what_the_gateway_would_reject_is_rejected() {
        let error = DiscoveryRequest::for_configuration("a.example").unwrap_err();
        assert_eq!(error.to_string(), InvalidIssuer.to_string());
        let (issuer, configuration) = ("https://a.example".to_owned(), "{}".to_owned());
        let error = DiscoveryRequest::for_keys(&Configuration { issuer, configuration }).unwrap_err();
        assert_eq!(error.to_string(), Unacceptable::Configuration.to_string());
    }
}
