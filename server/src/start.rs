//! How a node starts and stops.

use std::fmt;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::thread::JoinHandle;

use service::host::{Failure, Key, Space};
use service::log::warning;
use service::{AdminTokens, DataPlane, InvalidVariable, IssuerSettings, Settings};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio::task::LocalSet;

use crate::certificate::{CurrentCertificate, InvalidCertificate};
use crate::certificate_watch::CertificateWatch;
use crate::configuration::{Configuration, IgnoredSecret, Secrets};
use crate::control;
use crate::crypto::{PrivateKeys, PublicKeys};
use crate::data_thread::DataThread;
use crate::log::Output;
use crate::node::Node;
use crate::storage::{self, Storage};
use crate::store::DatabaseThreads;
use crate::waiters::Waiters;
use crate::{data_directory, descriptors, proxy, trust};

/// Below how many connections of a thread the operator is warned: a hard limit of 1024 files leaves fewer.
const FEW_CONNECTIONS: usize = 1024;

/// A node that runs.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// The scheme by which it is reached there.
    pub scheme: &'static str,
    /// Where it takes checks of other proxies, if it does.
    pub checks_address: Option<SocketAddr>,
    /// What its threads share.
    pub node: Arc<Node>,
    /// The administrator's token, if it was made just now.
    pub new_admin_token: Option<String>,
    /// Whether the operator set the administrator's token.
    has_admin_token: bool,
    data: Vec<JoinHandle<()>>,
    stop_data: watch::Sender<bool>,
    control: JoinHandle<()>,
    stop_control: watch::Sender<bool>,
    store: Vec<DatabaseThreads>,
    certificate: Option<CertificateWatch>,
}

/// Why a node does not start.
#[derive(Debug)]
pub enum StartError {
    /// The address cannot be listened on.
    Listen(SocketAddr, std::io::Error),
    /// The data directory cannot be made or written.
    DataDirectory(PathBuf, std::io::Error),
    /// The database cannot be used.
    Storage(Failure),
    /// The certificate of the listener cannot be used.
    Certificate(InvalidCertificate),
    /// TLS cannot be set up.
    Trust(rustls::Error),
    /// A variable is invalid.
    Variable(InvalidVariable),
    /// A thread cannot be started.
    Thread(std::io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen(address, error) => write!(f, "cannot listen on `{address}`: {error}"),
            Self::DataDirectory(directory, error) => {
                write!(f, "cannot use the data directory `{}`: {error}", directory.display())
            }
            Self::Storage(failure) => failure.fmt(f),
            Self::Certificate(error) => error.fmt(f),
            Self::Trust(error) => write!(f, "cannot set up TLS: {error}"),
            Self::Variable(variable) => write!(f, "the variable `{}`: {variable}", variable.name),
            Self::Thread(error) => write!(f, "cannot start a thread: {error}"),
        }
    }
}

/// Starts a node. It has read what was published before the first request is accepted.
pub fn start(mut configuration: Configuration) -> Result<Running, StartError> {
    let (listen, authz_listen, workers) =
        (configuration.listen, configuration.authz_listen, configuration.workers);
    let certificate = configuration.certificate.take();
    let certificate =
        certificate.map(CurrentCertificate::read).transpose().map_err(StartError::Certificate)?;
    let listeners = proxy::bind(listen, workers).map_err(|error| StartError::Listen(listen, error))?;
    let address = listeners.first().map_or(Ok(listen), TcpListener::local_addr);
    let address = address.map_err(|error| StartError::Listen(listen, error))?;
    let checks = authz_listen
        .map(|listen| proxy::bind(listen, workers).map_err(|error| StartError::Listen(listen, error)));
    let checks = checks.transpose()?.unwrap_or_default();
    let checks_address = checks.first().and_then(|checks| checks.local_addr().ok());
    let data_dir = configuration.data_dir.clone();
    let unusable = |error| StartError::DataDirectory(data_dir.clone(), error);
    data_directory::make(&data_dir).map_err(unusable)?;
    let tls = trust::client_config().map_err(StartError::Trust)?;
    let listener_tls = certificate.as_ref().map(|(current, _)| current.server_config()).transpose();
    let listener_tls = listener_tls.map_err(StartError::Trust)?;
    let storage = Storage::open(&configuration, &tls).map_err(StartError::Storage)?;
    for IgnoredSecret { name, reason } in &configuration.ignored_secrets {
        warning(&Output, "secret_ignored", name, reason);
    }
    let has_admin_token = configuration.has_admin_token;
    let mut variables = configuration.variables;
    let scheme = if certificate.is_some() { "https" } else { "http" };
    variables.set_public_url(scheme, address);
    // After the storage, whose files no other process has now.
    let in_use = storage.sealing_keys().map_err(StartError::Storage)?;
    let secrets = Secrets::complete(&data_dir, &mut variables, &in_use).map_err(unusable)?;
    let (database, published, shared, store) = storage.split();
    let settings = Settings::read(|name| variables.get(name)).map_err(StartError::Variable)?;
    let (handle, calls) = control::channel();
    let node = Arc::new(Node {
        plane: Arc::new(DataPlane::new(settings)),
        published: Arc::new(published),
        control: handle,
        variables,
        tls,
        listener_tls,
        public_keys: PublicKeys::default(),
        private_keys: PrivateKeys::default(),
        waiters: Waiters::default(),
    });
    let (stop_control, stopped) = watch::channel(false);
    let control = {
        let node = node.clone();
        thread("control", move |runtime| {
            let data = DataThread { node: node.clone() };
            let variable = |name: &str| node.variables.get(name);
            let (admins, issuer_settings) =
                (AdminTokens::read(variable, &data), IssuerSettings::read(variable, &data));
            let plane = service::ControlPlane::new(node.plane.clone(), admins, issuer_settings);
            control::run(runtime, node, Rc::new(plane), database, shared, calls, stopped);
        })?
    };
    let (stop_data, stopped) = watch::channel(false);
    let mut data = Vec::new();
    let mut checks = checks.into_iter();
    let most = most_connections(workers);
    for (number, clients) in listeners.into_iter().enumerate() {
        let checks = checks.next();
        let (node, stopped) = (node.clone(), stopped.clone());
        data.push(thread(&format!("data-{number}"), move |runtime| {
            let serve = async {
                let listeners = proxy::Listeners {
                    clients: tokio::net::TcpListener::from_std(clients)?,
                    checks: checks.map(tokio::net::TcpListener::from_std).transpose()?,
                    most,
                };
                proxy::serve(listeners, DataThread { node }, stopped).await;
                Ok::<_, std::io::Error>(())
            };
            let _served = LocalSet::new().block_on(runtime, serve);
        })?);
    }
    let certificate = certificate.map(|(current, content)| CertificateWatch::start(current, content));
    let certificate = certificate.transpose().map_err(StartError::Thread)?;
    let new_admin_token = secrets.new_admin_token;
    Ok(Running {
        address,
        scheme,
        checks_address,
        node,
        new_admin_token,
        has_admin_token,
        data,
        stop_data,
        control,
        stop_control,
        store,
        certificate,
    })
}

