//! Looking at an issuer before it is trusted: at most so often, and not twice within a minute.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use edge_authorizer::remote::InsecureHosts;
use edge_authorizer::{Issuer, Time};
use worker::Delay;

use super::message::{FromProject, KeyReport};
use crate::discover;
use crate::http::now;

/// How long an answer is used again, and over which time issuers are counted, in seconds.
const MINUTE: f64 = 60.0;

/// The most different issuers of a project within a minute.
const MAX_ISSUERS: usize = 10;

/// The issuers that a project asked for within the last minute.
#[derive(Default)]
pub struct Probes(RefCell<BTreeMap<String, Probe>>);

#[derive(Clone)]
struct Probe {
    asked: Time,
    answer: Option<Answer>,
}

type Answer = Result<Vec<KeyReport>, String>;

impl Probes {
    /// The keys that `issuer` publishes, or why they cannot be had.
    pub async fn probe(&self, issuer: &str, insecure: &InsecureHosts) -> FromProject {
        let start = now();
        self.0.borrow_mut().retain(|_, probe| start < probe.asked.plus(MINUTE));
        while let Some(probe) = self.kept(issuer) {
            match probe.answer {
                Some(answer) => return FromProject::Probed(answer),
                // Somebody else is asking; the answer serves both.
                None => Delay::from(Duration::from_millis(10)).await,
            }
        }
        if self.0.borrow().len() >= MAX_ISSUERS {
            return FromProject::TooManyIssuers(60);
        }
        // Counted before it is asked, so that many at once are not more than allowed.
        self.keep(issuer, start, None);
        let answer = match Issuer::try_from(issuer) {
            Ok(issuer) => {
                discover::keys(&issuer, insecure).await.map(|fetched| report(fetched.record.keys()))
            }
            Err(error) => Err(error.to_string()),
        };
        self.keep(issuer, start, Some(answer.clone()));
        FromProject::Probed(answer)
    }

    fn kept(&self, issuer: &str) -> Option<Probe> {
        self.0.borrow().get(issuer).cloned()
    }

    fn keep(&self, issuer: &str, asked: Time, answer: Option<Answer>) {
        self.0.borrow_mut().insert(issuer.to_owned(), Probe { asked, answer });
    }
}

fn report(keys: &edge_authorizer::KeySet) -> Vec<KeyReport> {
    let usable = keys.keys().iter().map(|key| KeyReport {
        kid: key.id().map(str::to_owned),
        usable: true,
        reason: None,
    });
    let unusable = keys.unusable().iter().map(|key| KeyReport {
        kid: key.kid.clone(),
        usable: false,
        reason: Some(key.reason.to_string()),
    });
    usable.chain(unusable).collect()
}
