//! A set of keys that the gateway signs with: next, current, previous.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::accounts::signing_key::{RetiredKey, SigningKey};
use crate::accounts::signing_schedule::SigningSchedule;
use crate::shown_times::add_times;
use crate::token::numeric_date::NumericDate;

/// A set of keys. A new key is published as the next one before it signs, so that all readers know it by then; one that no
/// longer signs stays published until the last that it signed has expired.
///
/// The first key may sign at once: no reader has an older key set that lacks it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SigningKeys {
    current: Option<CurrentKey>,
    next: Option<SigningKey>,
    previous: Vec<RetiredKey>,
}

/// The key that signs, and since when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct CurrentKey {
    #[serde(flatten)]
    key: SigningKey,
    since: NumericDate,
}

/// What a key of a set does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It signs.
    Current,
    /// It will sign.
    Next,
    /// It has signed; what it signed may still be valid.
    Previous,
}

impl KeyState {
    fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Next => "next",
            Self::Previous => "previous",
        }
    }
}

/// The next key is not known everywhere yet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NotReady {
    /// After how many seconds it will be, if it is published by then.
    pub seconds: f64,
}

impl SigningKeys {
    /// The key that signs: the current one, once it is published.
    pub fn signing(&self) -> Option<&SigningKey> {
        self.current().filter(|key| key.published_at().is_some())
    }

    /// The current key, published or not.
    pub fn current(&self) -> Option<&SigningKey> {
        self.current.as_ref().map(|current| &current.key)
    }

    /// How many keys have to be made: the current and the next one where there are none.
    pub fn missing(&self) -> usize {
        usize::from(self.current.is_none()) + usize::from(self.next.is_none())
    }

    /// Takes new keys for those that are missing; others are dropped.
    pub fn fill(&mut self, made: impl IntoIterator<Item = SigningKey>, now: NumericDate) {
        for key in made {
            if self.current.is_none() {
                self.current = Some(CurrentKey { key, since: now });
            } else if self.next.is_none() {
                self.next = Some(key);
            }
        }
    }

    /// Whether the next key may sign at `now`.
    pub fn ready(&self, schedule: &SigningSchedule, now: NumericDate) -> Result<(), NotReady> {
        match self.ready_at(schedule) {
            Some(ready) if ready <= now => Ok(()),
            Some(ready) => Err(NotReady { seconds: ready.as_seconds() - now.as_seconds() }),
            None => Err(NotReady { seconds: schedule.lead }),
        }
    }

    /// When the next key may sign; `None` while it is not published, or while the replicas do not have the current one.
    fn ready_at(&self, schedule: &SigningSchedule) -> Option<NumericDate> {
        let is_settled = self.previous.iter().all(|key| key.replaced_at().is_some());
        let published = self.next.as_ref().and_then(SigningKey::published_at).filter(|_| is_settled);
        published.map(|at| at.plus(schedule.lead))
    }

    /// Has the next key sign. A new next one is missing then.
    pub fn rotate(&mut self, schedule: &SigningSchedule, now: NumericDate) -> Result<(), NotReady> {
        self.ready(schedule, now)?;
        let next = self.next.take().map(|key| CurrentKey { key, since: now });
        if let Some(CurrentKey { key, .. }) = std::mem::replace(&mut self.current, next) {
            self.previous.insert(0, key.retired(now));
        }
        Ok(())
    }

    /// Removes a key at once, whatever readers have. If it signed, the next one does from now on; one that is missing then has
    /// to be made. Returns what it did; `None` if there is no such key.
    pub fn revoke(&mut self, kid: &str, now: NumericDate) -> Option<KeyState> {
        if self.current().is_some_and(|key| key.kid() == kid) {
            self.current = self.next.take().map(|key| CurrentKey { key, since: now });
            return Some(KeyState::Current);
        }
        if self.next.take_if(|key| key.kid() == kid).is_some() {
            return Some(KeyState::Next);
        }
        let position = self.previous.iter().position(|key| key.kid() == kid)?;
        self.previous.remove(position);
        Some(KeyState::Previous)
    }

    /// When the next scheduled rotation is; it may be later, if the next key is not ready then.
    pub fn rotates_at(&self, schedule: &SigningSchedule) -> Option<NumericDate> {
        self.current.as_ref().map(|current| current.since.plus(schedule.signs))
    }

