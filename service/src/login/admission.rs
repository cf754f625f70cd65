//! The user whom a person is, and the beginning of their session.

use edge_authorizer::Unavailable;
use edge_authorizer::login::{LoginAttempt, TokenResponse, VerifiedIdToken, trusted_email};
use edge_authorizer::users::{
    Admission, EmailProof, LoginMethod, LoginRefusal, Person, ProviderIdentity, ProviderSession,
    SessionCookie, User, admit,
};

use super::federation_row::{FederationRow, TestLogin};
use super::party::Party;
use super::refusal::{Refusal, RefusedPerson};
use super::tombstone::Tombstone;
use super::visit::Visit;
use crate::directory::{ATTEMPTS, CommitFailure, Rows, Stored};
use crate::host::{LoginHost, RowChange, TermName};
use crate::http::Response;
use crate::log::warning;
use crate::pages::{GoingOn, Message, page};
use crate::sealing::Purpose;
use crate::users::sessions::{self, NewSession};

/// What the tokens of a session at the provider are sealed for.
pub const PROVIDER_TOKEN: Purpose<'static> = Purpose { kind: "provider-token", name: "" };

impl<H: LoginHost> Visit<'_, H> {
    /// Begins the session of a person who signed in at the provider.
    pub async fn admit(
        &self,
        party: &Party<'_, H>,
        attempt: &LoginAttempt,
        tokens: &TokenResponse,
        id_token: &VerifiedIdToken,
    ) -> Result<SessionCookie, Refusal> {
        for _ in 0..ATTEMPTS {
            let (user, admission) = self.find_user(party, attempt, id_token).await?;
            let mut admitted = match admission {
                Admission::SignIn => user.value.clone(),
                Admission::Bind(bound) => *bound,
            };
            admitted.last_login_at = Some(self.host.now().whole_seconds());
            let conditions = Tombstone::conditions(self.host, id_token).await?;
            let mut with = conditions.ok_or(Refusal::EndedMeanwhile)?;
            with.push(self.still_federated(party).await?);
            with.push(user.replaced_by(&admitted));
            let by = LoginMethod::Federation(self.provider_session(tokens, id_token).await?);
            let hours = party.stored.value.federation.session_hours();
            let agent = self.request.header("user-agent");
            let new = NewSession { sealing: self.sealing, user: &user.id, by, hours, agent, with };
            match sessions::begin(self.host, new).await {
                Ok(cookie) => {
                    self.log_login("signed_in", Some(&user.id), &[]);
                    return Ok(cookie);
                }
                Err(CommitFailure::Conflict) => {}
                Err(_) => return Err(Refusal::Unavailable),
            }
        }
        Err(Refusal::Unavailable)
    }

    /// What must hold when a session of a login begins: the configuration by which the person was judged.
    async fn still_federated(&self, party: &Party<'_, H>) -> Result<RowChange, Refusal> {
        let now = FederationRow::load(self.host).await?.ok_or(Refusal::NotFederated)?;
        let FederationRow { draft, federation, .. } = &now.value;
        let is_same = *draft == party.stored.value.draft && federation.active;
        if is_same { Ok(now.unchanged()) } else { Err(Refusal::NotFederated) }
    }

    /// The user whom a person is.
    async fn find_user(
        &self,
        party: &Party<'_, H>,
        attempt: &LoginAttempt,
        id_token: &VerifiedIdToken,
    ) -> Result<(Stored<User>, Admission), Refusal> {
        let identity = ProviderIdentity { iss: id_token.issuer.clone(), sub: id_token.subject.clone() };
        let email = trusted_email(&id_token.email, &party.stored.value.federation);
        let bound = self.user_having(TermName::Identity, &identity.key()).await?;
        let by_email = match &email {
            Ok(email) => self.user_having(TermName::Email, email.as_str()).await?,
            Err(_) => None,
        };
        let proof = match (&email, &id_token.email.email) {
            (Ok(email), _) => EmailProof::Verified(email.clone()),
            (Err(_), Some(_)) => EmailProof::Unverified,
            (Err(_), None) => EmailProof::Missing,
        };
        let person = Person { identity, email: proof };
        let values = [&bound, &by_email].map(|user| user.as_ref().map(|user| &user.value));
        let refuse = |refusal| {
            let email_fault = email.as_ref().err().cloned();
            let (id_token, return_path) = (id_token.clone(), attempt.return_path().clone());
            Refusal::Person(Box::new(RefusedPerson { refusal, email_fault, id_token, return_path }))
        };
        let admission = admit(&person, values[0], values[1]).map_err(refuse)?;
        let user = match admission {
            Admission::SignIn => bound,
            Admission::Bind(_) => by_email,
        };
        Ok((user.ok_or_else(|| refuse(LoginRefusal::UserUnknown))?, admission))
    }

    /// Whether a user is bound to who signed in.
    pub async fn is_bound(&self, id_token: &VerifiedIdToken) -> Result<bool, Unavailable> {
        let identity = ProviderIdentity { iss: id_token.issuer.clone(), sub: id_token.subject.clone() };
        Ok(self.user_having(TermName::Identity, &identity.key()).await?.is_some())
    }

    async fn user_having(&self, term: TermName, value: &str) -> Result<Option<Stored<User>>, Unavailable> {
        Ok(Rows(self.host).having(term, value, None, 1).await?.pop())
    }

    async fn provider_session(
        &self,
        tokens: &TokenResponse,
        id_token: &VerifiedIdToken,
    ) -> Result<ProviderSession, Unavailable> {
        let refresh_token = match tokens.refresh_token() {
            Some(token) => Some(self.seal_token(token).await?),
            None => None,
        };
        Ok(ProviderSession {
            identity: ProviderIdentity { iss: id_token.issuer.clone(), sub: id_token.subject.clone() },
            sid: id_token.sid.clone(),
            id_token: self.seal_token(tokens.id_token()).await?,
            refresh_token,
            checked_at: self.host.now().whole_seconds(),
            refreshing_until: None,
            others: serde_json::Map::new(),
        })
    }

    /// A token of the provider as it is stored.
    pub async fn seal_token(&self, token: &str) -> Result<String, Unavailable> {
        let sealed = self.sealing.seal(self.host, PROVIDER_TOKEN, token.as_bytes()).await;
        sealed.map_err(|failure| {
            warning(self.host, "not_sealed", "provider-token", failure);
            Unavailable
        })
    }

    /// The page that goes on to where the login began, with the fragment that only the browser knows.
    pub fn signed_in(&self, target: &str) -> Response {
        page(200, &GoingOn { text: self.text, target, fragment: "restore" })
    }

    /// The page of a test login, which says which user it would be.
    pub async fn end_test(
        &self,
        party: &Party<'_, H>,
        attempt: &LoginAttempt,
        tokens: &TokenResponse,
        id_token: &VerifiedIdToken,
    ) -> Result<Response, Refusal> {
        let text = self.text;
        let (user, _) = self.find_user(party, attempt, id_token).await?;
        if user.value.is_admin() {
            let mut tested = party.stored.value.clone();
            tested.tested = Some(TestLogin { user: user.id.clone(), at: self.host.now().as_seconds() });
            let committed = Rows(self.host).commit(&[party.stored.replaced_by(&tested)]).await;
            committed.map_err(|_| Refusal::Unavailable)?;
        }
        let is_renewed = tokens.refresh_token().is_some();
        let renewal = if is_renewed { &text.test_refreshes } else { &text.test_refreshes_not };
        let activation = (!user.value.is_admin()).then_some(&*text.test_not_admin);
        let paragraphs = activation.into_iter().chain([&**renewal, &*text.test_passed_text]).collect();
        let message = Message::new(text, &text.test_passed, &text.test_passed_text);
        let roles = user.value.session_roles().join(", ");
        let trace = vec![user.value.email().to_string(), roles];
        Ok(page(200, &Message { paragraphs, trace, ..message }))
    }
}
