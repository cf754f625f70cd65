//! Tokens that the gateway itself signs, as a person pastes them: access tokens of service accounts, and assertions for origins.

use serde::Serialize;
use serde_json::{Map, Value};

use super::discovery_request::DiscoveryRequest;
use super::formatting::{duration, list};
use crate::accounts::{ACCESS_TOKEN_TYPE, ACCOUNTS, ClientId, PublicUrl, built_in_entry};
use crate::authz::assertion::ASSERTION_TYPE;
use crate::config::custom_idp::CustomIdp;
use crate::management::account_path;
use crate::project_id::ProjectId;
use crate::token::claims::Claims;
use crate::token::compact_jws::Token;
use crate::visible::visible;

/// A token of the form that the gateway gives to its own. Whether the gateway signed it is for the keys to say.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct GatewayToken {
    /// What it is, in a few words.
    pub title: String,
    /// What it says and what it is good for, in sentences with values in backticks.
    pub sentences: Vec<String>,
    /// The service account in the management API; absent of an assertion.
    pub account_url: Option<String>,
    /// The request for the keys that verify an assertion; those of an access token are found by discovery.
    pub keys: Option<DiscoveryRequest>,
}

/// Which of the gateway's tokens one is.
enum GatewayTokenKind {
    /// An access token of a service account.
    Account(ClientId),
    /// An assertion for an origin.
    Assertion,
}

/// Describes a token, if it has the form of one that the gateway signs.
pub fn gateway_token(token: &str) -> Option<GatewayToken> {
    let token = Token::parse(token).ok()?;
    let claims = token.unverified_claims();
    let (public_url, kind) = gateway_token_kind(claims)?;
    let mut described = match kind {
        GatewayTokenKind::Account(client) => of_account(&public_url, &client, claims.members()),
        GatewayTokenKind::Assertion => of_assertion(&public_url, claims.members()),
    };
    let times = ["exp", "iat"].map(|name| claims.members().get(name).and_then(Value::as_f64));
    if let [Some(expires), Some(issued)] = times {
        described.sentences.push(format!("It is valid for {} (`iat` to `exp`).", duration(expires - issued)));
    }
    for text in described.sentences.iter_mut().chain([&mut described.title]) {
        *text = visible(text).into_owned();
    }
    Some(described)
}

/// Which of the gateway's tokens one is by its form, and of which gateway.
fn gateway_token_kind(claims: &Claims) -> Option<(PublicUrl, GatewayTokenKind)> {
    let public_url = public_url_of(claims.issuer())?;
    let media_type = claims.header()?.short_media_type()?;
    if media_type == ASSERTION_TYPE {
        return Some((public_url, GatewayTokenKind::Assertion));
    }
    let [client, azp, subject, audience] =
        ["client_id", "azp", "sub", "aud"].map(|name| claims.members().get(name).and_then(Value::as_str));
    let is_accounts = media_type == ACCESS_TOKEN_TYPE
        && [azp, subject].iter().all(|other| *other == client)
        && audience == Some(public_url.as_str());
    let client = ClientId::try_from(client.filter(|_| is_accounts)?).ok()?;
    Some((public_url, GatewayTokenKind::Account(client)))
}

/// Whether an entry is the built-in one of a project with service accounts.
pub(super) fn is_built_in(idp: &CustomIdp) -> bool {
    let public_url = public_url_of(idp.issuer.as_str());
    let audience = public_url.as_ref().map(|url| [url.as_str()]);
    idp.id.as_str() == ACCOUNTS
        && audience.is_some_and(|own| idp.allowed_aud.as_ref().is_some_and(|allowed| *allowed == own))
}

/// The built-in entry that a project has for the token, if its list of entries does not show it: for that of one of its own
/// accounts; and for an assertion, which it refuses.
pub fn built_in_entry_for(claims: &Claims, project: &ProjectId) -> Option<Value> {
    let (public_url, kind) = gateway_token_kind(claims)?;
    if matches!(&kind, GatewayTokenKind::Account(client) if client.project != *project) {
        return None;
    }
    let mut entry = built_in_entry(&public_url, []);
    // The roles of the project's accounts are not known here; a token has none but those of its account.
    entry.as_object_mut()?.remove("allowedRoles");
    Some(entry)
}

