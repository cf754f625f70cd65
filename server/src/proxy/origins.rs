//! The origins that a thread sends requests to.

use hashbrown::HashMap;
use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::sync::Arc;

use edge_authorizer::OriginUrl;
use rustls::ClientConfig;
use tokio::task::yield_now;

use super::origin::Origin;
use super::origin_connection::OriginConnection;
use super::origin_places::{OriginPlaces, Place};

/// The origins of a thread, by their URLs.
#[derive(Debug)]
pub struct Origins {
    tls: Arc<ClientConfig>,
    all: RefCell<HashMap<Box<str>, Rc<Origin>>>,
    places: OriginPlaces,
}

impl Origins {
    /// None yet; `tls` says which certificates are trusted, `most` how many connections there may be to all of them together.
    pub fn new(tls: Arc<ClientConfig>, most: usize) -> Self {
        Self { tls, all: RefCell::default(), places: OriginPlaces::new(most) }
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

    /// The place of a request to an origin; the error says why there is none.
    pub fn take_place(&self, origin: &Origin) -> Result<Place, String> {
        self.places.take(&origin.in_use).ok_or_else(|| self.places.reason(&origin.in_use))
    }

    /// A new connection to an origin, for a request that has a place: so one that is kept can be closed for it if there are as many as
    /// there may be.
    pub async fn connect(&self, origin: &Origin) -> io::Result<OriginConnection> {
        let has_room = self.places.has_room();
        if !has_room {
            self.close_oldest();
        }
        let open = self.places.open();
        if !has_room {
            // The task of the one that was closed lets go of its file.
            yield_now().await;
        }
        origin.connect(open).await
    }

    /// Closes the connection that was used longest ago of those without a request.
    fn close_oldest(&self) {
        let all = self.all.borrow();
        let kept = all.values().filter_map(|origin| Some((origin.oldest()?, origin)));
        if let Some((_, origin)) = kept.min_by_key(|(used, _)| *used) {
            origin.close_oldest();
        }
    }

    /// Closes connections that were kept long enough, and forgets origins that no request uses.
    pub fn sweep(&self) {
        self.all.borrow_mut().retain(|_, origin| origin.sweep() || Rc::strong_count(origin) > 1);
    }
}
