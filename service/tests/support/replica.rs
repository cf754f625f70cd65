//! A replica in memory. Its writes can fail, and land late.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use serde_json::Value;
use service::host::{Failure, ReplicaWrite, Space};

use super::executor::pause;

#[derive(Default)]
pub struct MemoryReplica {
    values: Mutex<BTreeMap<(Space, String), String>>,
    /// What was written, in the order in which it landed.
    pub landed: Mutex<Vec<ReplicaWrite>>,
    /// How often others go first, for each of the next writes.
    pub delays: Mutex<VecDeque<u32>>,
    /// Whether every read fails.
    pub fails_reads: AtomicBool,
    /// How many of the next writes fail.
    pub fails_writes: AtomicU32,
    /// How many reads there were.
    pub reads: AtomicU32,
}

impl MemoryReplica {
    pub async fn read(&self, space: Space, key: &str) -> Result<Option<String>, Failure> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        pause(2).await;
        if self.fails_reads.load(Ordering::Relaxed) {
            return Err(Failure::new("the replica is down"));
        }
        Ok(self.values.lock().unwrap().get(&(space, key.to_owned())).cloned())
    }

    pub async fn publish(&self, write: &ReplicaWrite) -> Result<(), Failure> {
        let delay = self.delays.lock().unwrap().pop_front().unwrap_or_default();
        pause(delay).await;
        let failures = self.fails_writes.load(Ordering::Relaxed);
        if failures > 0 {
            self.fails_writes.store(failures - 1, Ordering::Relaxed);
            return Err(Failure::new("the replica takes no writes"));
        }
        self.landed.lock().unwrap().push(write.clone());
        let key = (write.space, write.key.clone());
        match &write.value {
            Some(value) => drop(self.values.lock().unwrap().insert(key, value.clone())),
            None => drop(self.values.lock().unwrap().remove(&key)),
        }
        Ok(())
    }

    /// What is published under a key.
    pub fn value(&self, space: Space, key: &str) -> Option<Value> {
        let values = self.values.lock().unwrap();
        values.get(&(space, key.to_owned())).map(|text| serde_json::from_str(text).unwrap())
    }

    /// Puts a value there, as another release or a lagging replica may have it.
    pub fn put(&self, space: Space, key: &str, value: &Value) {
        self.values.lock().unwrap().insert((space, key.to_owned()), value.to_string());
    }

    /// Takes a value away.
    pub fn remove(&self, space: Space, key: &str) {
        self.values.lock().unwrap().remove(&(space, key.to_owned()));
    }
}
