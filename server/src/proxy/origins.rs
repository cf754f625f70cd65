//! The origins that a thread sends requests to.

use hashbrown::HashMap;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use edge_authorizer::OriginUrl;
use rustls::ClientConfig;

use super::origin::Origin;

/// The origins of a thread, by their URLs.
#[derive(Debug)]
pub struct Origins {
    tls: Arc<ClientConfig>,
    all: RefCell<HashMap<Box<str>, Rc<Origin>>>,
}

impl Origins {
    /// None yet; `tls` says which certificates are trusted.
    pub fn new(tls: Arc<ClientConfig>) -> Self {
        Self { tls, all: RefCell::default() }
    }

    /// The origin of a URL.
    pub fn get(&self, url: &OriginUrl) -> Option<Rc<Origin>> {
        let mut all = self.all.borrow_mut();
        if let Some(origin) = all.get(url.as_str()) {
            return Some(origin.clone());
        }
        let origin = Rc::new(Origin::new(url, &self.tls)?);
        all.insert(url.as_str().into(), origin.clone());
        Some(origin)
    }

    /// Closes connections that were kept long enough, and forgets origins that no request uses.
    pub fn sweep(&self) {
        self.all.borrow_mut().retain(|_, origin| origin.sweep() || Rc::strong_count(origin) > 1);
    }
}
