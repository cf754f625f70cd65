//! Requests to the token endpoint, before and after the client is authenticated.

use edge_authorizer::accounts::{
    ACCESS_TOKEN_TYPE, ClientAssertion, ClientProof, MAX_TOKEN_REQUEST, PublicUrl, SigningSet, TokenAnswer,
    TokenError, TokenRequest, TokenType,
};
use edge_authorizer::{ProjectId, Unavailable};

use super::authentication::Authentication;
use super::question::{TokenOutcome, TokenQuestion};
use super::reply::{issued, refused, unset};
use crate::ControlPlane;
use crate::host::{ControlHost, DataHost, Key, SigningHost};
use crate::http::{Body, BodyError, Request, Response};
use crate::lock::lock;
use crate::settings::{IssuerSettings, UnusableVariable};

impl<S> ControlPlane<S> {
    /// Answers a request for a token, where one process has all records and signs.
    pub async fn token<H>(&self, host: &H, request: &Request, body: impl Body) -> Response
    where
        H: ControlHost<Signal = S> + SigningHost,
    {
        let (key, question) = match self.screen_token(host, request, body).await {
            Ok(screened) => screened,
            Err(refusal) => return refusal,
        };
        let outcome = self.authenticate_client(host, &key, &question).await;
        self.issue_token(host, request, &question, outcome, &host.new_id()).await
    }

    /// Reads a request for a token, and says where to authenticate its client: in the record of its project. A client of a
    /// project that does not exist is unknown to the platform's, which wakes nothing and does as much.
    pub async fn screen_token<H: DataHost<Signal = S>>(
        &self,
        host: &H,
        request: &Request,
        body: impl Body,
    ) -> Result<(Key, TokenQuestion), Response> {
        let settings = TokenSettings::of(&self.state().issuer_settings);
        let settings = settings.map_err(|unusable| unset(host, request, unusable))?;
        let parsed = read(request, body).await.map_err(|error| refused(host, request, None, error))?;
        let client = &parsed.client;
        if let ClientProof::Assertion(text) = &parsed.proof {
            let (now, skew) = (host.now(), self.data().settings().clock_skew);
            let checked = ClientAssertion::parse(text).and_then(|assertion| {
                assertion.check_claims(settings.public_url.issuer().as_str(), now, skew)
            });
            checked.map_err(|fault| {
                refused(host, request, Some(client), TokenError::NoCredentials(fault.reason()))
            })?;
        }
        let is_known = self.may_exist(host, &client.project).await.map_err(|Unavailable| {
            let error = TokenError::Unavailable("the project cannot be read at the moment");
            refused(host, request, Some(client), error)
        })?;
        let key = Key::Project(if is_known { client.project.clone() } else { ProjectId::platform() });
        let (address, request_id) = (request.address.clone(), request.id.clone());
        Ok((key, TokenQuestion { request: parsed, address, request_id }))
    }

    /// Authenticates a client where the record of the key is.
    pub async fn authenticate_client<H: ControlHost<Signal = S>>(
        &self,
        host: &H,
        key: &Key,
        question: &TokenQuestion,
    ) -> TokenOutcome {
        let state = self.state();
        let Ok(TokenSettings { public_url, life }) = TokenSettings::of(&state.issuer_settings) else {
            return TokenOutcome::Unavailable;
        };
        let issuer = public_url.issuer().as_str();
        Authentication { host, state, issuer, life, key, question }.answer().await
    }

    /// Signs what was granted, or explains why nothing was. `id` is random: the token is the only one that has it.
    pub async fn issue_token(
        &self,
        host: &impl SigningHost<Signal = S>,
        request: &Request,
        question: &TokenQuestion,
        outcome: TokenOutcome,
        id: &str,
    ) -> Response {
        let client = &question.request.client;
        let grant = match outcome.into_grant() {
            Ok(grant) => grant,
            Err(error) => return refused(host, request, Some(client), error),
        };
        let public_url = match TokenSettings::of(&self.state().issuer_settings) {
            Ok(TokenSettings { public_url, .. }) => public_url,
            Err(unusable) => return unset(host, request, unusable),
        };
        let claims = grant.claims(public_url.issuer().as_str(), public_url.as_str(), id);
        let Ok(access_token) = self.sign(host, ACCESS_TOKEN_TYPE, &claims).await else {
            let error = TokenError::Unavailable("the token cannot be signed at the moment");
            return refused(host, request, Some(client), error);
        };
        let (expires_in, scope) = (grant.life(), grant.scope().to_owned());
        let answer = TokenAnswer { access_token, token_type: TokenType::Bearer, expires_in, scope };
        issued(host, request, client, &answer)
    }

    /// Whether there may be such a project: the replica has it, or it may be too new for that.
    async fn may_exist<H: DataHost<Signal = S>>(
        &self,
        host: &H,
        id: &ProjectId,
    ) -> Result<bool, Unavailable> {
        let state = self.state();
        let snapshot = state.data.replicas().snapshot(host, id).await;
        if matches!(snapshot, Ok(Some(_))) || id.is_platform() {
            return Ok(true);
        }
        if lock(&state.unknown_projects).admit(id, host.now()) {
            return Ok(true);
        }
        snapshot.map(|_| false)
    }
}

/// What the endpoint needs to be set.
struct TokenSettings<'s> {
    public_url: &'s PublicUrl,
    life: u32,
}

impl<'s> TokenSettings<'s> {
    fn of(settings: &'s IssuerSettings) -> Result<Self, &'s UnusableVariable> {
        let IssuerSettings { public_url, token_life, .. } = settings;
        let public_url = public_url.as_ref()?;
        settings.sealing_keys(SigningSet::AccessTokens)?;
        Ok(Self { public_url, life: *token_life.as_ref()? })
    }
}

async fn read(request: &Request, body: impl Body) -> Result<TokenRequest, TokenError> {
    let header = |name| request.header(name);
    TokenRequest::check_head(&request.method, &request.query, header("content-type").as_deref())?;
    let body = body.read(MAX_TOKEN_REQUEST).await.map_err(|error| match error {
        BodyError::TooLong => TokenError::TooLong,
        BodyError::TooSlow => TokenError::TooSlow,
        BodyError::Incomplete => TokenError::Malformed("the body is incomplete"),
        BodyError::NoRoom => TokenError::Unavailable("too many requests at once"),
    })?;
    TokenRequest::read(header("authorization").as_deref(), &body.unwrap_or_default())
}
