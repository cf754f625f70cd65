//! What requests under way hold of memory.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::host::Key;
use crate::lock::lock;

/// What all requests may hold, in bytes.
const MAX_BYTES: usize = 32 * 1024 * 1024;

/// What the requests about one record may hold, in bytes: 64 changes with small documents, or nine with the largest.
const MAX_SHARE: usize = 8 * 1024 * 1024;

/// What a change holds beside its document, in bytes: it waits for issuers, and for changes before it.
pub const CHANGE_BYTES: usize = 128 * 1024;

/// What requests under way hold, by the scope in which they run and the record that they are about. More is refused, except
/// for a record about which nothing is under way: however much others hold, each can be changed.
#[derive(Debug, Default)]
pub struct Work(Mutex<Ledger>);

#[derive(Debug, Default)]
struct Ledger {
    bytes: usize,
    shares: BTreeMap<Owner, usize>,
}

/// The scope, and the record.
type Owner = (u32, Key);

/// What one request holds, until this is dropped.
#[derive(Debug)]
pub struct Held<'w> {
    work: &'w Work,
    owner: Owner,
    bytes: usize,
}

impl Work {
    /// Holds so many bytes for a request; `None` if there is no room.
    pub fn hold(&self, scope: u32, key: &Key, bytes: usize) -> Option<Held<'_>> {
        let owner = (scope, key.clone());
        let mut ledger = lock(&self.0);
        let share = ledger.shares.get(&owner).copied().unwrap_or_default();
        let has_room = share + bytes <= MAX_SHARE && ledger.bytes + bytes <= MAX_BYTES;
        if share > 0 && !has_room {
            return None;
        }
        ledger.bytes += bytes;
        ledger.shares.insert(owner.clone(), share + bytes);
        Some(Held { work: self, owner, bytes })
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let mut ledger = lock(&self.work.0);
        ledger.bytes = ledger.bytes.saturating_sub(self.bytes);
        let left = ledger.shares.get(&self.owner).map_or(0, |share| share.saturating_sub(self.bytes));
        if left == 0 {
            ledger.shares.remove(&self.owner);
        } else {
            ledger.shares.insert(self.owner.clone(), left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use edge_authorizer::ProjectId;

    fn key(number: usize) -> Key {
        Key::Project(ProjectId::try_from(&*format!("p{number}")).unwrap())
    }

    #[test]
    fn a_record_has_no_more_than_its_share() {
        let work = Work::default();
        let held: Vec<_> = (0..64).map(|_| work.hold(1, &key(1), CHANGE_BYTES).unwrap()).collect();
        assert!(work.hold(1, &key(1), CHANGE_BYTES).is_none());
        assert!(work.hold(2, &key(1), CHANGE_BYTES).is_some(), "another object of the same name");
        drop(held);
        assert!(work.hold(1, &key(1), CHANGE_BYTES).is_some());
        assert!(lock(&work.0).shares.is_empty() && lock(&work.0).bytes == 0);
    }

    #[test]
    fn each_record_can_be_changed_however_much_others_hold() {
        let work = Work::default();
        let full: Vec<_> = (0..4).map(|number| work.hold(1, &key(number), MAX_SHARE).unwrap()).collect();
        let one = work.hold(1, &key(9), CHANGE_BYTES);
        assert!(one.is_some());
        assert!(work.hold(1, &key(9), CHANGE_BYTES).is_none(), "one at a time");
        drop(full);
        assert!(work.hold(1, &key(9), CHANGE_BYTES).is_some());
    }
}
