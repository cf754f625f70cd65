//! The gateway's credentials at the OpenID Provider.

use base64ct::{Base64, Encoding};

use crate::document_reader::Node;
use crate::login::provider_endpoint::encoded;

/// The gateway's client id at the provider: 1 to 256 printable ASCII characters (RFC 6749, appendix A.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderClientId(String);

/// The gateway's client secret at the provider: 1 to 1024 printable ASCII characters (RFC 6749, appendix A.2). It has no `Debug`.
pub struct ClientSecret(String);

const MAX_ID_BYTES: usize = 256;
const MAX_SECRET_BYTES: usize = 1024;

impl ProviderClientId {
    /// The client id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text is not a client id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("1 to {MAX_ID_BYTES} printable ASCII characters")]
pub struct InvalidProviderClientId;

impl TryFrom<&str> for ProviderClientId {
    type Error = InvalidProviderClientId;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        if is_printable(text, MAX_ID_BYTES) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidProviderClientId)
        }
    }
}

impl ClientSecret {
    /// The secret that was opened from its sealed form.
    pub fn opened(plain: &[u8]) -> Option<Self> {
        let text = str::from_utf8(plain).ok()?;
        is_printable(text, MAX_SECRET_BYTES).then(|| Self(text.to_owned()))
    }

    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let secret = node.value().as_str().and_then(|text| Self::opened(text.as_bytes()));
        if secret.is_none() {
            node.fault_for_secret(format_args!("1 to {MAX_SECRET_BYTES} printable ASCII characters"));
        }
        secret
    }

    /// The secret itself, for sealing it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The value of `Authorization` with which the client authenticates (RFC 6749, section 2.3.1): both parts are form-encoded.
    pub(super) fn basic(&self, client_id: &str) -> String {
        let credentials = format!("{}:{}", encoded(client_id), encoded(&self.0));
        format!("Basic {}", Base64::encode_string(credentials.as_bytes()))
    }
}

fn is_printable(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::BasicCredentials;

    #[test]
    fn basic_credentials_are_form_encoded() {
        for (id, secret, expected) in [
            ("gateway", "s3cret", "gateway:s3cret"),
            ("a:b", "p@ss:w+rd %/=&~", "a%3Ab:p%40ss%3Aw%2Brd%20%25%2F%3D%26~"),
        ] {
            let header = ClientSecret::opened(secret.as_bytes()).unwrap().basic(id);
            assert_eq!(header, format!("Basic {}", Base64::encode_string(expected.as_bytes())));
            let Ok(read) = BasicCredentials::parse(&header) else { panic!("{header}") };
            assert_eq!((&*read.client_id, &*read.secret), (id, secret));
        }
    }
}
