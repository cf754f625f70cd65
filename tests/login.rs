//! The judgement of what an OpenID Provider sends, with real signatures: the vectors of `provider_vectors.json`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test panics")]

mod support;

use edge_authorizer::accounts::PublicUrl;
use edge_authorizer::egress::InsecureHosts;
use edge_authorizer::login::{
    AuthorizationResponse, BrowserBinding, Ended, Federation, FederationChange, LoginAttempt,
    ProviderMetadata, RefreshResponse, RelyingParty, ReturnPath, TokenResponse, Verification,
    VerifiedIdToken, authorization_url, process_user_info, trusted_email, user_info_request, verify_id_token,
    verify_logout_token,
};
use edge_authorizer::{Issuer, KeyOutcome, KeySet, NumericDate, Unavailable};
use serde::Deserialize;
use serde_json::{Value, json};
use support::documents::with;

const ISSUER: &str = "https://op.example/realms/a";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vectors {
    #[serde(rename = "about")]
    _about: String,
    now: f64,
    skew: f64,
    id_token: Vec<TokenVector>,
    refresh: Vec<TokenVector>,
    logout: Vec<TokenVector>,
    user_info: Vec<UserInfoVector>,
}

/// A token by its differences from the good one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenVector {
    name: String,
    #[serde(default)]
    header: Value,
    #[serde(default)]
    claims: Value,
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
    keys: Option<Vec<String>>,
    /// Those that it publishes later.
    newer: Option<Vec<String>>,
    /// How often newer keys are needed.
    #[serde(default)]
    refetches: u32,
    /// The algorithms that the provider announces.
    #[serde(default = "rs256_and_es256")]
    announced: Vec<String>,
    /// Whether the answer to a refresh has an ID Token.
    #[serde(default = "yes")]
    id_token: bool,
    expect: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Signature {
    #[default]
    Right,
    Broken,
    None,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserInfoVector {
    name: String,
    #[serde(default = "ok")]
    status: u16,
    body: Value,
    expect: Value,
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

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("provider_vectors.json")).unwrap()
}

/// The provider and the gateway's configuration for it.
struct World {
    federation: Federation,
    provider: ProviderMetadata,
    public_url: PublicUrl,
    now: NumericDate,
    skew: f64,
}

impl World {
    fn new(announced: &[String]) -> Self {
        let Vectors { now, skew, .. } = vectors();
        let none = InsecureHosts::default();
        let document =
            json!({ "issuer": ISSUER, "clientId": "gateway", "clientSecret": "s", "active": true });
        let change = FederationChange::read(&document, None, &none).map_err(|faults| faults.to_string());
        let metadata = json!({
            "issuer": ISSUER, "authorization_endpoint": "https://op.example/auth",
            "token_endpoint": "https://op.example/token", "jwks_uri": "https://op.example/jwks",
            "end_session_endpoint": "https://op.example/logout", "userinfo_endpoint": "https://op.example/me",
            "response_types_supported": ["code"], "id_token_signing_alg_values_supported": announced,
        });
        let issuer = Issuer::try_from(ISSUER).unwrap();
        Self {
            federation: change.unwrap().into_federation("sealed".to_owned()),
            provider: ProviderMetadata::read(&issuer, metadata.to_string().as_bytes(), &none).unwrap(),
            public_url: PublicUrl::try_from("https://gateway.example.com").unwrap(),
            now: NumericDate::from_seconds(now),
            skew,
        }
    }

