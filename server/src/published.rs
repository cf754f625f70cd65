//! What was published, in memory: the data threads read it, the control thread writes it.

use service::host::{Failure, Space};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::time::Instant;

/// Published values by their keys.
#[derive(Debug, Default)]
pub struct Published {
    config: RwLock<Values>,
    keys: RwLock<Values>,
    /// Until when it serves; without it, always. Where nodes share a database, what is here may be out of date.
    until: RwLock<Option<Instant>>,
}

type Values = BTreeMap<String, Held>;

/// What is held of a key.
#[derive(Debug)]
struct Held {
    /// `None` if it was removed, which a value of an earlier revision does not undo.
    value: Option<Value>,
    revision: u64,
    /// Whether it was found to be removed before.
    is_old: bool,
}

/// A published value.
#[derive(Clone, Debug)]
pub struct Value {
    /// Its text.
    pub text: Arc<str>,
    /// From when on it is as good as absent, in seconds since 1970.
    pub expires_at: Option<f64>,
}

impl Published {
    /// The text under a key at the time `now`; a failure if the database has been out of reach for too long.
    pub fn get(&self, space: Space, key: &str, now: f64) -> Result<Option<Arc<str>>, Failure> {
        if self.is_stale() {
            return Err(Failure::new("the database has been out of reach for too long"));
        }
        let value = self.value(space, key).filter(|value| value.expires_at.is_none_or(|end| now < end));
        Ok(value.map(|value| value.text))
    }

    /// The value under a key, whether or not it has expired.
    pub fn value(&self, space: Space, key: &str) -> Option<Value> {
        let values = self.values(space).read().unwrap_or_else(PoisonError::into_inner);
        values.get(key).and_then(|held| held.value.clone())
    }

    /// Puts a value under a key, or removes what is there, unless what is there has a later revision. Returns whether it is new.
    pub fn apply(&self, space: Space, key: &str, value: Option<Value>, revision: u64) -> bool {
        let mut values = self.values(space).write().unwrap_or_else(PoisonError::into_inner);
        let is_new = values.get(key).is_none_or(|held| held.revision < revision);
        if is_new {
            values.insert(key.to_owned(), Held { value, revision, is_old: false });
        }
        is_new
    }

    /// Puts a value under a key, or removes what is there, whatever its revision.
    pub fn set(&self, space: Space, key: &str, value: Option<Value>) {
        let mut values = self.values(space).write().unwrap_or_else(PoisonError::into_inner);
        values.insert(key.to_owned(), Held { value, revision: 0, is_old: false });
    }

    /// Drops what was removed, or had expired, by the time that this was called last: everything that was published before has been
    /// applied meanwhile.
    pub fn forget_removed(&self, now: f64) {
        let ends = |value: &Value| value.expires_at.is_some_and(|end| end <= now);
        for values in [&self.config, &self.keys] {
            values.write().unwrap_or_else(PoisonError::into_inner).retain(|_, held| {
                if held.value.as_ref().is_none_or(ends) {
                    held.value = None;
                    return !std::mem::replace(&mut held.is_old, true);
                }
                true
            });
        }
    }

    /// Puts others in the place of all values.
    pub fn replace_by(&self, other: Self) {
        for (values, others) in [(&self.config, other.config), (&self.keys, other.keys)] {
            let others = others.into_inner().unwrap_or_else(PoisonError::into_inner);
            *values.write().unwrap_or_else(PoisonError::into_inner) = others;
        }
    }

    /// Lets it serve until then.
    pub fn serve_until(&self, until: Instant) {
        *self.until.write().unwrap_or_else(PoisonError::into_inner) = Some(until);
    }

    /// Whether it may no longer serve.
    pub fn is_stale(&self) -> bool {
        self.until.read().unwrap_or_else(PoisonError::into_inner).is_some_and(|until| until <= Instant::now())
    }

    fn values(&self, space: Space) -> &RwLock<Values> {
        match space {
            Space::Config => &self.config,
            Space::Keys => &self.keys,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        Value { text: text.into(), expires_at: None }
    }

    fn text(published: &Published) -> Option<String> {
        published.value(Space::Config, "k").map(|value| value.text.as_ref().to_owned())
    }

    #[test]
    fn an_earlier_revision_replaces_nothing() {
        let published = Published::default();
        assert!(published.apply(Space::Config, "k", Some(value("2")), 2));
        assert!(!published.apply(Space::Config, "k", Some(value("1")), 1));
        assert_eq!(text(&published).as_deref(), Some("2"));
        assert!(published.apply(Space::Config, "k", None, 4));
        assert!(!published.apply(Space::Config, "k", Some(value("3")), 3));
        assert_eq!(text(&published), None);
        published.forget_removed(0.0);
        assert!(!published.apply(Space::Config, "k", Some(value("3")), 3));
        assert!(published.apply(Space::Config, "k", Some(value("5")), 5));
    }

    #[test]
    fn nothing_is_left_of_what_was_removed_or_has_expired() {
        let published = Published::default();
        let count = || published.values(Space::Keys).read().unwrap().len();
        let until = |end| Some(Value { text: "1".into(), expires_at: Some(end) });
        for number in 0..1000 {
            let key = format!("k{number}");
            assert!(published.apply(Space::Keys, &key, until(5.0), 2 * number + 1));
            assert!(number % 2 == 0 || published.apply(Space::Keys, &key, None, 2 * number + 2));
        }
        assert!(published.apply(Space::Keys, "stays", until(9.0), 9999));
        published.forget_removed(4.0);
        published.forget_removed(5.0);
        assert_eq!(count(), 501, "what has just expired");
        published.forget_removed(6.0);
        assert_eq!(count(), 1);
        assert!(published.value(Space::Keys, "stays").is_some());
    }

    #[test]
    fn what_may_no_longer_serve_is_a_failure() {
        let published = Published::default();
        published.set(Space::Keys, "k", Some(value("1")));
        assert!(published.get(Space::Keys, "k", 0.0).is_ok_and(|found| found.is_some()));
        published.serve_until(Instant::now());
        assert!(published.is_stale());
        assert!(published.get(Space::Keys, "k", 0.0).is_err());
    }
}
