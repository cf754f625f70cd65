//! Keys as a platform has imported them for its checks.
//!
//! Projects share their number fairly: those that many issuers' keys are imported for evict their own.

use crate::authorize::SignatureCheck;
use crate::fair_cache::{FairCache, Owner};

/// What imported keys may hold, in bytes.
const MAX_BYTES: usize = 2 * 1024 * 1024;

/// What an imported key costs beside its numbers, in bytes: the platform's objects for it and its algorithm.
const KEY_BYTES: usize = 1024;

/// How often a key's text counts, for its numbers in the platform's form and what is precomputed of them.
const COPIES: usize = 3;

/// Imported keys. A key serves one algorithm, so its thumbprint and that are its name.
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

    /// Keeps the key of a check for its project; without one, for all.
    pub fn keep(&mut self, check: &SignatureCheck<'_>, imported: I) {
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
    use crate::algorithm::Algorithm;
    use crate::key::Key;
    use crate::project::ProjectId;
    use base64ct::{Base64UrlUnpadded, Encoding};
    use serde_json::json;

    /// A project that checks forged tokens with each of the keys of its many issuers.
    #[test]
    fn keys_that_one_project_has_imported_evict_none_of_another() {
        let algorithm = Algorithm::try_from("EdDSA").unwrap();
        let key = |number: u32| {
            let x = Base64UrlUnpadded::encode_string(&[number.to_be_bytes(); 8].concat());
            Arc::new(Key::parse(&json!({"kty": "OKP", "crv": "Ed25519", "x": x})).unwrap())
        };
        let (victim, attacker) = (ProjectId::try_from("victim").ok(), ProjectId::try_from("attacker").ok());
        let mut imported = ImportedKeys::default();
        let mut import = |project: &Option<ProjectId>, number| {
            let (key, project) = (key(number), project.as_ref());
            let check = SignatureCheck { project, algorithm, key: &key, signing_input: &[], signature: &[] };
            let is_known = imported.get(&check).is_some();
            imported.keep(&check, ());
            is_known
        };
        for number in 0..10_000 {
            import(if number < 100 { &victim } else { &attacker }, number);
        }
        assert!((0..100).all(|number| import(&victim, number)));
        assert!(!import(&attacker, 100), "what is kept has a bound");
    }
}
