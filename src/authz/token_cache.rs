//! The token cache: why the second request with a token is fast, and why that is safe.
//!
//! An entry says whom a token identifies in a project, or that its signature is wrong. It is used only for exactly these
//! bytes, in that project, while the token is valid, and only with the very snapshot and keys that it was verified with: the
//! same values in memory, not equal ones. In any other case the token is verified again. The route's roles are checked on every
//! request. So a change of the project, a removed or blocked key, and `exp` take effect at once; nothing is invalidated.
//!
//! A new token is on trial and is kept longer once it is presented again. A flood of tokens that are used once therefore evicts
//! only others on trial, and those of its own project first.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock, Weak};

use crate::authz::evidence::Verified;
use crate::authz::principal::Principal;
use crate::authz::trace_step::TraceStep;
use crate::config::snapshot::Snapshot;
use crate::fair_cache::{FairCache, Owner};
use crate::issuer::Issuer;
use crate::keys::key_set::KeySet;
use crate::project_id::ProjectId;
use crate::token::compact_jws::{Token, VerifiedToken};
use crate::token::validity::Validity;

/// The budget of tokens on trial, in bytes of memory: text, caller, roles and trace.
const MAX_ON_TRIAL: usize = 4 * 1024 * 1024;

/// The budget of tokens that were presented again.
const MAX_PROVEN: usize = 12 * 1024 * 1024;

/// The budget of tokens with a wrong signature.
const MAX_REFUSED: usize = 4 * 1024 * 1024;

/// A token whose signature was checked, and the result.
#[derive(Debug)]
pub struct CachedToken {
    project: ProjectId,
    text: String,
    number: OnceLock<u64>,
    /// Its times, which are checked on every request.
    pub(crate) validity: Validity,
    /// Its issuer.
    pub(crate) issuer: Issuer,
    snapshot: Weak<Snapshot>,
    keys: Weak<KeySet>,
    /// Whom it identifies; `None` if the signature is wrong.
    pub(crate) principal: Option<Principal<Verified>>,
    /// The steps that led there.
    pub(crate) steps: Arc<[TraceStep]>,
}

/// What a token was verified with.
#[derive(Debug)]
pub struct VerificationInputs {
    pub project: ProjectId,
    pub snapshot: Arc<Snapshot>,
    pub issuer: Issuer,
    pub keys: Arc<KeySet>,
}

impl CachedToken {
    /// A token that was verified, and whom it identifies.
    pub(crate) fn verified(
        token: &VerifiedToken<'_>,
        inputs: VerificationInputs,
        principal: Principal<Verified>,
        steps: Arc<[TraceStep]>,
    ) -> Arc<Self> {
        Self::new(token.as_token(), inputs, Some(principal), steps)
    }

    /// A token with a wrong signature.
    pub(crate) fn forged(
        token: &Token<'_>,
        inputs: VerificationInputs,
        steps: Arc<[TraceStep]>,
    ) -> Arc<Self> {
        Self::new(token, inputs, None, steps)
    }

    fn new(
        token: &Token<'_>,
        inputs: VerificationInputs,
        principal: Option<Principal<Verified>>,
        steps: Arc<[TraceStep]>,
    ) -> Arc<Self> {
        let VerificationInputs { project, snapshot, issuer, keys } = inputs;
        Arc::new(Self {
            project,
            text: token.text().to_owned(),
            number: OnceLock::new(),
            validity: token.unverified_claims().validity(),
            issuer,
            snapshot: Arc::downgrade(&snapshot),
            keys: Arc::downgrade(&keys),
            principal,
            steps,
        })
    }

    /// Whether it was matched with this very snapshot.
    pub(crate) fn is_by_snapshot(&self, snapshot: &Arc<Snapshot>) -> bool {
        self.snapshot.as_ptr() == Arc::as_ptr(snapshot)
    }

    /// Whether it was verified with these very keys.
    pub(crate) fn is_by_keys(&self, keys: &Arc<KeySet>) -> bool {
        self.keys.as_ptr() == Arc::as_ptr(keys)
    }

    /// Its number among all that were ever kept; none until it is kept.
    pub fn number(&self) -> Option<u64> {
        self.number.get().copied()
    }

    /// Its size in memory, in bytes.
    fn bytes(&self) -> usize {
        let identity = self.principal.as_ref().map_or(0, |principal| principal.identity().bytes());
        let steps: usize = self.steps.iter().map(TraceStep::bytes).sum();
        size_of::<Self>() + self.text.len() + self.issuer.as_str().len() + identity + steps
    }
}

