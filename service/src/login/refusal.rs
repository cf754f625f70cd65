//! Why a login is refused, and the page that says so.

use edge_authorizer::login::{
    AttemptFault, EmailFault, LoginRedirect, ResponseFault, ReturnPath, TokenEndpointError, TokenFault,
    UserInfoFault, VerifiedIdToken,
};
use edge_authorizer::users::LoginRefusal;
use edge_authorizer::{ErrorCode, NumericDate, Target};

use super::refused_login::RefusedLogin;
use super::visit::Visit;
use crate::host::LoginHost;
use crate::http::Response;
use crate::pages::{Link, Message, Messages, page};

/// Why a login is refused.
pub enum Refusal {
    /// A store, or a key, does not answer.
    Unavailable,
    /// There is no active federation.
    NotFederated,
    /// The gateway did not make the `state`.
    ForeignState,
    /// The login is too old, or began in another browser.
    Attempt(AttemptFault),
    /// Too many logins of the address failed: in how many seconds one is admitted.
    TooMany(u32),
    /// The browser brings no acceptable response.
    Response(ResponseFault),
    /// The provider does not answer.
    ProviderSilent(String),
    /// The provider gives no tokens.
    Exchange(TokenEndpointError),
    /// The ID Token is not acceptable.
    IdToken(TokenFault),
    /// The userinfo endpoint says nothing acceptable.
    UserInfo(UserInfoFault),
    /// The session at the provider has ended meanwhile.
    EndedMeanwhile,
    /// The draft that was tested is no longer there.
    OtherDraft,
    /// The person is no user who may log in.
    Person(Box<RefusedPerson>),
}

/// A person whom the provider signed in, and who is refused.
pub struct RefusedPerson {
    pub refusal: LoginRefusal,
    pub email_fault: Option<EmailFault>,
    pub id_token: VerifiedIdToken,
    /// Where they were going.
    pub return_path: ReturnPath,
}

impl From<TokenEndpointError> for Refusal {
    fn from(error: TokenEndpointError) -> Self {
        Self::Exchange(error)
    }
}

impl From<TokenFault> for Refusal {
    fn from(fault: TokenFault) -> Self {
        Self::IdToken(fault)
    }
}

impl From<UserInfoFault> for Refusal {
    fn from(fault: UserInfoFault) -> Self {
        Self::UserInfo(fault)
    }
}

impl Refusal {
    /// The code of the answer.
    fn code(&self) -> ErrorCode {
        match self {
            Self::Unavailable => ErrorCode::StoreUnavailable,
            Self::ProviderSilent(_) | Self::Exchange(TokenEndpointError::Unavailable { .. }) => {
                ErrorCode::ProviderUnavailable
            }
            Self::Person(person) => match person.refusal {
                LoginRefusal::EmailUnverified | LoginRefusal::EmailMissing => ErrorCode::EmailUnverified,
                _ => ErrorCode::UserUnknown,
            },
            _ => ErrorCode::LoginFailed,
        }
    }

    /// What was found, step by step, for administrators; empty where nobody's login was refused.
    pub fn trace(&self) -> Vec<String> {
        match self {
            Self::Exchange(error) => {
                std::iter::once(error.to_string()).chain(error.advice().map(str::to_owned)).collect()
            }
            Self::IdToken(fault) => vec![fault.to_string()],
            Self::UserInfo(fault) => vec![fault.to_string()],
            Self::ProviderSilent(reason) => {
                vec![format!("the provider's token or userinfo endpoint: {reason}")]
            }
            Self::Person(person) => person.trace(),
            Self::EndedMeanwhile => vec!["the session at the provider has ended meanwhile".to_owned()],
            Self::Response(fault @ (ResponseFault::Provider(_) | ResponseFault::Issuer { .. })) => {
                vec![fault.to_string()]
            }
            _ => Vec::new(),
        }
    }

    /// Whether it needs no tokens of the provider, and so no account there.
    pub fn is_by_anybody(&self) -> bool {
        !matches!(self, Self::IdToken(_) | Self::UserInfo(_) | Self::EndedMeanwhile | Self::Person(_))
    }

