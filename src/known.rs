//! Tokens whose checks are remembered: why the second request of a token is fast, and why that is safe.
//!
//! What is remembered of a token is who its bearer is to a project, or that its signature is wrong. It counts for these
//! exact bytes, in that project, as long as the project's snapshot and the issuer's keys are the very ones by which it
//! was found out (the same values in memory, not equal ones), and while its times say so. Anything else has the token
//! looked at anew. What the route demands is judged on every request. So a change of the project, a key that is gone or
//! distrusted, and `exp` count at once, with nothing to invalidate.
//!
//! A token is kept on trial first and stays longer once it comes again: a flood of tokens that come once drives out
//! others of their kind only.

use std::any::Any;
use std::borrow::Borrow;
use std::cell::{Cell, RefCell};
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::sync::{Arc, Weak};

use lru::LruCache;

use crate::decision::Identity;
use crate::gateway::Route;
use crate::issuer::Issuer;
use crate::key_set::KeySet;
use crate::method::Method;
use crate::project::ProjectId;
use crate::snapshot::Snapshot;
use crate::statement::Times;
use crate::token::Token;

/// The most tokens that are kept on trial.
const MAX_ON_TRIAL: usize = 2_000;

/// The most that are kept because they came again.
const MAX_PROVEN: usize = 8_000;

/// The most that are kept because their signature is wrong.
const MAX_REFUSED: usize = 500;

/// The most text that each of the three stands for, in bytes.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// What was found out about a token.
#[derive(Debug)]
pub struct KnownToken {
    project: ProjectId,
    text: String,
    /// Its times, which are looked at again.
    pub(crate) times: Times,
    /// Its issuer.
    pub(crate) issuer: Issuer,
    snapshot: Weak<Snapshot>,
    keys: Weak<KeySet>,
    /// Who its bearer is; nobody if the signature is wrong.
    pub(crate) bearer: Option<Bearer>,
    is_kept: Cell<bool>,
    outcomes: RefCell<Vec<Outcome>>,
}

/// What the platform has prepared for requests by a route and a method.
type Outcome = (Arc<Route>, Method, Rc<dyn Any>);

/// Who bears a token.
#[derive(Clone, Debug)]
pub struct Bearer {
    /// Who it is.
    pub identity: Arc<Identity>,
    /// Whether the entry that recognised them names the role `owner`.
    pub names_owner: bool,
}

/// By what a token was looked at.
#[derive(Debug)]
pub(crate) struct Grounds {
    pub project: ProjectId,
    pub snapshot: Arc<Snapshot>,
    pub issuer: Issuer,
    pub keys: Arc<KeySet>,
}

impl KnownToken {
    pub(crate) fn new(token: &Token<'_>, grounds: Grounds, bearer: Option<Bearer>) -> Rc<Self> {
        let Grounds { project, snapshot, issuer, keys } = grounds;
        Rc::new(Self {
            project,
            text: token.text().to_owned(),
            times: token.untrusted().times(),
            issuer,
            snapshot: Arc::downgrade(&snapshot),
            keys: Arc::downgrade(&keys),
            bearer,
            is_kept: Cell::default(),
            outcomes: RefCell::default(),
        })
    }

    /// Whether it was looked at by this very snapshot.
    pub(crate) fn is_by_snapshot(&self, snapshot: &Arc<Snapshot>) -> bool {
        self.snapshot.as_ptr() == Arc::as_ptr(snapshot)
    }

    /// Whether it was looked at with these very keys.
    pub(crate) fn is_by_keys(&self, keys: &Arc<KeySet>) -> bool {
        self.keys.as_ptr() == Arc::as_ptr(keys)
    }

    /// Whether it was known before.
    pub fn is_kept(&self) -> bool {
        self.is_kept.get()
    }

    /// What the platform has prepared for requests with this token by that route and method, or what `prepare` makes.
    pub fn outcome<T: 'static>(
        &self,
        route: &Arc<Route>,
        method: Method,
        prepare: impl FnOnce() -> T,
    ) -> Rc<T> {
        let mut outcomes = self.outcomes.borrow_mut();
        let found = outcomes.iter().find(|(of, by, _)| Arc::ptr_eq(of, route) && *by == method);
        if let Some(found) = found.and_then(|(_, _, outcome)| outcome.clone().downcast().ok()) {
            return found;
        }
        let made = Rc::new(prepare());
        outcomes.retain(|(of, _, _)| Arc::strong_count(of) > 1);
        outcomes.push((route.clone(), method, made.clone()));
        made
    }
}

/// The tokens that are known.
#[derive(Debug, Default)]
pub struct KnownTokens {
    on_trial: Shelf<MAX_ON_TRIAL>,
    proven: Shelf<MAX_PROVEN>,
    refused: Shelf<MAX_REFUSED>,
}

impl KnownTokens {
    /// What is known of the token `text` in a project.
    pub fn recall(&mut self, project: &ProjectId, text: &str) -> Option<Rc<KnownToken>> {
        let key: &dyn Key = &(project, text);
        if let Some(known) = self.proven.get(key).or_else(|| self.refused.get(key)) {
            return Some(known);
        }
        let known = self.on_trial.take(key)?;
        for displaced in self.proven.put(known.clone()) {
            let _gone = self.on_trial.put(displaced);
        }
        Some(known)
    }

    /// Keeps what was found out about a token.
    pub fn keep(&mut self, known: &Rc<KnownToken>) {
        if known.is_kept.replace(true) {
            return;
        }
        let key: &dyn Key = &(&known.project, &*known.text);
        let _outdated = (self.proven.take(key), self.refused.take(key));
        let _gone = match known.bearer {
            Some(_) => self.on_trial.put(known.clone()),
            None => self.refused.put(known.clone()),
        };
    }
}

/// A bounded number of tokens; the one that was not asked for the longest goes first.
#[derive(Debug)]
struct Shelf<const MAX: usize> {
    by_key: LruCache<Kept, ()>,
    bytes: usize,
}

impl<const MAX: usize> Default for Shelf<MAX> {
    fn default() -> Self {
        Self { by_key: LruCache::unbounded(), bytes: 0 }
    }
}

impl<const MAX: usize> Shelf<MAX> {
    fn get(&mut self, key: &dyn Key) -> Option<Rc<KnownToken>> {
        self.by_key.get_key_value(key).map(|(kept, ())| kept.0.clone())
    }

    fn take(&mut self, key: &dyn Key) -> Option<Rc<KnownToken>> {
        let (Kept(known), ()) = self.by_key.pop_entry(key)?;
        self.bytes -= known.text.len();
        Some(known)
    }

    /// Puts a token on the shelf, and answers which fall off.
    fn put(&mut self, known: Rc<KnownToken>) -> Vec<Rc<KnownToken>> {
        self.bytes += known.text.len();
        if let Some((Kept(former), ())) = self.by_key.push(Kept(known), ()) {
            self.bytes -= former.text.len();
        }
        let mut fallen = Vec::new();
        while self.by_key.len() > MAX || self.bytes > MAX_BYTES {
            let Some((Kept(last), ())) = self.by_key.pop_lru() else { break };
            self.bytes -= last.text.len();
            fallen.push(last);
        }
        fallen
    }
}

/// A token on a shelf, found by its project and text without making a copy of them.
#[derive(Debug)]
struct Kept(Rc<KnownToken>);

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
    fn texts_are_the_same_to_the_byte() {
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
