//! Values of a store, and their look-up in a cache.

use std::sync::Arc;

use crate::unavailable::Unavailable;

/// The value of a key of the store: a value, none, or an unreadable one.
pub type Loaded<T> = Result<Option<Arc<T>>, Unavailable>;

/// The result of a look-up.
#[derive(Debug, PartialEq, Eq)]
pub enum Cached<T> {
    /// The value is current.
    Fresh(Loaded<T>),
    /// The value may be used; the caller has to read it again in the background.
    Stale(Loaded<T>),
    /// The value may be used only if the store fails.
    Old(Loaded<T>),
    /// There is no usable value.
    Missing,
}
