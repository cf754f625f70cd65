//! Sending the mails that are due.

use std::time::Duration;

use edge_authorizer::Unavailable;
use tokio::time::{sleep, timeout};

use super::host::ControlHost;
use crate::clock;
use crate::store::next_mail;

/// After how many seconds mails are tried again if the queue cannot be read.
const RETRY: Duration = Duration::from_mins(1);

/// The longest wait, in seconds: the clock of the machine may be set meanwhile.
const MAX_WAIT: f64 = 60.0;

/// The shortest time between two rounds, in seconds.
const MIN_WAIT: f64 = 0.2;

/// Sends mails when their time has come, as long as the thread lives.
pub async fn run(host: ControlHost) {
    loop {
        let now = clock::now().as_seconds();
        let Ok(next) = host.database.read(move |database| next_mail(database, now)).await else {
            sleep(RETRY).await;
            continue;
        };
        if next.is_some_and(|next| next <= now) {
            if let Err(Unavailable) = host.plane.send_mails(&host).await {
                sleep(RETRY).await;
            }
            sleep(Duration::from_secs_f64(MIN_WAIT)).await;
            continue;
        }
        let wait = next.map_or(MAX_WAIT, |next| (next - now).clamp(0.0, MAX_WAIT));
        let wait = Duration::try_from_secs_f64(wait).unwrap_or_default();
        let _earlier_or_in_time = timeout(wait, host.mail_alarm.notified()).await;
    }
}
