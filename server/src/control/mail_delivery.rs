//! How mails are handed over.

use std::sync::Arc;

use rustls::ClientConfig;
use service::MailHook;
use service::host::Failure;

use super::smtp::{Sender, SmtpMailer, SmtpServer};
use crate::configuration::Variables;

/// How mails are handed over.
pub enum MailDelivery {
    /// By an HTTP hook.
    Hook(MailHook),
    /// By a mail server.
    Smtp(SmtpMailer),
}

impl MailDelivery {
    /// What the variables say, which were checked when the node started.
    pub fn read(variables: &Variables, tls: &Arc<ClientConfig>) -> Result<Self, Failure> {
        if let Some(url) = variables.get("SMTP_URL") {
            let server = SmtpServer::parse(&url).map_err(Failure::new)?;
            let sender =
                Sender::parse(&variables.get("MAIL_FROM").unwrap_or_default()).map_err(Failure::new)?;
            return Ok(Self::Smtp(SmtpMailer::new(server, sender, tls)?));
        }
        if variables.get("MAIL_HOOK_URL").is_none() {
            return Err(Failure::new("neither `SMTP_URL` nor `MAIL_HOOK_URL` is set"));
        }
        MailHook::read(|name| variables.get(name)).map(Self::Hook).map_err(Failure::new)
    }
}
