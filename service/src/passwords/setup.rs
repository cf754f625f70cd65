//! The first administrator, by a link that the host prints when it starts.
//!
//! There is a link only while there is no user. Whoever declares one voids it in the same commit, and so does its use: of several uses, and of
//! a use and a declaration, one is committed.

use edge_authorizer::accounts::SigningSet;
use edge_authorizer::management::UserChange;
use edge_authorizer::users::{
    Email, LinkSecret, LoginMethod, NewPassword, SetupLink, StoredPassword, User, UserId, UserSettings,
};
use edge_authorizer::{ProjectId, Unavailable};
use serde_json::json;

use super::form::NotFederated;
use super::login::SESSION_HOURS;
use crate::ControlPlane;
use crate::directory::{ATTEMPTS, CommitFailure, Rows, Stored, absent, added};
use crate::host::{Directory, LogSink, LoginHost, RowChange, TermName};
use crate::http::{Body, Response};
use crate::login::{FederationRow, Visit, see_other};
use crate::management::{Author, waiting};
use crate::pages::{SetupForm, page};
use crate::users::sessions::{self, NewSession};

/// The id of the link's row, which no digest has: there is one link.
const LINK: &str = "setup";

/// Who the audit log says it was.
const AUTHOR: &str = "setup-link";

/// The status of a form that is to be filled in again.
const AGAIN: u16 = 422;

impl<S> ControlPlane<S> {
    /// A new link by which the first administrator is made, as a URL; the former one is void. `None` if there is a user or an active
    /// federation, or no login.
    pub async fn setup_link<H: LoginHost<Signal = S>>(
        &self,
        host: &H,
    ) -> Result<Option<String>, Unavailable> {
        let settings = &self.state().issuer_settings;
        let (Ok(public_url), Ok(_)) = (&settings.public_url, settings.sealing_keys(SigningSet::AccessTokens))
        else {
            return Ok(None);
        };
        let mut random = [0; 32];
        host.fill(&mut random);
        let secret = LinkSecret::new(&random);
        for _ in 0..ATTEMPTS {
            let former = Rows(host).load::<SetupLink>(LINK).await?;
            let federation = FederationRow::load(host).await?;
            if has_users(host).await? || federation.is_some_and(|row| row.value.federation.active) {
                return Ok(None);
            }
            let link = SetupLink::new(&secret, host.now().whole_seconds());
            let write = former.map_or_else(|| added(LINK, &link), |former| former.replaced_by(&link));
            match Rows(host).commit(&[write]).await {
                Ok(()) => {
                    let url = public_url.as_str();
                    return Ok(Some(format!("{url}/auth/setup?link={}", secret.expose())));
                }
                Err(CommitFailure::Conflict) => {}
                Err(_) => return Err(Unavailable),
            }
        }
        Err(Unavailable)
    }
}

/// The change that voids the link, to be committed with a new user.
pub async fn no_more_setup<H: Directory + LogSink>(host: &H) -> Result<RowChange, Unavailable> {
    let link = Rows(host).load::<SetupLink>(LINK).await?;
    Ok(link.map_or_else(|| absent::<SetupLink>(LINK), |link| link.removed()))
}

async fn has_users<H: Directory + LogSink>(host: &H) -> Result<bool, Unavailable> {
    // One that cannot be read is one, too.
    let (users, unreadable) = Rows(host).readable::<User>(TermName::Email, None, None, 1).await?;
    Ok(!users.is_empty() || !unreadable.is_empty())
}

