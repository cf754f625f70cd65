//! The keys of the gateway's own issuer are known before they sign, over many rotations.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::support;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use support::issuer::{STALENESS, TOKEN_LIFE, key_ids, kid, published, rotate, sign, verifies};
use support::world::{World, body};

/// What readers see over time, and the tokens that they get.
struct Watch {
    world: World,
    /// What was published, and since when.
    seen: Vec<(f64, Value)>,
    /// When each key signed last.
    last: BTreeMap<String, f64>,
    /// The keys that signed, in their order.
    signed: Vec<String>,
}

impl Watch {
    fn new() -> Self {
        let world = World::with(1, &json!({ "CONFIG_TTL_SECONDS": "30", "CLOCK_SKEW_SECONDS": "0" }));
        let (seen, last, signed) = Default::default();
        let mut watch = Self { world, seen, last, signed };
        watch.look();
        watch
    }

    /// Signs a token, and checks it as the slowest reader does; that reader knows the key of each token that has not expired.
    fn look(&mut self) {
        let (now, token) = (self.world.now(), sign(&self.world));
        let record = published(&self.world).unwrap();
        if self.seen.last().is_none_or(|(_, last)| *last != record) {
            self.seen.push((now, record));
        }
        if self.signed.last() != Some(&kid(&token)) {
            self.signed.push(kid(&token));
        }
        self.last.insert(kid(&token), now);
        self.last.retain(|_, at| *at + TOKEN_LIFE >= now);
        // What the slowest reader has; the first record is no older than what a reader fetches who has none.
        let old = self.seen.iter().rposition(|(since, _)| *since <= now - STALENESS).unwrap_or(0);
        self.seen.drain(..old);
        for (_, record) in [&self.seen[0], self.seen.last().unwrap()] {
            let ids = key_ids(record);
            assert!(verifies(record, &token), "at {now}");
            assert!(self.last.keys().all(|kid| ids.contains(kid)), "at {now}: {:?}", self.last);
        }
    }

    fn pass(&mut self, seconds: f64) {
        self.world.pass(seconds);
        self.look();
    }
}

#[test]
fn the_slowest_reader_knows_every_key_that_signs_over_20_scheduled_rotations() {
    let mut watch = Watch::new();
    while watch.signed.len() <= 20 {
        let count = watch.signed.len();
        watch.pass(43_200.0);
        if watch.signed.len() > count {
            for _ in 0..30 {
                watch.pass(10.0);
            }
        }
    }
    let days = (watch.world.now() - support::world::START) / 86_400.0;
    assert!((600.0..611.0).contains(&days), "{days} days");
    assert_eq!(watch.signed.iter().collect::<BTreeSet<_>>().len(), 21);
    // The current, the next, and one that a token may still have.
    assert!(key_ids(&published(&watch.world).unwrap()).len() <= 3);
}

#[test]
fn the_slowest_reader_knows_every_key_that_signs_over_20_rotations_by_hand() {
    let mut watch = Watch::new();
    for _ in 0..20 {
        let refused = rotate(&watch.world);
        assert_eq!((refused.status, body(&refused)["code"].as_str()), (409, Some("rotation_too_soon")));
        let wait: f64 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!(wait <= STALENESS + 1.0, "{wait}");
        let end = watch.world.now() + wait;
        while watch.world.now() < end {
            watch.pass((end - watch.world.now()).min(10.0));
        }
        let rotated = rotate(&watch.world);
        assert_eq!(rotated.status, 200, "{rotated:?}");
        watch.look();
    }
    for _ in 0..4 {
        watch.pass(10.0);
    }
    assert_eq!(watch.signed.len(), 21);
    for _ in 0..5 {
        watch.pass(1000.0);
    }
    assert_eq!(key_ids(&published(&watch.world).unwrap()).len(), 2, "those that signed are forgotten");
}

#[test]
fn a_key_set_is_bounded_however_often_it_is_rotated() {
    let world = World::with(1, &json!({ "CONFIG_TTL_SECONDS": "0", "CLOCK_SKEW_SECONDS": "300" }));
    sign(&world);
    for _ in 0..120 {
        world.pass(60.0);
        assert_eq!(rotate(&world).status, 200);
    }
    let record = published(&world).unwrap();
    assert!((60..=100).contains(&key_ids(&record).len()), "{}", key_ids(&record).len());
    assert!(verifies(&record, &sign(&world)));
}
