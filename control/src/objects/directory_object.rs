//! The one object of the directory, which stores rows and knows nothing of what is in them.

use service::host::RowError;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

use crate::directory::DirectoryMessage;
use crate::message::receive;
use crate::store::DirectoryStore;

/// The object of the directory.
#[durable_object]
pub struct DirectoryObject {
    store: DirectoryStore,
}

impl DurableObject for DirectoryObject {
    fn new(state: State, _env: Env) -> Self {
        Self { store: DirectoryStore::new(state) }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let (_, message) = receive::<DirectoryMessage<'_>>(&mut request).await?;
        let answer = match message {
            DirectoryMessage::Row(key) => serde_json::to_string(&self.store.row(&key)?),
            DirectoryMessage::Find(query) => serde_json::to_string(&self.store.find(&query)?),
            DirectoryMessage::Commit(changes) => {
                serde_json::to_string::<std::result::Result<(), RowError>>(&self.store.commit(&changes))
            }
        };
        Response::ok(answer?)
    }
}
