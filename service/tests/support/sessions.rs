//! What a control plane says of sessions.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use edge_authorizer::Unavailable;
use service::host::{SessionAnswer, SessionToken};

use super::executor::pause;

#[derive(Default)]
pub struct MemorySessions {
    /// The sessions, by the digest of their cookie.
    pub tokens: Mutex<BTreeMap<String, SessionToken>>,
    /// Whether nothing answers.
    pub is_down: AtomicBool,
    /// Whether answers are held back.
    pub is_held: AtomicBool,
    /// The digests that were asked for.
    pub asked: Mutex<Vec<String>>,
}

impl MemorySessions {
    pub async fn ask(&self, digest: &str) -> SessionAnswer {
        self.asked.lock().unwrap().push(digest.to_owned());
        // What is answered was read before the answer arrives.
        let answer = self.tokens.lock().unwrap().get(digest).cloned();
        pause(2).await;
        while self.is_held.load(Ordering::Relaxed) {
            pause(2).await;
        }
        if self.is_down.load(Ordering::Relaxed) { Err(Unavailable) } else { Ok(answer) }
    }
}
