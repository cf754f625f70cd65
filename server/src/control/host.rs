//! The control thread as a host of the service.

use std::rc::Rc;
use std::sync::Arc;
use std::thread::available_parallelism;

use edge_authorizer::accounts::SigningSet;
use edge_authorizer::users::SessionCookie;
use edge_authorizer::{ProjectId, Role, Unavailable};
use service::ControlPlane;
use service::host::{
    AuditNote, AuditRange, AuditRow, Commit, CommitError, Compute, Directory, Failure, Fetch, FetchFailure,
    FetchLimits, FetchRequest, Fetched, IssuerRequest, IssuerResponse, Issuers, Key, Kind, Listed, Mailer,
    OriginSecrets, OutgoingMail, Projects, Publisher, Record, ReplicaWrite, RolesAdmission, Row, RowChange,
    RowError, RowKey, RowQuery, RowWrite, SessionAnswer, SessionSource, SigningKeySource,
    SigningKeysResponse, Space, Store, Unicode,
};
use tokio::sync::{Notify, Semaphore};
use tokio::task::spawn_blocking;
use unicode_normalization::UnicodeNormalization;

use super::body::Rooms;
use super::fetch::{Client, Reach};
use super::mail_delivery::MailDelivery;
use super::outgoing_proxy::OutgoingProxy;
use crate::clock;
use crate::node::Node;
use crate::published::Value;
use crate::signal::Signal;
use crate::store::{self, Change, Connection, Database, name_of};

/// The control thread.
#[derive(Clone)]
pub struct ControlHost {
    pub node: Arc<Node>,
    pub plane: Rc<ControlPlane<Signal>>,
    pub database: Database,
    /// Given when a key may have to be woken sooner.
    pub alarm: Rc<Notify>,
    /// Given when a mail may have to be sent sooner.
    pub mail_alarm: Rc<Notify>,
    /// What the bodies that are being read hold.
    pub rooms: Rc<Rooms>,
    client: Rc<Client>,
    /// One for each hash of a password that may be under way: each has 19 MiB.
    processors: Arc<Semaphore>,
    mail_delivery: Rc<Result<MailDelivery, Failure>>,
}

impl ControlHost {
    /// The control thread with its store.
    pub fn new(node: Arc<Node>, plane: Rc<ControlPlane<Signal>>, database: Database) -> Self {
        let (alarm, mail_alarm, rooms) = (Rc::default(), Rc::default(), Rc::default());
        let insecure_hosts = plane.data().settings().insecure_hosts.clone();
        let variable = |name| node.variables.get(name).unwrap_or_default();
        // The configuration was checked when the node started; without a variable, there is no proxy.
        let proxy = OutgoingProxy::parse(&variable("HTTPS_PROXY"), &variable("NO_PROXY")).ok();
        let client = Rc::new(Client::new(node.tls.clone(), insecure_hosts, proxy));
        // Whoever makes the node hash passwords does not get the last processor, on which requests are forwarded.
        let processors = available_parallelism().map_or(1, |all| all.get().saturating_sub(1).max(1));
        let processors = Arc::new(Semaphore::new(processors));
        let mail_delivery = Rc::new(MailDelivery::read(&node.variables, &node.tls));
        Self { node, plane, database, alarm, mail_alarm, rooms, client, processors, mail_delivery }
    }

    fn mail_delivery(&self) -> Result<&MailDelivery, Failure> {
        (*self.mail_delivery).as_ref().map_err(Clone::clone)
    }

