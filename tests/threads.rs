//! A native host may decide on several threads: nothing that it keeps or passes on is bound to one. The exception is `FifoLock`,
//! which is for a single context.

use edge_authorizer::management::{Applied, Change, Project};
use edge_authorizer::{
    CachedToken, Decision, Explanation, FairCache, ImportedKeys, KeyRecord, KeySet, OwnerRequirement,
    Ownership, Permit, RefreshSchedule, Routes, Simulation, Snapshot, Step, StoreCache, TokenCache,
};

/// Compiles for what may be moved to another thread and be used by several.
fn assert_shareable<T: Send + Sync>() {}

#[test]
fn values_that_a_host_keeps_may_cross_threads() {
    assert_shareable::<CachedToken>();
    assert_shareable::<TokenCache>();
    assert_shareable::<StoreCache<Snapshot>>();
    assert_shareable::<FairCache<String, Snapshot>>();
    assert_shareable::<ImportedKeys<()>>();
    assert_shareable::<Routes>();
    assert_shareable::<Snapshot>();
    assert_shareable::<KeySet>();
    assert_shareable::<KeyRecord>();
    assert_shareable::<RefreshSchedule>();
    assert_shareable::<Project>();
    assert_shareable::<Change>();
    assert_shareable::<Applied>();
}

#[test]
fn steps_and_decisions_may_cross_threads() {
    assert_shareable::<Step<'_>>();
    assert_shareable::<Step<'_, OwnerRequirement>>();
    assert_shareable::<Simulation>();
    assert_shareable::<Decision>();
    assert_shareable::<Explanation>();
    assert_shareable::<Permit>();
    assert_shareable::<Ownership>();
}
