//! A host whose published values are in memory, and whose issuers and sessions are unavailable.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use edge_authorizer::users::SessionCookie;
use edge_authorizer::{KeyOutcome, NumericDate, ProjectId, SignatureCheck, Unavailable};
use http_body_util::Full;
use hyper::body::Incoming;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use server::proxy::{ProxyHost, TrustedProxies};
use service::host::{
    Clock, Entropy, Failure, IssuerRequest, IssuerResponse, Issuers, Job, KeyPair, LogSink, PrivateKey,
    Replica, Seal, Sealer, SessionAnswer, SessionSource, Signer, Space, Tasks, Verifier,
};
use service::{DataPlane, Settings};

/// The host.
#[derive(Clone)]
pub struct TestHost(Arc<Shared>);

struct Shared {
    plane: DataPlane<()>,
    routes: String,
    trusted: TrustedProxies,
    tls: Option<Arc<ServerConfig>>,
    has_proxy_headers: bool,
    log: Mutex<Vec<String>>,
}

impl TestHost {
    /// A host with a routes document.
    pub fn new(routes: String, trusted: &str) -> Self {
        Self::with_tls(routes, trusted, None)
    }

    /// One whose listener secures connections.
    pub fn with_tls(routes: String, trusted: &str, tls: Option<Arc<ServerConfig>>) -> Self {
        let plane = DataPlane::new(Settings::read(|_| None).unwrap_or_else(|_| panic!("defaults")));
        let trusted = TrustedProxies::parse(trusted).unwrap();
        let has_proxy_headers = false;
        Self(Arc::new(Shared { plane, routes, trusted, tls, has_proxy_headers, log: Mutex::default() }))
    }

    /// The same whose trusted proxies send headers of the PROXY protocol.
    pub fn with_proxy_headers(self) -> Self {
        let shared = Arc::into_inner(self.0).unwrap();
        Self(Arc::new(Shared { has_proxy_headers: true, ..shared }))
    }

    /// The lines that were logged.
    pub fn log(&self) -> Vec<String> {
        self.0.log.lock().unwrap().clone()
    }
}

impl ProxyHost for TestHost {
    fn plane(&self) -> &DataPlane<()> {
        &self.0.plane
    }

    fn secret(&self, binding: &str) -> Option<String> {
        (binding == "ORIGIN_SECRET").then(|| "it was the gateway".to_owned())
    }

    fn tls(&self) -> Arc<ClientConfig> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        Arc::new(builder.unwrap().with_root_certificates(RootCertStore::empty()).with_no_client_auth())
    }

    fn listener_tls(&self) -> Option<Arc<ServerConfig>> {
        self.0.tls.clone()
    }

    fn trusted_proxies(&self) -> TrustedProxies {
        self.0.trusted.clone()
    }

    fn has_proxy_headers(&self) -> bool {
        self.0.has_proxy_headers
    }

    async fn answer_own(
        &self,
        request: http::Request<Incoming>,
        _address: IpAddr,
    ) -> http::Response<Full<Bytes>> {
        http::Response::new(Full::from(format!("own {}", request.uri())))
    }
}

impl Replica for TestHost {
    async fn read(&self, space: Space, key: &str) -> Result<Option<String>, Failure> {
        Ok((space == Space::Config && key == "gateway").then(|| self.0.routes.clone()))
    }
}

impl Verifier for TestHost {
    async fn verify(&self, _check: &SignatureCheck<'_>) -> KeyOutcome {
        KeyOutcome::WrongSignature
    }
}

impl Issuers for TestHost {
    async fn ask_issuer(
        &self,
        _issuer: &str,
        _request: &IssuerRequest,
    ) -> Result<IssuerResponse, Unavailable> {
        Err(Unavailable)
    }
}

impl SessionSource for TestHost {
    async fn ask_session(&self, _cookie: &SessionCookie) -> SessionAnswer {
        Err(Unavailable)
    }
}

impl Tasks for TestHost {
    type Signal = ();

    fn later(&self, _job: Job<()>) {}

    fn signal(&self) {}

    async fn wait(&self, _signal: &(), _project: Option<&ProjectId>, _seconds: f64) {}

    fn wake(&self, _signal: &()) {}
}

impl Clock for TestHost {
    fn now(&self) -> NumericDate {
        NumericDate::from_seconds(1_800_000_000.0)
    }
}

impl Entropy for TestHost {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

impl LogSink for TestHost {
    fn info(&self, line: &str) {
        self.0.log.lock().unwrap().push(line.to_owned());
    }

    fn warn(&self, line: &str) {
        self.info(line);
    }
}

impl Signer for TestHost {
    async fn generate(&self) -> Result<KeyPair, Failure> {
        Err(Failure::new("no keys"))
    }

    async fn keep(&self, _kid: &str, _key: &PrivateKey) -> Result<(), Failure> {
        Err(Failure::new("no keys"))
    }

    async fn sign(&self, _kid: &str, _input: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        Ok(None)
    }
}

impl Sealer for TestHost {
    async fn seal(&self, _seal: Seal<'_>, _plain: &[u8]) -> Result<Vec<u8>, Failure> {
        Err(Failure::new("no keys"))
    }

    async fn open(&self, _seal: Seal<'_>, _sealed: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        Ok(None)
    }
}
