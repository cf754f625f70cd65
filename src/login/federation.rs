//! The configuration of the delegated login.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::login::prompt::Prompt;
use crate::users::EmailDomain;

/// How users sign in at the company's OpenID Provider. The stored form is JSON, `{"issuer", "clientId", "secret", "active",
/// "trustedEmailDomains"?, "sessionHours", "prompt"?, "offlineAccess"?}`; its secret is sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Federation {
    pub(super) issuer: String,
    pub(super) client_id: String,
    /// The client secret, sealed by the service.
    pub(super) secret: String,
    /// Whether users sign in by it.
    pub active: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) trusted_email_domains: Vec<EmailDomain>,
    pub(super) session_hours: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) prompt: Option<Prompt>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) offline_access: bool,
}

impl Federation {
    /// The provider's issuer.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The gateway's client id at the provider.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The client secret as it is stored.
    pub fn sealed_secret(&self) -> &str {
        &self.secret
    }

    /// The domains whose email addresses count though the provider does not say that they are verified.
    pub fn trusted_email_domains(&self) -> &[EmailDomain] {
        &self.trusted_email_domains
    }

    /// For how many hours a session lasts.
    pub fn session_hours(&self) -> u32 {
        self.session_hours
    }

    /// The `prompt` of authorization requests.
    pub fn prompt(&self) -> Option<&str> {
        self.prompt.as_ref().map(Prompt::as_str)
    }

    /// Whether authorization requests ask for `offline_access`.
    pub fn offline_access(&self) -> bool {
        self.offline_access
    }

    /// Whether a test login shows the same with both: whether people log in by it, how long their sessions last and what they are
    /// asked for does not change who is let in.
    pub fn is_tested_like(&self, other: &Self) -> bool {
        let Self { active, session_hours, prompt, .. } = self.clone();
        *self == Self { active, session_hours, prompt, ..other.clone() }
    }

    /// What administrators see, without the secret: `{"issuer", "clientId", "active", "trustedEmailDomains"?, "sessionHours",
    /// "prompt"?, "offlineAccess"?}`.
    pub fn shown(&self) -> Value {
        let mut shown = json!(self);
        if let Some(members) = shown.as_object_mut() {
            members.remove("secret");
        }
        shown
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !value
}
