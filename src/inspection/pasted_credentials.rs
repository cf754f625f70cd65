//! What a person pastes to be explained: a token, an `Authorization` header, or claims.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::token::bearer_credentials::{BearerCredentials, split_scheme};
use crate::token::strict_json;

/// Pasted credentials. Credentials of another scheme than Bearer have neither token nor claims.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PastedCredentials {
    /// The token as the gateway would read it; absent if claims were pasted.
    pub token: Option<String>,
    /// The pasted claims or those of the token, which nobody verified; absent if they cannot be read.
    #[cfg_attr(test, ts(type = "Record<string, unknown> | null"))]
    pub claims: Option<Map<String, Value>>,
}

/// Reads what was pasted; `None` if that is nothing.
pub fn read_credentials(text: &str) -> Option<PastedCredentials> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    if let Some(claims) = object(text.as_bytes()) {
        return Some(PastedCredentials { token: None, claims: Some(claims) });
    }
    let token = token_of(text);
    let claims = token.and_then(claims_of);
    Some(PastedCredentials { token: token.map(str::to_owned), claims })
}

/// Schemes that are recognized without the header's name before them.
const OTHER_SCHEMES: [&str; 4] = ["basic", "digest", "dpop", "negotiate"];

fn token_of(text: &str) -> Option<&str> {
    let header = header_value(text);
    let value = header.unwrap_or(text);
    let (scheme, rest) = split_scheme(value);
    match BearerCredentials::parse(Some(value)) {
        BearerCredentials::Bearer(token) => Some(token),
        BearerCredentials::Ambiguous(_) if scheme.eq_ignore_ascii_case("bearer") => Some(rest),
        BearerCredentials::Missing
            if header.is_some() || OTHER_SCHEMES.iter().any(|other| scheme.eq_ignore_ascii_case(other)) =>
        {
            None
        }
        BearerCredentials::Ambiguous(_) | BearerCredentials::Missing => Some(value),
    }
}

/// The value of an `Authorization` header, if the text is one.
fn header_value(text: &str) -> Option<&str> {
    let (name, value) = text.split_once(':')?;
    name.trim_end().eq_ignore_ascii_case("authorization").then(|| value.trim())
}

/// The claims of a token, however wrong the rest of it is.
fn claims_of(token: &str) -> Option<Map<String, Value>> {
    let payload = Base64UrlUnpadded::decode_vec(token.split('.').nth(1)?).ok()?;
    object(&payload)
}

fn object(text: &[u8]) -> Option<Map<String, Value>> {
    match strict_json::from_slice(text) {
        Ok(Value::Object(members)) => Some(members),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn token(text: &str) -> Option<String> {
        read_credentials(text).unwrap().token
    }

    #[test]
    fn token_is_read_with_and_without_its_scheme() {
        for text in [
            "a.b.c",
            " a.b.c\n",
            "Bearer a.b.c",
            "bearer   a.b.c",
            "Authorization: Bearer a.b.c",
            "authorization:bearer a.b.c",
        ] {
            assert_eq!(token(text).as_deref(), Some("a.b.c"), "{text}");
        }
    }

    #[test]
    fn credentials_of_another_scheme_have_no_token() {
        for text in ["Basic YTpi", "DPoP a.b.c", "Authorization: Basic YTpi", "Authorization: Token a.b.c"] {
            assert_eq!(read_credentials(text), Some(PastedCredentials::default()), "{text}");
        }
    }

    #[test]
    fn ambiguous_credentials_stay_ambiguous_behind_the_scheme() {
        for (text, expected) in [
            ("Bearer", ""),
            ("Bearer a, Bearer b", "a, Bearer b"),
            ("Basic a, bearer b", "Basic a, bearer b"),
        ] {
            assert_eq!(token(text).as_deref(), Some(expected));
            let header = format!("Bearer {expected}");
            let credentials = BearerCredentials::parse(Some(&header));
            assert!(matches!(credentials, BearerCredentials::Ambiguous(_)), "{text}");
        }
    }

    #[test]
    fn other_text_is_a_token_with_flaws() {
        for text in ["no token at all", "{", "[]", r#"{"a":1,"a":2}"#] {
            assert_eq!(token(text).as_deref(), Some(text));
        }
        assert_eq!(read_credentials(" \n"), None);
    }

    #[test]
    fn claims_are_those_of_the_token_or_pasted() {
        let claims = json!({ "iss": "https://a.example" });
        let pasted = read_credentials(&claims.to_string()).unwrap();
        assert_eq!(pasted, PastedCredentials { token: None, claims: claims.as_object().cloned() });
        let payload = Base64UrlUnpadded::encode_string(claims.to_string().as_bytes());
        for token in [format!("h.{payload}.s"), format!(".{payload}")] {
            assert_eq!(read_credentials(&token).unwrap().claims.as_ref(), claims.as_object(), "{token}");
        }
        assert_eq!(read_credentials("h.e30=.s").unwrap().claims, None);
    }
}
