//! The administrators' tokens.

use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::host::LogSink;
use crate::log::warning;

/// The fewest characters of a token. A shorter one could be guessed.
const MIN_LENGTH: usize = 32;

/// The digests of the tokens of platform administrators.
#[derive(Default)]
pub struct AdminTokens(Vec<[u8; 32]>);

impl AdminTokens {
    /// Reads the secrets `ADMIN_TOKEN`, and `ADMIN_TOKEN_PREVIOUS` while it is being changed. One that is too short is ignored,
    /// and the log says so.
    pub fn read(secret: impl Fn(&str) -> Option<String>, log: &impl LogSink) -> Self {
        let mut digests = Vec::new();
        for name in ["ADMIN_TOKEN", "ADMIN_TOKEN_PREVIOUS"] {
            let token = secret(name).unwrap_or_default();
            if token.chars().count() >= MIN_LENGTH {
                digests.push(Sha256::digest(token.as_bytes()).into());
            } else if !token.is_empty() {
                let reason = format_args!(
                    "fewer than {MIN_LENGTH} characters, so it is ignored; set a longer random secret"
                );
                warning(log, "secret_too_short", name, reason);
            }
        }
        Self(digests)
    }

    /// Whether `token` is one of them. Digests are compared in constant time, so neither content nor length shows.
    pub fn contain(&self, token: &str) -> bool {
        let given = Sha256::digest(token.as_bytes());
        let found = self.0.iter().fold(Choice::from(0), |found, digest| found | digest[..].ct_eq(&given));
        found.into()
    }
}

impl std::fmt::Debug for AdminTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AdminTokens")
    }
}