    fn party(&self) -> RelyingParty<'_> {
        RelyingParty::new(&self.federation, &self.provider, &self.public_url).unwrap()
    }

    /// The answer to the code exchange of a login, with the ID Token that `make` makes of its nonce.
    fn tokens(&self, make: impl FnOnce(&str) -> String) -> TokenResponse {
        let browser = BrowserBinding::new([2; 32]);
        let attempt = LoginAttempt::new([1; 32], ReturnPath::root(), self.now, &browser, None);
        let url = url::Url::parse(&authorization_url(self.party(), &attempt, "state")).unwrap();
        let nonce = url.query_pairs().find(|(name, _)| name == "nonce").unwrap().1.into_owned();
        let response =
            AuthorizationResponse::parse("code=c&state=state").unwrap_or_else(|fault| panic!("{fault}"));
        let current = attempt.check(Some(&browser), self.now).unwrap_or_else(|fault| panic!("{fault}"));
        let code = response.accept(self.party(), &current).unwrap_or_else(|fault| panic!("{fault}"));
        let body = answer(Some(&make(&nonce)));
        TokenResponse::process(code, 200, body.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
    }
}

fn answer(id_token: Option<&str>) -> String {
    json!({ "token_type": "bearer", "access_token": "access-token", "refresh_token": "r", "id_token": id_token })
        .to_string()
}

impl TokenVector {
    /// The token, by its differences from the good one.
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
        let token = support::keys()[&self.key].sign(algorithm, &header, &claims);
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