/// Whether a token has the form of an assertion for an origin.
pub fn is_assertion(claims: &Claims) -> bool {
    matches!(gateway_token_kind(claims), Some((_, GatewayTokenKind::Assertion)))
}

/// Whether a token has the form of one that the gateway signs.
pub(super) fn is_of_gateway(claims: &Claims) -> bool {
    gateway_token_kind(claims).is_some()
}

/// What a token of the gateway is, after the step that says who issued it.
pub(super) fn kind_sentence(claims: &Claims) -> Option<String> {
    Some(match gateway_token_kind(claims)?.1 {
        GatewayTokenKind::Account(client) => {
            format!(
                "It has the form of an access token of the gateway itself, for the service account `{client}`."
            )
        }
        GatewayTokenKind::Assertion => {
            "It has the form of an assertion, which the gateway signs for origins: no bearer token."
                .to_owned()
        }
    })
}

/// The gateway that has this issuer as its own.
fn public_url_of(issuer: &str) -> Option<PublicUrl> {
    let public_url = PublicUrl::try_from(issuer.strip_suffix("/auth")?).ok()?;
    (public_url.issuer().as_str() == issuer).then_some(public_url)
}

fn of_account(public_url: &PublicUrl, client: &ClientId, claims: &Map<String, Value>) -> GatewayToken {
    let ClientId { project, account } = client;
    let named = texts(claims.get("roles"));
    let prefix = format!("{project}.");
    let roles: Vec<_> = named.iter().filter_map(|value| value.strip_prefix(&*prefix)).collect();
    let roles = named_roles(&roles);
    let where_to = if project.is_platform() {
        "The management API accepts it, and no route does".to_owned()
    } else {
        format!("Routes of the project `{project}` accept it by the built-in entry `{ACCOUNTS}`")
    };
    GatewayToken {
        title: format!("Access token of the service account `{client}`"),
        sentences: vec![
            format!(
                "The gateway at `{public_url}` issues such tokens itself; the account has {roles} in this one."
            ),
            format!(
                "{where_to}. It is a bearer token: whoever has it can use it until it expires or is revoked."
            ),
        ],
        account_url: Some(format!("{public_url}{}", account_path(project, account))),
        keys: None,
    }
}

fn of_assertion(public_url: &PublicUrl, claims: &Map<String, Value>) -> GatewayToken {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or("(missing)");
    let roles = texts(claims.get("roles"));
    let roles = named_roles(&roles);
    let (subject, idp, project) = (text("sub"), text("idp"), text("project"));
    let issuer = public_url.issuer();
    let built_in = if idp == ACCOUNTS { "the built-in entry" } else { "the entry" };
    GatewayToken {
        title: format!("Assertion for the origin `{}`", text("aud")),
        sentences: vec![
            format!(
                "The gateway at `{public_url}` signs it for an origin, which gets it in `X-Auth-Assertion`: `{subject}` calls the project `{project}` with {roles}, identified by {built_in} `{idp}`."
            ),
            format!(
                "It is no bearer token. The gateway refuses it in `Authorization`: it is of the type (`typ`) `{ASSERTION_TYPE}`, for another audience (`aud`), and its key is not among those of access tokens (`{issuer}/jwks`)."
            ),
            format!("Its keys are at `{issuer}/assertion-jwks`."),
        ],
        account_url: None,
        keys: Some(DiscoveryRequest::new(format!("{issuer}/assertion-jwks"))),
    }
}

fn named_roles(roles: &[&str]) -> String {
    match roles {
        [] => "no roles".to_owned(),
        [role] => format!("the role `{role}`"),
        roles => format!("the roles {}", list(roles.iter().copied(), "and")),
    }
}