/// Tokens whose signature was checked before.
#[derive(Debug)]
pub struct TokenCache {
    on_trial: Shelf,
    proven: Shelf,
    refused: Shelf,
    last_number: u64,
}

/// Tokens by their project, which owns them, and their text.
type Shelf = FairCache<Kept, ()>;

impl Default for TokenCache {
    fn default() -> Self {
        let [on_trial, proven, refused] = [MAX_ON_TRIAL, MAX_PROVEN, MAX_REFUSED].map(FairCache::new);
        Self { on_trial, proven, refused, last_number: 0 }
    }
}

impl TokenCache {
    /// The entry of the token `text` in a project.
    pub fn look_up(&mut self, project: &ProjectId, text: &str) -> Option<Arc<CachedToken>> {
        let key: &dyn Key = &(project, text);
        if let Some((Kept(token), ())) = self.proven.get(key).or_else(|| self.refused.get(key)) {
            return Some(token.clone());
        }
        let (Kept(token), ()) = self.on_trial.remove(key)?;
        for displaced in put(&mut self.proven, token.clone()) {
            let _gone = put(&mut self.on_trial, displaced);
        }
        Some(token)
    }

    /// Adds a token, or replaces its entry.
    pub fn insert(&mut self, token: &Arc<CachedToken>) {
        if token.number.set(self.last_number + 1).is_err() {
            return;
        }
        self.last_number += 1;
        let key: &dyn Key = &(&token.project, &*token.text);
        let _outdated = (self.proven.remove(key), self.refused.remove(key));
        let is_recognised = token.principal.is_some();
        let _gone = put(if is_recognised { &mut self.on_trial } else { &mut self.refused }, token.clone());
    }
}

/// Puts a token on a shelf, and returns the evicted ones.
fn put(shelf: &mut Shelf, token: Arc<CachedToken>) -> Vec<Arc<CachedToken>> {
    let (owner, bytes) = (Owner::Project(token.project.clone()), token.bytes());
    let evicted = shelf.put(Kept(token), owner, (), bytes);
    evicted.into_iter().map(|(Kept(token), ())| token).collect()
}

/// A token on a shelf, found by its project and text without making a copy of them.
#[derive(Clone, Debug)]
struct Kept(Arc<CachedToken>);

trait Key {
    fn parts(&self) -> (&ProjectId, &str);
}

impl Key for Kept {
    fn parts(&self) -> (&ProjectId, &str) {
        (&self.0.project, &self.0.text)
    }
}

impl Key for (&ProjectId, &str) {
    fn parts(&self) -> (&ProjectId, &str) {
        (self.0, self.1)
    }
}

impl<'k> Borrow<dyn Key + 'k> for Kept {
    fn borrow(&self) -> &(dyn Key + 'k) {
        self
    }
}

impl Hash for dyn Key + '_ {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

impl PartialEq for dyn Key + '_ {
    fn eq(&self, other: &Self) -> bool {
        let ((project, text), (other_project, other_text)) = (self.parts(), other.parts());
        project == other_project && is_same(text.as_bytes(), other_text.as_bytes())
    }
}

/// Whether two texts are the same, by eight bytes at a time: wasm's own comparison goes by one.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    let ((words, rest), (other_words, other_rest)) = (one.as_chunks::<8>(), other.as_chunks::<8>());
    let is_equal =
        |(one, other): (&[u8; 8], &[u8; 8])| u64::from_ne_bytes(*one) == u64::from_ne_bytes(*other);
    one.len() == other.len() && words.iter().zip(other_words).all(is_equal) && rest == other_rest
}

impl Eq for dyn Key + '_ {}

impl Hash for Kept {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        let (one, other): (&dyn Key, &dyn Key) = (self, other);
        one == other
    }
}

impl Eq for Kept {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Other texts have other hashes, so that only this test sees the comparison say no.
    #[test]
    fn is_same_compares_every_byte() {
        let text = *b"eyJhbGciOiJFUzI1NiJ9.e30";
        for length in 0..=text.len() {
            let one = &text[..length];
            assert!(is_same(one, one), "{length}");
            for more in ["x", "8 bytes."] {
                assert!(!is_same(one, &[one, more.as_bytes()].concat()), "{more} after {length}");
            }
            for place in 0..length {
                let mut other = one.to_vec();
                other[place] ^= 1;
                assert!(!is_same(one, &other), "{place} of {length}");
            }
        }
    }
}