    /// Drives a verification to its end: the outcome, or the fault by its name.
    fn drive<V>(&self, mut step: Verification<'_, V>) -> Result<V, String> {
        let set = |names: &[String]| {
            let keys = support::keys();
            let jwks: Vec<_> = names.iter().map(|name| keys[name].jwk.clone()).collect();
            KeySet::parse(&json!({ "keys": jwks })).unwrap()
        };
        let first = self.keys.as_deref().map(set);
        let newer = self.newer.as_deref().map(set).or_else(|| first.clone());
        let mut refetches = 0;
        let outcome = loop {
            step = match step {
                Verification::Done(outcome) => break outcome,
                Verification::NeedKeys(need) => {
                    let keys = if need.needs_newer_keys() { &newer } else { &first };
                    refetches += u32::from(need.needs_newer_keys());
                    need.resume(keys.as_ref().ok_or(Unavailable))
                }
                Verification::NeedCheck(need) => {
                    let is_verified = support::check(&need.check()) == KeyOutcome::Verified;
                    need.resume(is_verified)
                }
            };
        };
        assert_eq!(refetches, self.refetches, "{}", self.name);
        outcome.map_err(|fault| {
            assert!(!fault.to_string().is_empty());
            json!(fault)["fault"].as_str().unwrap().to_owned()
        })
    }
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

fn id_token_claims(now: f64, nonce: &str) -> Value {
    json!({
        "iss": ISSUER, "aud": "gateway", "sub": "ada", "iat": now, "exp": now + 300.0, "nonce": nonce,
        "email": "ada@example.com", "email_verified": true, "name": "Ada",
    })
}

const HEADER: &str = r#"{ "alg": "RS256", "kid": "rsa-1", "typ": "JWT" }"#;

fn verify(vector: &TokenVector) -> Result<VerifiedIdToken, String> {
    let world = World::new(&vector.announced);
    let header: Value = serde_json::from_str(HEADER).unwrap();
    let now = world.now.as_seconds();
    let tokens = world.tokens(|nonce| vector.sign(&header, &id_token_claims(now, nonce)));
    vector.drive(verify_id_token(world.party(), &tokens, world.now, world.skew))
}

#[test]
fn id_tokens_are_judged_as_the_vectors_say() {
    for vector in vectors().id_token {
        let outcome = verify(&vector);
        let judged = outcome.as_ref().map_or_else(Clone::clone, |_| "accepted".to_owned());
        assert_eq!(judged, vector.expect, "{}", vector.name);
        if let Ok(token) = outcome {
            let subject = vector.claims["sub"].as_str().unwrap_or("ada");
            assert_eq!((&*token.issuer, &*token.subject), (ISSUER, subject), "{}", vector.name);
            assert_eq!(token.sid.as_deref(), vector.claims["sid"].as_str(), "{}", vector.name);
            let email = trusted_email(&token.email, &World::new(&rs256_and_es256()).federation).unwrap();
            assert_eq!(email.as_str(), "ada@example.com", "{}", vector.name);
        }
    }
}

#[test]
fn refreshes_are_judged_as_the_vectors_say() {
    for vector in vectors().refresh {
        let world = World::new(&vector.announced);
        let header: Value = serde_json::from_str(HEADER).unwrap();
        let claims = id_token_claims(world.now.as_seconds(), "n");
        let id_token = vector.id_token.then(|| vector.sign(&header, &claims));
        let response = RefreshResponse::process(200, answer(id_token.as_deref()).as_bytes());
        let response = response.unwrap_or_else(|error| panic!("{error}"));
        let outcome = vector.drive(response.verify(world.party(), "ada", world.now, world.skew));
        let judged = outcome.as_ref().map_or_else(Clone::clone, |_| "accepted".to_owned());
        assert_eq!(judged, vector.expect, "{}", vector.name);
        if let Ok(renewal) = outcome {
            assert_eq!((renewal.refresh_token.as_deref(), renewal.id_token), (Some("r"), id_token));
        }
    }
}

#[test]
fn logout_tokens_are_judged_as_the_vectors_say() {
    let header = json!({ "alg": "RS256", "kid": "rsa-1", "typ": "logout+jwt" });
    for vector in vectors().logout {
        let world = World::new(&vector.announced);
        let now = world.now.as_seconds();
        let token = vector.sign(
            &header,
            &json!({
                "iss": ISSUER, "aud": "gateway", "iat": now, "exp": now + 120.0, "jti": "j", "sub": "ada", "sid": "s1",
                "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
            }),
        );
        let outcome = vector.drive(verify_logout_token(world.party(), &token, world.now, world.skew));
        let judged = match &outcome {
            Ok(logout) => match &logout.ended {
                Ended::Session { sid, .. } if sid == "s1" => "session",
                Ended::Subject(subject) if subject == "ada" => "subject_only",
                other => panic!("{other:?}"),
            },
            Err(fault) => fault,
        };
        assert_eq!(judged, vector.expect, "{}", vector.name);
        if let Ok(logout) = outcome {
            assert_eq!((&*logout.issuer, logout.replay_id.len()), (ISSUER, 43));
            assert!(logout.replay_until > world.now);
        }
    }
}

#[test]
fn user_info_is_judged_as_the_vectors_say() {
    let good = TokenVector {
        claims: json!({ "email": null, "email_verified": null }),
        ..serde_json::from_value(json!({ "name": "no email", "expect": "accepted" })).unwrap()
    };
    for vector in vectors().user_info {
        let world = World::new(&good.announced);
        let token = verify(&good).unwrap();
        let tokens = world.tokens(|_| "x".to_owned());
        let request = user_info_request(world.party(), &tokens, &token).unwrap();
        assert_eq!(
            (&*request.url, &*request.authorization),
            ("https://op.example/me", "Bearer access-token")
        );
        assert!(request.form.is_none());
        let body = vector.body.as_str().map_or_else(|| vector.body.to_string(), str::to_owned);
        let fault = |fault: Value| fault["fault"].clone();
        let judged = match process_user_info(token, vector.status, body.as_bytes()) {
            Ok(token) => match trusted_email(&token.email, &world.federation) {
                Ok(email) => json!({ "email": email }),
                Err(error) => fault(json!(error)),
            },
            Err(error) => fault(json!(error)),
        };
        assert_eq!(judged, vector.expect, "{}", vector.name);
    }
}

#[test]
fn an_id_token_with_an_email_needs_no_user_info() {
    let vector: TokenVector =
        serde_json::from_value(json!({ "name": "good", "expect": "accepted" })).unwrap();
    let world = World::new(&vector.announced);
    let tokens = world.tokens(|_| "x".to_owned());
    assert!(user_info_request(world.party(), &tokens, &verify(&vector).unwrap()).is_none());
}
