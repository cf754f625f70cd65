//! Logins that were refused, for administrators: what the provider said, and which rule refused.

use serde::{Deserialize, Serialize};

use crate::directory::{Entry, Rows, Stored, added};
use crate::host::{Clock, Directory, Entropy, Kind, LogSink, Term, TermName};

/// How many are kept, and for how long, in seconds.
pub const KEPT: u32 = 100;
const LIFE: f64 = 7.0 * 86_400.0;

/// How many of them may be by anybody: who has no account at the provider can be refused as often as they like, and must not drive out
/// those who have one.
const KEPT_BY_ANYBODY: usize = 20;

/// How many too old ones are removed at a time.
const REMOVED: u32 = 20;

/// A login that was refused. No token is in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RefusedLogin {
    /// When, in seconds since 1970.
    pub at: f64,
    /// The stable name of the reason.
    pub code: String,
    /// What was found, step by step.
    pub trace: Vec<String>,
    /// Who it was at the provider, if the ID Token was verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The email address that the provider gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The id of the request.
    pub request_id: String,
    /// Whether no account at the provider was needed for it, such as for an invented code.
    #[serde(default)]
    pub by_anybody: bool,
}

impl Entry for RefusedLogin {
    const KIND: Kind = Kind::RefusedLogin;

    /// The newest is the first in the order of its value.
    fn terms(&self) -> Vec<Term> {
        vec![Term::new(TermName::Time, format!("{:017.3}", 1e13 - self.at))]
    }

    fn expires_at(&self) -> Option<f64> {
        Some(self.at + LIFE)
    }
}

impl RefusedLogin {
    /// Keeps it, and forgets the oldest. Where that fails, the log line of the request says what it can.
    pub async fn keep<H: Directory + Entropy + Clock + LogSink>(&self, host: &H) {
        let rows = Rows(host);
        let old = rows.readable::<Self>(TermName::Time, None, None, KEPT + REMOVED).await;
        let (old, _unreadable) = old.unwrap_or_default();
        let kept = if self.by_anybody { KEPT_BY_ANYBODY } else { KEPT as usize - KEPT_BY_ANYBODY };
        let alike = old.iter().filter(|stored| stored.value.by_anybody == self.by_anybody);
        let removed = alike.skip(kept - 1).map(Stored::removed);
        let changes: Vec<_> = std::iter::once(added(&host.new_id(), self)).chain(removed).collect();
        let _kept = rows.commit(&changes).await;
    }

    /// Those that are kept, the newest first.
    pub async fn list<H: Directory + LogSink>(host: &H) -> Result<Vec<Self>, edge_authorizer::Unavailable> {
        let (kept, _unreadable) = Rows(host).readable::<Self>(TermName::Time, None, None, KEPT).await?;
        Ok(kept.into_iter().map(|stored| stored.value).collect())
    }
}
