//! The keys of issuers, as this isolate knows them. Their object alone fetches them, and one request asks it for all that
//! wait.

use std::cell::RefCell;
use std::num::NonZeroUsize;
use std::rc::Rc;
use std::sync::Arc;

use edge_authorizer::{FetchReason, Issuer, KeyRecord, KeySet, NumericDate, ProjectId, Unavailable};
use lru::LruCache;

use crate::asking::{Answer, Asking, PATIENCE};
use crate::edge::Edge;
use crate::http::now;
use crate::issuer::FromIssuer;
use crate::store;

/// The most issuers of which it is kept when they were asked; each takes at most half a kilobyte.
const MAX_ASKED: NonZeroUsize = NonZeroUsize::new(1000).unwrap();

thread_local! {
    static ASKED: RefCell<LruCache<(FetchReason, Issuer), Asked>> = RefCell::new(LruCache::new(MAX_ASKED));
}

/// How it stands with an issuer's object. A flood of unknown keys asks it no more often than it has news.
#[derive(Clone)]
enum Asked {
    /// It is being asked.
    Underway(Rc<Asking>),
    /// It answered.
    Answered {
        /// When asking again may bring something else.
        again: NumericDate,
        /// Whether its last attempt to fetch the keys failed.
        failed: bool,
    },
}

/// The keys of an issuer, which `project` needs. `known_in_vain`: those known so far lack the one that is looked for.
pub async fn keys(
    edge: &Edge,
    project: &ProjectId,
    issuer: &Issuer,
    needs_newer_keys: bool,
) -> Result<Arc<KeySet>, Unavailable> {
    let max_stale = edge.settings.keys.max_stale;
    let serves = |record: &Arc<KeyRecord>, time: NumericDate| time < record.fetched().plus(max_stale);
    let kept = store::key_record(edge, project, issuer).await;
    let time = now();
    let kept = kept.filter(|record| serves(record, time));
    if let Some(record) = kept.as_ref().filter(|record| !needs_newer_keys && time < record.expires()) {
        return Ok(record.keys().clone());
    }
    let want = if needs_newer_keys { FetchReason::Newer } else { FetchReason::Due };
    let (record, failed) = match asked(edge, want, issuer, time) {
        Some(Asked::Answered { failed, .. }) => (kept, failed),
        underway => {
            let asking = match underway {
                Some(Asked::Underway(asking)) => asking,
                _ => ask(edge, project, want, issuer, time),
            };
            if let Some(record) = kept.filter(|_| !needs_newer_keys) {
                // They should have been fetched again: whoever is here does not wait for it.
                (Some(record), false)
            } else {
                let (record, failed) = asking.answer().await?;
                (record.filter(|record| serves(record, now())), failed)
            }
        }
    };
    match record {
        // Whether the issuer has such a key cannot be known.
        Some(_) if needs_newer_keys && failed => Err(Unavailable),
        Some(record) => Ok(record.keys().clone()),
        None => Err(Unavailable),
    }
}

/// How it stands with an issuer's object, unless it has to be asked now.
fn asked(edge: &Edge, want: FetchReason, issuer: &Issuer, now: NumericDate) -> Option<Asked> {
    let asked = ASKED.with_borrow_mut(|asked| asked.get(&(want, issuer.clone())).cloned());
    asked.filter(|asked| match asked {
        // Who comes a cooldown later wants keys that are newer than those that may be on their way.
        Asked::Underway(asking) => {
            is_shared(edge) && now < asking.began.plus(PATIENCE.min(edge.settings.keys.cooldown))
        }
        Asked::Answered { again, .. } => now < *again,
    })
}

/// Whether other requests may wait for what this one asks. In an object they may not: where its last client has gone, the
/// runtime has nothing to run what a request from outside wakes.
fn is_shared(edge: &Edge) -> bool {
    edge.context.is_some()
}

/// Asks an issuer's object, whatever becomes of this request; all that wait are woken with the answer.
fn ask(
    edge: &Edge,
    project: &ProjectId,
    want: FetchReason,
    issuer: &Issuer,
    began: NumericDate,
) -> Rc<Asking> {
    let asking = Rc::new(Asking::new(began));
    let key = (want, issuer.clone());
    if is_shared(edge) {
        ASKED.with_borrow_mut(|asked| asked.put(key.clone(), Asked::Underway(asking.clone())));
    }
    let (env, cooldown, asked) = (edge.env.clone(), edge.settings.keys.cooldown, asking.clone());
    let ask_issuer = edge.ask_issuer;
    let project = project.clone();
    edge.later(async move {
        let reply = ask_issuer(env, key.1.clone(), key.0).await;
        let (answer, mark) = read(reply, &project, &key, cooldown);
        note(key, &asked, mark);
        asked.finish(answer);
    });
    asking
}

/// The answer of an issuer's object, and what is to be kept of it.
fn read(
    reply: Result<FromIssuer, Unavailable>,
    project: &ProjectId,
    (want, issuer): &(FetchReason, Issuer),
    cooldown: f64,
) -> (Answer, Option<Asked>) {
    let Ok(FromIssuer { record, life }) = reply else { return (Err(Unavailable), None) };
    let failed = life.error.is_some();
    let again = match want {
        FetchReason::Newer => life.attempted.map(|attempted| attempted.plus(cooldown)),
        _ => life.due,
    };
    let again = again.unwrap_or_else(|| now().plus(cooldown));
    let record = record.and_then(|record| store::remember_keys(project, issuer, &record));
    (Ok((record, failed)), Some(Asked::Answered { again, failed }))
}

/// Keeps `mark`, unless the object has been asked anew meanwhile. Where there is none, the next request asks.
fn note(key: (FetchReason, Issuer), asking: &Rc<Asking>, mark: Option<Asked>) {
    ASKED.with_borrow_mut(|asked| {
        let is_newer = |other: &Asked| matches!(other, Asked::Underway(other) if !Rc::ptr_eq(other, asking));
        match mark {
            _ if asked.peek(&key).is_some_and(is_newer) => None,
            Some(mark) => asked.put(key, mark),
            None => asked.pop(&key),
        }
    });
}