fn texts(value: Option<&Value>) -> Vec<&str> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64ct::{Base64UrlUnpadded, Encoding};
    use serde_json::json;

    fn token(typ: &str, changes: &[(&str, Value)]) -> String {
        let mut claims = json!({
            "iss": "https://gateway.example.com/auth", "aud": "https://gateway.example.com", "sub": "p1/ci",
            "client_id": "p1/ci", "azp": "p1/ci", "roles": ["p1.access", "p1.admin"], "iat": 1000, "exp": 1600,
        });
        for (name, value) in changes {
            claims[*name] = value.clone();
        }
        let encode = |value: Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
        format!("{}.{}.c2ln", encode(json!({ "alg": "ES256", "typ": typ, "kid": "k" })), encode(claims))
    }

    fn assertion(subject: &str) -> String {
        let changes = [
            ("aud", json!("insights")),
            ("sub", json!(subject)),
            ("idp", json!("apps")),
            ("project", json!("plant7")),
            ("roles", json!(["access"])),
            ("exp", json!(1060)),
        ];
        token(ASSERTION_TYPE, &changes)
    }

    #[test]
    fn a_service_accounts_token_is_described_with_its_account() {
        let described = gateway_token(&token("at+jwt", &[])).unwrap();
        assert_eq!(described.title, "Access token of the service account `p1/ci`");
        let text = described.sentences.join(" ");
        for part in ["the roles `access` and `admin`", "built-in entry `accounts`", "valid for 10 minutes"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let base = "https://gateway.example.com/project-management-service/v1";
        assert_eq!(described.account_url.unwrap(), format!("{base}/projects/p1/service-accounts/ci"));
        assert_eq!(described.keys, None);
        let platform = ["sub", "azp", "client_id"].map(|name| (name, json!("platform/ops")));
        let described = gateway_token(&token("at+jwt", &platform)).unwrap();
        assert_eq!(described.account_url.unwrap(), format!("{base}/service-accounts/ops"));
        assert!(described.sentences.join(" ").contains("no roles"));
    }

    #[test]
    fn an_assertion_is_described_as_no_bearer_token() {
        let described = gateway_token(&assertion("nimda\u{202e}x")).unwrap();
        assert_eq!(described.title, "Assertion for the origin `insights`");
        let text = described.sentences.join(" ");
        for part in [
            "`nimda\\u202ex` calls the project `plant7`",
            "the entry `apps`",
            "no bearer token",
            "60 seconds",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let keys = described.keys.unwrap();
        assert_eq!(keys.url, "https://gateway.example.com/auth/assertion-jwks");
        assert_eq!(described.account_url, None);
    }

    #[test]
    fn tokens_of_another_form_are_not_the_gateways() {
        let others = [
            ("JWT", ("sub", json!("p1/ci"))),
            ("at+jwt", ("sub", json!("someone"))),
            ("at+jwt", ("client_id", json!("p1"))),
            ("at+jwt", ("aud", json!(["https://gateway.example.com"]))),
            ("at+jwt", ("iss", json!("https://gateway.example.com"))),
            ("at+jwt", ("iss", json!("https://gateway.example.com/x/auth"))),
            (ASSERTION_TYPE, ("iss", json!("http://gateway.example.com/auth"))),
        ];
        for (typ, change) in others {
            assert!(gateway_token(&token(typ, std::slice::from_ref(&change))).is_none(), "{typ} {change:?}");
        }
    }

    #[test]
    fn the_built_in_entry_is_that_of_the_accounts_project() {
        let (account, assertion) = (token("at+jwt", &[]), assertion("me"));
        let entry_for = |token: &str, project: &str| {
            let token = Token::parse(token).unwrap();
            let entry =
                built_in_entry_for(token.unverified_claims(), &ProjectId::try_from(project).unwrap())?;
            Some(CustomIdp::parse(&entry).unwrap())
        };
        assert!(entry_for(&account, "p1").is_some_and(|entry| is_built_in(&entry)));
        assert!(entry_for(&account, "p2").is_none());
        assert!(entry_for(&assertion, "p2").is_some_and(|entry| is_built_in(&entry)));
        let mut earlier = built_in_entry(&PublicUrl::try_from("https://gateway.example.com").unwrap(), []);
        for (name, value) in
            [("iss", json!("https://login.example.org")), ("allowedRoles", json!(["access"]))]
        {
            earlier[name] = value;
        }
        assert!(!is_built_in(&CustomIdp::parse(&earlier).unwrap()));
    }
}
