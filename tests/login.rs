//! The judgement of what an OpenID Provider sends, with real signatures: the vectors of `provider_vectors.json`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test panics")]

use crate::support;

use edge_authorizer::accounts::PublicUrl;
use edge_authorizer::egress::InsecureHosts;
use edge_authorizer::login::{
    AuthorizationResponse, BrowserBinding, Ended, Federation, FederationChange, LoginAttempt,
    ProviderMetadata, RefreshResponse, RelyingParty, ReturnPath, TokenResponse, Verification,
    VerifiedIdToken, authorization_url, process_user_info, trusted_email, user_info_request, verify_id_token,
    verify_logout_token,
};
use edge_authorizer::{Issuer, KeyOutcome, KeySet, NumericDate, Unavailable};
use serde_json::{Value, json};
use support::provider::{ISSUER, TokenVector, metadata, public_keys, tokens, vectors};

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
        let (none, issuer) = (InsecureHosts::default(), Issuer::try_from(ISSUER).unwrap());
        let document =
            json!({ "issuer": ISSUER, "clientId": "gateway", "clientSecret": "s", "active": true });
        let change = FederationChange::read(&document, None, &none).map_err(|faults| faults.to_string());
        Self {
            federation: change.unwrap().into_federation("sealed".to_owned()),
            provider: ProviderMetadata::read(&issuer, metadata(announced).to_string().as_bytes(), &none)
                .unwrap(),
            public_url: PublicUrl::try_from("https://gateway.example.com").unwrap(),
            now: NumericDate::from_seconds(vectors().now),
            skew: vectors().skew,
        }
    }

    fn party(&self) -> RelyingParty<'_> {
        RelyingParty::new(&self.federation, &self.provider, &self.public_url).unwrap()
    }

    /// The answer to the code exchange of a login, with the ID Token that `make` makes of its nonce.
    fn tokens(&self, make: impl FnOnce(&str) -> String) -> TokenResponse {
        let browser = BrowserBinding::new([2; 32]);
        let attempt = LoginAttempt::new([1; 32], ReturnPath::root(), self.now, &browser, "d1");
        let url = url::Url::parse(&authorization_url(self.party(), &attempt, "state")).unwrap();
        let nonce = url.query_pairs().find(|(name, _)| name == "nonce").unwrap().1.into_owned();
        let response =
            AuthorizationResponse::parse("code=c&state=state").unwrap_or_else(|fault| panic!("{fault}"));
        let current = attempt.check(Some(&browser), self.now).unwrap_or_else(|fault| panic!("{fault}"));
        let code = response.accept(self.party(), &current).unwrap_or_else(|fault| panic!("{fault}"));
        let body = tokens(Some(&make(&nonce)));
        TokenResponse::process(code, 200, body.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
    }
}

/// Drives a verification to its end: the outcome, or the fault by its name.
fn drive<V>(vector: &TokenVector, mut step: Verification<'_, V>) -> Result<V, String> {
    let set = |names: &[String]| KeySet::parse(&json!({ "keys": public_keys(names) })).unwrap();
    let first = vector.keys.as_deref().map(set);
    let newer = vector.newer.as_deref().map(set).or_else(|| first.clone());
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
    assert_eq!(refetches, vector.refetches, "{}", vector.name);
    outcome.map_err(|fault| {
        assert!(!fault.to_string().is_empty());
        json!(fault)["fault"].as_str().unwrap().to_owned()
    })
}

fn verify(vector: &TokenVector) -> Result<VerifiedIdToken, String> {
    let world = World::new(&vector.announced);
    let tokens = world.tokens(|nonce| vector.id_token(world.now.as_seconds(), nonce));
    drive(vector, verify_id_token(world.party(), &tokens, world.now, world.skew))
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
            let email = trusted_email(&token.email, &World::new(&vector.announced).federation).unwrap();
            assert_eq!(email.as_str(), "ada@example.com", "{}", vector.name);
        }
    }
}

#[test]
fn refreshes_are_judged_as_the_vectors_say() {
    for vector in vectors().refresh {
        let world = World::new(&vector.announced);
        let id_token = vector.id_token.then(|| vector.id_token(world.now.as_seconds(), "n"));
        let response = RefreshResponse::process(200, tokens(id_token.as_deref()).as_bytes());
        let response = response.unwrap_or_else(|error| panic!("{error}"));
        let outcome = drive(&vector, response.verify(world.party(), "ada", world.now, world.skew));
        let judged = outcome.as_ref().map_or_else(Clone::clone, |_| "accepted".to_owned());
        assert_eq!(judged, vector.expect, "{}", vector.name);
        if let Ok(renewal) = outcome {
            assert_eq!((renewal.refresh_token.as_deref(), renewal.id_token), (Some("r"), id_token));
        }
    }
}

#[test]
fn logout_tokens_are_judged_as_the_vectors_say() {
    for vector in vectors().logout {
        let world = World::new(&vector.announced);
        let token = vector.logout_token(world.now.as_seconds());
        let outcome = drive(&vector, verify_logout_token(world.party(), &token, world.now, world.skew));
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
    let good = TokenVector::good(&json!({ "email": null, "email_verified": null }));
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
        let fault = |fault: Value| fault["fault"].clone();
        let judged = match process_user_info(token, vector.status, vector.body().as_bytes()) {
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
    let vector = TokenVector::good(&json!({}));
    let world = World::new(&vector.announced);
    let tokens = world.tokens(|_| "x".to_owned());
    assert!(user_info_request(world.party(), &tokens, &verify(&vector).unwrap()).is_none());
}
