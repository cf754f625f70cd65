//! The tests of the service. They are one program: to link one for each file takes minutes.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a failing test panics"
)]

mod assertion_keys;
mod concurrency;
mod cross_site;
mod data_plane;
mod dependencies;
mod explain_platform;
mod federation;
mod hostile_provider;
mod issuers;
mod key_removal;
mod key_rotation;
mod login_abuse;
mod login_pages;
mod management;
mod password_mails;
mod passwords;
mod publication;
mod service_accounts;
mod session_races;
mod sessions;
mod setup;
mod signing;
mod support;
mod token_endpoint;
mod user_audit;
mod user_directory;
mod users;
mod waiting;

use std::fs::read_dir;
use std::path::Path;

#[test]
fn every_file_is_a_module() {
    let modules: Vec<_> =
        include_str!("main.rs").lines().filter_map(|line| line.strip_prefix("mod ")).collect();
    for file in read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let Some(module) = name.strip_suffix(".rs").filter(|module| *module != "main") else { continue };
        assert!(modules.contains(&&*format!("{module};")), "{name} is in no program");
    }
}
