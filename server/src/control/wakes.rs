//! Doing what is due for keys.

use std::time::Duration;

use service::RETRY;
use tokio::task::spawn_local;
use tokio::time::timeout;

use super::host::ControlHost;
use crate::clock;
use crate::store::{Connection, Due, done, key_of, next_wake, postpone, take_due};

/// How many keys are taken at a time.
const BATCH: u32 = 32;

/// The longest wait, in seconds: the clock of the machine may be set meanwhile.
const MAX_WAIT: f64 = 60.0;

/// For how long one of several nodes has a key, in seconds: longer than fetching an issuer's keys takes.
const HOLD: f64 = 20.0;

/// Wakes keys when their time has come, as long as the thread lives.
pub async fn run(host: ControlHost) {
    let hold = if host.database.is_shared() { HOLD } else { RETRY };
    loop {
        let now = clock::now().as_seconds();
        let work = move |database: &dyn Connection| {
            let due = take_due(database, now, hold, BATCH)?;
            Ok((due, next_wake(database)?))
        };
        // While the store fails there is nothing to do but to try again.
        let (due, next) = host.database.write(work).await.unwrap_or_else(|_| (Vec::new(), Some(now + RETRY)));
        for due in due {
            spawn_local(wake(host.clone(), due));
        }
        let wait = next.map_or(MAX_WAIT, |next| (next - clock::now().as_seconds()).clamp(0.0, MAX_WAIT));
        let wait = Duration::try_from_secs_f64(wait).unwrap_or_default();
        let _earlier_or_in_time = timeout(wait, host.alarm.notified()).await;
    }
}

/// Wakes one. If it fails, it comes again.
async fn wake(host: ControlHost, due: Due) {
    let woken = match key_of(&due.key) {
        Some(key) => host.plane.wake(&host, &key).await.is_ok(),
        // A name that means nothing was not written by this release.
        None => true,
    };
    let again_at = clock::now().as_seconds() + RETRY;
    let noted = host
        .database
        .write(move |database| if woken { done(database, &due) } else { postpone(database, &due, again_at) });
    let _comes_again = noted.await;
    if !woken {
        host.alarm.notify_one();
    }
}
