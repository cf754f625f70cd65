//! The keys of issuers, as this isolate knows them. Their object alone fetches them.

use std::cell::RefCell;
use std::num::NonZeroUsize;
use std::sync::Arc;

use edge_authorizer::{Issuer, KeyRecord, KeySet, Time, Unavailable, Want};
use lru::LruCache;
use worker::Env;

use crate::edge::Edge;
use crate::http::now;
use crate::objects::{FromIssuer, ToIssuer, ask_issuer};
use crate::store;

/// The most issuers of which it is kept when they were asked.
const MAX_ASKED: NonZeroUsize = NonZeroUsize::new(1000).unwrap();

/// How long an object has to answer before it is asked once more in the background, in seconds.
const PATIENCE: f64 = 15.0;

thread_local! {
    static ASKED: RefCell<LruCache<(Want, Issuer), Asked>> = RefCell::new(LruCache::new(MAX_ASKED));
}

/// What an issuer's object said the last time. A flood of unknown keys asks it no more often than it has news.
#[derive(Clone, Copy)]
struct Asked {
    /// When asking again may bring something else.
    again: Time,
    /// Whether its last attempt to fetch the keys failed.
    failed: bool,
}

/// The keys of an issuer. `known_in_vain`: those known so far lack the one that is looked for.
pub async fn keys(edge: &Edge, issuer: &Issuer, known_in_vain: bool) -> Result<Arc<KeySet>, Unavailable> {
    let max_stale = edge.settings.keys.max_stale;
    let serves = |record: &Arc<KeyRecord>, time: Time| time < record.fetched().plus(max_stale);
    let kept = store::key_record(edge, issuer).await;
    let time = now();
    let kept = kept.filter(|record| serves(record, time));
    if let Some(record) = kept.as_ref().filter(|record| !known_in_vain && time < record.expires()) {
        return Ok(record.keys().clone());
    }
    let want = if known_in_vain { Want::Newer } else { Want::Due };
    let (record, failed) = match (kept, asked(want, issuer)) {
        (kept, Some(asked)) => (kept, asked.failed),
        (Some(record), None) if !known_in_vain => {
            // They should have been fetched again: whoever is here does not wait for it.
            note(want, issuer, Asked { again: now().plus(PATIENCE), failed: false });
            let (env, issuer, cooldown) = (edge.env.clone(), issuer.clone(), edge.settings.keys.cooldown);
            edge.later(async move {
                let _ = ask(&env, &issuer, want, cooldown).await;
            });
            (Some(record), false)
        }
        _ => {
            let (record, failed) = ask(&edge.env, issuer, want, edge.settings.keys.cooldown).await?;
            (record.filter(|record| serves(record, now())), failed)
        }
    };
    match record {
        // Whether the issuer has such a key cannot be known.
        Some(_) if known_in_vain && failed => Err(Unavailable),
        Some(record) => Ok(record.keys().clone()),
        None => Err(Unavailable),
    }
}

/// Asks the issuer's object: for its keys, and whether its last attempt to fetch them failed.
async fn ask(
    env: &Env,
    issuer: &Issuer,
    want: Want,
    cooldown: f64,
) -> Result<(Option<Arc<KeyRecord>>, bool), Unavailable> {
    let FromIssuer { record, life } = ask_issuer(env, issuer.as_str(), &ToIssuer::Keys(want)).await?;
    let failed = life.error.is_some();
    let again = match want {
        Want::Newer => life.attempted.map(|attempted| attempted.plus(cooldown)),
        _ => life.due,
    };
    note(want, issuer, Asked { again: again.unwrap_or_else(|| now().plus(cooldown)), failed });
    Ok((record.and_then(|record| store::remember_keys(issuer, &record)), failed))
}

fn asked(want: Want, issuer: &Issuer) -> Option<Asked> {
    let asked = ASKED.with_borrow_mut(|asked| asked.get(&(want, issuer.clone())).copied());
    asked.filter(|asked| now() < asked.again)
}

fn note(want: Want, issuer: &Issuer, answer: Asked) {
    ASKED.with_borrow_mut(|asked| asked.put((want, issuer.clone()), answer));
}
