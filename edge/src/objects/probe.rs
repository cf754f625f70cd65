//! How many issuers a project may look at: trying them out is no way to make requests in the gateway's name.

use std::cell::RefCell;
use std::collections::BTreeMap;

use edge_authorizer::Time;

/// The time over which issuers are counted, in seconds.
const MINUTE: f64 = 60.0;

/// The most different issuers of a project within a minute.
const MAX_ISSUERS: usize = 10;

/// The issuers that a project looked at within the last minute.
#[derive(Default)]
pub struct Probes(RefCell<BTreeMap<String, Time>>);

impl Probes {
    /// Counts a look at `issuer`, unless there were too many; then, in how many seconds there is room for another.
    pub fn admit(&self, issuer: &str, now: Time) -> Result<(), f64> {
        let mut probes = self.0.borrow_mut();
        probes.retain(|_, asked| now < asked.plus(MINUTE));
        if probes.contains_key(issuer) {
            return Ok(());
        }
        if probes.len() >= MAX_ISSUERS {
            let oldest = probes.values().map(|asked| asked.as_seconds()).fold(f64::INFINITY, f64::min);
            return Err((oldest + MINUTE - now.as_seconds()).ceil());
        }
        probes.insert(issuer.to_owned(), now);
        Ok(())
    }
}
