//! A login by password.

use std::fmt::Display;

use edge_authorizer::Unavailable;
use edge_authorizer::users::{
    Email, LoginMethod, SessionCookie, StoredPassword, User, hash_password, is_outdated, verify_password,
};

use super::form::NotFederated;
use super::limits::{Counter, count, take_back};
use crate::directory::{ATTEMPTS, CommitFailure, Rows, Stored};
use crate::host::{LoginHost, TermName};
use crate::http::{Body, Response};
use crate::log::warning;
use crate::login::{Visit, see_other};
use crate::users::sessions::{self, NewSession};

/// How long a session lasts at most, in hours.
pub const SESSION_HOURS: u32 = 12;

/// Why a login does not begin a session.
enum Refused {
    /// The address or the password is wrong, or the user may not log in: which of these, nobody learns.
    Wrong,
    /// A federation was activated meanwhile, which the response says.
    Answered(Response),
    Unavailable,
}

impl From<Unavailable> for Refused {
    fn from(Unavailable: Unavailable) -> Self {
        Self::Unavailable
    }
}

impl<H: LoginHost> Visit<'_, H> {
    /// Logs in by the form of the login page.
    pub async fn log_in_by_password(&self, body: impl Body) -> Response {
        let (form, not_federated) = match self.password_form(body).await {
            Ok(form) => form,
            Err(refusal) => return refusal,
        };
        let path = match self.return_path(form.get("return_to")) {
            Ok(path) => path,
            Err(refusal) => return refusal,
        };
        let email = form.get("email").unwrap_or_default();
        let password = self.password_in(&form);
        let counters = Counter::logins(email, self.request);
        if let Err(reason) = count(self.host, &counters).await {
            let form = self.login_form(&path, email, Some(&self.text.too_many_failures));
            return self.not_admitted(&reason, form);
        }
        match self.sign_in(email, &password, not_federated).await {
            Ok(cookie) => {
                take_back(self.host, &counters).await;
                see_other(path.as_str()).with("set-cookie", &cookie.set_cookie())
            }
            Err(Refused::Wrong) => self.login_form(&path, email, Some(&self.text.wrong_password)),
            Err(Refused::Answered(response)) => response,
            Err(Refused::Unavailable) => self.unavailable(),
        }
    }

    /// Begins a session, if there is a user with this address and password.
    async fn sign_in(
        &self,
        email: &str,
        password: &str,
        not_federated: NotFederated,
    ) -> Result<SessionCookie, Refused> {
        let user = self.user_with(email).await?;
        let hash = user.as_ref().and_then(|user| user.value.password.as_ref()).map(|stored| &*stored.hash);
        // Without a user it takes the same time.
        let is_right = self.verify(password, hash).await?;
        let Some((user, hash)) = user.as_ref().zip(hash).filter(|_| is_right) else {
            self.log_login("password_wrong", user.as_ref().map(|user| &*user.id), &[]);
            return Err(Refused::Wrong);
        };
        let better = if is_outdated(hash) { Some(self.hash(password).await?) } else { None };
        self.begin_session(user.clone(), hash, better, not_federated).await
    }

    async fn user_with(&self, email: &str) -> Result<Option<Stored<User>>, Unavailable> {
        // A text that is no address is looked up, too: it takes the same time.
        let email = Email::try_from(email).map_or_else(|_| "-".to_owned(), |email| email.as_str().to_owned());
        let found = Rows(self.host).having::<User>(TermName::Email, &email, None, 1).await?.pop();
        Ok(found.filter(|user| !user.value.settings.disabled))
    }

    /// Begins the session of a user whose password has the hash `hash`, and still has when the session begins.
    async fn begin_session(
        &self,
        mut user: Stored<User>,
        hash: &str,
        better: Option<StoredPassword>,
        mut not_federated: NotFederated,
    ) -> Result<SessionCookie, Refused> {
        for _ in 0..ATTEMPTS {
            let is_same = user.value.password.as_ref().is_some_and(|stored| stored.hash == hash);
            if !is_same || user.value.settings.disabled {
                return Err(Refused::Wrong);
            }
            let mut signed_in = user.value.clone();
            signed_in.last_login_at = Some(self.host.now().whole_seconds());
            signed_in.password = better.clone().or(signed_in.password);
            let with = vec![user.replaced_by(&signed_in), not_federated.condition()];
            let (by, agent) = (LoginMethod::Password {}, self.request.header("user-agent"));
            let hours = SESSION_HOURS;
            let new = NewSession { sealing: self.sealing, user: &user.id, by, hours, agent, with };
            match sessions::begin(self.host, new).await {
                Ok(cookie) => {
                    self.end_former_session().await;
                    self.log_login("signed_in", Some(&user.id), &[]);
                    return Ok(cookie);
                }
                Err(CommitFailure::Conflict) => {}
                Err(_) => return Err(Refused::Unavailable),
            }
            not_federated = self.not_federated().await.map_err(Refused::Answered)?;
            user = Rows(self.host).load(&user.id).await?.ok_or(Refused::Wrong)?;
        }
        Err(Refused::Unavailable)
    }

    async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, Unavailable> {
        let (password, hash) = (password.to_owned(), hash.map(str::to_owned));
        let verified = self.host.compute(move || verify_password(&password, hash.as_deref())).await;
        verified.map_err(|failure| self.not_hashed(failure))
    }

    /// What is stored of a password that is set now.
    pub async fn hash(&self, password: &str) -> Result<StoredPassword, Unavailable> {
        let mut salt = [0; 16];
        self.host.fill(&mut salt);
        let password = password.to_owned();
        let hashed = self.host.compute(move || hash_password(&password, &salt)).await;
        let hash = hashed.map_err(|failure| self.not_hashed(failure))?;
        let hash = hash.map_err(|failure| self.not_hashed(failure))?;
        Ok(StoredPassword { hash, set_at: self.host.now().whole_seconds() })
    }

    fn not_hashed(&self, failure: impl Display) -> Unavailable {
        warning(self.host, "password_not_hashed", "password", failure);
        Unavailable
    }
}
