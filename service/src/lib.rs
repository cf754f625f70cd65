//! The service: everything between the rules and a platform. It drives decisions, answers the management API, fetches and
//! publishes issuers' keys and snapshots, and writes log records.
//!
//! A host, the place the product runs on, implements the traits of [`host`] and owns a [`DataPlane`] or a [`ControlPlane`].
//! Nothing here names a platform, keeps global state, or decides what the core can decide.

#![forbid(unsafe_code)]

pub mod host;
pub mod http;
pub mod log;

mod control_plane;
mod data_plane;
mod directory;
mod driver;
mod issuers;
mod lock;
mod login;
mod mail;
mod management;
mod not_forwarded;
mod pages;
mod passwords;
mod publication;
mod records;
mod sealing;
mod settings;
mod signing;
mod token_endpoint;
mod users;

pub use control_plane::ControlPlane;
pub use data_plane::{DataPlane, PlaneResolver, SnapshotSource};
pub use driver::{Resolver, drive, drive_simulation};
pub use mail::MailHook;
pub use management::Screened;
pub use not_forwarded::NotForwarded;
pub use publication::RETRY;
pub use settings::{AdminTokens, InvalidVariable, IssuerSettings, Settings, UnusableVariable};
pub use token_endpoint::{TokenOutcome, TokenQuestion};
