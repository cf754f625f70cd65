//! The line of an attempt to send a mail. The address is not in it.

use edge_authorizer::{NumericDate, escape_json};
use serde::Serialize;

use super::shortened::{MAX_REASON, shortened};

/// What became of a mail.
#[derive(Serialize)]
pub struct Mail<'m> {
    /// Its id.
    pub id: &'m str,
    /// What it says: `activation`, `recovery` or `federation`.
    pub content: &'m str,
    /// The id of the user.
    pub user: &'m str,
    /// The number of the attempt.
    pub attempts: u32,
    /// `sent`, `failed` or `dropped`.
    pub outcome: &'m str,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'m str>,
}

#[derive(Serialize)]
struct Line<'m> {
    event: &'static str,
    time: String,
    #[serde(flatten)]
    mail: Mail<'m>,
}

/// The line.
pub fn mail(mail: &Mail<'_>, now: NumericDate) -> String {
    let reason = mail.reason.map(|reason| shortened(reason, MAX_REASON));
    let line = Line { event: "mail", time: now.to_rfc3339(), mail: Mail { reason, ..*mail } };
    escape_json(serde_json::to_string(&line).unwrap_or_default())
}
