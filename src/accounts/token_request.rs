//! Requests for tokens (RFC 6749, sections 2.3.1, 3.2 and 4.4.2; RFC 7523, section 2.2).

use serde::{Deserialize, Serialize};

use crate::accounts::basic_credentials::{BasicCredentials, MalformedBasic};
use crate::accounts::client_assertion::{ASSERTION_TYPE, ClientAssertion};
use crate::accounts::client_id::ClientId;
use crate::accounts::form::Form;
use crate::accounts::secret_digest::SecretDigest;
use crate::accounts::token_answer::TokenError;

/// The longest body of a request, in bytes. Half of it is the longest assertion.
pub const MAX_TOKEN_REQUEST: usize = 32 * 1024;

/// A request for a token by client credentials. In JSON it goes from where it arrived to where the account is stored; it has
/// no secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TokenRequest {
    /// The client that it claims to be from.
    pub client: ClientId,
    /// What should prove that.
    pub proof: ClientProof,
    /// What the token should be for.
    pub scope: Option<String>,
}

/// What should prove that a request is from a client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientProof {
    /// The digest of what was sent as its secret.
    Secret(SecretDigest),
    /// An assertion, nothing of which is verified.
    Assertion(String),
}

impl TokenRequest {
    /// Checks what can be checked before the body is read: the method, the query, and the media type of the body.
    pub fn check_head(method: &str, query: &str, content_type: Option<&str>) -> Result<(), TokenError> {
        if method != "POST" {
            return Err(TokenError::Method);
        }
        // Addresses are logged: credentials must not be in them (section 2.3.1).
        if !query.is_empty() {
            return Err(TokenError::Malformed("parameters belong into the body, not into the query"));
        }
        if !content_type.is_some_and(is_form) {
            return Err(TokenError::Malformed("send `Content-Type: application/x-www-form-urlencoded`"));
        }
        Ok(())
    }

    /// Reads a request from its `Authorization` header and its body.
    pub fn read(authorization: Option<&str>, body: &[u8]) -> Result<Self, TokenError> {
        let form = Form::parse(body).map_err(|fault| TokenError::Malformed(fault.reason()))?;
        match form.get("grant_type") {
            Some("client_credentials") => {}
            Some(_) => return Err(TokenError::GrantType),
            None => return Err(TokenError::Malformed("`grant_type` is missing")),
        }
        let (client, proof) = match (authorization, Parameters::of(&form)) {
            (Some(_), Parameters { secret: Some(_), .. } | Parameters { is_assertion: true, .. })
            | (None, Parameters { secret: Some(_), is_assertion: true, .. }) => {
                return Err(TokenError::Malformed("the client's credentials are sent in more than one way"));
            }
            (Some(header), parameters) => by_basic(header, parameters.client_id)?,
            (None, Parameters { is_assertion: true, client_id, .. }) => by_assertion(&form, client_id)?,
            (None, Parameters { client_id: Some(id), secret: Some(secret), .. }) => by_secret(id, secret)?,
            (None, _) => return Err(TokenError::NoCredentials("the client's credentials are missing")),
        };
        Ok(Self { client, proof, scope: form.get("scope").map(str::to_owned) })
    }
}

/// The parameters of a form by which a client can authenticate.
struct Parameters<'f> {
    client_id: Option<&'f str>,
    secret: Option<&'f str>,
    is_assertion: bool,
}

impl<'f> Parameters<'f> {
    fn of(form: &'f Form) -> Self {
        let is_assertion = form.get("client_assertion").or(form.get("client_assertion_type")).is_some();
        Self { client_id: form.get("client_id"), secret: form.get("client_secret"), is_assertion }
    }
}

