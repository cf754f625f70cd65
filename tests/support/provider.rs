//! A provider that is good, hostile or careless: the vectors of `provider_vectors.json`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::documents::with;

/// The provider's issuer.
pub const ISSUER: &str = "https://op.example/realms/a";

/// All vectors. The good token is for the client `gateway`, of the user `ada` in the session `s1`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vectors {
    #[serde(rename = "about")]
    _about: String,
    pub now: f64,
    pub skew: f64,
    pub id_token: Vec<TokenVector>,
    pub refresh: Vec<TokenVector>,
    pub logout: Vec<TokenVector>,
    pub user_info: Vec<UserInfoVector>,
}

/// A token by its differences from the good one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenVector {
    pub name: String,
    #[serde(default)]
    pub header: Value,
    #[serde(default)]
    pub claims: Value,
    /// The bytes of one more claim.
    #[serde(default)]
    long_claim: usize,
    /// The key that signs.
    #[serde(default = "rsa_1")]
    key: String,
    #[serde(default)]
    signature: Signature,
    /// The keys that the provider publishes at first; `null` if it does not answer.
    #[serde(default = "rsa_1_alone")]
    pub keys: Option<Vec<String>>,
    /// Those that it publishes later.
    pub newer: Option<Vec<String>>,
    /// How often newer keys are needed.
    #[serde(default)]
    pub refetches: u32,
    /// The algorithms that the provider announces.
    #[serde(default = "rs256_and_es256")]
    pub announced: Vec<String>,
    /// Whether the answer to a refresh has an ID Token.
    #[serde(default = "yes")]
    pub id_token: bool,
    /// What it yields, or the fault.
    pub expect: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Signature {
    #[default]
    Right,
    Broken,
    None,
}

/// An answer of the userinfo endpoint.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserInfoVector {
    pub name: String,
    #[serde(default = "ok")]
    pub status: u16,
    body: Value,
    /// `{"email"}`, or the fault.
    pub expect: Value,
}

fn rsa_1() -> String {
    "rsa-1".to_owned()
}

#[expect(clippy::unnecessary_wraps, reason = "the type of the member")]
fn rsa_1_alone() -> Option<Vec<String>> {
    Some(vec![rsa_1()])
}

fn rs256_and_es256() -> Vec<String> {
    ["RS256", "ES256"].map(str::to_owned).into()
}

fn yes() -> bool {
    true
}

fn ok() -> u16 {
    200
}

pub fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../provider_vectors.json")).unwrap()
}

/// The provider's description of itself.
pub fn metadata(announced: &[String]) -> Value {
    json!({
        "issuer": ISSUER, "authorization_endpoint": "https://op.example/auth",
        "token_endpoint": "https://op.example/token", "jwks_uri": "https://op.example/jwks",
        "end_session_endpoint": "https://op.example/logout", "userinfo_endpoint": "https://op.example/me",
        "response_types_supported": ["code"], "id_token_signing_alg_values_supported": announced,
    })
}

/// The body of an answer of the token endpoint.
pub fn tokens(id_token: Option<&str>) -> String {
    json!({ "token_type": "bearer", "access_token": "access-token", "refresh_token": "r", "id_token": id_token })
        .to_string()
}

impl TokenVector {
    /// A good token, but for these claims.
    pub fn good(claims: &Value) -> Self {
        let vector = json!({ "name": "good", "claims": claims, "expect": "accepted" });
        serde_json::from_value(vector).unwrap()
    }

    /// The ID Token for a login with that nonce.
    pub fn id_token(&self, now: f64, nonce: &str) -> String {
        let claims = json!({
            "iss": ISSUER, "aud": "gateway", "sub": "ada", "iat": now, "exp": now + 300.0, "nonce": nonce, "name": "Ada",
            "email": "ada@example.com", "email_verified": true,
        });
        self.sign(&json!({ "alg": "RS256", "kid": "rsa-1", "typ": "JWT" }), &claims)
    }

    /// The logout token.
    pub fn logout_token(&self, now: f64) -> String {
        let claims = json!({
            "iss": ISSUER, "aud": "gateway", "iat": now, "exp": now + 120.0, "jti": "j", "sub": "ada", "sid": "s1",
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        });
        self.sign(&json!({ "alg": "RS256", "kid": "rsa-1", "typ": "logout+jwt" }), &claims)
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let header = with_removed(header, &self.header);
        let mut claims = with_removed(claims, &self.claims);
        if self.long_claim > 0 {
            claims["long"] = json!("x".repeat(self.long_claim));
        }
        // What the key cannot do, the header claims all the same.
        let claimed = header["alg"].as_str().unwrap_or_default();
        let is_rsa = claimed.starts_with("RS") || claimed.starts_with("PS");
        let algorithm = if self.key.starts_with("rsa") && !is_rsa { "RS256" } else { claimed };
        let token = super::keys()[&self.key].sign(algorithm, &header, &claims);
        let (input, signature) = token.rsplit_once('.').unwrap();
        match self.signature {
            Signature::Right => token,
            Signature::None => format!("{input}."),
            Signature::Broken => {
                let first = if signature.starts_with('A') { 'B' } else { 'A' };
                format!("{input}.{first}{}", signature.get(1..).unwrap())
            }
        }
    }
}

impl UserInfoVector {
    /// The body of the answer.
    pub fn body(&self) -> String {
        self.body.as_str().map_or_else(|| self.body.to_string(), str::to_owned)
    }
}

/// The public keys of these names; `<name> as <kid>` is one under another `kid`.
pub fn public_keys(names: &[String]) -> Vec<Value> {
    let keys = super::keys();
    let key = |name: &String| {
        let (name, kid) = name.split_once(" as ").unwrap_or((name, name));
        with(&keys[name].jwk, &json!({ "kid": kid }))
    };
    names.iter().map(key).collect()
}

/// `document` with `changes`; `null` removes a member, and `"$null"` is `null`.
fn with_removed(document: &Value, changes: &Value) -> Value {
    let Some(members) = changes.as_object() else { return document.clone() };
    let mut outcome = with(document, changes);
    for (name, value) in members {
        if value.is_null() {
            outcome.as_object_mut().unwrap().remove(name);
        } else if value == "$null" {
            outcome[name] = Value::Null;
        }
    }
    outcome
}
