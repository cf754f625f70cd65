//! The keys of issuers, as this isolate knows them. Their object alone fetches them, and one request asks it for all that
//! wait.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use edge_authorizer::{
    FairCache, FetchReason, Issuer, KeyRecord, KeySet, NumericDate, Owner, ProjectId, RefreshPolicy,
    Unavailable,
};

use crate::asking::{Answer, Asking, PATIENCE};
use crate::edge::Edge;
use crate::http::now;
use crate::issuer::FromIssuer;
use crate::store;

/// What may be kept of when issuers were asked, in bytes. Projects share it fairly.
const MAX_ASKED: usize = 512 * 1024;

/// What an issuer costs beside its name, in bytes: how it stands, and the question that is put.
const ASKED_BYTES: usize = 128;

thread_local! {
    static ASKED: RefCell<FairCache<Subject, Asked>> = RefCell::new(FairCache::new(MAX_ASKED));
}

/// What is asked of which issuer's object, and by which object, unless the worker asks. What one object's requests wait for
/// only that object can wake: where its last client has gone, the runtime has nothing to run what others wake.
type Subject = (Option<u32>, FetchReason, Issuer);

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
        /// Whether it had keys that serve. If they are lost here, it has to be asked for them again.
        has_keys: bool,
    },
}

/// The keys of an issuer, which `project` needs. `needs_newer_keys`: the keys so far lack the one that is needed.
pub async fn keys(
    edge: &Edge,
    project: &ProjectId,
    issuer: &Issuer,
    needs_newer_keys: bool,
) -> Result<Arc<KeySet>, Unavailable> {
    let policy = &edge.settings.keys;
    let kept = store::key_record(edge, project, issuer).await;
    let time = now();
    let kept = kept.filter(|record| serves(record, time, policy));
    if let Some(record) = kept.as_ref().filter(|record| !needs_newer_keys && time < record.expires()) {
        return Ok(record.keys().clone());
    }
    let want = if needs_newer_keys { FetchReason::Newer } else { FetchReason::Due };
    let (record, failed) = match asked(edge, want, issuer, time) {
        Some(Asked::Answered { failed, has_keys, .. }) if kept.is_some() || !has_keys => (kept, failed),
        underway => {
            let asking = match underway {
                Some(Asked::Underway(asking)) => asking,
                _ => ask(edge, project, want, issuer, time),
            };
            if let Some(record) = kept.filter(|_| !needs_newer_keys) {
                // They should have been fetched again: whoever is here does not wait for it.
                (Some(record), false)
            } else {
                asking.answer(project).await?
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

/// Whether keys may be used, though their life may be over.
fn serves(record: &KeyRecord, now: NumericDate, policy: &RefreshPolicy) -> bool {
    now < record.fetched().plus(policy.max_stale)
}

/// How it stands with an issuer's object, unless it has to be asked now.
fn asked(edge: &Edge, want: FetchReason, issuer: &Issuer, now: NumericDate) -> Option<Asked> {
    let subject = (edge.place.object(), want, issuer.clone());
    let asked = ASKED.with_borrow_mut(|asked| asked.get(&subject).map(|(_, asked)| asked.clone()));
    asked.filter(|asked| match asked {
        // Who comes a cooldown later wants keys that are newer than those that may be on their way.
        Asked::Underway(asking) => now < asking.began.plus(PATIENCE.min(edge.settings.keys.cooldown)),
        Asked::Answered { again, .. } => now < *again,
    })
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
    let subject = (edge.place.object(), want, issuer.clone());
    ASKED.with_borrow_mut(|asked| keep(asked, project, subject.clone(), Asked::Underway(asking.clone())));
    let (env, policy, asked) = (edge.env.clone(), edge.settings.keys, asking.clone());
    let ask_issuer = edge.ask_issuer;
    let project = project.clone();
    edge.later(async move {
        let reply = ask_issuer(env, subject.2.clone(), subject.1).await;
        let (answer, mark) = read(reply, &project, &subject, &policy);
        note(&project, subject, &asked, mark);
        asked.finish(answer);
    });
    asking
}

/// The answer of an issuer's object, and what is to be kept of it.
fn read(
    reply: Result<FromIssuer, Unavailable>,
    project: &ProjectId,
    (_, want, issuer): &Subject,
    policy: &RefreshPolicy,
) -> (Answer, Option<Asked>) {
    let Ok(FromIssuer { record, life }) = reply else { return (Err(Unavailable), None) };
    let failed = life.error.is_some();
    let again = match want {
        FetchReason::Newer => life.attempted.map(|attempted| attempted.plus(policy.cooldown)),
        _ => life.due,
    };
    let again = again.unwrap_or_else(|| now().plus(policy.cooldown));
    let record = record.and_then(|record| store::remember_keys(project, issuer, &record));
    let record = record.filter(|record| serves(record, now(), policy));
    let has_keys = record.is_some();
    (Ok((record, failed)), Some(Asked::Answered { again, failed, has_keys }))
}

/// Keeps `mark`, unless the object has been asked anew meanwhile. Where there is none, the next request asks.
fn note(project: &ProjectId, subject: Subject, asking: &Rc<Asking>, mark: Option<Asked>) {
    ASKED.with_borrow_mut(|asked| {
        let is_newer = |other: &Asked| matches!(other, Asked::Underway(other) if !Rc::ptr_eq(other, asking));
        match mark {
            _ if asked.get(&subject).is_some_and(|(_, other)| is_newer(other)) => {}
            Some(mark) => keep(asked, project, subject, mark),
            None => drop(asked.remove(&subject)),
        }
    });
}

/// Keeps how it stands with an issuer's object, for the project that had it asked.
fn keep(asked: &mut FairCache<Subject, Asked>, project: &ProjectId, subject: Subject, mark: Asked) {
    let bytes = ASKED_BYTES + subject.2.as_str().len();
    let _evicted = asked.put(subject, Owner::Project(project.clone()), mark, bytes);
}
