//! The tokens in an answer of the provider.

use serde_json::{Map, Value};

use crate::login::provider_error::ProviderError;
use crate::login::token_endpoint_error::TokenEndpointError;
use crate::token::compact_jws::MAX_TOKEN_LENGTH;
use crate::token::strict_json;

/// The tokens of a successful answer (RFC 6749, section 5.1), at most 16 KiB each. `expires_in` is not used: the access token serves at
/// once or never. It has no `Debug`.
#[expect(clippy::struct_field_names, reason = "the names of RFC 6749")]
pub(super) struct IssuedTokens {
    pub access_token: String,
    pub refresh_token: Option<String>,
    pub id_token: Option<String>,
}

impl IssuedTokens {
    /// Reads the answer to an exchange.
    pub fn read(status: u16, body: &[u8]) -> Result<Self, TokenEndpointError> {
        let document = strict_json::from_slice(body).ok();
        let members = document.as_ref().and_then(Value::as_object);
        if status != 200 {
            return Err(read_error(status, members));
        }
        let members = members.ok_or(malformed("is not a JSON object that has each member once"))?;
        let kind = members.get("token_type").and_then(Value::as_str);
        if !kind.is_some_and(|kind| kind.eq_ignore_ascii_case("bearer")) {
            return Err(malformed("has a `token_type` other than `Bearer`"));
        }
        let access_token = read_token(members, "access_token")?.ok_or(malformed("has no `access_token`"))?;
        let refresh_token = read_token(members, "refresh_token")?;
        Ok(Self { access_token, refresh_token, id_token: read_token(members, "id_token")? })
    }
}

fn read_error(status: u16, members: Option<&Map<String, Value>>) -> TokenEndpointError {
    let text = |name| members.and_then(|members| members.get(name)).and_then(Value::as_str);
    match text("error") {
        Some(code) if (400..500).contains(&status) && status != 429 => {
            let error = ProviderError::new(code, text("error_description"));
            if code == "invalid_grant" {
                TokenEndpointError::InvalidGrant(error)
            } else {
                TokenEndpointError::Refused(error)
            }
        }
        _ => TokenEndpointError::Unavailable { status },
    }
}

/// A token; `None` if it is missing.
fn read_token(members: &Map<String, Value>, name: &str) -> Result<Option<String>, TokenEndpointError> {
    let Some(value) = members.get(name).filter(|value| !value.is_null()) else { return Ok(None) };
    let text = value.as_str().ok_or(malformed("has a token that is not a string"))?;
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(malformed("has a token with other than visible ASCII characters"));
    }
    if text.len() > MAX_TOKEN_LENGTH {
        return Err(malformed("has a token of more than 16 KiB"));
    }
    Ok(Some(text.to_owned()))
}

pub(super) const fn malformed(reason: &'static str) -> TokenEndpointError {
    TokenEndpointError::Malformed { reason }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(status: u16, body: &Value) -> Result<[Option<String>; 3], TokenEndpointError> {
        let tokens = IssuedTokens::read(status, body.to_string().as_bytes())?;
        Ok([Some(tokens.access_token), tokens.refresh_token, tokens.id_token])
    }

    #[test]
    fn tokens_are_bearer_tokens_in_any_case() {
        for kind in ["Bearer", "bearer", "BEARER"] {
            let body = json!({ "token_type": kind, "access_token": "a", "expires_in": "soon" });
            assert_eq!(read(200, &body), Ok([Some("a".to_owned()), None, None]));
        }
        let long = "x".repeat(8 * 1024);
        let body = json!({
            "token_type": "Bearer", "access_token": long, "refresh_token": long, "id_token": long, "more": [1],
        });
        assert_eq!(read(200, &body), Ok([0, 1, 2].map(|_| Some(long.clone()))));
    }

    #[test]
    fn other_answers_are_refused() {
        let good =
            json!({ "token_type": "Bearer", "access_token": "a", "refresh_token": "r", "id_token": "i" });
        for (name, bad) in [
            ("token_type", json!(null)),
            ("token_type", json!("DPoP")),
            ("access_token", json!(null)),
            ("access_token", json!("")),
            ("access_token", json!(1)),
            ("access_token", json!("a b")),
            ("access_token", json!("a\r\nb")),
            ("refresh_token", json!(["r"])),
            ("id_token", json!("x".repeat(MAX_TOKEN_LENGTH + 1))),
        ] {
            let mut body = good.clone();
            body[name] = bad;
            let refused = read(200, &body);
            assert!(matches!(refused, Err(TokenEndpointError::Malformed { .. })), "{name} {refused:?}");
        }
        let twice = r#"{"token_type":"Bearer","access_token":"a","access_token":"b"}"#;
        assert!(IssuedTokens::read(200, twice.as_bytes()).is_err());
    }

    #[test]
    fn errors_are_told_apart() {
        let error = |code| ProviderError::new(code, None);
        let unavailable = |status| TokenEndpointError::Unavailable { status };
        for (status, body, expected) in [
            (
                400,
                json!({ "error": "invalid_grant" }),
                TokenEndpointError::InvalidGrant(error("invalid_grant")),
            ),
            (401, json!({ "error": "invalid_client" }), TokenEndpointError::Refused(error("invalid_client"))),
            (500, json!({ "error": "invalid_grant" }), unavailable(500)),
            (429, json!({ "error": "invalid_grant" }), unavailable(429)),
            (400, json!("no"), unavailable(400)),
            (404, json!({}), unavailable(404)),
            (302, json!({ "error": "invalid_grant" }), unavailable(302)),
            (204, json!({ "token_type": "Bearer", "access_token": "a" }), unavailable(204)),
        ] {
            assert_eq!(read(status, &body), Err(expected), "{status} {body}");
        }
    }
}
