//! The tests of the core. They are one program: to link one for each file takes minutes.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a failing test panics"
)]

mod blocked_keys;
mod configuration;
mod documentation;
mod endpoints;
mod error_codes;
mod explain_command;
mod explanation;
mod forwarding;
mod inspection;
mod login;
mod ownership;
mod return_paths;
mod routes;
mod service_account_limits;
mod service_accounts;
mod sessions;
mod support;
mod threads;
mod token_cache;
mod vectors;

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
