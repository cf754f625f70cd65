//! A host in memory: what it reaches is shared by all nodes of a test.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::task::Poll;

use edge_authorizer::accounts::SigningSet;
use edge_authorizer::users::SessionCookie;
use edge_authorizer::{KeyOutcome, NumericDate, ProjectId, Role, SignatureCheck, Unavailable};
use service::ControlPlane;
use service::host::*;
use unicode_normalization::UnicodeNormalization;

use super::crypto::KeptKeys;
use super::directory::MemoryDirectory;
use super::keys;
use super::network::Network;
use super::replica::MemoryReplica;
use super::sessions::MemorySessions;
use super::store::MemoryStore;

/// What all nodes reach.
#[derive(Default)]
pub struct Shared {
    /// The time, in seconds since 1970.
    pub time: Mutex<f64>,
    pub store: MemoryStore,
    pub directory: MemoryDirectory,
    pub replica: MemoryReplica,
    /// What the control plane says of sessions.
    pub sessions: MemorySessions,
    pub network: Network,
    /// All log lines.
    pub lines: Mutex<Vec<String>>,
    /// The private keys that were made.
    pub private_keys: Mutex<Vec<Vec<u8>>>,
    /// The mails that were sent.
    pub mails: Mutex<Vec<OutgoingMail>>,
    /// Whether no mail can be sent.
    pub is_mail_down: AtomicBool,
    /// Whether nothing is set up to send mails.
    pub has_no_mailer: AtomicBool,
    random: AtomicU64,
}

/// A signal: whether it was given.
#[derive(Clone, Debug, Default)]
pub struct Signal(Arc<AtomicBool>);

/// How many requests of each project wait.
#[derive(Debug, Default)]
pub struct Places(Mutex<BTreeMap<ProjectId, u32>>);

/// A place among those that wait, until this is dropped.
struct Place<'p>(&'p Places, ProjectId);

impl Places {
    fn take(&self, project: &ProjectId) -> Option<Place<'_>> {
        let mut all = self.0.lock().unwrap();
        let waiting = all.entry(project.clone()).or_default();
        let has_room = *waiting < MAX_WAITERS;
        *waiting += u32::from(has_room);
        has_room.then(|| Place(self, project.clone()))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut all = self.0.0.lock().unwrap();
        *all.get_mut(&self.1).unwrap() -= 1;
    }
}

/// One node.
pub struct TestHost {
    pub shared: Arc<Shared>,
    pub plane: OnceLock<Weak<ControlPlane<Signal>>>,
    /// Work that goes on after answers.
    pub jobs: Mutex<Vec<Job<Signal>>>,
    /// The requests that wait.
    pub places: Places,
    /// The keys that it keeps to sign with.
    pub kept: KeptKeys,
    /// Whether it is the only node.
    pub is_exclusive: bool,
}

impl Clock for TestHost {
    fn now(&self) -> NumericDate {
        NumericDate::from_seconds(*self.shared.time.lock().unwrap())
    }
}

impl Entropy for TestHost {
    fn fill(&self, bytes: &mut [u8]) {
        let number = self.shared.random.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        bytes.fill(0);
        let end = bytes.len().min(number.len());
        bytes[..end].copy_from_slice(&number[..end]);
    }
}

impl LogSink for TestHost {
    fn info(&self, line: &str) {
        self.shared.lines.lock().unwrap().push(line.to_owned());
    }

    fn warn(&self, line: &str) {
        self.info(line);
    }
}

impl Tasks for TestHost {
    type Signal = Signal;

    fn later(&self, job: Job<Signal>) {
        self.jobs.lock().unwrap().push(job);
    }

    fn signal(&self) -> Signal {
        Signal::default()
    }

