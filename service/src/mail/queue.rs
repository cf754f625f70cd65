//! The queue of mails.

use edge_authorizer::Unavailable;
use edge_authorizer::accounts::{PublicUrl, SigningSet};

use super::queued_mail::{MailContent, QueuedMail, link_of};
use super::text::{MailText, mail_text};
use crate::ControlPlane;
use crate::directory::{CommitFailure, Entry, Rows, Stored};
use crate::host::{Failure, MailHost, NewRow, OutgoingMail, Row, RowChange, RowKey, TermName};
use crate::log::{self, warning};
use crate::sealing::SealingKeys;

/// How many mails are sent at a time.
const BATCH: u32 = 50;

/// For how long what cannot be read is kept, in seconds: a week.
const SET_ASIDE: u64 = 7 * 86_400;

/// What sends mails.
struct Queue<'q, H> {
    host: &'q H,
    public_url: &'q PublicUrl,
    sealing: &'q SealingKeys,
}

impl<S> ControlPlane<S> {
    /// Sends mails that are due, the oldest first. After a failure the others wait until the host calls this again, at the time
    /// of the one that is due next.
    pub async fn send_mails<H: MailHost>(&self, host: &H) -> Result<(), Unavailable> {
        let settings = &self.state().issuer_settings;
        let usable = settings.public_url.as_ref().and_then(|public_url| {
            let sealing = settings.sealing_keys(SigningSet::AccessTokens)?;
            Ok(Queue { host, public_url, sealing })
        });
        match usable {
            Ok(queue) => queue.send_due().await,
            Err(unusable) => {
                warning(host, "variable_missing", unusable.name, unusable);
                Err(Unavailable)
            }
        }
    }
}

impl<H: MailHost> Queue<'_, H> {
    async fn send_due(&self) -> Result<(), Unavailable> {
        let now = self.host.now().whole_seconds();
        let (mails, unreadable) =
            Rows(self.host).readable::<QueuedMail>(TermName::Time, None, None, BATCH).await?;
        for row in unreadable {
            self.commit(set_aside(row, now)).await?;
        }
        for mail in mails {
            if mail.value.due_at > now {
                break;
            }
            let Some(mail) = self.claim(&mail).await? else { continue };
            if !self.send(&mail, now).await? {
                break;
            }
        }
        Ok(())
    }

    /// The mail, if no other process sends it. If this one ends meanwhile, it is due again later.
    async fn claim(&self, mail: &Stored<QueuedMail>) -> Result<Option<Stored<QueuedMail>>, Unavailable> {
        let claimed = mail.value.claimed(self.host.now().whole_seconds());
        match Rows(self.host).commit(&[mail.replaced_by(&claimed)]).await {
            // Its revision is another one now.
            Ok(()) => Rows(self.host).load(&mail.id).await,
            Err(CommitFailure::Conflict) => Ok(None),
            Err(_) => Err(Unavailable),
        }
    }

    /// Whether the next one may be tried at once.
    async fn send(&self, mail: &Stored<QueuedMail>, now: u64) -> Result<bool, Unavailable> {
        if now >= mail.value.until {
            self.log(mail, "dropped", Some("it was not accepted in time"));
            return self.commit(mail.removed()).await.map(|()| true);
        }
        let outgoing = match self.open(mail).await {
            Ok(outgoing) => outgoing,
            Err(Failure(reason)) => {
                self.log(mail, "dropped", Some(&reason));
                return self.commit(mail.removed()).await.map(|()| true);
            }
        };
        match self.host.send_mail(&outgoing).await {
            Ok(()) => {
                self.log(mail, "sent", None);
                self.commit(mail.removed()).await.map(|()| true)
            }
            Err(Failure(reason)) => {
                self.log(mail, "failed", Some(&reason));
                self.commit(mail.replaced_by(&mail.value.after_failure(now))).await.map(|()| false)
            }
        }
    }

    async fn open(&self, mail: &Stored<QueuedMail>) -> Result<OutgoingMail, Failure> {
        let link = match &mail.value.content {
            MailContent::Activation(sealed) | MailContent::Recovery(sealed) => {
                let opened = self.sealing.open(self.host, link_of(&mail.id), sealed).await?;
                let text = opened.and_then(|plain| String::from_utf8(plain).ok());
                Some(text.ok_or_else(|| Failure::new("no sealing key opens its link"))?)
            }
            MailContent::Federation(_) => None,
        };
        let language = mail.value.language.as_deref();
        let MailText { subject, text } =
            mail_text(&mail.value.content, link.as_deref(), language, self.public_url);
        Ok(OutgoingMail { id: mail.id.clone(), to: mail.value.to.clone(), subject, text })
    }

    /// A conflict means that another call was faster.
    async fn commit(&self, change: RowChange) -> Result<(), Unavailable> {
        match Rows(self.host).commit(&[change]).await {
            Ok(()) | Err(CommitFailure::Conflict) => Ok(()),
            Err(_) => Err(Unavailable),
        }
    }

    fn log(&self, mail: &Stored<QueuedMail>, outcome: &str, reason: Option<&str>) {
        let QueuedMail { content, user, attempts, .. } = &mail.value;
        let line = log::Mail {
            id: &mail.id,
            content: content.name(),
            user,
            attempts: attempts + 1,
            outcome,
            reason,
        };
        let line = log::mail(&line, self.host.now());
        if reason.is_some() { self.host.warn(&line) } else { self.host.info(&line) }
    }
}

/// The change that takes a row that cannot be read out of the queue, which it would hold up: it is found no more, and kept for a
/// while.
#[expect(clippy::cast_precision_loss, reason = "a time in seconds is exact")]
fn set_aside(row: Row, now: u64) -> RowChange {
    let expires_at = Some(now.saturating_add(SET_ASIDE) as f64);
    let Row { id, value, revision } = row;
    RowChange::put(
        RowKey::new(QueuedMail::KIND, id),
        Some(revision),
        NewRow { value, terms: Vec::new(), expires_at },
    )
}
