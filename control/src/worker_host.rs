//! The worker as a host that signs in the name of the gateway.

use cloudflare::console::Console;
use cloudflare::env::Env;
use cloudflare::http;
use edge_authorizer::accounts::SigningSet;
use edge_authorizer::{NumericDate, Unavailable};
use service::host::{Clock, LogSink, SigningKeySource, SigningKeysResponse};

use crate::message;

/// The worker, which gets the signing keys from their object.
pub struct WorkerHost<'h>(pub &'h Env);

impl SigningKeySource for WorkerHost<'_> {
    async fn ask_signing_keys(&self, set: SigningSet) -> Result<SigningKeysResponse, Unavailable> {
        message::ask_signing_keys(self.0, set).await
    }
}

impl Clock for WorkerHost<'_> {
    fn now(&self) -> NumericDate {
        http::now()
    }
}

impl LogSink for WorkerHost<'_> {
    fn info(&self, line: &str) {
        Console.info(line);
    }

    fn warn(&self, line: &str) {
        Console.warn(line);
    }
}

cloudflare::impl_crypto!(WorkerHost<'_>);