    /// Reads what is stored of a key.
    async fn read<T: Send + 'static>(
        &self,
        key: &Key,
        work: impl FnOnce(&dyn Connection, &str) -> store::Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        let name = name_of(key);
        self.database.read(move |database| work(database, &name)).await
    }

    /// Changes what is stored of a key.
    async fn write<T: Send + 'static>(
        &self,
        key: &Key,
        work: impl FnOnce(&dyn Connection, &str) -> store::Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        let name = name_of(key);
        self.database.write(move |database| work(database, &name)).await
    }

    /// Has a change in force here. One that is older than what is in force is none.
    pub fn apply(&self, change: &Change) {
        match change {
            Change::Value { space, key, text, expires_at, revision } => {
                let value =
                    text.as_ref().map(|text| Value { text: (&**text).into(), expires_at: *expires_at });
                if self.node.published.apply(*space, key, value, *revision) {
                    let changed = match space {
                        Space::Config => Key::of_config_key(key),
                        Space::Keys => Some(Key::Issuer(key.clone())),
                    };
                    if let Some(changed) = changed {
                        self.node.plane.note(self, &changed, text.as_deref());
                    }
                }
            }
            Change::EndedSession { digest } => self.node.plane.forget_session(self, digest),
        }
    }

    /// Forgets a session that ended, here and on the other nodes.
    pub async fn end_session(&self, digest: &str) {
        self.node.plane.forget_session(self, digest);
        if self.database.is_shared() {
            let (digest, now) = (digest.to_owned(), clock::now().as_seconds());
            let told = self.database.write(move |database| store::end_session(database, &digest, now)).await;
            if let Err(failure) = told {
                service::log::warning(self, "store_failed", "published", failure);
            }
        }
    }
}

impl Store for ControlHost {
    fn is_exclusive(&self) -> bool {
        !self.database.is_shared()
    }

    async fn load(&self, key: &Key, known: Option<u64>) -> Result<Option<Record>, Failure> {
        self.read(key, move |database, key| store::load(database, key, known)).await
    }

    async fn commit(&self, key: &Key, expected: Option<u64>, commit: Commit) -> Result<u64, CommitError> {
        let (now, wakes) = (clock::now().as_seconds(), commit.wake_after.is_some());
        let work =
            move |database: &dyn Connection, key: &str| store::commit(database, key, expected, commit, now);
        let committed = self.write(key, work).await.map_err(CommitError::Failed)?;
        if wakes {
            self.alarm.notify_one();
        }
        committed
    }

    async fn wake_after(&self, key: &Key, seconds: f64) -> Result<(), Failure> {
        let at = clock::now().as_seconds() + seconds;
        self.write(key, move |database, key| store::wake_at(database, key, at)).await?;
        self.alarm.notify_one();
        Ok(())
    }

    async fn append(&self, key: &Key, note: AuditNote) -> Result<(), Failure> {
        let now = clock::now().as_seconds();
        self.write(key, move |database, key| store::append(database, key, &note, now)).await
    }

    async fn audit(&self, key: &Key, range: AuditRange) -> Result<Vec<AuditRow>, Failure> {
        self.read(key, move |database, key| store::audit(database, key, range)).await
    }

    async fn spend(&self, key: &Key, id: &str, until: f64) -> Result<bool, Failure> {
        let (id, now) = (id.to_owned(), clock::now().as_seconds());
        let spent =
            self.write(key, move |database, key| store::spend(database, key, &id, until, now)).await?;
        spent.ok_or_else(|| Failure::new("too many ids are remembered"))
    }

    async fn list(&self, project: &ProjectId, listed: Option<&Listed>) -> Result<(), Failure> {
        let (project, listed) = (project.as_str().to_owned(), listed.cloned());
        self.database.write(move |database| store::list(database, &project, listed.as_ref())).await
    }

    async fn projects(&self, after: &str, limit: u32) -> Result<Vec<Listed>, Failure> {
        let after = after.to_owned();
        self.database.read(move |database| store::projects(database, &after, limit)).await
    }
}

impl Directory for ControlHost {
    async fn row(&self, key: &RowKey) -> Result<Option<Row>, Failure> {
        let (key, now) = (key.clone(), clock::now().as_seconds());
        self.database.read(move |database| store::row(database, &key, now)).await
    }

    async fn find(&self, query: &RowQuery) -> Result<Vec<Row>, Failure> {
        let (query, now) = (query.clone(), clock::now().as_seconds());
        self.database.read(move |database| store::find(database, &query, now)).await
    }

