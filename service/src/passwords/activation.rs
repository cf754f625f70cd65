//! Choosing a password, by the link of a mail.

use edge_authorizer::users::{LinkSecret, MailLink, NewPassword, StoredPassword, User, WeakPassword};
use edge_authorizer::{ErrorCode, Unavailable};

use super::form::NotFederated;
use crate::directory::{ATTEMPTS, CommitFailure, Rows, Stored};
use crate::host::{LoginHost, RowChange, TermName};
use crate::http::{Body, Response};
use crate::login::{LOGIN_PATH, Visit};
use crate::pages::{Link, PasswordForm, page};
use crate::users::sessions;

/// How many other links of a user end with one.
const OTHERS: u32 = 100;

/// A link that may be used, and its user.
struct Usable {
    link: Stored<MailLink>,
    user: Stored<User>,
}

impl<H: LoginHost> Visit<'_, H> {
    /// Shows the form for a new password. That uses nothing: programs that examine mails open links, too.
    pub async fn show_activation(&self) -> Response {
        if let Err(refusal) = self.not_federated().await {
            return refusal;
        }
        let mut links = self.request.parameters().filter(|(name, _)| name == "link").map(|(_, value)| value);
        let (link, other) = (links.next().unwrap_or_default(), links.next());
        if link.is_empty() {
            return self.ask_for_link([&self.text.link_missing, &self.text.link_missing_text]);
        }
        match self.usable(&link).await {
            Ok(Some(usable)) if other.is_none() => self.new_password_form(&link, &usable, None),
            Ok(_) => self.link_invalid(),
            Err(Unavailable) => self.unavailable(),
        }
    }

    /// Sets the password.
    pub async fn activate(&self, body: impl Body) -> Response {
        let (form, not_federated) = match self.password_form(body).await {
            Ok(form) => form,
            Err(refusal) => return refusal,
        };
        let link = form.get("link").unwrap_or_default();
        let password = self.password_in(&form);
        let usable = match self.usable(link).await {
            Ok(Some(usable)) => usable,
            Ok(None) => return self.link_invalid(),
            Err(Unavailable) => return self.unavailable(),
        };
        let password = match NewPassword::check(&password, usable.user.value.email()) {
            Ok(password) => password,
            Err(weak) => return self.new_password_form(link, &usable, Some(weak)),
        };
        match self.set_password(link, usable, &password, &not_federated).await {
            Ok(true) => {
                let text = self.text;
                let link = Link { target: LOGIN_PATH, text: &text.sign_in };
                self.message(200, [&text.password_saved, &text.password_saved_text], Some(link))
            }
            Ok(false) => self.link_invalid(),
            Err(Unavailable) => self.unavailable(),
        }
    }

    /// A link that is valid now, with its user.
    async fn usable(&self, link: &str) -> Result<Option<Usable>, Unavailable> {
        let Some(secret) = LinkSecret::parse(link) else { return Ok(None) };
        let Some(link) = Rows(self.host).load::<MailLink>(&secret.digest()).await? else { return Ok(None) };
        let user = Rows(self.host).load::<User>(&link.value.user).await?;
        let now = self.host.now().whole_seconds();
        let user =
            user.filter(|user| !user.value.settings.disabled && link.value.is_valid(user.value.email(), now));
        Ok(user.map(|user| Usable { link, user }))
    }

    /// Sets the password and uses up the link, and with it all others of the user; `false` if it was used meanwhile. All sessions end:
    /// before, so that none outlives a failure here, and after, because one may have begun.
    async fn set_password(
        &self,
        link: &str,
        mut usable: Usable,
        password: &NewPassword,
        not_federated: &NotFederated,
    ) -> Result<bool, Unavailable> {
        let stored = self.hash(password.expose()).await?;
        sessions::end_all(self.host, TermName::User, &usable.user.id).await?;
        for _ in 0..ATTEMPTS {
            let changes = self.changes(&usable, stored.clone(), not_federated).await?;
            match Rows(self.host).commit(&changes).await {
                Ok(()) => {
                    self.log_login("password_set", Some(&usable.user.id), &[]);
                    return sessions::end_all(self.host, TermName::User, &usable.user.id)
                        .await
                        .map(|()| true);
                }
                Err(CommitFailure::Conflict) => {}
                Err(_) => return Err(Unavailable),
            }
            match self.usable(link).await? {
                Some(again) => usable = again,
                None => return Ok(false),
            }
        }
        Err(Unavailable)
    }

    async fn changes(
        &self,
        Usable { link, user }: &Usable,
        password: StoredPassword,
        not_federated: &NotFederated,
    ) -> Result<Vec<RowChange>, Unavailable> {
        let mut changed = user.value.clone();
        changed.password = Some(password);
        let all = Rows(self.host).having::<MailLink>(TermName::User, &user.id, None, OTHERS).await?;
        let others = all.iter().filter(|other| other.id != link.id).map(Stored::removed);
        let first = [user.replaced_by(&changed), link.removed(), not_federated.condition()];
        Ok(first.into_iter().chain(others).collect())
    }

    fn new_password_form(&self, link: &str, usable: &Usable, weak: Option<WeakPassword>) -> Response {
        let text = self.text;
        let problem = weak.map(|weak| self.weakness(weak));
        let email = usable.user.value.email().as_str();
        page(if problem.is_some() { 422 } else { 200 }, &PasswordForm { text, link, email, problem })
            .with("x-request-id", &self.request.id)
    }

    fn link_invalid(&self) -> Response {
        self.ask_for_link([&self.text.link_invalid, &self.text.link_invalid_text])
    }

    fn ask_for_link(&self, texts: [&str; 2]) -> Response {
        let link = Link { target: "/auth/recovery", text: &self.text.forgotten_password };
        self.message(ErrorCode::NotFound.status(), texts, Some(link))
    }
}