fn by_basic(header: &str, client_id: Option<&str>) -> Result<(ClientId, ClientProof), TokenError> {
    let basic = BasicCredentials::parse(header).map_err(|fault| match fault {
        MalformedBasic::Several => TokenError::Malformed(fault.reason()),
        _ => TokenError::NoCredentials(fault.reason()),
    })?;
    if client_id.is_some_and(|id| id != basic.client_id) {
        return Err(TokenError::Malformed("`client_id` is not that of the Basic credentials"));
    }
    by_secret(&basic.client_id, &basic.secret)
}

/// A text that is no client id is that of an unknown client.
fn by_secret(client_id: &str, secret: &str) -> Result<(ClientId, ClientProof), TokenError> {
    let client = ClientId::try_from(client_id).map_err(|_| TokenError::ClientRefused)?;
    Ok((client, ClientProof::Secret(SecretDigest::of(secret))))
}

fn by_assertion(form: &Form, client_id: Option<&str>) -> Result<(ClientId, ClientProof), TokenError> {
    let (Some(kind), Some(assertion)) = (form.get("client_assertion_type"), form.get("client_assertion"))
    else {
        return Err(TokenError::Malformed("`client_assertion` and `client_assertion_type` go together"));
    };
    if kind != ASSERTION_TYPE {
        return Err(TokenError::NoCredentials("`client_assertion_type` is not that of a JWT (RFC 7523)"));
    }
    let parsed = ClientAssertion::parse(assertion);
    let client = parsed.map_err(|fault| TokenError::NoCredentials(fault.reason()))?.client().clone();
    if client_id.is_some_and(|id| id != client.to_string()) {
        return Err(TokenError::NoCredentials("`client_id` is not that of the assertion"));
    }
    Ok((client, ClientProof::Assertion(assertion.to_owned())))
}

