//! A cache of keys that a platform has imported for its checks.
//!
//! Projects share it fairly: one that imports the keys of many issuers evicts its own.

use crate::fair_cache::{FairCache, Owner};
use crate::keys::signature_check::SignatureCheck;

/// The budget of imported keys, in bytes.
const MAX_BYTES: usize = 2 * 1024 * 1024;

/// The overhead of an imported key beyond its numbers, in bytes: the platform's objects for it and its algorithm.
const KEY_BYTES: usize = 1024;

/// The size of a key's numbers in the platform's form, with what is precomputed of them, as a multiple of its text.
const COPIES: usize = 3;

/// Imported keys, by thumbprint and algorithm.
#[derive(Debug)]
pub struct ImportedKeys<I>(FairCache<([u8; 32], &'static str), I>);

impl<I> Default for ImportedKeys<I> {
    fn default() -> Self {
        Self(FairCache::new(MAX_BYTES))
    }
}

impl<I: Clone> ImportedKeys<I> {
    /// The key of a check, if it was imported.
    pub fn get(&mut self, check: &SignatureCheck<'_>) -> Option<I> {
        self.0.get(&name(check)).map(|(_, imported)| imported.clone())
    }

    /// Adds the key of a check for its project; without one, for all projects.
    pub fn insert(&mut self, check: &SignatureCheck<'_>, imported: I) {
        let owner = check.project.cloned().map_or(Owner::Everybody, Owner::Project);
        let bytes = KEY_BYTES + COPIES * check.key.public_jwk().len();
        let _evicted = self.0.put(name(check), owner, imported, bytes);
    }
}

fn name(check: &SignatureCheck<'_>) -> ([u8; 32], &'static str) {
    (*check.key.thumbprint(), check.algorithm.name())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::keys::jwk::Jwk;
    use crate::project_id::ProjectId;
    use crate::token::algorithm::Algorithm;
    use base64ct::{Base64UrlUnpadded, Encoding};
    use serde_json::json;

    /// A project that checks forged tokens with each of the keys of its many issuers.
    #[test]
    fn one_project_cannot_evict_keys_of_another() {
        let algorithm = Algorithm::try_from("EdDSA").unwrap();
        let key = |number: u32| {
            let x = Base64UrlUnpadded::encode_string(&[number.to_be_bytes(); 8].concat());
            Arc::new(Jwk::parse(&json!({"kty": "OKP", "crv": "Ed25519", "x": x})).unwrap())
        };
        let (victim, attacker) = (ProjectId::try_from("victim").ok(), ProjectId::try_from("attacker").ok());
        let mut imported = ImportedKeys::default();
        let mut import = |project: &Option<ProjectId>, number| {
            let (key, project) = (key(number), project.as_ref());
            let check = SignatureCheck { project, algorithm, key: &key, signing_input: &[], signature: &[] };
            let is_known = imported.get(&check).is_some();
            imported.insert(&check, ());
            is_known
        };
        for number in 0..10_000 {
            import(if number < 100 { &victim } else { &attacker }, number);
        }
        assert!((0..100).all(|number| import(&victim, number)));
        assert!(!import(&attacker, 100), "what is kept has a bound");
    }
}
