//! What was published, in memory: the data threads read it, the control thread writes it after the store has it.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use service::host::Space;

/// Published values by their keys.
#[derive(Debug, Default)]
pub struct Published {
    config: RwLock<Values>,
    keys: RwLock<Values>,
}

type Values = BTreeMap<String, Value>;

/// A published value.
#[derive(Clone, Debug)]
pub struct Value {
    /// Its text.
    pub text: Arc<str>,
    /// From when on it is as good as absent, in seconds since 1970.
    pub expires_at: Option<f64>,
}

impl Published {
    /// The text under a key at the time `now`.
    pub fn get(&self, space: Space, key: &str, now: f64) -> Option<Arc<str>> {
        let value = self.value(space, key)?;
        value.expires_at.is_none_or(|end| now < end).then_some(value.text)
    }

    /// The value under a key, whether or not it has expired.
    pub fn value(&self, space: Space, key: &str) -> Option<Value> {
        self.values(space).read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// Puts a value under a key, or removes what is there.
    pub fn set(&self, space: Space, key: &str, value: Option<Value>) {
        let mut values = self.values(space).write().unwrap_or_else(PoisonError::into_inner);
        match value {
            Some(value) => drop(values.insert(key.to_owned(), value)),
            None => drop(values.remove(key)),
        }
    }

    fn values(&self, space: Space) -> &RwLock<Values> {
        match space {
            Space::Config => &self.config,
            Space::Keys => &self.keys,
        }
    }
}
