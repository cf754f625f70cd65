//! The changes of service accounts that requests ask for.

use edge_authorizer::accounts::{AccountSettings, ClientSecret};
use edge_authorizer::management::{AccountChange, AccountEndpoint, read_overlap};
use edge_authorizer::{Faults, Method, ProjectId};
use serde_json::Value;

use super::call::Call;
use crate::host::ControlHost;

impl<H: ControlHost> Call<'_, H> {
    /// The change that a request asks for.
    pub fn account_change(
        &self,
        project: &ProjectId,
        endpoint: &AccountEndpoint,
        method: Method,
        document: &Value,
    ) -> Result<AccountChange, Faults> {
        let is_platform = project.is_platform();
        Ok(match endpoint {
            AccountEndpoint::Accounts => {
                let (id, settings) = AccountSettings::read_new(document, is_platform)?;
                AccountChange::AddServiceAccount { id, settings, secret: self.new_secret() }
            }
            AccountEndpoint::Account(id) if method == Method::Delete => {
                AccountChange::RemoveServiceAccount { id: id.clone() }
            }
            AccountEndpoint::Account(id) => {
                let settings = AccountSettings::read(document, is_platform)?;
                AccountChange::ReplaceServiceAccount { id: id.clone(), settings }
            }
            AccountEndpoint::Secrets(id) => {
                let (id, overlap) = (id.clone(), read_overlap(document)?);
                AccountChange::RegenerateSecret { id, overlap, secret: self.new_secret() }
            }
            AccountEndpoint::Secret(id, secret_id) => {
                AccountChange::RemoveSecret { id: id.clone(), secret_id: secret_id.clone() }
            }
        })
    }

    fn new_secret(&self) -> ClientSecret {
        let mut random = [0; 32];
        self.host.fill(&mut random);
        ClientSecret::new(&random)
    }
}
