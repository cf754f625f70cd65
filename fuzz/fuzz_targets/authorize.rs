//! `authorize` as a whole. The input is a scenario; whoever gets through is examined by other means than the core's.

#![no_main]

use std::cell::RefCell;
use std::sync::Arc;

use base64ct::{Base64UrlUnpadded, Encoding};
use edge_authorizer::KeyOutcome;
use edge_authorizer::{
    Access, Clock, Decision, Identity, NumericDate, Request, RequestPath, Snapshot, Step, TokenCache,
    Unavailable, Verdict, authorize,
};
use edge_authorizer_fuzz::issuer::{Issuer, check};
use edge_authorizer_fuzz::scenario::{NOW, ROUTES, SKEW, Scenario};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|scenario: Scenario<'_>| {
    let snapshot = scenario.snapshot();
    let mut known = TokenCache::default();
    for shape in scenario.requests.iter().flatten() {
        let (path, authorization) = (shape.path(), shape.authorization());
        let request = Request {
            method: shape.method(),
            path: &path,
            authorization: authorization.as_deref(),
            session: None,
            origin: shape.has_origin.then_some("https://app.example"),
            asks_for_method: shape.asks_for_method,
        };
        let ask = |known: &mut TokenCache| Asked::new(&scenario, &snapshot, &request, known);
        let fresh = ask(&mut TokenCache::default());
        fresh.examine(&scenario, &request);
        for _ in 0..2 {
            let remembered = ask(&mut known);
            assert_eq!(remembered.summary(), fresh.summary(), "what is remembered changes a decision");
            if let Some(token) = &remembered.decision.cached_token {
                known.insert(token);
            }
        }
    }
});

/// A decision, and what was asked on the way.
struct Asked {
    decision: Decision,
    issuers: Vec<String>,
    /// The ids of the keys that verified the token.
    verified: Vec<Option<String>>,
}

impl Asked {
    fn new(
        scenario: &Scenario<'_>,
        snapshot: &Option<Arc<Snapshot>>,
        request: &Request<'_>,
        known: &mut TokenCache,
    ) -> Self {
        let (mut issuers, verified) = (Vec::new(), RefCell::new(Vec::new()));
        let clock = Clock { now: NumericDate::from_seconds(NOW), skew: SKEW };
        let mut step = authorize(&ROUTES, request, clock, known).without_sessions(clock);
        let decision = loop {
            step = match step {
                Step::Decided(decision) => break decision,
                Step::NeedProject(need) => need.resume(Ok(snapshot.clone())),
                Step::NeedKeys(need) => {
                    issuers.push(need.issuer().as_str().to_owned());
                    let keys = Issuer::of(need.issuer().as_str()).keys();
                    need.resume(keys.filter(|_| scenario.has_keys()).cloned().ok_or(Unavailable))
                }
                Step::NeedCheck(need) => {
                    let outcome = check(&need.check());
                    if outcome == KeyOutcome::Verified {
                        verified.borrow_mut().push(need.check().key.id().map(str::to_owned));
                    }
                    need.resume(outcome)
                }
            }
        };
        Self { decision, issuers, verified: verified.into_inner() }
    }

    fn summary(&self) -> impl PartialEq + std::fmt::Debug {
        let Decision { verdict, route, project, identity, .. } = &self.decision;
        let template = route.as_ref().map(|route| route.template.clone());
        (verdict.outcome(), verdict.code(), template, project.clone(), identity.clone())
    }

    fn examine(&self, scenario: &Scenario<'_>, request: &Request<'_>) {
        match &self.decision.verdict {
            Verdict::Preflight => {
                assert!(request.method == "OPTIONS" && request.asks_for_method && request.origin.is_some());
            }
            Verdict::Deny(denial) => assert!((400..=599).contains(&denial.code.status())),
            Verdict::Permit(permit) => {
                assert!(RequestPath::try_from(request.path).is_ok());
                let identity = permit.identity();
                assert_eq!(identity.is_none(), matches!(permit.route().access, Access::Public));
                if let Some(identity) = identity {
                    self.examine_caller(scenario, request, identity);
                }
            }
        }
    }

