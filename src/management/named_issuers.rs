//! The issuers that a project names: since when, when it last had their keys fetched, and whether they know.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::token::numeric_date::NumericDate;

/// What a project remembers of an issuer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NamedIssuer {
    /// The issuer.
    pub iss: String,
    /// Whether the project is registered with it. What an older release registered without noting it, is.
    #[serde(default = "yes")]
    pub registered: bool,
    /// Since when the project names it.
    pub since: NumericDate,
    /// When it last had the keys fetched: on request, or by naming the issuer.
    pub refreshed: NumericDate,
}

fn yes() -> bool {
    true
}

/// What a project remembers of its issuers. One that it no longer names stays until it is no longer registered with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NamedIssuers(Vec<NamedIssuer>);

/// What an issuer has yet to learn from a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registration<'n> {
    /// The project names it.
    Register(&'n str),
    /// The project no longer names it.
    Unregister(&'n str),
}

impl NamedIssuers {
    /// Notes, with a change that came at `began`, the issuers that the project names at `now`. One that it does not name,
    /// but is still registered with, is new when it is named again. Naming an issuer has its keys fetched.
    pub fn note(&mut self, named: &BTreeSet<&str>, began: NumericDate, now: NumericDate) {
        for issuer in self.0.iter_mut().filter(|issuer| !named.contains(&*issuer.iss)) {
            issuer.since = began;
        }
        let new: Vec<_> = named.iter().filter(|iss| self.get(iss).is_none()).collect();
        self.0.extend(new.into_iter().map(|iss| NamedIssuer {
            iss: (*iss).to_owned(),
            registered: false,
            since: began,
            refreshed: now,
        }));
    }

    /// What a project that names these issuers remembers of one.
    pub fn get(&self, iss: &str) -> Option<&NamedIssuer> {
        self.0.iter().find(|issuer| issuer.iss == iss)
    }

    /// Notes that the project had an issuer's keys fetched.
    pub fn note_refresh(&mut self, iss: &str, at: NumericDate) {
        if let Some(issuer) = self.0.iter_mut().find(|issuer| issuer.iss == iss) {
            issuer.refreshed = at;
        }
    }

    /// What issuers have yet to learn from a project that names `named`.
    pub fn pending<'n>(&'n self, named: &BTreeSet<&str>) -> Vec<Registration<'n>> {
        let pending = |issuer: &'n NamedIssuer| match (named.contains(&*issuer.iss), issuer.registered) {
            (true, true) => None,
            (true, false) => Some(Registration::Register(&issuer.iss)),
            (false, _) => Some(Registration::Unregister(&issuer.iss)),
        };
        self.0.iter().filter_map(pending).collect()
    }

    /// Notes that all issuers have learnt what was pending.
    pub fn settle(&mut self, named: &BTreeSet<&str>) {
        self.0.retain(|issuer| named.contains(&*issuer.iss));
        for issuer in &mut self.0 {
            issuer.registered = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> NumericDate {
        NumericDate::from_seconds(seconds)
    }

    #[test]
    fn each_issuer_learns_once_that_it_is_named_and_once_that_it_is_not() {
        let (both, one) = (BTreeSet::from(["a", "b"]), BTreeSet::from(["b"]));
        let mut issuers = NamedIssuers::default();
        issuers.note(&both, at(10.0), at(11.0));
        assert_eq!(issuers.pending(&both), [Registration::Register("a"), Registration::Register("b")]);
        issuers.settle(&both);
        assert_eq!(issuers.pending(&both), []);
        issuers.note(&one, at(20.0), at(21.0));
        assert_eq!(issuers.pending(&one), [Registration::Unregister("a")]);
        issuers.settle(&one);
        assert_eq!((issuers.get("a"), issuers.get("b").unwrap().since), (None, at(10.0)));
    }

    #[test]
    fn an_issuer_that_is_named_again_is_new() {
        let (named, none) = (BTreeSet::from(["a"]), BTreeSet::new());
        let mut issuers = NamedIssuers::default();
        issuers.note(&named, at(10.0), at(10.0));
        issuers.settle(&named);
        // It has not learnt yet that it is not named.
        issuers.note(&none, at(20.0), at(20.0));
        issuers.note(&named, at(30.0), at(30.0));
        assert_eq!(issuers.get("a").unwrap().since, at(20.0));
    }

    #[test]
    fn a_refresh_is_noted_for_issuers_that_are_named() {
        let mut issuers = NamedIssuers::default();
        issuers.note(&BTreeSet::from(["a"]), at(10.0), at(10.0));
        issuers.note_refresh("a", at(40.0));
        issuers.note_refresh("b", at(40.0));
        assert_eq!(issuers.get("a").unwrap().refreshed, at(40.0));
        assert_eq!(issuers.get("b"), None);
    }
}