impl<H: LoginHost> Visit<'_, H> {
    /// Shows the form. That uses nothing.
    pub async fn show_setup(&self) -> Response {
        if let Err(refusal) = self.not_federated().await {
            return refusal;
        }
        let mut links = self.request.parameters().filter(|(name, _)| name == "link").map(|(_, value)| value);
        let (link, other) = (links.next().unwrap_or_default(), links.next());
        match self.open_setup(&link).await {
            Ok(Some(_)) if other.is_none() => self.setup_form(200, &link, "", None),
            Ok(_) => self.setup_link_invalid(),
            Err(Unavailable) => self.unavailable(),
        }
    }

    /// Makes the administrator and signs them in.
    pub async fn set_up(&self, body: impl Body) -> Response {
        let (form, not_federated) = match self.password_form(body).await {
            Ok(form) => form,
            Err(refusal) => return refusal,
        };
        let [link, address] = ["link", "email"].map(|name| form.get(name).unwrap_or_default());
        match self.open_setup(link).await {
            Ok(Some(_)) => {}
            Ok(None) => return self.setup_link_invalid(),
            Err(Unavailable) => return self.unavailable(),
        }
        let again = |problem| self.setup_form(AGAIN, link, address, Some(problem));
        let Ok(email) = Email::try_from(address.trim()) else { return again(&self.text.email_invalid) };
        let password = match NewPassword::check(&self.password_in(&form), &email) {
            Ok(password) => password,
            Err(weak) => return again(self.weakness(weak)),
        };
        self.make_admin(link, email, &password, not_federated)
            .await
            .unwrap_or_else(|Unavailable| self.unavailable())
    }

    /// The stored link, if it is valid now and this is its secret.
    async fn open_setup(&self, link: &str) -> Result<Option<Stored<SetupLink>>, Unavailable> {
        let Some(secret) = LinkSecret::parse(link) else { return Ok(None) };
        // Before users are looked for: one who is declared after that changes it.
        let stored = Rows(self.host).load::<SetupLink>(LINK).await?;
        let now = self.host.now().whole_seconds();
        let Some(stored) = stored.filter(|stored| stored.value.is_opened_by(&secret, now)) else {
            return Ok(None);
        };
        Ok(if has_users(self.host).await? { None } else { Some(stored) })
    }

    async fn make_admin(
        &self,
        link: &str,
        email: Email,
        password: &NewPassword,
        mut not_federated: NotFederated,
    ) -> Result<Response, Unavailable> {
        let mut random = [0; 16];
        self.host.fill(&mut random);
        let (id, settings) = (UserId::new(&random), UserSettings::of_admin(email));
        let password = self.hash(password.expose()).await?;
        for _ in 0..ATTEMPTS {
            let Some(stored) = self.open_setup(link).await? else { return Ok(self.setup_link_invalid()) };
            let with = self.changes_of_setup(&stored, &id, &settings, &password, &not_federated);
            let (by, agent) = (LoginMethod::Password {}, self.request.header("user-agent"));
            let (user, hours) = (id.as_str(), SESSION_HOURS);
            match sessions::begin(
                self.host,
                NewSession { sealing: self.sealing, user, by, hours, agent, with },
            )
            .await
            {
                Ok(cookie) => {
                    self.log_login("administrator_set_up", Some(id.as_str()), &[]);
                    return Ok(see_other("/auth/").with("set-cookie", &cookie.set_cookie()));
                }
                Err(CommitFailure::Conflict | CommitFailure::Taken(_)) => {}
                Err(_) => return Err(Unavailable),
            }
            not_federated = match self.not_federated().await {
                Ok(not_federated) => not_federated,
                Err(refusal) => return Ok(refusal),
            };
        }
        Err(Unavailable)
    }

    /// The changes that make the administrator, with the entry of the audit log.
    fn changes_of_setup(
        &self,
        link: &Stored<SetupLink>,
        id: &UserId,
        settings: &UserSettings,
        password: &StoredPassword,
        not_federated: &NotFederated,
    ) -> Vec<RowChange> {
        let now = self.host.now().whole_seconds();
        let mut user = User::new(settings.clone(), now);
        user.password = Some(password.clone());
        user.last_login_at = Some(now);
        let change = json!(UserChange::AddUser(settings.clone())).to_string();
        let author = Author::named(AUTHOR.into(), self.request);
        let note = author.made(&change, None, Some(&user.representation(id)));
        let (_, note) = waiting(self.host, &ProjectId::platform(), &note, 0.0);
        vec![added(id.as_str(), &user), link.removed(), not_federated.condition(), note]
    }

    fn setup_form(&self, status: u16, link: &str, email: &str, problem: Option<&str>) -> Response {
        page(status, &SetupForm { text: self.text, link, email, problem })
            .with("x-request-id", &self.request.id)
    }

    fn setup_link_invalid(&self) -> Response {
        self.message(404, [&self.text.link_invalid, &self.text.setup_link_text], None)
    }
}