    async fn commit_rows(&self, changes: &[RowChange]) -> Result<(), RowError> {
        let (changes, now) = (changes.to_vec(), clock::now().as_seconds());
        let is_mail =
            |change: &RowChange| change.key.kind == Kind::Mail && matches!(change.write, RowWrite::Put(_));
        let has_mail = changes.iter().any(is_mail);
        let committed =
            self.database.write(move |database| store::commit_rows(database, &changes, now)).await?;
        if has_mail {
            self.mail_alarm.notify_one();
        }
        committed
    }
}

impl Publisher for ControlHost {
    async fn publish(&self, write: &ReplicaWrite) -> Result<(), Failure> {
        let now = clock::now().as_seconds();
        let expires_at = write.lifetime.map(|seconds| now + f64::from(seconds));
        let stored = write.clone();
        let published = move |database: &dyn Connection| store::publish(database, &stored, expires_at, now);
        let revision = self.database.write(published).await?;
        let ReplicaWrite { space, key, value, .. } = write.clone();
        self.apply(&Change::Value { space, key, text: value, expires_at, revision });
        Ok(())
    }
}

impl Projects for ControlHost {
    async fn admit_roles(&self, project: &ProjectId, roles: &[Role]) -> Result<RolesAdmission, Unavailable> {
        self.plane.admit_roles(self, project, roles).await
    }
}

impl Issuers for ControlHost {
    async fn ask_issuer(&self, issuer: &str, request: &IssuerRequest) -> Result<IssuerResponse, Unavailable> {
        self.plane.answer_issuer(self, issuer, request).await
    }
}

impl SigningKeySource for ControlHost {
    async fn ask_signing_keys(&self, set: SigningSet) -> Result<SigningKeysResponse, Unavailable> {
        self.plane.answer_signing_keys(self, set).await
    }
}

impl SessionSource for ControlHost {
    /// Nothing here decides on requests to origins, which alone need sessions.
    async fn ask_session(&self, _cookie: &SessionCookie) -> SessionAnswer {
        Err(Unavailable)
    }
}

impl Fetch for ControlHost {
    async fn send(&self, request: &FetchRequest, limits: FetchLimits) -> Result<Fetched, FetchFailure> {
        self.client.send(request, limits, Reach::Public).await
    }
}

impl Compute for ControlHost {
    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let processor = self.processors.clone().acquire_owned().await.map_err(Failure::new)?;
        // The work goes on if nobody waits for it any more, and so it keeps the processor.
        let work = move || {
            let _processor = processor;
            work()
        };
        spawn_blocking(work).await.map_err(Failure::new)
    }
}

impl Unicode for ControlHost {
    fn nfkc(&self, text: &str) -> String {
        text.nfkc().collect()
    }
}

impl Mailer for ControlHost {
    fn can_send_mail(&self) -> Result<(), Failure> {
        self.mail_delivery().map(|_| ())
    }

    async fn send_mail(&self, mail: &OutgoingMail) -> Result<(), Failure> {
        match self.mail_delivery()? {
            MailDelivery::Hook(hook) => hook.send(&OperatorsHost(&self.client), mail, clock::now()).await,
            MailDelivery::Smtp(mailer) => mailer.send(mail, clock::now()).await,
        }
    }
}

impl OriginSecrets for ControlHost {
    fn how_to_set(&self, secret: &str) -> Option<String> {
        let is_set = self.node.variables.origin_secret(secret).is_some();
        (!is_set).then(|| {
            format!(
                "set it in `[secrets]` of the configuration file or as the environment variable `{secret}`, and restart the node"
            )
        })
    }
}

/// Reaches hosts that the operator named, which may be on private addresses.
struct OperatorsHost<'c>(&'c Client);

impl Fetch for OperatorsHost<'_> {
    async fn send(&self, request: &FetchRequest, limits: FetchLimits) -> Result<Fetched, FetchFailure> {
        self.0.send(request, limits, Reach::Any).await
    }
}

impl_node!(ControlHost);
