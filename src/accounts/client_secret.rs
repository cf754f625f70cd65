//! The secret of a service account as its client has it.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};

use super::secret_digest::SecretDigest;

/// How each secret begins, so that secret scanners recognise it.
const PREFIX: &str = "eas_";

/// The characters of a checksum.
const CHECKSUM_LENGTH: usize = 6;

/// A client secret: `eas_`, 43 base64url characters of 32 random bytes, `_`, and the CRC-32 of those characters as six digits in
/// base 62. `Debug` does not show it, and only its digest is stored.
#[derive(Clone, PartialEq)]
pub struct ClientSecret(String);

/// The text is not a client secret, or one with a mistyped character.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`eas_`, 43 characters of base64url, `_` and a checksum of 6 characters")]
pub struct InvalidClientSecret;

impl ClientSecret {
    /// The secret of these random bytes.
    pub fn new(random: &[u8; 32]) -> Self {
        let random = Base64UrlUnpadded::encode_string(random);
        let checksum = checksum(&random);
        Self([PREFIX, &random, "_", &checksum].concat())
    }

    /// The secret itself, for the one answer that shows it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    pub fn digest(&self) -> SecretDigest {
        SecretDigest::of(&self.0)
    }
}

impl TryFrom<&str> for ClientSecret {
    type Error = InvalidClientSecret;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        let random = text.strip_prefix(PREFIX).and_then(|rest| rest.get(..43)).ok_or(InvalidClientSecret)?;
        let bytes = Base64UrlUnpadded::decode_vec(random).map_err(|_| InvalidClientSecret)?;
        let secret = Self::new(&bytes.try_into().map_err(|_| InvalidClientSecret)?);
        if secret.0 == text { Ok(secret) } else { Err(InvalidClientSecret) }
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret")
    }
}

/// The CRC-32 of a text in base 62, the most significant digit first.
fn checksum(text: &str) -> String {
    let mut rest = crc32(text.as_bytes());
    let mut digits = [b'0'; CHECKSUM_LENGTH];
    for digit in digits.iter_mut().rev() {
        *digit = match u8::try_from(rest % 62).unwrap_or_default() {
            value @ 0..=9 => b'0' + value,
            value @ 10..=35 => b'A' + value - 10,
            value => b'a' + value - 36,
        };
        rest /= 62;
    }
    digits.map(char::from).iter().collect()
}

/// The CRC-32 of ISO-HDLC, bit by bit: it is computed for few bytes.
fn crc32(bytes: &[u8]) -> u32 {
    let shift = |crc: u32| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
    let add = |crc: u32, byte: &u8| (0..8).fold(crc ^ u32::from(*byte), |crc, _| shift(crc));
    !bytes.iter().fold(!0, add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_its_form() {
        let secret = ClientSecret::new(&[0; 32]);
        assert_eq!(secret.reveal(), format!("eas_{}_{}", "A".repeat(43), checksum(&"A".repeat(43))));
        for random in [[0; 32], [0xff; 32], [7; 32]] {
            let secret = ClientSecret::new(&random);
            assert_eq!(secret.reveal().len(), 54);
            assert!(secret.reveal().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'));
            assert_eq!(ClientSecret::try_from(secret.reveal()), Ok(secret));
        }
    }

    #[test]
    fn a_checksum_is_a_crc_32_in_base_62() {
        // The check value of the catalogue of parametrised CRC algorithms.
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(checksum("123456789"), "3jZRME");
        assert_eq!(checksum(""), "000000");
    }

    #[test]
    fn a_mistyped_secret_is_noticed() {
        let secret = ClientSecret::new(&[9; 32]).reveal().to_owned();
        for place in 0..secret.len() {
            let mut typed = secret.clone().into_bytes();
            typed[place] = if typed[place] == b'x' { b'y' } else { b'x' };
            let typed = String::from_utf8(typed).unwrap();
            assert_eq!(ClientSecret::try_from(&*typed), Err(InvalidClientSecret), "{typed}");
        }
        let long = format!("{secret}0");
        for bad in ["", "eas_", secret.split_at(53).0, &long, "eas_ääääääääääääääääääääääääääää"]
        {
            assert_eq!(ClientSecret::try_from(bad), Err(InvalidClientSecret), "{bad}");
        }
    }

    #[test]
    fn debug_does_not_show_the_secret() {
        let secret = ClientSecret::new(&[9; 32]);
        assert_eq!(format!("{secret:?} {:?}", secret.digest()), "ClientSecret SecretDigest");
    }
}
