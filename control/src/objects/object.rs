//! What all objects have in common: a record in the storage of one, and the service that works on it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use cloudflare::env::Env;
use cloudflare::host::Place;
use cloudflare::response::respond;
use cloudflare::signal::Signal;
use edge_authorizer::Unavailable;
use js_sys::Promise;
use service::host::Key;
use service::{ControlPlane, RETRY};
use wasm_bindgen::{JsCast, JsValue};
use worker::{Response, Result, State};

use crate::body::{Stream, drop_unread};
use crate::host::ObjectHost;
use crate::store::ObjectStore;
use crate::{entry, request, store};

thread_local! {
    static LAST_NUMBER: Cell<u32> = const { Cell::new(0) };
}

/// A number that no other object of the isolate has.
pub fn next_number() -> u32 {
    let number = LAST_NUMBER.get().wrapping_add(1).max(1);
    LAST_NUMBER.set(number);
    number
}

/// An object.
pub struct Object {
    env: Env,
    /// No other object of the isolate has it. One that replaces another after a failure may have other data of the same
    /// version.
    number: u32,
    store: ObjectStore,
    /// The bytes of the bodies that are being read.
    bodies: Cell<usize>,
    /// A write to KV that took too long, and may still land.
    late_write: RefCell<Option<Promise>>,
}

impl Object {
    /// The object with that storage, whose schema came to be by `steps`.
    pub fn new(state: State, env: worker::Env, steps: store::Steps) -> Self {
        let number = next_number();
        let env = JsValue::from(env).unchecked_into();
        let (store, bodies, late_write) =
            (ObjectStore::new(state, steps), Cell::default(), RefCell::default());
        Self { env, number, store, bodies, late_write }
    }

    /// What the service needs to work here.
    pub fn enter(&self) -> Result<(ObjectHost<'_>, Rc<ControlPlane<Signal>>)> {
        let entered = entry::enter(self.env.clone(), Place::Object(self.number));
        let (host, plane) = entered.map_err(|variable| variable.to_string())?;
        Ok((ObjectHost { host, store: &self.store, late_write: &self.late_write }, plane))
    }

    /// The storage.
    pub fn store(&self) -> &ObjectStore {
        &self.store
    }

    /// Answers a client's request, which the worker forwarded with its id.
    pub async fn answer(&self, incoming: &web_sys::Request) -> Result<Response> {
        let id = incoming.headers().get("x-request-id")?.unwrap_or_default();
        let request = request::read(incoming, &incoming.url(), id)?;
        let (host, plane) = self.enter()?;
        let body = Stream { request: incoming, share: &self.bodies };
        let response = plane.answer(&host, &request, body).await;
        drop_unread(incoming).await;
        Ok(respond(&response)?.into())
    }

    /// Answers with the text that is published of the record, which is empty where there is nothing.
    pub async fn published(&self, key: &Key) -> Result<Response> {
        let (host, plane) = self.enter()?;
        let text = plane.published(&host, key).await.map_err(|Unavailable| "the record cannot be read")?;
        Response::ok(text.unwrap_or_default())
    }

    /// Does what is due. The next alarm is set first, so that there is one whatever happens here: the runtime forgets an
    /// alarm that fails some times.
    pub async fn wake(&self, key_of: fn(&str) -> Option<Key>) -> Result<Response> {
        self.store.wake_after(RETRY).await?;
        let set = self.store.alarms();
        let Some(key) = self.store.name()?.as_deref().and_then(key_of) else {
            self.store.cancel_alarm(set).await?;
            return Response::empty();
        };
        let (host, plane) = self.enter()?;
        if plane.wake(&host, &key).await.is_ok() {
            self.store.cancel_alarm(set).await?;
        }
        Response::empty()
    }
}
