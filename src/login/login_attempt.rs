//! A login that is under way.

use serde::{Deserialize, Serialize};

use crate::accounts::SecretDigest;
use crate::login::browser_binding::BrowserBinding;
use crate::login::return_path::ReturnPath;
use crate::login::transaction::Transaction;
use crate::token::numeric_date::NumericDate;

/// How long a user may take to sign in, in seconds.
const MAX_AGE: f64 = 600.0;

/// How often a login begins anew by itself.
const MAX_RESTARTS: u8 = 1;

/// A login that is under way. Nothing of it is stored: its text, sealed, goes through the provider as `state`. It has no `Debug`.
#[derive(Clone, Serialize, Deserialize)]
pub struct LoginAttempt {
    #[serde(rename = "t")]
    transaction: Transaction,
    #[serde(rename = "r")]
    return_path: ReturnPath,
    /// When it began, in seconds since 1970.
    #[serde(rename = "s")]
    began: f64,
    #[serde(rename = "b")]
    browser: SecretDigest,
    /// The draft of the configuration by which it began: a code goes to no other provider.
    #[serde(rename = "c", default)]
    draft: String,
    /// Whether the configuration is tested.
    #[serde(rename = "e", default, skip_serializing_if = "is_false")]
    is_test: bool,
    /// Whether the user asked to sign in by another account.
    #[serde(rename = "a", default, skip_serializing_if = "is_false")]
    selects_account: bool,
    #[serde(rename = "n", default, skip_serializing_if = "is_zero")]
    restarts: u8,
}

/// An attempt that is recent, in the browser in which it began.
pub struct CurrentAttempt<'a>(&'a LoginAttempt);

/// Why an attempt is not gone on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum AttemptFault {
    /// It began more than ten minutes ago.
    #[error("the login took longer than ten minutes")]
    TooOld,
    /// It began in another browser, or the browser lost its cookie.
    #[error("the login began in another browser, or this browser did not keep its cookie")]
    OtherBrowser,
}

impl LoginAttempt {
    /// A login that begins now. `transaction` is 32 random bytes; `draft` names the draft of the configuration.
    pub fn new(
        transaction: [u8; 32],
        return_path: ReturnPath,
        now: NumericDate,
        browser: &BrowserBinding,
        draft: &str,
    ) -> Self {
        let (transaction, began) = (Transaction::new(transaction), now.as_seconds());
        let (browser, draft) = (browser.digest(), draft.to_owned());
        let (is_test, selects_account) = (false, false);
        Self { transaction, return_path, began, browser, draft, is_test, selects_account, restarts: 0 }
    }

    /// The same login as a test of the configuration.
    #[must_use]
    pub fn as_test(self) -> Self {
        Self { is_test: true, ..self }
    }

    /// The same login by another account than the one that is signed in at the provider.
    #[must_use]
    pub fn selecting_account(self) -> Self {
        Self { selects_account: true, ..self }
    }

    /// The text that is sealed as `state`.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads the text of a `state` that was opened.
    pub fn from_text(text: &[u8]) -> Option<Self> {
        serde_json::from_slice(text).ok()
    }

