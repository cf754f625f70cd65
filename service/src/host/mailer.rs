//! Outgoing mail.

use edge_authorizer::users::Email;

use super::failure::Failure;

/// A mail in plain text to one person. It has no `Debug`: its text may have a link that opens an account.
pub struct OutgoingMail {
    /// Its id, the same when it is sent again.
    pub id: String,
    /// To whom.
    pub to: Email,
    /// Its subject: one line.
    pub subject: String,
    /// Its text.
    pub text: String,
}

/// Hands mails over to a mail server. A failure means that it may not have arrived: the same mail is sent again later.
///
/// A host calls [`crate::ControlPlane::send_mails`] when the time of a row of [`super::Kind::Mail`] has come, which its term
/// [`super::TermName::Time`] has: at Cloudflare the directory's object does, by its alarm. Mails go to an HTTP hook there, which
/// [`crate::MailHook`] makes the requests for.
pub trait Mailer {
    /// Whether it is set up to send mails; a failure says what is missing. Without it none are queued.
    fn can_send_mail(&self) -> Result<(), Failure>;

    /// Sends a mail.
    fn send_mail(&self, mail: &OutgoingMail) -> impl Future<Output = Result<(), Failure>>;
}
