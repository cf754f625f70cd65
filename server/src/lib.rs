//! The self-hosted node: the service and a proxy in one native process, with SQLite or PostgreSQL as the store.
//!
//! Each data thread serves connections by itself (`proxy`); one control thread answers requests to the gateway's own paths and
//! does what is due (`control`). `node` is what they share,
//! `start` starts them. `explain` asks a node that runs.

pub mod configuration;
pub mod explain;
pub mod node;
pub mod proxy;
pub mod store;

#[macro_use]
mod capabilities;

mod certificate;
mod certificate_watch;
mod clock;
mod control;
mod crypto;
mod data_directory;
mod data_thread;
mod descriptors;
mod http_answer;
mod log;
mod published;
mod signal;
mod start;
mod static_files;
mod storage;
mod trust;
mod waiters;

pub use certificate::{CertificateFiles, CurrentCertificate, InvalidCertificate};
pub use clock::set as set_clock;
pub use control::ControlHandle;
pub use data_thread::DataThread;
pub use node::Node;
pub use published::{Published, Value as PublishedValue};
pub use signal::Signal;
pub use start::{Running, StartError, migrate, probe, start};
pub use static_files::openapi;
