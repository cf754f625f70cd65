//! What a decision waits for.

use serde::Serialize;

use super::line::Line;
use crate::issuer::Issuer;
use crate::project_id::ProjectId;

/// A request that cannot be decided yet, because a person has not given all that decides on it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Undecided {
    /// What has to be given first.
    pub missing: Missing,
    /// What to do, in a few words.
    pub next: &'static str,
    /// What for, in a sentence with values in backticks.
    pub text: String,
    /// The steps so far, in sentences.
    pub narrative: Vec<Line>,
}

/// What has to be given before a request can be decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Missing {
    /// The entries of this project, which the path names.
    Entries(String),
    /// The keys of this issuer, which an entry and the token name.
    Keys(String),
}

impl Missing {
    /// The entries of a project.
    pub fn entries(project: &ProjectId) -> Self {
        Self::Entries(project.to_string())
    }

    /// The keys of an issuer.
    pub fn keys(issuer: &Issuer) -> Self {
        Self::Keys(issuer.as_str().to_owned())
    }
}

impl Undecided {
    /// Says what to do about what is missing, after the steps so far.
    pub fn new(missing: Missing, narrative: Vec<Line>) -> Self {
        let (next, text) = match &missing {
            Missing::Entries(project) => (
                "paste the project's entries",
                format!(
                    "The path of the request names the project `{project}`. Its entries say which tokens are accepted."
                ),
            ),
            Missing::Keys(issuer) => (
                "fetch the issuer's keys, or paste them",
                format!("An entry and the token name the issuer `{issuer}`. Its keys verify the signature."),
            ),
        };
        Self { missing, next, text, narrative }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{json, to_value};

    #[test]
    fn what_is_missing_is_named_with_what_to_do() {
        let project = ProjectId::try_from("p1").unwrap();
        let undecided = Undecided::new(Missing::entries(&project), Vec::new());
        assert_eq!(to_value(&undecided.missing).unwrap(), json!({ "entries": "p1" }));
        assert!(undecided.text.contains("`p1`"), "{}", undecided.text);
        let issuer = Issuer::try_from("https://a.example").unwrap();
        let undecided = Undecided::new(Missing::keys(&issuer), Vec::new());
        assert_eq!(to_value(&undecided.missing).unwrap(), json!({ "keys": "https://a.example" }));
        assert!(undecided.text.contains("`https://a.example`"), "{}", undecided.text);
    }
}
