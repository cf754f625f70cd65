//! Issuers that a test makes behave well or badly.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use service::host::{FetchFailure, FetchLimits, FetchRequest, Fetched};

use super::executor::pause;

#[derive(Default)]
pub struct Network {
    /// The keys that every issuer publishes.
    pub keys: Mutex<Vec<Value>>,
    /// Other answers, by URL.
    pub answers: Mutex<BTreeMap<String, Result<Fetched, FetchFailure>>>,
    /// Whether no issuer answers.
    pub is_down: AtomicBool,
    /// Whether no issuer can be reached.
    pub is_unreachable: AtomicBool,
    /// Whether answers are held back.
    pub is_held: AtomicBool,
    /// The URLs that were fetched.
    pub fetched: Mutex<Vec<String>>,
}

const CONFIGURATION: &str = "/.well-known/openid-configuration";

impl Network {
    pub async fn send(&self, request: &FetchRequest, limits: FetchLimits) -> Result<Fetched, FetchFailure> {
        let url = &*request.url;
        assert_eq!((limits.timeout_ms, limits.max_bytes), (5000, 256 * 1024));
        self.fetched.lock().unwrap().push(url.to_owned());
        pause(2).await;
        while self.is_held.load(Ordering::Relaxed) {
            pause(2).await;
        }
        if self.is_down.load(Ordering::Relaxed) {
            return Err(FetchFailure::NoAnswer);
        }
        if self.is_unreachable.load(Ordering::Relaxed) {
            return Err(FetchFailure::Unreachable);
        }
        if let Some(answer) = self.answers.lock().unwrap().get(url) {
            return answer.clone();
        }
        let body = match url.strip_suffix(CONFIGURATION) {
            Some(issuer) => json!({ "issuer": issuer, "jwks_uri": format!("{issuer}/keys") }),
            None => json!({ "keys": *self.keys.lock().unwrap() }),
        };
        Ok(Fetched { status: 200, headers: Vec::new(), body: body.to_string().into_bytes() })
    }

    /// How often issuers' configurations were fetched.
    pub fn fetches(&self) -> usize {
        self.fetched.lock().unwrap().iter().filter(|url| url.ends_with(CONFIGURATION)).count()
    }
}
