//! A session as it is stored, and what becomes of it as time passes.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::identity::ProviderIdentity;
use super::stored_format::{FORMAT, Unreadable, check_format};
use crate::shown_times::add_times;

/// After how many seconds without use a session ends.
pub const IDLE_SECONDS: u64 = 3600;

/// After how many seconds the provider is asked again whether its session goes on, while ours is used.
pub const REFRESH_AFTER: u64 = 240;

/// After how many seconds without an answer from the provider the session is not accepted.
pub const REFRESH_BOUND: u64 = 300;

/// How old the noted time of use may become, in seconds: a use within is not written.
const USE_GRANULARITY: u64 = 120;

/// A session as it is stored, by the digest of its cookie. Times are whole seconds since 1970.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    #[serde(default)]
    format: u32,
    /// The id of the user.
    pub user: String,
    /// When it began.
    pub created_at: u64,
    /// When it ends, however much it is used.
    pub expires_at: u64,
    /// When it was used, to two minutes.
    pub used_at: u64,
    /// The browser, as it named itself, for the user's list of sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// How the user logged in.
    pub by: LoginMethod,
    /// What another release stored besides.
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// How a user logged in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LoginMethod {
    /// By password.
    Password {},
    /// At the company's provider.
    Federation(ProviderSession),
}

/// The session at the provider. `Debug` shows no token.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderSession {
    /// Who the user is there.
    #[serde(flatten)]
    pub identity: ProviderIdentity,
    /// Its id there, if the provider gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// The ID Token, sealed: the hint at logout.
    pub id_token: String,
    /// The refresh token, sealed, if the provider gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// When the provider said last that its session goes on.
    pub checked_at: u64,
    /// Until when one request uses the refresh token, and others do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refreshing_until: Option<u64>,
    /// What another release stored besides.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

/// What becomes of a session at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// It is accepted.
    Live,
    /// It is accepted, and the provider is to be asked.
    RefreshDue,
    /// It is accepted only once the provider was asked.
    RefreshRequired,
    /// The same, and a request asks the provider at the moment.
    RefreshPending,
    /// It is over.
    Ended(SessionEnd),
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEnd {
    /// It lasted as long as sessions may.
    Absolute,
    /// It was not used for an hour.
    Idle,
}

impl Session {
    /// A session of a user that begins at `now` and lasts `hours` at most.
    pub fn new(user: &str, now: u64, hours: u32, agent: Option<String>, by: LoginMethod) -> Self {
        let expires_at = now.saturating_add(u64::from(hours) * 3600);
        let (user, others) = (user.to_owned(), Map::new());
        Self { format: FORMAT, user, created_at: now, expires_at, used_at: now, agent, by, others }
    }

    /// Reads a stored session.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let session: Self = serde_json::from_str(text)?;
        check_format(session.format)?;
        Ok(Self { format: FORMAT, ..session })
    }

    /// The session as it is stored.
    pub fn write(&self) -> String {
        json!(self).to_string()
    }

    /// What becomes of the session at a time. Without a refresh token nothing but a logout token ends it early.
    pub fn state(&self, now: u64) -> SessionState {
        if now >= self.expires_at {
            return SessionState::Ended(SessionEnd::Absolute);
        }
        if now >= self.used_at.saturating_add(IDLE_SECONDS) {
            return SessionState::Ended(SessionEnd::Idle);
        }
        match &self.by {
            LoginMethod::Federation(provider) if provider.refresh_token.is_some() => provider.state(now),
            LoginMethod::Federation(_) | LoginMethod::Password {} => SessionState::Live,
        }
    }

    /// Whether its use at a time is to be written.
    pub fn is_use_noted(&self, now: u64) -> bool {
        now >= self.used_at.saturating_add(USE_GRANULARITY)
    }

    /// When it ends, if it is not used again.
    pub fn ends_at(&self) -> u64 {
        self.expires_at.min(self.used_at.saturating_add(IDLE_SECONDS))
    }

    /// The session as its user and administrators see it. `id` names it: the digest of the cookie, which opens nothing.
    pub fn representation(&self, id: &str) -> Value {
        let by = match &self.by {
            LoginMethod::Password {} => json!("password"),
            LoginMethod::Federation(_) => json!("federation"),
        };
        let mut shown = json!({
            "id": id,
            "createdAt": self.created_at,
            "usedAt": self.used_at,
            "expiresAt": self.expires_at,
            "agent": self.agent,
            "by": by,
        });
        add_times(&mut shown);
        shown
    }
}

