//! Hearing of what other nodes publish.

use std::future::poll_fn;
use std::sync::Arc;

use rustls::ClientConfig;
use tokio::spawn;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_postgres::{AsyncMessage, Client};

use super::connection::{CHANNEL, failure};
use super::tls::Tls;
use super::url::DatabaseUrl;
use crate::store::connection::Result;

/// A connection on which the database says that something was published.
pub struct Listener {
    /// Open as long as this is.
    _client: Client,
    driver: JoinHandle<()>,
    /// Given when something was published.
    heard: Arc<Notify>,
}

impl Listener {
    /// Begins to listen.
    pub async fn open(url: &DatabaseUrl, tls: &Arc<ClientConfig>) -> Result<Self> {
        let (client, mut connection) = url.config().connect(Tls(tls.clone())).await.map_err(failure)?;
        let heard = Arc::new(Notify::new());
        let driver = spawn({
            let heard = heard.clone();
            async move {
                while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
                    if matches!(message, AsyncMessage::Notification(_)) {
                        heard.notify_one();
                    }
                }
            }
        });
        let listening = client.batch_execute(&format!("LISTEN {CHANNEL}")).await;
        let listener = Self { _client: client, driver, heard };
        listening.map_err(failure).map(|()| listener)
    }

    /// Waits until something was published since the last time.
    pub async fn hear(&self) {
        self.heard.notified().await;
    }

    /// Whether it still hears anything.
    pub fn is_open(&self) -> bool {
        !self.driver.is_finished()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.driver.abort();
    }
}
