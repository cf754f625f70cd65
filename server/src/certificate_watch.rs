//! The thread that reads the listener's certificate again when its files change.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use aws_lc_rs::digest::Digest;
use service::log::warning;

use crate::certificate::CurrentCertificate;
use crate::log::Output;

/// How often the files are read.
const INTERVAL: Duration = Duration::from_secs(1);

/// The thread. It ends when this is dropped or stopped.
#[derive(Debug)]
pub struct CertificateWatch {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl CertificateWatch {
    /// Starts it; `content` is the digest of the files that are in use.
    pub fn start(current: Arc<CurrentCertificate>, content: Digest) -> std::io::Result<Self> {
        let (stop, stopped) = channel();
        let thread = std::thread::Builder::new().name("certificate".to_owned());
        let thread = thread.spawn(move || watch(&current, content, &stopped))?;
        Ok(Self { stop, thread })
    }

    /// Ends it.
    pub fn stop(self) {
        drop(self.stop);
        let _panicked = self.thread.join();
    }
}

fn watch(current: &CurrentCertificate, content: Digest, stopped: &Receiver<()>) {
    let mut content = Some(content);
    while stopped.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
        if let Err(error) = current.refresh(&mut content) {
            warning(&Output, "certificate_invalid", "TLS_CERTIFICATE", error);
        }
    }
}
