//! A link, and the mail that brings it.

use edge_authorizer::Unavailable;
use edge_authorizer::users::{Email, LinkPurpose, LinkSecret, MailLink};

use super::queued_mail::{MailContent, QueuedMail, link_of};
use crate::directory::added;
use crate::host::{Clock, Entropy, LogSink, RowChange, Sealer};
use crate::log::warning;
use crate::sealing::SealingKeys;

/// Who gets a mail.
pub struct Addressee<'a> {
    /// The id of the user.
    pub user: &'a str,
    /// The user's address.
    pub email: &'a Email,
    /// The language, if it is known: `en` or `de`.
    pub language: Option<&'a str>,
}

/// The changes that make a link and queue the mail with it. In the queue the link is sealed.
pub async fn link_mail<H: Sealer + Entropy + Clock + LogSink>(
    host: &H,
    sealing: &SealingKeys,
    purpose: LinkPurpose,
    to: &Addressee<'_>,
) -> Result<Vec<RowChange>, Unavailable> {
    let mut random = [0; 32];
    host.fill(&mut random);
    let (secret, id, now) = (LinkSecret::new(&random), host.new_id(), host.now().whole_seconds());
    let sealed = sealing.seal(host, link_of(&id), secret.expose().as_bytes()).await;
    let sealed = sealed.map_err(|failure| {
        warning(host, "not_sealed", "mail-link", failure);
        Unavailable
    })?;
    let content = match purpose {
        LinkPurpose::Activation => MailContent::Activation(sealed),
        LinkPurpose::Recovery => MailContent::Recovery(sealed),
    };
    let link = MailLink::new(purpose, to.user, to.email, now);
    let mail = QueuedMail::new(content, to.user, to.email, to.language, now, link.expires_at);
    Ok(vec![added(&secret.digest(), &link), added(&id, &mail)])
}
