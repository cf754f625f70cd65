//! What binds logins to the browser in which they began.

use base64ct::{Base64UrlUnpadded, Encoding};

use crate::accounts::SecretDigest;

/// The value of the cookie that binds logins to a browser: 32 random bytes in base64url. One serves all tabs. It has no `Debug`.
#[derive(Clone)]
pub struct BrowserBinding(String);

impl BrowserBinding {
    /// A binding of 32 random bytes.
    pub fn new(random: [u8; 32]) -> Self {
        Self(Base64UrlUnpadded::encode_string(&random))
    }

    /// The binding that a browser sent; `None` if no gateway made it.
    pub fn parse(cookie: &str) -> Option<Self> {
        let bytes = Base64UrlUnpadded::decode_vec(cookie).ok()?;
        (bytes.len() == 32).then(|| Self(cookie.to_owned()))
    }

    /// The value of the cookie.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a login remembers of it. Digests are compared in constant time.
    pub fn digest(&self) -> SecretDigest {
        SecretDigest::of(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binding_is_32_bytes() {
        let binding = BrowserBinding::new([7; 32]);
        assert!(
            BrowserBinding::parse(binding.as_str()).is_some_and(|read| read.digest() == binding.digest())
        );
        let cut = binding.as_str().get(..42).unwrap();
        for bad in ["", "x", cut, &format!("{}A", binding.as_str()), &format!("{}=", binding.as_str())] {
            assert!(BrowserBinding::parse(bad).is_none(), "{bad}");
        }
        assert!(BrowserBinding::new([8; 32]).digest() != binding.digest());
    }
}