    /// What has to be true of a caller who passes, read from the token and the entries as they are written.
    fn examine_caller(&self, scenario: &Scenario<'_>, request: &Request<'_>, caller: &Identity) {
        assert!(scenario.has_project() && scenario.has_keys());
        let path = RequestPath::try_from(request.path).expect("a path with one reading");
        assert_eq!(path.decoded().split('/').nth(2), Some(caller.project.as_str()));
        let token =
            request.authorization.and_then(|value| value.trim().split(' ').next_back()).expect("a token");
        let [header, claims] = [0, 1].map(|index| {
            let part = token.split('.').nth(index).expect("three parts");
            let bytes = Base64UrlUnpadded::decode_vec(part).expect("base64url");
            serde_json::from_slice::<Value>(&bytes).expect("JSON")
        });
        assert!(!matches!(header["alg"].as_str(), None | Some("none" | "HS256")));
        assert!(header.get("crit").is_none() && header["typ"] != "id");
        let time = |name: &str| claims[name].as_f64();
        assert!(time("exp").is_some_and(|exp| NOW < exp + SKEW));
        assert!(time("iat").is_some_and(|iat| iat <= NOW + SKEW));
        assert!(time("nbf").is_none_or(|nbf| nbf <= NOW + SKEW));

        // Only the token's own issuer was asked for keys, and a trusted one of its keys made the signature.
        let issuer = claims["iss"].as_str().expect("an issuer");
        assert!(!self.issuers.is_empty() && self.issuers.iter().all(|asked| asked == issuer));
        let [kid] = &self.verified[..] else { panic!("not verified by one key: {:?}", self.verified) };
        assert!(header.get("kid").is_none_or(|named| named.as_str() == kid.as_deref()));
        assert!(!scenario.distrusts(issuer, kid.as_deref()));
        assert!(!scenario.revokes(caller.idp.as_str(), &caller.subject, &claims));

        let entries = scenario.entries();
        let entry =
            entries.iter().find(|entry| entry["id"] == caller.idp.as_str()).expect("one of the entries");
        assert_eq!(entry["iss"], issuer);
        for (list, actual) in
            [("allowedAzp", &claims["azp"]), ("allowedAud", &claims["aud"]), ("allowedAlgs", &header["alg"])]
        {
            assert!(entry[list].as_array().is_none_or(|allowed| allowed.contains(actual)), "{list}");
        }
        assert_eq!(claims[entry["idClaim"].as_str().expect("a claim")], caller.subject);
        let roles: Vec<_> = caller.roles.iter().map(|role| role.as_str()).collect();
        let is_read = matches!(request.method, "GET" | "HEAD") && !is_admins(request.path);
        assert!(roles.contains(&"admin") || is_read && roles.contains(&"access"), "{roles:?}");
        for role in roles {
            let is_written = |template: &str| {
                let value =
                    template.replace("{project}", caller.project.as_str()).replace("{roleName}", role);
                match &claims["scp"] {
                    Value::String(text) => text.split(' ').any(|word| word == value),
                    Value::Array(values) => values.iter().any(|element| *element == *value),
                    _ => false,
                }
            };
            match entry["roleTemplate"].as_str() {
                Some(template) => {
                    assert!(is_written(template), "{role} is in no claim");
                    let allowed = entry["allowedRoles"].as_array();
                    assert!(allowed.is_none_or(|allowed| allowed.iter().any(|other| other == role)));
                }
                None => {
                    assert!(entry["definedRoles"].as_array().is_some_and(|own| own.iter().any(|r| r == role)))
                }
            }
        }
    }
}

fn is_admins(path: &str) -> bool {
    let decoded = RequestPath::try_from(path).map(|path| path.decoded().to_owned());
    decoded.is_ok_and(|path| path.ends_with("/admin") && path.matches('/').count() == 3)
}
