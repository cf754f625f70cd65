//! The configuration of the delegated login, as it is stored.

use edge_authorizer::Unavailable;
use edge_authorizer::login::{Federation, ProviderMetadata};
use edge_authorizer::users::IDLE_SECONDS;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::directory::{Entry, Rows, Stored, added, check_format};
use crate::host::{Directory, Failure, Kind, LogSink, RowChange};
use crate::sealing::Purpose;

/// The id of its row, of which there is one.
pub const FEDERATION: &str = "current";

/// The id of the row that remembers a removed one.
const REMOVED: &str = "removed";

/// The format in which this release writes it.
const FORMAT: u32 = 1;

/// What its client secret is sealed for.
pub const CLIENT_SECRET: Purpose<'static> = Purpose { kind: "client-secret", name: FEDERATION };

/// The configuration with what was found out about it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FederationRow {
    format: u32,
    /// Changes whenever a test login could show something else: what one has shown holds for one draft.
    pub draft: String,
    /// The configuration.
    pub federation: Federation,
    /// The provider's own, as it was when this was saved.
    pub provider: ProviderMetadata,
    /// Who passed a test login with this draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tested: Option<TestLogin>,
    /// When people were last made to log in in another way, in seconds since 1970: sessions that began before have ended.
    #[serde(default)]
    pub switched_at: u64,
}

/// When a configuration was removed, for as long as a session from before may come back: it is not used for so long, and then ends.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RemovedFederation {
    format: u32,
    switched_at: u64,
}

/// A test login by an administrator that passed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestLogin {
    /// The id of the user.
    pub user: String,
    /// When, in seconds since 1970.
    pub at: f64,
}

impl FederationRow {
    /// A configuration that was not tested yet. `draft` is random.
    pub fn new(draft: String, federation: Federation, provider: ProviderMetadata) -> Self {
        Self { format: FORMAT, draft, federation, provider, tested: None, switched_at: 0 }
    }

    /// Since when people log in as they do by this configuration, which replaces `former` at `now`, or what was `removed`.
    pub fn switched_since(&self, former: Option<&Self>, removed: u64, now: u64) -> u64 {
        let way = |row: &Self| row.federation.active.then(|| row.federation.issuer().to_owned());
        let is_same = former.map_or(!self.federation.active, |former| way(former) == way(self));
        if is_same { former.map_or(removed, |former| former.switched_at) } else { now }
    }

    /// Whether a test login with another configuration would show the same as with this one.
    pub fn is_like(&self, other: &Self) -> bool {
        self.federation.is_tested_like(&other.federation)
    }

    /// What administrators see: the configuration without its secret, the draft with who has tested it, and the provider's own.
    pub fn shown(&self) -> Value {
        let mut shown = self.federation.shown();
        if let Some(members) = shown.as_object_mut() {
            members.insert("draft".to_owned(), json!(self.draft));
            members.insert("tested".to_owned(), json!(self.tested));
            members.insert("provider".to_owned(), json!(self.provider));
        }
        shown
    }

    /// What is stored, if anything is.
    pub async fn load(host: &(impl Directory + LogSink)) -> Result<Option<Stored<Self>>, Unavailable> {
        Rows(host).load(FEDERATION).await
    }
}

impl RemovedFederation {
    /// The changes that remove a configuration at `now`.
    pub async fn removing(
        host: &(impl Directory + LogSink),
        removed: &Stored<FederationRow>,
        now: u64,
    ) -> Result<[RowChange; 2], Unavailable> {
        let switched_at = if removed.value.federation.active { now } else { removed.value.switched_at };
        let note = Self { format: FORMAT, switched_at };
        let former = Rows(host).load::<Self>(REMOVED).await?;
        let write = former.map_or_else(|| added(REMOVED, &note), |former| former.replaced_by(&note));
        Ok([removed.removed(), write])
    }

    /// Since when people log in without any configuration.
    pub async fn switched_since(host: &(impl Directory + LogSink)) -> Result<u64, Unavailable> {
        Ok(Rows(host).load::<Self>(REMOVED).await?.map_or(0, |removed| removed.value.switched_at))
    }
}

impl Entry for RemovedFederation {
    const KIND: Kind = Kind::Federation;

    fn read(text: &str) -> Result<Self, Failure> {
        let removed: Self = serde_json::from_slice(text.as_bytes()).map_err(Failure::new)?;
        check_format(removed.format, FORMAT)?;
        Ok(removed)
    }

    #[expect(clippy::cast_precision_loss, reason = "a time in seconds is exact")]
    fn expires_at(&self) -> Option<f64> {
        Some((self.switched_at + IDLE_SECONDS) as f64)
    }
}

impl Entry for FederationRow {
    const KIND: Kind = Kind::Federation;

    fn read(text: &str) -> Result<Self, Failure> {
        let row: Self = serde_json::from_slice(text.as_bytes()).map_err(Failure::new)?;
        check_format(row.format, FORMAT)?;
        Ok(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_format_is_not_read() {
        let row = |format: u32| {
            json!({
                "format": format, "draft": "d1", "other": 1,
                "federation": {
                    "issuer": "https://op.example", "clientId": "gateway", "secret": "sealed", "active": true,
                    "sessionHours": 12,
                },
                "provider": {
                    "issuer": "https://op.example", "authorization_endpoint": "https://op.example/auth",
                    "token_endpoint": "https://op.example/token", "jwks_uri": "https://op.example/keys",
                    "end_session_endpoint": "https://op.example/end", "id_token_signing_alg_values_supported": ["RS256"],
                },
            })
        };
        assert!(FederationRow::read(&row(1).to_string()).is_ok());
        assert!(FederationRow::read(&row(2).to_string()).is_err_and(|failure| failure.0.contains("newer")));
    }
}
