//! What the browser brings back from the provider.

use serde::Serialize;

use crate::accounts::{Form, MalformedForm};
use crate::excerpt::excerpt;
use crate::login::login_attempt::CurrentAttempt;
use crate::login::provider_error::ProviderError;
use crate::login::relying_party::RelyingParty;
use crate::login::transaction::Transaction;
use crate::visible::visible;

/// The longest query of a response, in bytes.
const MAX_BYTES: usize = 16 * 1024;

/// The parameters of a response (OpenID Connect Core 1.0, section 3.1.2.5), each once. It has no `Debug`.
pub struct AuthorizationResponse {
    state: String,
    form: Form,
}

/// The code of a response that belongs to an attempt. It is exchanged once: the exchange consumes it. It has no `Debug`.
pub struct AuthorizationCode {
    pub(super) code: String,
    pub(super) transaction: Transaction,
}

/// Why a response brings no code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum ResponseFault {
    /// The query is too long.
    #[error("the response has more than 16 KiB")]
    TooLong,
    /// The query is not a form, or has a parameter twice.
    #[error("{reason}")]
    Malformed {
        /// What is wrong.
        reason: &'static str,
    },
    /// No `state`.
    #[error("the response has no `state`")]
    NoState,
    /// No `iss`, which the provider announced (RFC 9207, section 2.4).
    #[error("the response has no `iss`, which the provider announces")]
    NoIssuer,
    /// `iss` is not the provider's issuer: the response may be of another provider (RFC 9207, section 2.4).
    #[error("the response is from the issuer `{found}`, not from the configured one")]
    Issuer {
        /// The issuer of the response.
        found: String,
    },
    /// The provider reports an error.
    #[error("the provider reports {0}")]
    Provider(ProviderError),
    /// Neither a code nor an error, or both.
    #[error("the response needs either `code` or `error`")]
    NoCode,
}

impl AuthorizationResponse {
    /// Reads the query of the callback, without `?`.
    pub fn parse(query: &str) -> Result<Self, ResponseFault> {
        if query.len() > MAX_BYTES {
            return Err(ResponseFault::TooLong);
        }
        let malformed = |fault: MalformedForm| ResponseFault::Malformed { reason: fault.reason() };
        let form = Form::parse(query.as_bytes()).map_err(malformed)?;
        let state = form.get("state").ok_or(ResponseFault::NoState)?.to_owned();
        Ok(Self { state, form })
    }

    /// Its `state`: a sealed attempt, if the gateway made it.
    pub fn state(&self) -> &str {
        &self.state
    }

    /// The code, if the response is the provider's.
    pub fn accept(
        &self,
        party: RelyingParty<'_>,
        attempt: &CurrentAttempt<'_>,
    ) -> Result<AuthorizationCode, ResponseFault> {
        let provider = party.provider;
        match self.form.get("iss") {
            None if provider.authorization_response_iss_parameter_supported => {
                return Err(ResponseFault::NoIssuer);
            }
            Some(issuer) if issuer != provider.issuer => {
                return Err(ResponseFault::Issuer { found: visible(excerpt(issuer, 300)).into_owned() });
            }
            _ => {}
        }
        match (self.form.get("code"), self.form.get("error")) {
            (Some(code), None) => {
                Ok(AuthorizationCode { code: code.to_owned(), transaction: attempt.transaction().clone() })
            }
            (None, Some(error)) => {
                let description = self.form.get("error_description");
                Err(ResponseFault::Provider(ProviderError::new(error, description)))
            }
            _ => Err(ResponseFault::NoCode),
        }
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::login::browser_binding::BrowserBinding;
    use crate::login::login_attempt::LoginAttempt;
    use crate::login::relying_party::tests::with_party;
    use crate::login::return_path::ReturnPath;
    use crate::token::numeric_date::NumericDate;

    pub const NOW: NumericDate = NumericDate::from_seconds(1_800_000_000.0);

    pub fn attempt() -> LoginAttempt {
        LoginAttempt::new([1; 32], ReturnPath::root(), NOW, &BrowserBinding::new([2; 32]), "d1")
    }

    fn accept(query: &str, announces_issuer: bool) -> Result<String, ResponseFault> {
        with_party(
            |provider| provider.authorization_response_iss_parameter_supported = announces_issuer,
            |party| {
                let attempt = attempt();
                let current = attempt.check(Some(&BrowserBinding::new([2; 32])), NOW);
                let response = AuthorizationResponse::parse(query)?;
                let code = response.accept(party, &current.unwrap_or_else(|fault| panic!("{fault}")))?;
                assert_eq!(code.transaction.id(), attempt.transaction().id());
                Ok(code.code)
            },
        )
    }

    const ISS: &str = "iss=https%3A%2F%2Fop.example%2Frealms%2Fa";

    #[test]
    fn a_response_brings_a_code_from_its_issuer() {
        for (query, announces_issuer) in [
            (format!("code=c%20d&state=s&{ISS}"), true),
            (format!("code=c+d&state=s&{ISS}"), false),
            ("state=s&code=c%20d&session_state=x&scope=openid".to_owned(), false),
        ] {
            assert_eq!(accept(&query, announces_issuer).as_deref(), Ok("c d"), "{query}");
        }
    }

    #[test]
    fn other_responses_are_refused() {
        let other = |found: &str| ResponseFault::Issuer { found: found.to_owned() };
        let malformed = |fault: MalformedForm| ResponseFault::Malformed { reason: fault.reason() };
        let error = |error, description| ResponseFault::Provider(ProviderError::new(error, description));
        for (query, fault) in [
            ("", ResponseFault::NoState),
            ("code=c", ResponseFault::NoState),
            ("code=c&state=", ResponseFault::NoState),
            ("code=c&state=s", ResponseFault::NoIssuer),
            ("code=c&state=s&iss=", ResponseFault::NoIssuer),
            ("code=c&state=s&iss=https://evil.example", other("https://evil.example")),
            ("code=c&state=s&iss=https://op.example/realms/a/", other("https://op.example/realms/a/")),
            ("code=c&code=c&state=s", malformed(MalformedForm::Repeated)),
            ("code=c&state=s&state=t", malformed(MalformedForm::Repeated)),
            ("code=c&state=s&x=1&x=1", malformed(MalformedForm::Repeated)),
            ("code=c&state=s&%63ode=d", malformed(MalformedForm::Repeated)),
            ("code=%zz&state=s", malformed(MalformedForm::Percent)),
            ("code=%ff&state=s", malformed(MalformedForm::Utf8)),
            ("code=a b&state=s", malformed(MalformedForm::Byte)),
            (&format!("state=s&{ISS}"), ResponseFault::NoCode),
            (&format!("code=&state=s&{ISS}"), ResponseFault::NoCode),
            (&format!("code=c&error=e&state=s&{ISS}"), ResponseFault::NoCode),
            (&format!("error=access_denied&state=s&{ISS}"), error("access_denied", None)),
            (&format!("error=a&error_description=b+c&state=s&{ISS}"), error("a", Some("b c"))),
            ("error=access_denied&state=s", ResponseFault::NoIssuer),
            (&"a".repeat(MAX_BYTES + 1), ResponseFault::TooLong),
        ] {
            assert_eq!(accept(query, true), Err(fault), "{query:.80}");
        }
        let without_announcement = accept("code=c&state=s&iss=https://evil.example", false);
        assert_eq!(without_announcement, Err(other("https://evil.example")));
    }
}
