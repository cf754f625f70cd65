//! The truth: Durable Objects with SQLite storage, one for each project, one for each issuer, and one for what belongs to
//! none.

mod audit;
mod issuer;
mod message;
mod naming;
mod probe;
mod project;
mod registry;
mod rows;
mod turn;

pub use audit::Author;
pub use message::{REGISTRY, ToIssuer, ask_for_keys, ask_issuer, published_by, send};
pub use project::ProjectObject;
pub use registry::RegistryObject;

use std::cell::Cell;
use std::time::Duration;

thread_local! {
    static OBJECTS: Cell<u32> = const { Cell::new(0) };
}

/// A number for an object that no other one of the isolate has. One that takes the place of another after a failure may
/// have other data of the same version.
fn new_number() -> u32 {
    OBJECTS.replace(OBJECTS.get().wrapping_add(1))
}

/// How long until what could not be published is published again.
const RETRY: Duration = Duration::from_secs(2);
