//! What is stored of a password.

use argon2::password_hash::{Ident, PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

/// The work that a hash takes: Argon2id (RFC 9106) with 19 MiB, two passes and one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// A hash that no password has: those of unknown users are checked against it, so that it takes the same time.
const DECOY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$ZGVjb3kgb2YgMTYgYnl0ZQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A password cannot be hashed: there is no memory for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password cannot be hashed")]
pub struct NotHashed;

/// The hash of a password with a random salt, in the PHC string format.
pub fn hash_password(password: &str, salt: &[u8; 16]) -> Result<String, NotHashed> {
    let salt = SaltString::encode_b64(salt).map_err(|_| NotHashed)?;
    let hash = argon2()?.hash_password(password.as_bytes(), &salt).map_err(|_| NotHashed)?;
    Ok(hash.to_string())
}

/// Whether a password is the one that was hashed. Without a hash the answer is no, after the same time.
pub fn verify_password(password: &str, hash: Option<&str>) -> bool {
    let stored = PasswordHash::new(hash.unwrap_or(DECOY));
    let (Ok(stored), Ok(argon2)) = (stored, argon2()) else { return false };
    argon2.verify_password(password.as_bytes(), &stored).is_ok() && hash.is_some()
}

/// Whether a hash was made with other parameters than those of today.
pub fn is_outdated(hash: &str) -> bool {
    let Ok(stored) = PasswordHash::new(hash) else { return true };
    let parameters = Params::try_from(&stored);
    let is_current = parameters.is_ok_and(|parameters| {
        (parameters.m_cost(), parameters.t_cost(), parameters.p_cost()) == (MEMORY_KIB, PASSES, LANES)
    });
    !(is_current && stored.algorithm == Ident::from(Algorithm::Argon2id))
}

fn argon2() -> Result<Argon2<'static>, NotHashed> {
    let parameters = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| NotHashed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_that_of_one_password() {
        let hash = hash_password("horse staple", &[7; 16]).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$BwcHBwcHBwcHBwcHBwcHBw$"), "{hash}");
        assert!(!is_outdated(&hash));
        for (password, is_right) in [
            ("horse staple", true),
            ("horse staple\0", false),
            ("horse staple ", false),
            ("Horse staple", false),
            ("horse\0staple", false),
            ("", false),
        ] {
            assert_eq!(verify_password(password, Some(&hash)), is_right, "{password:?}");
        }
        assert_ne!(hash_password("horse staple", &[8; 16]).unwrap(), hash);
    }

    #[test]
    fn without_a_hash_the_work_is_done_and_no_password_is_right() {
        assert!(!is_outdated(DECOY), "it takes the same time");
        assert!(!verify_password("", None));
        for broken in ["", "$argon2id$", "horse staple", "$argon2id$v=19$m=19456,t=2,p=1$AAAA"] {
            assert!(!verify_password("horse staple", Some(broken)), "{broken}");
        }
    }

    #[test]
    fn hashes_of_other_parameters_are_verified_and_outdated() {
        let parameters = Params::new(1024, 1, 1, None).unwrap();
        let older = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters);
        let salt = SaltString::encode_b64(&[7; 16]).unwrap();
        let hash = older.hash_password(b"horse staple", &salt).unwrap().to_string();
        assert!(verify_password("horse staple", Some(&hash)) && is_outdated(&hash));
        // RFC 9106 names Argon2i too; what it made is hashed anew.
        assert!(is_outdated(&DECOY.replace("argon2id", "argon2i")));
    }
}
