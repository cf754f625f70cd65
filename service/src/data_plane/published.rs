//! A published value, of whichever kind: one cache serves them all, so its code is compiled once.

use std::sync::Arc;

use edge_authorizer::accounts::AssertionKey;
use edge_authorizer::{KeyRecord, Loaded, Routes, Snapshot, Versioned};

/// A published value.
pub enum Published {
    Routes(Arc<Routes>),
    Snapshot(Arc<Snapshot>),
    Keys(Arc<KeyRecord>),
    AssertionKey(Arc<AssertionKey>),
}

impl Published {
    pub fn routes(&self) -> Option<&Arc<Routes>> {
        if let Self::Routes(routes) = self { Some(routes) } else { None }
    }

    pub fn snapshot(&self) -> Option<&Arc<Snapshot>> {
        if let Self::Snapshot(snapshot) = self { Some(snapshot) } else { None }
    }

    pub fn keys(&self) -> Option<&Arc<KeyRecord>> {
        if let Self::Keys(keys) = self { Some(keys) } else { None }
    }

    pub fn assertion_key(&self) -> Option<&Arc<AssertionKey>> {
        if let Self::AssertionKey(key) = self { Some(key) } else { None }
    }
}

impl Versioned for Published {
    fn is_older_than(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Routes(one), Self::Routes(other)) => one.is_older_than(other),
            (Self::Snapshot(one), Self::Snapshot(other)) => one.is_older_than(other),
            (Self::Keys(one), Self::Keys(other)) => one.is_older_than(other),
            (Self::AssertionKey(one), Self::AssertionKey(other)) => one.is_older_than(other),
            _ => false,
        }
    }

    fn surplus(&self) -> usize {
        match self {
            Self::Routes(routes) => routes.surplus(),
            Self::Snapshot(snapshot) => snapshot.surplus(),
            Self::Keys(keys) => keys.surplus(),
            Self::AssertionKey(key) => key.surplus(),
        }
    }
}

/// A loaded value as one of the kind that its key stands for.
pub fn of_kind<T>(loaded: Loaded<Published>, kind: impl FnOnce(&Published) -> Option<&Arc<T>>) -> Loaded<T> {
    Ok(loaded?.as_deref().and_then(kind).cloned())
}