    /// The stable name of the reason.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Person(person) => person.refusal.code(),
            _ => self.code().as_str(),
        }
    }

    fn texts<'t>(&'t self, text: &'t Messages) -> (&'t str, &'t str) {
        match self {
            Self::Unavailable => (&text.unavailable, &text.unavailable_text),
            Self::ProviderSilent(_) | Self::Exchange(TokenEndpointError::Unavailable { .. }) => {
                (&text.provider_unavailable, &text.provider_unavailable_text)
            }
            Self::Attempt(AttemptFault::OtherBrowser) | Self::ForeignState => {
                (&text.login_foreign, &text.login_foreign_text)
            }
            Self::Attempt(AttemptFault::TooOld) | Self::EndedMeanwhile => {
                (&text.login_too_old, &text.login_too_old_text)
            }
            Self::OtherDraft => (&text.test_outdated, &text.test_outdated_text),
            Self::TooMany(_) => (&text.login_failed, &text.too_many_failures),
            Self::Response(ResponseFault::Provider(_)) => (&text.login_refused, &text.login_refused_text),
            Self::Person(person) => match person.refusal {
                LoginRefusal::UserUnknown => (&text.user_unknown, &text.user_unknown_text),
                LoginRefusal::EmailUnverified => (&text.email_unverified, &text.email_unverified_text),
                LoginRefusal::EmailMissing => (&text.email_missing, &text.email_missing_text),
                LoginRefusal::IdentityConflict => (&text.identity_conflict, &text.identity_conflict_text),
                LoginRefusal::UserDisabled => (&text.user_disabled, &text.user_disabled_text),
            },
            _ => (&text.login_failed, &text.login_failed_text),
        }
    }
}

/// Where a person signs in by another account, on the way to a page.
pub fn other_account(path: &ReturnPath) -> String {
    LoginRedirect::OtherAccount.location(&Target::split(path.as_str()))
}

impl RefusedPerson {
    fn trace(&self) -> Vec<String> {
        let Self { refusal, email_fault, id_token, .. } = self;
        let mut trace = vec![format!("the ID Token of `{}` is verified", id_token.issuer)];
        trace.extend(email_fault.as_ref().map(ToString::to_string));
        // What is wrong with the address says it all.
        if email_fault.is_none()
            || !matches!(refusal, LoginRefusal::EmailUnverified | LoginRefusal::EmailMissing)
        {
            trace.push(refusal.to_string());
        }
        trace
    }
}

impl<H: LoginHost> Visit<'_, H> {
    /// The page of a refused login. What was refused after the provider was asked is kept for administrators.
    pub async fn refuse(&self, refusal: Refusal) -> Response {
        self.note_refusal(&refusal).await;
        let (heading, paragraph) = refusal.texts(self.text);
        let mut paragraphs = vec![paragraph];
        let provider = match &refusal {
            Refusal::Response(ResponseFault::Provider(error)) => error.to_string(),
            _ => String::new(),
        };
        paragraphs.extend(Some(&*provider).filter(|text| !text.is_empty()));
        let other_account = match &refusal {
            Refusal::Person(person) => Some(other_account(&person.return_path)),
            _ => None,
        };
        let link = match &other_account {
            Some(target) => Link { target, text: &self.text.other_account },
            None => self.try_again(),
        };
        let response = self.problem_with(refusal.code(), heading, paragraphs, link);
        match refusal {
            Refusal::TooMany(seconds) => {
                Response { status: 429, ..response }.with("retry-after", &seconds.to_string())
            }
            _ => response,
        }
    }

    /// The page of a test login that failed, with what was found: for the browser in which the test began.
    pub async fn refuse_test(&self, refusal: &Refusal) -> Response {
        self.note_refusal(refusal).await;
        let (text, mut trace) = (self.text, refusal.trace());
        if trace.is_empty() {
            trace.push(refusal.texts(text).1.to_owned());
        }
        let message = Message::new(text, &text.test_failed, &text.test_failed_text);
        page(200, &Message { trace, request_id: Some(&self.request.id), ..message })
    }

    async fn note_refusal(&self, refusal: &Refusal) {
        let trace = refusal.trace();
        self.log_login(refusal.name(), None, &trace);
        if !trace.is_empty() {
            self.refused_login(refusal, trace, self.host.now()).keep(self.host).await;
        }
    }

    fn refused_login(&self, refusal: &Refusal, trace: Vec<String>, now: NumericDate) -> RefusedLogin {
        let id_token = match refusal {
            Refusal::Person(person) => Some(&person.id_token),
            _ => None,
        };
        RefusedLogin {
            at: now.as_seconds(),
            code: refusal.name().to_owned(),
            trace,
            subject: id_token.map(|it| it.subject.clone()),
            email: id_token.and_then(|it| it.email.email.clone()),
            request_id: self.request.id.clone(),
            by_anybody: refusal.is_by_anybody(),
        }
    }
}
