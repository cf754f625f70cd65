//! What the service requires of a host: the place the product runs on. Each trait is a handful of methods; a host
//! implements them on one type and owns a [`crate::DataPlane`] or a [`crate::ControlPlane`] beside it.
//!
//! The traits return `impl Future` without `Send`. Callers are generic, so a future of the service is `Send` exactly if
//! the host's futures are.

mod audit_log;
mod clock;
mod compute;
mod directory;
mod entropy;
mod failure;
mod fetch;
mod issuers;
mod key;
mod log_sink;
mod mailer;
mod origin_secrets;
mod projects;
mod publisher;
mod replica;
mod sealer;
mod sessions;
mod signer;
mod signing_keys;
mod store;
mod tasks;
mod unicode;
mod verifier;

pub use audit_log::{AuditNote, AuditRange, AuditRow};
pub use clock::Clock;
pub use compute::Compute;
pub use directory::{
    Directory, Kind, NewRow, Row, RowChange, RowError, RowKey, RowQuery, RowWrite, Term, TermName,
};
pub use entropy::Entropy;
pub use failure::Failure;
pub use fetch::{Fetch, FetchBody, FetchFailure, FetchLimits, FetchRequest, Fetched};
pub use issuers::{IssuerRequest, IssuerResponse, Issuers};
pub use key::Key;
pub use log_sink::LogSink;
pub use mailer::{Mailer, OutgoingMail};
pub use origin_secrets::OriginSecrets;
pub use projects::{Projects, RolesAdmission};
pub use publisher::{Publisher, ReplicaWrite};
pub use replica::{Replica, Space};
pub use sealer::{Seal, Sealer};
pub use sessions::{SessionAnswer, SessionSource, SessionToken};
pub use signer::{KeyPair, PrivateKey, Signer};
pub use signing_keys::{SigningKeySource, SigningKeysResponse};
pub use store::{Commit, CommitError, Listed, MAX_SPENT, Record, Reference, Store};
pub use tasks::{Job, KeysAnswer, MAX_WAITERS, PendingKeys, PendingSession, Tasks};
pub use unicode::Unicode;
pub use verifier::Verifier;

/// What the data plane requires: it reads replicas, checks signatures, and requests keys and sessions. It writes nothing.
pub trait DataHost: Replica + Verifier + Issuers + SessionSource + Tasks + Clock + Entropy + LogSink {}

impl<H: Replica + Verifier + Issuers + SessionSource + Tasks + Clock + Entropy + LogSink> DataHost for H {}

/// What assertions to origins require besides: to open the key and to sign.
pub trait AssertionHost: Replica + Signer + Sealer + Tasks + Clock + LogSink {}

impl<H: Replica + Signer + Sealer + Tasks + Clock + LogSink> AssertionHost for H {}

/// What signing in the name of the gateway requires.
pub trait SigningHost: SigningKeySource + Signer + Sealer + Tasks + Clock + LogSink {}

impl<H: SigningKeySource + Signer + Sealer + Tasks + Clock + LogSink> SigningHost for H {}

/// What logging in requires, and everything about users: the directory, the provider, mails, and to sign.
pub trait LoginHost: DataHost + SigningHost + Directory + Fetch + Mailer + Compute + Unicode {}

impl<H: DataHost + SigningHost + Directory + Fetch + Mailer + Compute + Unicode> LoginHost for H {}

/// What sending the mails of the queue requires.
pub trait MailHost: Directory + Mailer + Sealer + Clock + LogSink {}

impl<H: Directory + Mailer + Sealer + Clock + LogSink> MailHost for H {}

/// What the control plane requires: all of that, and to store and publish, here and in other projects.
pub trait ControlHost: LoginHost + Store + Publisher + Projects + OriginSecrets {}

impl<H: LoginHost + Store + Publisher + Projects + OriginSecrets> ControlHost for H {}