    /// The attempt, if it is recent and began in the browser with that binding.
    pub fn check(
        &self,
        browser: Option<&BrowserBinding>,
        now: NumericDate,
    ) -> Result<CurrentAttempt<'_>, AttemptFault> {
        // A clock may be a little behind that of where it began.
        let age = now.as_seconds() - self.began;
        if !(-MAX_AGE..=MAX_AGE).contains(&age) {
            return Err(AttemptFault::TooOld);
        }
        if !browser.is_some_and(|browser| browser.digest() == self.browser) {
            return Err(AttemptFault::OtherBrowser);
        }
        Ok(CurrentAttempt(self))
    }

    /// The same login, begun anew by the configuration of `draft`; `None` if it was before, so that no browser goes in circles.
    pub fn restart(
        &self,
        transaction: [u8; 32],
        now: NumericDate,
        browser: &BrowserBinding,
        draft: &str,
    ) -> Option<Self> {
        let restarts = self.restarts.checked_add(1).filter(|restarts| *restarts <= MAX_RESTARTS)?;
        let again = Self::new(transaction, self.return_path.clone(), now, browser, draft);
        let Self { is_test, selects_account, .. } = *self;
        Some(Self { is_test, selects_account, restarts, ..again })
    }

    /// Where the user goes at the end.
    pub fn return_path(&self) -> &ReturnPath {
        &self.return_path
    }

    /// The draft of the configuration by which it began.
    pub fn draft(&self) -> &str {
        &self.draft
    }

    /// Whether the configuration is tested.
    pub fn is_test(&self) -> bool {
        self.is_test
    }

    /// Whether the user asked to sign in by another account.
    pub fn selects_account(&self) -> bool {
        self.selects_account
    }

    /// Its random value.
    pub fn transaction(&self) -> &Transaction {
        &self.transaction
    }
}

impl CurrentAttempt<'_> {
    /// Its random value.
    pub(super) fn transaction(&self) -> &Transaction {
        &self.0.transaction
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u8) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: NumericDate = NumericDate::from_seconds(1_800_000_000.25);

    fn attempt() -> LoginAttempt {
        let path = ReturnPath::new("/plant7/api?x=1", Some("top")).unwrap();
        LoginAttempt::new([1; 32], path, NOW, &BrowserBinding::new([2; 32]), "d1")
    }

    #[test]
    fn a_state_is_read_as_it_was_written() {
        for (attempt, is_test) in [(attempt(), false), (attempt().as_test(), true)] {
            let read = LoginAttempt::from_text(attempt.to_text().as_bytes()).unwrap();
            assert_eq!(read.to_text(), attempt.to_text());
            assert_eq!((read.draft(), read.is_test()), ("d1", is_test));
            assert_eq!(read.return_path().as_str(), "/plant7/api?x=1#top");
            assert_eq!(read.transaction().id(), attempt.transaction().id());
        }
        let text = attempt().to_text();
        assert!(text.len() < 200, "{text}");
        for bad in ["", "{}", &text.replace("/plant7", "//evil.example"), &text.replace("AQEB", "AQE")] {
            assert!(LoginAttempt::from_text(bad.as_bytes()).is_none(), "{bad}");
        }
    }

    #[test]
    fn an_attempt_is_recent_and_in_its_browser() {
        let (attempt, browser) = (attempt(), BrowserBinding::new([2; 32]));
        let check = |browser: Option<&BrowserBinding>, seconds: f64| {
            attempt.check(browser, NOW.plus(seconds)).map(|current| current.transaction().id())
        };
        for seconds in [0.0, 600.0, -5.0] {
            assert_eq!(check(Some(&browser), seconds), Ok(attempt.transaction().id()));
        }
        for seconds in [600.25, 1e9, -601.0, f64::NAN] {
            assert_eq!(check(Some(&browser), seconds), Err(AttemptFault::TooOld));
        }
        let other = BrowserBinding::new([3; 32]);
        for browser in [None, Some(&other)] {
            assert_eq!(check(browser, 0.0), Err(AttemptFault::OtherBrowser));
        }
    }

    #[test]
    fn a_login_begins_anew_once() {
        let browser = BrowserBinding::new([4; 32]);
        let begun = attempt().as_test().selecting_account();
        let again = begun.restart([5; 32], NOW.plus(700.0), &browser, "d2").unwrap();
        assert!(again.check(Some(&browser), NOW.plus(700.0)).is_ok());
        assert_eq!((again.draft(), again.is_test(), again.selects_account()), ("d2", true, true));
        assert_eq!(again.return_path(), attempt().return_path());
        let again = LoginAttempt::from_text(again.to_text().as_bytes()).unwrap();
        assert!(again.restart([6; 32], NOW, &browser, "d2").is_none());
    }
}