impl Running {
    /// Whether there are routes.
    pub fn has_routes(&self) -> bool {
        let key = Key::Routes.config_key();
        key.is_some_and(|key| self.node.published.value(Space::Config, &key).is_some())
    }

    /// A new link by which the first administrator is made; the former one is void. `None` if there is a user or an active federation, if
    /// the login is unavailable, or if the operator set the administrator's token.
    pub fn setup_link(&self) -> Option<String> {
        if self.has_admin_token {
            return None;
        }
        let runtime = Builder::new_current_thread().build().ok()?;
        // If the database fails, the log says so.
        runtime.block_on(self.node.control.setup_link()).ok().flatten()
    }

    /// Stops: no new connections, the requests under way end, then the store is closed.
    pub fn stop(self) {
        let Self { node, data, stop_data, control, stop_control, store, certificate, .. } = self;
        warning(&Output, "stopping", "node", "no new connections; requests under way have 30 s to end");
        let _all_have_gone = stop_data.send(true);
        for thread in data {
            let _panicked = thread.join();
        }
        certificate.into_iter().for_each(CertificateWatch::stop);
        // Requests under way need it until now.
        let _it_has_gone = stop_control.send(true);
        let _panicked = control.join();
        drop(node);
        store.into_iter().for_each(DatabaseThreads::join);
    }
}

/// How many connections of clients each data thread may have, by the limit of open files, which is raised as far as it can be.
fn most_connections(threads: NonZeroUsize) -> usize {
    let limit = descriptors::raise_limit().unwrap_or(usize::MAX);
    let possible = descriptors::connections(limit, threads);
    if possible < FEW_CONNECTIONS {
        let few = format_args!(
            "{possible} connections of clients at once on each of {threads} threads: raise the hard limit of open files (`ulimit -Hn`, `LimitNOFILE=`)"
        );
        warning(&Output, "few_descriptors", "node", few);
    }
    possible.min(proxy::MAX_CONNECTIONS)
}

/// Brings the database to this release's schema, and returns its version.
pub fn migrate(configuration: &Configuration) -> Result<u64, StartError> {
    let tls = trust::client_config().map_err(StartError::Trust)?;
    storage::migrate(configuration, &tls).map_err(StartError::Storage)
}

/// Whether a node could use a data directory.
pub fn probe(data_dir: &Path) -> Result<(), StartError> {
    data_directory::probe(data_dir).map_err(|error| StartError::DataDirectory(data_dir.to_owned(), error))
}

/// Runs work on a new thread with a runtime of its own.
fn thread(name: &str, work: impl FnOnce(&Runtime) + Send + 'static) -> Result<JoinHandle<()>, StartError> {
    let runtime = Builder::new_current_thread().enable_all().build().map_err(StartError::Thread)?;
    let thread = std::thread::Builder::new().name(name.to_owned());
    thread.spawn(move || work(&runtime)).map_err(StartError::Thread)
}
