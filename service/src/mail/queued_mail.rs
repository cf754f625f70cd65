//! A mail that is to be sent, as it is stored.

use edge_authorizer::users::Email;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::directory::{Entry, check_format};
use crate::host::{Failure, Kind, Term, TermName};
use crate::sealing::Purpose;

/// The format in which this release writes it, and the newest that it reads.
const FORMAT: u32 = 1;

/// After how many seconds each further attempt is made, the last one again and again.
const WAITS: [u64; 6] = [10, 60, 300, 900, 1800, 3600];

/// How long one process has a mail to itself, in seconds: longer than handing it over takes.
const CLAIM: u64 = 60;

/// How long attempts are made, in seconds: three days.
const MAX_AGE: u64 = 3 * 86_400;

/// How long a mail that was dropped would stay, in seconds, if nothing removed it.
const GRACE: u64 = 86_400;

/// A mail that is to be sent. Times are whole seconds since 1970.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueuedMail {
    format: u32,
    /// What it says.
    pub content: MailContent,
    /// The id of the user.
    pub user: String,
    /// The user's address.
    pub to: Email,
    /// The language, `en` or `de`; `None`: both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// When the next attempt is due.
    pub due_at: u64,
    /// When it is dropped.
    pub until: u64,
    /// How many attempts failed.
    #[serde(default)]
    pub attempts: u32,
    /// What another release stored besides.
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// What a mail says.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MailContent {
    /// A link to choose the first password, sealed.
    Activation(String),
    /// A link to choose another password, sealed.
    Recovery(String),
    /// That the user signs in at the provider with this issuer.
    Federation(String),
}

impl MailContent {
    /// Its name in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Activation(_) => "activation",
            Self::Recovery(_) => "recovery",
            Self::Federation(_) => "federation",
        }
    }
}

/// What the link of a mail is sealed for.
pub fn link_of(id: &str) -> Purpose<'_> {
    Purpose { kind: "mail-link", name: id }
}

impl QueuedMail {
    /// A mail that is due now, `now`, and says nothing any more from `void_at` on.
    pub fn new(
        content: MailContent,
        user: &str,
        to: &Email,
        language: Option<&str>,
        now: u64,
        void_at: u64,
    ) -> Self {
        Self {
            format: FORMAT,
            content,
            user: user.to_owned(),
            to: to.clone(),
            language: language.map(str::to_owned),
            due_at: now,
            until: void_at.min(now.saturating_add(MAX_AGE)),
            attempts: 0,
            others: Map::new(),
        }
    }

    /// The mail while an attempt is made, which began at `now`.
    pub fn claimed(&self, now: u64) -> Self {
        Self { due_at: now.saturating_add(CLAIM), ..self.clone() }
    }

    /// The mail after an attempt that failed at `now`.
    pub fn after_failure(&self, now: u64) -> Self {
        let wait = usize::try_from(self.attempts).ok().and_then(|done| WAITS.get(done)).or(WAITS.last());
        let due_at = now.saturating_add(wait.copied().unwrap_or(MAX_AGE));
        Self { due_at, attempts: self.attempts.saturating_add(1), ..self.clone() }
    }
}

impl Entry for QueuedMail {
    const KIND: Kind = Kind::Mail;

    fn read(text: &str) -> Result<Self, Failure> {
        let mail: Self = serde_json::from_slice(text.as_bytes()).map_err(Failure::new)?;
        check_format(mail.format, FORMAT)?;
        Ok(mail)
    }

    fn terms(&self) -> Vec<Term> {
        vec![
            Term::new(TermName::Time, format!("{:012}", self.due_at)),
            Term::new(TermName::User, &*self.user),
        ]
    }

    #[expect(clippy::cast_precision_loss, reason = "a time in seconds is exact")]
    fn expires_at(&self) -> Option<f64> {
        Some(self.until.saturating_add(GRACE) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(void_at: u64) -> QueuedMail {
        let content = MailContent::Recovery("sealed".to_owned());
        QueuedMail::new(content, "u_1", &Email::try_from("ada@example.com").unwrap(), None, 1000, void_at)
    }

    #[test]
    fn attempts_wait_longer_and_longer() {
        let mut mail = mail(u64::MAX);
        assert_eq!((mail.due_at, mail.until), (1000, 1000 + 259_200));
        let waits = (0..8).map(|_| {
            let former = mail.due_at;
            mail = mail.after_failure(former);
            mail.due_at - former
        });
        assert_eq!(waits.collect::<Vec<_>>(), [10, 60, 300, 900, 1800, 3600, 3600, 3600]);
        assert_eq!(mail.attempts, 8);
    }

    #[test]
    fn a_mail_is_dropped_when_its_link_is_void() {
        let mail = mail(2800);
        assert_eq!(mail.until, 2800);
        let read = QueuedMail::read(&mail.write()).unwrap();
        assert_eq!(read.write(), mail.write());
        assert_eq!(read.terms()[0].value, "000000001000");
        assert!(QueuedMail::read(&mail.write().replace("\"format\":1", "\"format\":2")).is_err());
    }
}
