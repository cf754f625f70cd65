//! Asking for a link to choose another password.

use edge_authorizer::Unavailable;
use edge_authorizer::users::{Email, LinkPurpose, MailLink, User};

use super::limits::{Counter, NotAdmitted, make_room, one_more};
use crate::directory::{ATTEMPTS, CommitFailure, Rows, Stored};
use crate::host::{Kind, LoginHost, TermName};
use crate::http::{Body, Response};
use crate::log::warning;
use crate::login::Visit;
use crate::mail::{Addressee, link_mail};
use crate::pages::{RecoveryForm, page};

/// How many such links a user has at most: more mails are not sent until one is void, so that no mailbox is flooded.
const MAX_LINKS: usize = 3;

/// How many links of a user are looked at.
const LOOKED_AT: u32 = 20;

impl<H: LoginHost> Visit<'_, H> {
    /// Shows the form that asks for the address.
    pub async fn show_recovery(&self) -> Response {
        match self.not_federated().await {
            Ok(_) => page(200, &RecoveryForm { text: self.text }),
            Err(refusal) => refusal,
        }
    }

    /// Sends a mail, if there is such a user. The answer does not say whether there is.
    pub async fn recover(&self, body: impl Body) -> Response {
        let form = match self.password_form(body).await {
            Ok((form, _)) => form,
            Err(refusal) => return refusal,
        };
        let text = self.text;
        match self.queue_recovery(form.get("email").unwrap_or_default()).await {
            Ok(()) => self.message(200, [&text.link_sent, &text.link_sent_text], None),
            Err(reason) => {
                let later = self.message(429, [&text.forgotten_password, &text.too_many_failures], None);
                self.not_admitted(&reason, later)
            }
        }
    }

    async fn queue_recovery(&self, email: &str) -> Result<(), NotAdmitted> {
        let email = Email::try_from(email);
        if let Err(reason) = self.host.can_send_mail() {
            warning(self.host, "mail_not_queued", "recovery", reason);
        }
        // Without room for mails the answer is the same.
        let mut can_send = self.host.can_send_mail().is_ok();
        for _ in 0..ATTEMPTS {
            let counted = one_more(self.host, &Counter::mails(self.request)).await?;
            // Without a user the work is the same, but for the rows that are written.
            let address = email.as_ref().map_or("-", Email::as_str);
            let user = Rows(self.host).having::<User>(TermName::Email, address, None, 1).await?.pop();
            let user = user.filter(|user| !user.value.settings.disabled);
            let id = user.as_ref().map_or("-", |user| &*user.id);
            let links = Rows(self.host).having::<MailLink>(TermName::User, id, None, LOOKED_AT).await?;
            let is_recovery = |link: &&Stored<MailLink>| link.value.purpose == LinkPurpose::Recovery;
            let has_room = links.iter().filter(is_recovery).count() < MAX_LINKS;
            let decoy = Email::try_from("nobody@localhost").map_err(|_| NotAdmitted::Unavailable)?;
            let email = user.as_ref().map_or(&decoy, |user| user.value.email());
            let to = Addressee { user: id, email, language: Some(&self.text.language) };
            let mail = link_mail(self.host, self.sealing, LinkPurpose::Recovery, &to).await?;
            let is_sent = user.is_some() && has_room && can_send;
            let changes: Vec<_> = counted.into_iter().chain(mail.into_iter().filter(|_| is_sent)).collect();
            match Rows(self.host).commit(&changes).await {
                Ok(()) => {
                    let outcome = if is_sent { "recovery_queued" } else { "recovery_ignored" };
                    self.log_login(outcome, user.as_ref().map(|user| &*user.id), &[]);
                    return Ok(());
                }
                Err(CommitFailure::Conflict) => {}
                Err(CommitFailure::Full(Kind::Failure)) => make_room(self.host).await?,
                Err(CommitFailure::Full(_)) if is_sent => can_send = false,
                Err(_) => return Err(NotAdmitted::Unavailable),
            }
        }
        Err(NotAdmitted::from(Unavailable))
    }
}