    /// Does what the schedule demands at `now`: rotates, and forgets keys whose tokens have expired. Whether anything
    /// changed.
    pub fn advance(&mut self, schedule: &SigningSchedule, now: NumericDate) -> bool {
        let is_due = self.rotates_at(schedule).is_some_and(|at| at <= now);
        let is_rotated = is_due && self.rotate(schedule, now).is_ok();
        let count = self.previous.len();
        self.previous.retain(|key| forgotten_at(key, schedule).is_none_or(|at| now < at));
        is_rotated || self.previous.len() < count
    }

    /// When [`Self::advance`] will change something, if no other change comes first.
    pub fn advances_at(&self, schedule: &SigningSchedule) -> Option<NumericDate> {
        let ready = self.ready_at(schedule);
        let rotation = self.rotates_at(schedule).zip(ready).map(|(at, ready)| later(at, ready));
        let forgetting = self.previous.iter().filter_map(|key| forgotten_at(key, schedule));
        rotation.into_iter().chain(forgetting).reduce(|a, b| if b < a { b } else { a })
    }

    /// Notes that the replicas have all of them.
    pub fn note_published(&mut self, now: NumericDate) {
        self.sealed_mut().for_each(|key| key.note_published(now));
        self.previous.iter_mut().for_each(|key| key.note_replaced(now));
    }

    /// Notes that readers can have the next one, where they do not read replicas.
    pub fn note_next_published(&mut self, now: NumericDate) {
        self.next.iter_mut().for_each(|key| key.note_published(now));
    }

    /// The same keys for an issuer of another name, of which no replica has them.
    pub fn unpublished(self) -> Self {
        let current =
            self.current.map(|CurrentKey { key, since }| CurrentKey { key: key.unpublished(), since });
        Self { current, next: self.next.map(SigningKey::unpublished), previous: self.previous }
    }

    /// The keys that have a sealed private key.
    pub fn sealed(&self) -> impl Iterator<Item = &SigningKey> {
        self.current().into_iter().chain(&self.next)
    }

    /// The same, to seal them anew.
    pub fn sealed_mut(&mut self) -> impl Iterator<Item = &mut SigningKey> {
        self.current.as_mut().map(|current| &mut current.key).into_iter().chain(&mut self.next)
    }

    /// The public keys as a JWK set.
    pub fn jwks(&self) -> Value {
        let retired = self.previous.iter().map(RetiredKey::jwk);
        let keys: Vec<_> = self.sealed().map(SigningKey::jwk).chain(retired).collect();
        json!({ "keys": keys })
    }

    /// `{"keys": [{"kid", "state", …}], "rotatesAt", "rotatableAt"}` for an administrator. Times are seconds since 1970; beside
    /// each is the same in RFC 3339.
    pub fn describe(&self, schedule: &SigningSchedule) -> Value {
        let since = self.current.as_ref().map(|current| current.since);
        let sealed = |key: &SigningKey, state: KeyState, since: Option<NumericDate>| {
            json!({
                "kid": key.kid(), "state": state.name(), "createdAt": key.created_at(),
                "publishedAt": key.published_at(), "signsSince": since,
            })
        };
        let retired = |key: &RetiredKey| {
            json!({
                "kid": key.kid(), "state": KeyState::Previous.name(), "retiredAt": key.retired_at(),
                "publishedUntil": forgotten_at(key, schedule),
            })
        };
        let current = self.current().map(|key| sealed(key, KeyState::Current, since));
        let next = self.next.as_ref().map(|key| sealed(key, KeyState::Next, None));
        let keys: Vec<_> = current.into_iter().chain(next).chain(self.previous.iter().map(retired)).collect();
        let ready = self.ready_at(schedule);
        let mut shown = json!({ "keys": keys, "rotatesAt": self.rotates_at(schedule), "rotatableAt": ready });
        add_times(&mut shown);
        shown
    }
}

/// Until when a key that no longer signs is published; `None` while the replicas do not have the one that took over.
fn forgotten_at(key: &RetiredKey, schedule: &SigningSchedule) -> Option<NumericDate> {
    key.replaced_at().map(|at| at.plus(schedule.retention))
}

fn later(a: NumericDate, b: NumericDate) -> NumericDate {
    if a < b { b } else { a }
}
