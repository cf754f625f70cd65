//! Changes of a set of signing keys, and what the audit log says of them.

use edge_authorizer::accounts::{KeyState, NotReady, SigningKeys, SigningSchedule, SigningSet};
use edge_authorizer::management::{AuditOutcome, audit_entry};
use edge_authorizer::{ErrorCode, NumericDate};
use serde_json::{Value, json};

use crate::host::AuditNote;

/// A change of a set of signing keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyChange<'c> {
    /// What the schedule demands.
    Advance,
    /// The next key is to sign at once.
    Rotate,
    /// The key of that id is to be removed at once.
    Revoke(&'c str),
}

/// Why a change is not made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum KeyRefusal {
    /// The next key is not known everywhere yet.
    NotReady(NotReady),
    /// There is no key of that id.
    NoKey,
}

/// Who makes the changes that the schedule demands.
const SCHEDULE: &str = r#"{"who":"schedule","requestId":null,"address":null}"#;

impl KeyChange<'_> {
    /// Makes the change, but for keys that are missing then. Returns what a removed key did.
    pub fn apply(
        self,
        keys: &mut SigningKeys,
        schedule: &SigningSchedule,
        now: NumericDate,
    ) -> Result<Option<KeyState>, KeyRefusal> {
        let removed = match self {
            Self::Advance => None,
            Self::Rotate => {
                keys.rotate(schedule, now).map_err(KeyRefusal::NotReady)?;
                None
            }
            Self::Revoke(kid) => Some(keys.revoke(kid, now).ok_or(KeyRefusal::NoKey)?),
        };
        keys.advance(schedule, now);
        Ok(removed)
    }

    /// The entry of the change if one key signs after another or a key was removed. `author` is JSON; `before` and `after` are
    /// the ids of the key that signs.
    pub fn made(
        self,
        set: SigningSet,
        author: Option<&str>,
        before: Option<&str>,
        after: Option<&str>,
    ) -> Option<AuditNote> {
        let is_rotation = before.is_some() && before != after;
        let is_noted = is_rotation || matches!(self, Self::Revoke(_));
        let shown = |kid: Option<&str>| kid.map(|kid| json!({ "kid": kid }));
        let (before, after) = (shown(before), shown(after));
        let outcome = AuditOutcome::Made { before: before.as_ref(), after: after.as_ref() };
        is_noted.then(|| self.note(set, author.unwrap_or(SCHEDULE), &outcome))
    }

    /// The entry of the change if it was refused by that code.
    pub fn refused(self, set: SigningSet, author: &str, code: ErrorCode) -> AuditNote {
        self.note(set, author, &AuditOutcome::Refused(code.as_str()))
    }

    fn note(self, set: SigningSet, author: &str, outcome: &AuditOutcome<'_>) -> AuditNote {
        let entry = audit_entry(author, &self.described(set).to_string(), outcome);
        AuditNote { entry, is_refusal: matches!(outcome, AuditOutcome::Refused(_)), begins: false }
    }

    fn described(self, set: SigningSet) -> Value {
        match self {
            Self::Advance | Self::Rotate => json!({ "rotate_signing_key": { "set": set.name() } }),
            Self::Revoke(kid) => json!({ "remove_signing_key": { "set": set.name(), "kid": kid } }),
        }
    }
}
