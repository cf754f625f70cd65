//! The keys that the gateway signs with, as a process remembers them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use edge_authorizer::accounts::SigningSet;
use edge_authorizer::{NumericDate, Unavailable};

use crate::host::{Clock, SigningKeySource, SigningKeysResponse, Tasks};
use crate::lock::lock;

/// The keys as they were given last. The private one is sealed here, too: the host keeps it to sign with. `S` is the host's
/// signal.
#[derive(Debug)]
pub struct SigningMemory<S>(Mutex<State<S>>);

#[derive(Debug)]
struct State<S> {
    kept: BTreeMap<SigningSet, Kept>,
    /// Since when a request asks where the keys are stored, and what it gives then, by the scope of those that wait for it.
    asking: BTreeMap<(u32, SigningSet), (NumericDate, Arc<S>)>,
}

#[derive(Clone, Debug)]
struct Kept {
    keys: SigningKeysResponse,
    /// When the next request asks for them again, while others go on with these.
    asked_again: NumericDate,
}

/// How a request comes to the keys.
enum Way<S> {
    Has(SigningKeysResponse),
    /// Another request asks.
    Waits(Arc<S>),
    /// It asks, and may use what is kept if there is no answer.
    Asks(Arc<S>, Option<SigningKeysResponse>),
}

/// When keys are asked for again, as a part of the time for which they may be used.
const RENEWAL: f64 = 0.8;

/// How long nothing else asks while a request does, in seconds.
const PATIENCE: f64 = 5.0;

impl<S> Default for SigningMemory<S> {
    fn default() -> Self {
        Self(Mutex::new(State { kept: BTreeMap::new(), asking: BTreeMap::new() }))
    }
}

impl<S> SigningMemory<S> {
    /// The keys, asked for where they are stored if those kept are too old: by one request, for which others wait.
    pub async fn keys(
        &self,
        host: &(impl SigningKeySource + Tasks<Signal = S> + Clock),
        set: SigningSet,
    ) -> Result<SigningKeysResponse, Unavailable> {
        let began = host.now();
        let (signal, usable) = match self.way(host, set, began) {
            Way::Has(keys) => return Ok(keys),
            Way::Waits(signal) => {
                host.wait(&signal, None, PATIENCE).await;
                return self.usable(set, host.now()).map(|kept| kept.keys).ok_or(Unavailable);
            }
            Way::Asks(signal, usable) => (signal, usable),
        };
        let answer = host.ask_signing_keys(set).await;
        {
            let mut state = lock(&self.0);
            state.asking.remove(&(host.scope(), set));
            if let Ok(keys) = &answer {
                let life = keys.until.as_seconds() - began.as_seconds();
                let kept = Kept { keys: keys.clone(), asked_again: began.plus(RENEWAL * life) };
                state.kept.insert(set, kept);
            }
        }
        host.wake(&signal);
        answer.or_else(|Unavailable| usable.ok_or(Unavailable))
    }

    /// Forgets a set of keys that was changed from here.
    pub fn forget(&self, set: SigningSet) {
        lock(&self.0).kept.remove(&set);
    }

    fn usable(&self, set: SigningSet, now: NumericDate) -> Option<Kept> {
        lock(&self.0).kept.get(&set).filter(|kept| now < kept.keys.until).cloned()
    }

