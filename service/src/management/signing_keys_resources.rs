//! The keys that the gateway signs with, for administrators.

use edge_authorizer::management::Endpoint;
use edge_authorizer::{ErrorCode, Method};

use super::call::Call;
use super::reply::Reply;
use crate::host::ControlHost;

impl<H: ControlHost> Call<'_, H> {
    /// Answers a request about a set of signing keys.
    pub async fn answer_for_signing_keys(&self, endpoint: &Endpoint, method: Method) -> Result<Reply, Reply> {
        self.authenticate_admin(endpoint, method).await?;
        let service = self.state.signing_keys(self.host, self.signing_set());
        let service =
            service.map_err(|unusable| Reply::for_reason(ErrorCode::ConfigUnavailable, unusable))?;
        if *endpoint != Endpoint::IssuerKeysRotation {
            let known = self.request.header("if-none-match");
            return Ok(Reply::representation(service.describe().await?.to_string(), known.as_deref()));
        }
        match service.rotate().await? {
            Ok(keys) => Ok(Reply::representation(keys.to_string(), None)),
            Err(not_ready) => Err(Reply::too_soon(ErrorCode::RotationTooSoon, not_ready.seconds)),
        }
    }
}
