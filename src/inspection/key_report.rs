//! What keys make of a token.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::line::Mark;
use crate::authz::trace_step::KeyOutcome;
use crate::keys::jwk::Unusable;

/// A token, and the keys to try on it.
#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct VerifyQuestion {
    /// The token.
    pub token: String,
    /// The keys, which need not be usable.
    #[cfg_attr(test, ts(type = "Array<Record<string, unknown>>"))]
    pub keys: Vec<Value>,
}

/// What each key makes of the token.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct VerifyAnswer {
    /// Whether a key verifies the signature that the gateway would try.
    pub is_verified: bool,
    /// What is known of the signature, in a sentence.
    pub text: String,
    /// One for each key.
    pub keys: Vec<KeyReport>,
}

impl VerifyAnswer {
    /// Sums up what the keys make of the token.
    pub fn new(keys: Vec<KeyReport>) -> Self {
        let right = keys.iter().find(|report| report.mark == Mark::Passed);
        let text = match right.map(|report| report.kid.as_deref()) {
            Some(Some(kid)) => format!("The signature is right by the key `{kid}`."),
            Some(None) => "The signature is right by the key without an id.".to_owned(),
            None => "No key verifies this signature.".to_owned(),
        };
        Self { is_verified: right.is_some(), text, keys }
    }
}

/// What a key makes of a token.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct KeyReport {
    /// Its `kid`.
    pub kid: Option<String>,
    /// Its thumbprint, if it is usable.
    pub thumbprint: Option<String>,
    /// The result: passed if the gateway would accept the signature by this key.
    pub mark: Mark,
    /// The same in a sentence.
    pub text: String,
}

/// The result of a key.
#[derive(Clone, Copy, Debug)]
pub enum KeyResult {
    /// It verifies nothing at all.
    Unusable(Unusable),
    /// It is not of the kind that the token's algorithm needs.
    OtherAlgorithm,
    /// It was tried.
    Tried {
        /// Whether the token names it, or names none.
        is_named: bool,
        /// What came of it.
        outcome: KeyOutcome,
    },
}

impl KeyReport {
    /// Words the result of a key.
    pub fn new(kid: Option<String>, thumbprint: Option<String>, result: KeyResult) -> Self {
        let (mark, text) = words(result);
        Self { kid, thumbprint, mark, text }
    }
}

fn words(result: KeyResult) -> (Mark, String) {
    let (mark, text) = match result {
        KeyResult::Unusable(reason) => return (Mark::Failed, format!("It cannot be used: {reason}.")),
        KeyResult::OtherAlgorithm => (Mark::Skipped, "It is not for the token’s algorithm."),
        KeyResult::Tried { is_named, outcome } => match (outcome, is_named) {
            (KeyOutcome::KeyRefused, _) => (Mark::Failed, "The browser does not take it."),
            (KeyOutcome::Verified, true) => (Mark::Passed, "The signature is right by it."),
            (KeyOutcome::WrongSignature, true) => (Mark::Failed, "The signature is wrong by it."),
            (KeyOutcome::Verified, false) => {
                (Mark::Skipped, "The signature would be right by it, but the token names another key.")
            }
            (KeyOutcome::WrongSignature, false) => {
                (Mark::Skipped, "The signature is wrong by it, and the token names another key.")
            }
        },
    };
    (mark, text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(kid: &str, is_named: bool, outcome: KeyOutcome) -> KeyReport {
        KeyReport::new(Some(kid.to_owned()), None, KeyResult::Tried { is_named, outcome })
    }

    #[test]
    fn only_a_named_key_that_verifies_passes() {
        use KeyOutcome::{KeyRefused, Verified, WrongSignature};
        for (is_named, outcome, expected) in [
            (true, Verified, Mark::Passed),
            (true, WrongSignature, Mark::Failed),
            (true, KeyRefused, Mark::Failed),
            (false, Verified, Mark::Skipped),
            (false, WrongSignature, Mark::Skipped),
        ] {
            assert_eq!(report("k", is_named, outcome).mark, expected, "{is_named} {outcome:?}");
        }
        let unusable = KeyReport::new(None, None, KeyResult::Unusable(Unusable::Roca));
        assert!(unusable.text.contains(&Unusable::Roca.to_string()), "{}", unusable.text);
        assert_eq!(KeyReport::new(None, None, KeyResult::OtherAlgorithm).mark, Mark::Skipped);
    }

    #[test]
    fn answer_names_the_key_that_verifies() {
        let reports =
            || vec![report("a", false, KeyOutcome::Verified), report("b", true, KeyOutcome::Verified)];
        let answer = VerifyAnswer::new(reports());
        assert!(answer.is_verified && answer.text.contains("`b`"), "{}", answer.text);
        let answer = VerifyAnswer::new(reports().into_iter().take(1).collect());
        assert!(!answer.is_verified && answer.text.starts_with("No key"), "{}", answer.text);
    }
}
