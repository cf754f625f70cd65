//! What an origin is assured of about a caller.

use std::sync::Arc;

use serde::Serialize;

use crate::authz::identity::Identity;
use crate::config::assertion::AssertionSettings;
use crate::config::role::Roles;
use crate::token::numeric_date::NumericDate;

/// The header that carries an assertion.
pub const ASSERTION_HEADER: &str = "x-auth-assertion";

/// The `typ` of a signed assertion.
pub const ASSERTION_TYPE: &str = "edge-assertion+jwt";

/// How long an origin accepts an assertion, in seconds.
const LIFE: u64 = 60;

/// How long one assertion is sent with a caller's requests, in seconds. An origin has the other half to check it.
pub const ASSERTION_REUSE: f64 = 30.0;

/// What an origin is assured of: who calls, and that they may. Only a permit has one, so the caller is verified.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Assertion {
    settings: Arc<AssertionSettings>,
    identity: Arc<Identity>,
}

/// The claims of an assertion (RFC 7519, section 4).
#[derive(Debug, Serialize)]
pub struct AssertionClaims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    idp: &'a str,
    project: &'a str,
    roles: &'a Roles,
    iat: u64,
    exp: u64,
}

impl Assertion {
    /// What the origin of a route is assured of about a caller whom a permit names.
    pub(super) fn new(settings: Arc<AssertionSettings>, identity: Arc<Identity>) -> Self {
        Self { settings, identity }
    }

    /// The claims of an assertion that the gateway signs at `now` as `issuer`.
    pub fn claims<'a>(&'a self, issuer: &'a str, now: NumericDate) -> AssertionClaims<'a> {
        let Identity { project, idp, subject, roles } = &*self.identity;
        let iat = now.whole_seconds();
        AssertionClaims {
            iss: issuer,
            aud: &self.settings.audience,
            sub: subject,
            idp: idp.as_str(),
            project: project.as_str(),
            roles,
            iat,
            exp: iat + LIFE,
        }
    }

    /// Its size in memory, in bytes.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.settings.audience.len() + self.identity.bytes()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::role::Role;
    use crate::fair_cache::{FairCache, Owner};

    #[test]
    fn claims_say_who_calls_for_one_minute() {
        let identity = Identity {
            project: "p1".try_into().unwrap(),
            idp: "idp".try_into().unwrap(),
            subject: "Jörg".to_owned(),
            roles: [Role::try_from("access").unwrap()].into(),
        };
        let settings = AssertionSettings { audience: "insights".to_owned() };
        let assertion = Assertion::new(Arc::new(settings), Arc::new(identity));
        let claims = assertion.claims("https://a.example/auth", NumericDate::from_seconds(1000.9));
        let expected = json!({
            "iss": "https://a.example/auth", "aud": "insights", "sub": "Jörg", "idp": "idp", "project": "p1",
            "roles": ["access"], "iat": 1000, "exp": 1060,
        });
        assert_eq!(serde_json::to_value(claims).unwrap(), expected);
    }

    #[test]
    fn assertions_of_many_callers_for_many_audiences_in_many_projects_are_bounded_in_bytes() {
        const MAX_BYTES: usize = 256 * 1024;
        const TEXT: usize = 700;
        let assertion = |project: usize, audience: usize, caller: usize| {
            let settings = AssertionSettings { audience: format!("audience-{audience}") };
            let identity = Identity {
                project: format!("p{project}").as_str().try_into().unwrap(),
                idp: "idp".try_into().unwrap(),
                subject: format!("caller-{caller}"),
                roles: [Role::try_from("access").unwrap()].into(),
            };
            Assertion::new(Arc::new(settings), Arc::new(identity))
        };
        let all = || (0..20).flat_map(|p| (0..10).flat_map(move |a| (0..50).map(move |c| (p, a, c))));
        let mut signed = FairCache::new(MAX_BYTES);
        for (project, audience, caller) in all() {
            let one = assertion(project, audience, caller);
            let (owner, bytes) = (Owner::Project(one.identity.project.clone()), one.bytes() + TEXT);
            let _evicted = signed.put(one, owner, (), bytes);
        }
        let mut kept = [0; 20];
        let mut bytes = 0;
        for (project, audience, caller) in all() {
            let one = assertion(project, audience, caller);
            if signed.get(&one).is_some() {
                kept[project] += 1;
                bytes += one.bytes() + TEXT;
            }
        }
        assert!(bytes <= MAX_BYTES && bytes > MAX_BYTES / 2, "{bytes}");
        assert!(kept.iter().all(|kept| *kept > 3), "each project keeps its share: {kept:?}");
    }
}