/// Whether a media type is that of a form. A form has one encoding, UTF-8, which clients may name.
fn is_form(content_type: &str) -> bool {
    let (media_type, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    let parameters: String = parameters.split_whitespace().collect();
    media_type.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
        && ["", "charset=utf-8", "charset=\"utf-8\""]
            .iter()
            .any(|known| parameters.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64ct::{Base64, Base64UrlUnpadded, Encoding};

    const GRANT: &str = "grant_type=client_credentials";
    const REFUSED: TokenError = TokenError::ClientRefused;

    fn basic(text: &str) -> String {
        format!("Basic {}", Base64::encode_string(text.as_bytes()))
    }

    fn assertion() -> String {
        let claims = r#"{"iss":"p1/ci","sub":"p1/ci","exp":2,"iat":1}"#;
        let [header, claims] =
            [r#"{"alg":"ES256"}"#, claims].map(|part| Base64UrlUnpadded::encode_string(part.as_bytes()));
        format!("{header}.{claims}.c2ln")
    }

    fn with_assertion(rest: &str) -> String {
        format!("{GRANT}&client_assertion_type={ASSERTION_TYPE}&client_assertion={}{rest}", assertion())
    }

    fn read(authorization: Option<&str>, body: &str) -> Result<TokenRequest, TokenError> {
        TokenRequest::read(authorization, body.as_bytes())
    }

    #[test]
    fn the_client_authenticates_in_one_of_three_ways() {
        let secret = ClientProof::Secret(SecretDigest::of("s"));
        let header = basic("p1%2Fci:s");
        for (authorization, body, proof, scope) in [
            (Some(&*header), GRANT.to_owned(), secret.clone(), None),
            (Some(&*header), format!("{GRANT}&client_id=p1%2Fci&scope=a+b&x=y"), secret.clone(), Some("a b")),
            (Some(&*header), format!("{GRANT}&client_secret=&scope="), secret.clone(), None),
            (None, format!("{GRANT}&client_id=p1/ci&client_secret=s"), secret.clone(), None),
            (None, with_assertion(""), ClientProof::Assertion(assertion()), None),
            (None, with_assertion("&client_id=p1%2Fci"), ClientProof::Assertion(assertion()), None),
        ] {
            let client = ClientId::try_from("p1/ci").unwrap();
            let scope = scope.map(str::to_owned);
            assert_eq!(read(authorization, &body), Ok(TokenRequest { client, proof, scope }), "{body}");
        }
    }

    #[test]
    fn other_requests_are_refused() {
        let header = basic("p1%2Fci:s");
        let code = |authorization: Option<&str>, body: &str| {
            let error = read(authorization, body).unwrap_err();
            (error.status(), error.code())
        };
        let (invalid, unauthorized) = ((400, "invalid_request"), (401, "invalid_client"));
        for (authorization, body, expected) in [
            (Some(&*header), String::new(), invalid),
            (Some(&*header), "grant_type=".to_owned(), invalid),
            (Some(&*header), "grant_type=password".to_owned(), (400, "unsupported_grant_type")),
            (Some(&*header), format!("{GRANT}&{GRANT}"), invalid),
            (Some(&*header), format!("{GRANT}&x=1&x=1"), invalid),
            (Some(&*header), format!("{GRANT}&client_id=p1/ci&client_secret=s"), invalid),
            (Some(&*header), format!("{GRANT}&client_id=p1/other"), invalid),
            (Some(&*header), with_assertion(""), invalid),
            (None, with_assertion("&client_secret=s"), invalid),
            (None, with_assertion("&client_id=p1/other"), unauthorized),
            (None, with_assertion("").replace("jwt-bearer", "saml2-bearer"), unauthorized),
            (None, with_assertion("").replace("&client_assertion=", "&other="), invalid),
            (None, with_assertion("").replace("client_assertion_type", "other"), invalid),
            (
                None,
                format!("{GRANT}&client_assertion_type={ASSERTION_TYPE}&client_assertion=x"),
                unauthorized,
            ),
            (None, GRANT.to_owned(), unauthorized),
            (None, format!("{GRANT}&client_id=p1/ci"), unauthorized),
            (None, format!("{GRANT}&client_secret=s"), unauthorized),
            (None, format!("{GRANT}&client_id=p1&client_secret=s"), unauthorized),
            (Some("Bearer x"), GRANT.to_owned(), unauthorized),
            (Some("Basic !"), GRANT.to_owned(), unauthorized),
            (Some("Basic YTpi, Basic YTpi"), GRANT.to_owned(), invalid),
        ] {
            assert_eq!(code(authorization, &body), expected, "{body}");
        }
        assert_eq!(read(Some(&basic("p1:s")), GRANT), Err(REFUSED), "no client id is an unknown client");
    }

    #[test]
    fn a_request_is_a_form_sent_with_post() {
        let form = "application/x-www-form-urlencoded";
        for good in
            [form, "Application/X-WWW-Form-Urlencoded; charset=UTF-8", &format!("{form};charset=\"utf-8\"")]
        {
            assert_eq!(TokenRequest::check_head("POST", "", Some(good)), Ok(()), "{good}");
        }
        for (method, query, content_type, status) in [
            ("GET", "", Some(form), 405),
            ("post", "", Some(form), 405),
            ("POST", "client_id=x", Some(form), 400),
            ("POST", "", None, 400),
            ("POST", "", Some(""), 400),
            ("POST", "", Some("application/json"), 400),
            ("POST", "", Some("multipart/form-data; boundary=x"), 400),
            ("POST", "", Some(&format!("{form}, {form}")), 400),
            ("POST", "", Some(&format!("{form}; charset=utf-16")), 400),
        ] {
            let refused = TokenRequest::check_head(method, query, content_type).unwrap_err();
            assert_eq!(refused.status(), status, "{method} {query} {content_type:?}");
        }
    }

    #[test]
    fn neither_debug_nor_json_has_the_secret() {
        let request = read(Some(&basic("p1%2Fci:secret-text")), GRANT).unwrap();
        let text = serde_json::to_string(&request).unwrap();
        assert!(!text.contains("secret-text") && !format!("{request:?}").contains("secret-text"));
        assert_eq!(serde_json::from_str::<TokenRequest>(&text).unwrap(), request);
    }
}