    fn way(&self, host: &impl Tasks<Signal = S>, set: SigningSet, now: NumericDate) -> Way<S> {
        let usable = self.usable(set, now);
        if let Some(kept) = usable.as_ref().filter(|kept| now < kept.asked_again) {
            return Way::Has(kept.keys.clone());
        }
        let mut state = lock(&self.0);
        let question = (host.scope(), set);
        // One that has taken too long may have ended with its client.
        let asking = state.asking.get(&question).filter(|(since, _)| now < since.plus(PATIENCE));
        let keys = usable.map(|kept| kept.keys);
        match (asking, keys) {
            (Some(_), Some(keys)) => Way::Has(keys),
            (Some((_, signal)), None) => Way::Waits(signal.clone()),
            (None, keys) => {
                let signal = Arc::new(host.signal());
                state.asking.insert(question, (now, signal.clone()));
                Way::Asks(signal, keys)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::poll_fn;
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    use edge_authorizer::ProjectId;
    use serde_json::json;

    use super::*;
    use crate::host::Job;

    /// A host whose first question is not answered yet.
    #[derive(Default)]
    struct Host {
        now: Cell<f64>,
        asked: Cell<usize>,
        is_slow: Cell<bool>,
    }

    impl Clock for Host {
        fn now(&self) -> NumericDate {
            NumericDate::from_seconds(self.now.get())
        }
    }

    impl Tasks for Host {
        type Signal = Cell<bool>;

        fn later(&self, _job: Job<Self::Signal>) {}

        fn signal(&self) -> Self::Signal {
            Cell::new(false)
        }

        async fn wait(&self, signal: &Self::Signal, _project: Option<&ProjectId>, seconds: f64) {
            let end = self.now.get() + seconds;
            let is_over = || signal.get() || self.now.get() >= end;
            poll_fn(|_| if is_over() { Poll::Ready(()) } else { Poll::Pending }).await;
        }

        fn wake(&self, signal: &Self::Signal) {
            signal.set(true);
        }
    }

    impl SigningKeySource for Host {
        async fn ask_signing_keys(&self, _set: SigningSet) -> Result<SigningKeysResponse, Unavailable> {
            self.asked.set(self.asked.get() + 1);
            poll_fn(|_| if self.is_slow.get() { Poll::Pending } else { Poll::Ready(()) }).await;
            let (kid, sealed) = (self.asked.get().to_string(), String::new());
            Ok(SigningKeysResponse { kid, sealed, jwks: json!({}), until: self.now().plus(30.0) })
        }
    }

    #[test]
    fn one_request_asks_again_while_others_go_on() {
        let (host, memory) = (Host::default(), SigningMemory::default());
        let get = || {
            let mut future = pin!(memory.keys(&host, SigningSet::AccessTokens));
            match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(keys) => keys.ok().map(|keys| keys.kid),
                Poll::Pending => None,
            }
        };
        assert_eq!(get().as_deref(), Some("1"));
        host.now.set(23.0);
        assert_eq!(get().as_deref(), Some("1"));
        host.now.set(25.0);
        host.is_slow.set(true);
        assert_eq!(get(), None);
        for _ in 0..10 {
            assert_eq!(get().as_deref(), Some("1"));
        }
        assert_eq!(host.asked.get(), 2);
        host.is_slow.set(false);
        host.now.set(30.0);
        assert_eq!(get().as_deref(), Some("3"));
    }

    #[test]
    fn first_requests_share_one_question() {
        let (host, memory) = (Host::default(), SigningMemory::default());
        let poll = |future: Pin<&mut dyn Future<Output = Result<SigningKeysResponse, Unavailable>>>| {
            future.poll(&mut Context::from_waker(Waker::noop()))
        };
        host.is_slow.set(true);
        let set = SigningSet::AccessTokens;
        let mut futures: Vec<_> = (0..10).map(|_| Box::pin(memory.keys(&host, set))).collect();
        for future in &mut futures {
            assert!(poll(future.as_mut()).is_pending());
        }
        assert_eq!(host.asked.get(), 1);
        host.is_slow.set(false);
        for future in &mut futures {
            assert!(matches!(poll(future.as_mut()), Poll::Ready(Ok(keys)) if keys.kid == "1"));
        }
        // The one that asks has ended with its client: others are refused after a while, and then one asks again.
        memory.forget(set);
        host.is_slow.set(true);
        let mut lost = Box::pin(memory.keys(&host, set));
        assert!(poll(lost.as_mut()).is_pending());
        drop(lost);
        let mut waiting = Box::pin(memory.keys(&host, set));
        assert!(poll(waiting.as_mut()).is_pending());
        host.is_slow.set(false);
        host.now.set(PATIENCE);
        assert_eq!(poll(waiting.as_mut()), Poll::Ready(Err(Unavailable)));
        assert!(
            matches!(poll(Box::pin(memory.keys(&host, set)).as_mut()), Poll::Ready(Ok(keys)) if keys.kid == "3")
        );
    }
}
