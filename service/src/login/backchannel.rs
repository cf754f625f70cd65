//! The provider says that a session has ended (OpenID Connect Back-Channel Logout 1.0).

use edge_authorizer::Unavailable;
use edge_authorizer::accounts::Form;
use edge_authorizer::login::{Ended, VerifiedLogout, verify_logout_token};
use edge_authorizer::users::{LoginMethod, ProviderIdentity, Session};

use super::spent::Spent;
use super::tombstone::Tombstone;
use super::visit::Visit;
use crate::directory::{ATTEMPTS, CommitFailure, Rows, Stored};
use crate::host::{LoginHost, TermName};
use crate::http::{Body, Response};
use crate::users::{provider_session, sessions};

/// The longest body, in bytes: a logout token of 16 KiB, and its name.
const MAX_BODY: usize = 17 * 1024;

/// Why a logout token is not acted on.
enum NotEnded {
    /// It is not acceptable, with the reason.
    Invalid(String),
    /// Something that is needed does not answer: the provider may try again.
    Unavailable,
}

impl From<Unavailable> for NotEnded {
    fn from(Unavailable: Unavailable) -> Self {
        Self::Unavailable
    }
}

impl<H: LoginHost> Visit<'_, H> {
    /// Ends the sessions that a logout token names. Only then is the answer 200.
    pub async fn backchannel_logout(&self, body: impl Body) -> Response {
        let answer = |status, error: Option<(&str, &str)>| {
            let document = error.map(|(error, description)| {
                serde_json::json!({ "error": error, "error_description": description }).to_string()
            });
            let response = match document {
                Some(document) => Response::new(status, "application/json", document),
                None => Response::empty(status),
            };
            response.with("cache-control", "no-store")
        };
        match self.end_by_token(body).await {
            Ok(()) => answer(200, None),
            Err(NotEnded::Invalid(reason)) => {
                self.log_login("logout_refused", None, std::slice::from_ref(&reason));
                answer(400, Some(("invalid_request", &reason)))
            }
            Err(NotEnded::Unavailable) => answer(503, Some(("temporarily_unavailable", "try again"))),
        }
    }

    async fn end_by_token(&self, body: impl Body) -> Result<(), NotEnded> {
        let invalid = |reason: &str| NotEnded::Invalid(reason.to_owned());
        let body = body.read(MAX_BODY).await.map_err(|_| invalid("the body is too long or incomplete"))?;
        let form = Form::parse(&body.unwrap_or_default()).map_err(|fault| invalid(fault.reason()))?;
        let token = form.get("logout_token").ok_or_else(|| invalid("the form has no `logout_token`"))?;
        let party = self.party().await?.ok_or_else(|| invalid("no federation is configured"))?;
        let skew = self.state.data.settings().clock_skew;
        let verification = verify_logout_token(party.relying()?, token, self.host.now(), skew);
        let logout = party.verify(verification).await.map_err(|fault| match fault {
            edge_authorizer::login::TokenFault::KeysUnavailable => NotEnded::Unavailable,
            fault => NotEnded::Invalid(fault.to_string()),
        })?;
        if Rows(self.host).load::<Spent>(&logout.replay_id).await?.is_some() {
            return Err(used_before());
        }
        self.remember(&logout).await?;
        self.end_named(&logout).await?;
        self.spend(&logout).await?;
        self.log_login("ended_by_provider", None, &[]);
        Ok(())
    }

    /// Remembers what ended, so that nothing that is under way revives it.
    async fn remember(&self, logout: &VerifiedLogout) -> Result<(), NotEnded> {
        for _ in 0..ATTEMPTS {
            let tombstones = Tombstone::remember(self.host, logout, self.host.now().as_seconds()).await?;
            match Rows(self.host).commit(&tombstones).await {
                Ok(()) => return Ok(()),
                Err(CommitFailure::Conflict) => {}
                Err(_) => return Err(NotEnded::Unavailable),
            }
        }
        Err(NotEnded::Unavailable)
    }

    /// Uses up the message. It comes last: a provider that got no answer may send the same again.
    async fn spend(&self, logout: &VerifiedLogout) -> Result<(), NotEnded> {
        let until = logout.replay_until.as_seconds();
        match Rows(self.host).commit(&[Spent::once(&logout.replay_id, until)]).await {
            Ok(()) => Ok(()),
            Err(CommitFailure::Conflict) => Err(used_before()),
            Err(_) => Err(NotEnded::Unavailable),
        }
    }

    async fn end_named(&self, logout: &VerifiedLogout) -> Result<(), Unavailable> {
        let iss = &logout.issuer;
        match &logout.ended {
            Ended::Session { sid, subject } => {
                let value = provider_session(iss, sid);
                sessions::end_all(self.host, TermName::ProviderSession, &value).await?;
                let Some(sub) = subject else { return Ok(()) };
                // Which of those is meant whose `sid` the provider did not give cannot be told.
                let is_unnamed = |session: &Stored<Session>| match &session.value.by {
                    LoginMethod::Federation(provider) => provider.sid.is_none(),
                    LoginMethod::Password {} => false,
                };
                sessions::end_those(self.host, TermName::ProviderSubject, &key_of(iss, sub), is_unnamed).await
            }
            Ended::Subject(sub) => {
                sessions::end_all(self.host, TermName::ProviderSubject, &key_of(iss, sub)).await
            }
        }
    }
}

fn key_of(iss: &str, sub: &str) -> String {
    ProviderIdentity { iss: iss.to_owned(), sub: sub.to_owned() }.key()
}

fn used_before() -> NotEnded {
    NotEnded::Invalid("the logout token was used before".to_owned())
}