    async fn wait(&self, signal: &Signal, project: Option<&ProjectId>, seconds: f64) {
        let Some(_place) = project.map_or(Some(None), |project| self.places.take(project).map(Some)) else {
            return;
        };
        let end = self.now().plus(seconds);
        let is_over = || signal.0.load(Ordering::Relaxed) || self.now() >= end;
        poll_fn(|_| if is_over() { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    fn wake(&self, signal: &Signal) {
        signal.0.store(true, Ordering::Relaxed);
    }
}

impl Verifier for TestHost {
    async fn verify(&self, check: &SignatureCheck<'_>) -> KeyOutcome {
        keys::check(check)
    }
}

impl Fetch for TestHost {
    async fn send(&self, request: &FetchRequest, limits: FetchLimits) -> Result<Fetched, FetchFailure> {
        self.shared.network.send(request, limits).await
    }
}

impl Replica for TestHost {
    async fn read(&self, space: Space, key: &str) -> Result<Option<String>, Failure> {
        self.shared.replica.read(space, key).await
    }
}

impl Publisher for TestHost {
    async fn publish(&self, write: &ReplicaWrite) -> Result<(), Failure> {
        self.shared.replica.publish(write).await
    }
}

impl Issuers for TestHost {
    async fn ask_issuer(&self, issuer: &str, request: &IssuerRequest) -> Result<IssuerResponse, Unavailable> {
        let plane = self.plane.get().and_then(Weak::upgrade).ok_or(Unavailable)?;
        plane.answer_issuer(self, issuer, request).await
    }
}

impl SessionSource for TestHost {
    async fn ask_session(&self, cookie: &SessionCookie) -> SessionAnswer {
        self.shared.sessions.ask(&cookie.digest().to_text()).await
    }
}

impl Projects for TestHost {
    async fn admit_roles(&self, project: &ProjectId, roles: &[Role]) -> Result<RolesAdmission, Unavailable> {
        let plane = self.plane.get().and_then(Weak::upgrade).ok_or(Unavailable)?;
        plane.admit_roles(self, project, roles).await
    }
}

impl SigningKeySource for TestHost {
    async fn ask_signing_keys(&self, set: SigningSet) -> Result<SigningKeysResponse, Unavailable> {
        let plane = self.plane.get().and_then(Weak::upgrade).ok_or(Unavailable)?;
        plane.answer_signing_keys(self, set).await
    }
}

impl Directory for TestHost {
    async fn row(&self, key: &RowKey) -> Result<Option<Row>, Failure> {
        self.shared.directory.row(key, self.now().as_seconds()).await
    }

    async fn find(&self, query: &RowQuery) -> Result<Vec<Row>, Failure> {
        self.shared.directory.find(query, self.now().as_seconds()).await
    }

    async fn commit_rows(&self, changes: &[RowChange]) -> Result<(), RowError> {
        self.shared.directory.commit(changes, self.now().as_seconds()).await
    }
}

impl Compute for TestHost {}

impl Unicode for TestHost {
    fn nfkc(&self, text: &str) -> String {
        text.nfkc().collect()
    }
}

impl Mailer for TestHost {
    fn can_send_mail(&self) -> Result<(), Failure> {
        let is_set_up = !self.shared.has_no_mailer.load(Ordering::Relaxed);
        is_set_up.then_some(()).ok_or_else(|| Failure::new("the variable `MAIL_HOOK_URL` is not set"))
    }

    async fn send_mail(&self, mail: &OutgoingMail) -> Result<(), Failure> {
        if self.shared.is_mail_down.load(Ordering::Relaxed) {
            return Err(Failure::new("the mail server is down"));
        }
        let (id, to) = (mail.id.clone(), mail.to.clone());
        let (subject, text) = (mail.subject.clone(), mail.text.clone());
        self.shared.mails.lock().unwrap().push(OutgoingMail { id, to, subject, text });
        Ok(())
    }
}

impl OriginSecrets for TestHost {
    fn how_to_set(&self, secret: &str) -> Option<String> {
        Some(format!("`npx wrangler secret put {secret} -c wrangler.toml`"))
    }
}

impl Store for TestHost {
    fn is_exclusive(&self) -> bool {
        self.is_exclusive
    }

    async fn load(&self, key: &Key, known: Option<u64>) -> Result<Option<Record>, Failure> {
        self.shared.store.load(key, known).await
    }

    async fn commit(&self, key: &Key, expected: Option<u64>, commit: Commit) -> Result<u64, CommitError> {
        self.shared.store.commit(key, expected, commit, self.now().as_seconds()).await
    }

    async fn wake_after(&self, key: &Key, seconds: f64) -> Result<(), Failure> {
        self.shared.store.wake_after(key, self.now().as_seconds() + seconds).await
    }

    async fn append(&self, key: &Key, note: AuditNote) -> Result<(), Failure> {
        self.shared.store.append(key, note, self.now().as_seconds()).await
    }

    async fn audit(&self, key: &Key, range: AuditRange) -> Result<Vec<AuditRow>, Failure> {
        self.shared.store.audit(key, range).await
    }

    async fn spend(&self, key: &Key, id: &str, until: f64) -> Result<bool, Failure> {
        self.shared.store.spend(key, id, until, self.now().as_seconds()).await
    }

    async fn list(&self, project: &ProjectId, listed: Option<&Listed>) -> Result<(), Failure> {
        self.shared.store.list(project, listed).await
    }

    async fn projects(&self, after: &str, limit: u32) -> Result<Vec<Listed>, Failure> {
        self.shared.store.projects(after, limit).await
    }
}
