//! Sessions: how they begin, what they open, how they end.

use edge_authorizer::Unavailable;
use edge_authorizer::users::{LoginMethod, Session, SessionCookie, User};

use crate::directory::{ATTEMPTS, CommitFailure, Rows, Stored, added};
use crate::host::{Clock, Directory, Entropy, LogSink, RowChange, TermName};
use crate::log::warning;
use crate::sealing::{Purpose, SealingKeys};

/// How many sessions are ended at a time.
const BATCH: u32 = 100;

/// How many characters of a browser's name are kept.
const MAX_AGENT: usize = 200;

/// The most sessions of a user. One more ends that which was not used for the longest time: nobody takes up the room of all.
pub const MAX_SESSIONS: usize = 20;

/// How many sessions are looked at: logins at once may have begun some more.
const LOOKED_AT: u32 = 30;

/// What the tag of a cookie is for.
const COOKIE: Purpose<'static> = Purpose { kind: "session-cookie", name: "" };

/// How a session begins.
pub struct NewSession<'n> {
    /// The keys by which its cookie is tagged.
    pub sealing: &'n SealingKeys,
    /// The id of the user.
    pub user: &'n str,
    /// How the user logged in.
    pub by: LoginMethod,
    /// How long it lasts at most, in hours.
    pub hours: u32,
    /// The `User-Agent` of the browser.
    pub agent: Option<String>,
    /// What is committed with it, or must hold then.
    pub with: Vec<RowChange>,
}

/// Begins a session; the cookie is new at each login.
pub async fn begin<H>(host: &H, new: NewSession<'_>) -> Result<SessionCookie, CommitFailure>
where
    H: Directory + Entropy + Clock + LogSink,
{
    let mut random = [0; 32];
    host.fill(&mut random);
    let NewSession { sealing, user, by, hours, agent, with } = new;
    let tag = sealing.tag(COOKIE, &random).map_err(|failure| {
        warning(host, "not_sealed", "session-cookie", failure);
        Unavailable
    })?;
    let cookie = SessionCookie::new(&random, &tag);
    let agent = agent.map(|agent| agent.chars().take(MAX_AGENT).collect());
    let session = Session::new(user, host.now().whole_seconds(), hours, agent, by);
    let surplus = surplus_of(host, user).await?;
    let removed = surplus.iter().map(Stored::removed);
    let changes: Vec<_> =
        std::iter::once(added(&cookie.digest().to_text(), &session)).chain(with).chain(removed).collect();
    Rows(host).commit(&changes).await.map(|()| cookie)
}

/// Whether the gateway made a cookie. Any other opens no session, and the directory need not be asked.
pub fn is_made_here(sealing: &SealingKeys, cookie: &SessionCookie) -> bool {
    cookie.is_tagged(|random, tag| sealing.is_tag(COOKIE, random, tag))
}

/// The sessions of a user that end when one more begins.
async fn surplus_of<H: Directory + LogSink>(
    host: &H,
    user: &str,
) -> Result<Vec<Stored<Session>>, Unavailable> {
    let mut sessions = Rows(host).having::<Session>(TermName::User, user, None, LOOKED_AT).await?;
    sessions.sort_by_key(|stored| stored.value.used_at);
    sessions.truncate((sessions.len() + 1).saturating_sub(MAX_SESSIONS));
    Ok(sessions)
}

/// The user of a session, unless there is none any more, or no longer one who may log in.
pub async fn user_of<H: Directory + LogSink>(
    host: &H,
    session: &Session,
) -> Result<Option<Stored<User>>, Unavailable> {
    let user = Rows(host).load::<User>(&session.user).await?;
    Ok(user.filter(|user| !user.value.settings.disabled))
}

/// Ends a session, whatever happens to it meanwhile. Gives what it was.
pub async fn end<H: Directory + LogSink>(host: &H, id: &str) -> Result<Option<Session>, Unavailable> {
    let rows = Rows(host);
    for _ in 0..ATTEMPTS {
        let Some(stored) = rows.load::<Session>(id).await? else { return Ok(None) };
        match rows.commit(&[stored.removed()]).await {
            Ok(()) => return Ok(Some(stored.value)),
            Err(CommitFailure::Conflict) => {}
            Err(_) => return Err(Unavailable),
        }
    }
    Err(Unavailable)
}

/// Ends all sessions that have a term.
pub async fn end_all<H: Directory + LogSink>(
    host: &H,
    term: TermName,
    value: &str,
) -> Result<(), Unavailable> {
    end_those(host, term, value, |_| true).await
}

/// Ends the sessions that have a term, of which `ends` holds.
pub async fn end_those<H: Directory + LogSink>(
    host: &H,
    term: TermName,
    value: &str,
    ends: impl Fn(&Stored<Session>) -> bool,
) -> Result<(), Unavailable> {
    let mut after = None;
    loop {
        let found = Rows(host).having::<Session>(term, value, after.as_deref(), BATCH).await?;
        for session in found.iter().filter(|session| ends(session)) {
            end(host, &session.id).await?;
        }
        match found.last() {
            Some(last) if found.len() == BATCH as usize => after = Some(last.id.clone()),
            _ => return Ok(()),
        }
    }
}
