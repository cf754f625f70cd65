//! The one object of the directory, which stores rows and knows nothing of what is in them, but when mails are due.

use cloudflare::env;
use cloudflare::host::Place;
use edge_authorizer::Unavailable;
use service::host::RowError;
use wasm_bindgen::{JsCast, JsValue};
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

use super::object::next_number;
use crate::directory::DirectoryMessage;
use crate::entry::enter;
use crate::message::receive;
use crate::store::DirectoryStore;
use crate::worker_host::WorkerHost;

/// After how many seconds the alarm comes again if it fails.
const MAIL_RETRY: f64 = 60.0;

/// The object of the directory.
#[durable_object(alarm)]
pub struct DirectoryObject {
    env: env::Env,
    /// No other object of the isolate has it.
    number: u32,
    store: DirectoryStore,
}

impl DurableObject for DirectoryObject {
    fn new(state: State, env: Env) -> Self {
        let env = JsValue::from(env).unchecked_into();
        Self { env, number: next_number(), store: DirectoryStore::new(state) }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let (_, message) = receive::<DirectoryMessage<'_>>(&mut request).await?;
        let answer = match message {
            DirectoryMessage::Row(key) => serde_json::to_string(&self.store.row(&key)?),
            DirectoryMessage::Find(query) => serde_json::to_string(&self.store.find(&query)?),
            DirectoryMessage::Commit(changes) => {
                let committed = self.store.commit(&changes);
                if committed.is_ok() {
                    self.store.wake_for_mails(&changes).await?;
                }
                serde_json::to_string::<std::result::Result<(), RowError>>(&committed)
            }
        };
        Response::ok(answer?)
    }

    /// Sends the mails that are due. The next alarm is set first, so that there is one whatever happens here: the runtime forgets
    /// an alarm that fails some times.
    async fn alarm(&self) -> Result<Response> {
        self.store.wake_after(MAIL_RETRY).await?;
        let entered = enter(self.env.clone(), Place::Object(self.number));
        let (host, plane) = entered.map_err(|variable| variable.to_string())?;
        if let Err(Unavailable) = plane.send_mails(&WorkerHost { host }).await {
            return Response::empty();
        }
        self.store.wake_for_next_mail().await?;
        Response::empty()
    }
}