impl ProviderSession {
    fn state(&self, now: u64) -> SessionState {
        let is_refreshing = self.refreshing_until.is_some_and(|until| now < until);
        match (now.saturating_sub(self.checked_at), is_refreshing) {
            (..REFRESH_AFTER, _) | (REFRESH_AFTER..REFRESH_BOUND, true) => SessionState::Live,
            (REFRESH_AFTER..REFRESH_BOUND, false) => SessionState::RefreshDue,
            (REFRESH_BOUND.., true) => SessionState::RefreshPending,
            (REFRESH_BOUND.., false) => SessionState::RefreshRequired,
        }
    }
}

impl fmt::Debug for ProviderSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderSession").field("identity", &self.identity).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: u64 = 1_000_000;

    fn federated(refresh_token: Option<&str>) -> Session {
        let provider = ProviderSession {
            identity: ProviderIdentity { iss: "https://idp.example".to_owned(), sub: "7".to_owned() },
            sid: Some("s1".to_owned()),
            id_token: "sealed-id-token".to_owned(),
            refresh_token: refresh_token.map(str::to_owned),
            checked_at: START,
            refreshing_until: None,
            others: Map::new(),
        };
        Session::new("u_1", START, 12, Some("Firefox".to_owned()), LoginMethod::Federation(provider))
    }

    fn refreshing(mut session: Session, until: u64) -> Session {
        if let LoginMethod::Federation(provider) = &mut session.by {
            provider.refreshing_until = Some(START + until);
        }
        session
    }

    #[test]
    fn the_provider_is_asked_after_240_seconds_and_needed_after_300() {
        let session = federated(Some("sealed"));
        for (seconds, state) in [
            (0, SessionState::Live),
            (239, SessionState::Live),
            (240, SessionState::RefreshDue),
            (299, SessionState::RefreshDue),
            (300, SessionState::RefreshRequired),
            (3599, SessionState::RefreshRequired),
            (3600, SessionState::Ended(SessionEnd::Idle)),
        ] {
            assert_eq!(session.state(START + seconds), state, "{seconds}");
        }
        assert_eq!(session.state(START - 60), SessionState::Live, "another clock");
    }

    #[test]
    fn one_request_refreshes_at_a_time() {
        let session = refreshing(federated(Some("sealed")), 310);
        for (seconds, state) in [
            (250, SessionState::Live),
            (299, SessionState::Live),
            (300, SessionState::RefreshPending),
            (309, SessionState::RefreshPending),
            (310, SessionState::RefreshRequired),
        ] {
            assert_eq!(session.state(START + seconds), state, "{seconds}");
        }
    }

    #[test]
    fn a_session_ends_by_its_age_or_without_use() {
        let password = Session::new("u_1", START, 12, None, LoginMethod::Password {});
        let used = Session { used_at: START + 12 * 3600 - 10, ..password.clone() };
        for session in [used, Session { used_at: START + 12 * 3600 - 10, ..federated(None) }] {
            assert_eq!(session.state(START + 12 * 3600 - 1), SessionState::Live);
            assert_eq!(session.state(START + 12 * 3600), SessionState::Ended(SessionEnd::Absolute));
            assert_eq!(session.ends_at(), START + 12 * 3600);
        }
        assert_eq!(password.state(START + 3599), SessionState::Live);
        assert_eq!(password.state(START + 3600), SessionState::Ended(SessionEnd::Idle));
        assert_eq!((password.is_use_noted(START + 119), password.is_use_noted(START + 120)), (false, true));
    }

    #[test]
    fn what_is_stored_is_read_with_what_another_release_added() {
        let mut stored: Value = serde_json::from_str(&federated(Some("sealed")).write()).unwrap();
        stored["added"] = json!(1);
        stored["by"]["federation"]["added"] = json!(2);
        let read = Session::read(&stored.to_string()).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&read.write()).unwrap(), stored);
        let password = Session::new("u_1", START, 12, None, LoginMethod::Password {});
        assert_eq!(json!(password)["by"], json!({ "password": {} }));
        assert_eq!(Session::read(&password.write()).unwrap(), password);
        stored["format"] = json!(2);
        assert!(Session::read(&stored.to_string()).is_err());
    }

    #[test]
    fn no_representation_has_a_token() {
        let session = federated(Some("sealed"));
        let shown = session.representation("digest");
        let expected = json!({
            "id": "digest", "createdAt": START, "usedAt": START, "expiresAt": START + 12 * 3600,
            "createdTime": "1970-01-12T13:46:40.000Z", "usedTime": "1970-01-12T13:46:40.000Z",
            "expiresTime": "1970-01-13T01:46:40.000Z", "agent": "Firefox", "by": "federation",
        });
        assert_eq!(shown, expected);
        assert!(!format!("{session:?}").contains("sealed"));
    }
}
