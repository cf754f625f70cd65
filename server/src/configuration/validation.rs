//! Checking variables: all of them, whatever is wrong with the others.

use std::cell::Cell;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::thread::available_parallelism;
use std::time::Duration;

use edge_authorizer::NumericDate;
use edge_authorizer::accounts::SigningSet;
use edge_authorizer::egress::InsecureHosts;
use service::host::{Clock, LogSink};
use service::{AdminTokens, IssuerSettings, Settings};

use super::fault::Faults;
use super::secrets::{MADE, PREVIOUS};
use super::variables::{KNOWN, Variables};
use crate::certificate::CertificateFiles;
use crate::control::OutgoingProxy;
use crate::proxy::TrustedProxies;
use crate::store::DatabaseUrl;

/// Where a node listens unless it is told otherwise.
const LISTEN: &str = "127.0.0.1:8787";

/// The most threads that serve connections.
const MAX_WORKERS: usize = 256;

/// How long what is published serves while the database is out of reach, in seconds, unless it is told otherwise.
const MAX_STALE: u64 = 300;

/// The most that can be set: a day. What was removed is remembered for longer than that.
const LONGEST_STALE: u64 = 86_400;

/// Counts warnings.
#[derive(Default)]
struct Warnings(Cell<u32>);

impl Clock for Warnings {
    fn now(&self) -> NumericDate {
        NumericDate::from_seconds(0.0)
    }
}

impl LogSink for Warnings {
    fn info(&self, _line: &str) {}

    fn warn(&self, _line: &str) {
        self.0.set(self.0.get() + 1);
    }
}

/// Checks what the service reads.
pub fn check(variables: &Variables, faults: &mut Faults) {
    // One variable at a time: the service stops at the first that is invalid.
    for name in KNOWN {
        let only = |other: &str| variables.get(name).filter(|_| other == name);
        if let Err(invalid) = Settings::read(only) {
            faults.add(variables.place_of(name), invalid);
        }
        let warnings = Warnings::default();
        AdminTokens::read(only, &warnings);
        if warnings.0.get() > 0 {
            faults.add(variables.place_of(name), "too short; set a random secret of at least 32 characters");
        }
    }
    for (name, previous) in MADE.into_iter().zip(PREVIOUS) {
        if variables.get(previous).is_some_and(|value| variables.get(name) == Some(value)) {
            let same = format_args!(
                "the same value as `{name}`; expected its former one, or nothing if it is not being replaced"
            );
            faults.add(variables.place_of(previous), same);
        }
    }
    if let Some(url) = variables.get("HTTPS_PROXY") {
        check_outgoing_proxy(&url, variables, faults);
    }
    let networks = variables.get("TRUSTED_PROXIES").unwrap_or_default();
    for invalid in TrustedProxies::parse(&networks).err().into_iter().flatten() {
        faults.add(variables.place_of("TRUSTED_PROXIES"), invalid);
    }
    if let Some(version) = variables.get("PROXY_PROTOCOL") {
        check_proxy_protocol(&version, variables, faults);
    }
    let insecure = InsecureHosts::parse(&variables.get("INSECURE_ISSUER_HOSTS").unwrap_or_default());
    for useless in insecure.useless() {
        let expected = format_args!(
            "`{useless}` is not a host and a port as URLs have them, in lower case: such as `keycloak.internal:8443`"
        );
        faults.add(variables.place_of("INSECURE_ISSUER_HOSTS"), expected);
    }
    let issuer = IssuerSettings::read(|name| variables.get(name), &Warnings::default());
    let [tokens, assertions] = SigningSet::ALL.map(|set| issuer.sealing_keys(set).err());
    let invalid = [issuer.public_url.as_ref().err(), issuer.token_life.as_ref().err(), tokens, assertions];
    for unusable in invalid.into_iter().flatten() {
        if let Some(expected) = &unusable.expected {
            faults.add(variables.place_of(unusable.name), format_args!("expected {expected}"));
        }
    }
}

/// Without a proxy, what is reached without it means nothing, and systems set it for other programs.
fn check_outgoing_proxy(url: &str, variables: &Variables, faults: &mut Faults) {
    if let Err(invalid) = OutgoingProxy::parse(url, "") {
        faults.add(variables.place_of("HTTPS_PROXY"), invalid);
    }
    for useless in OutgoingProxy::useless(&variables.get("NO_PROXY").unwrap_or_default()) {
        let expected = format_args!(
            "`{useless}` matches nothing; expected a name such as `internal.example.com`, without a port, an address, a network such as `10.0.0.0/8`, or `*`"
        );
        faults.add(variables.place_of("NO_PROXY"), expected);
    }
}

fn check_proxy_protocol(version: &str, variables: &Variables, faults: &mut Faults) {
    let place = variables.place_of("PROXY_PROTOCOL");
    if version != "v2" {
        faults.add(
            &place,
            "expected `v2`, the only version that is read; leave it unset if no load balancer sends it",
        );
    }
    if variables.get("TRUSTED_PROXIES").is_none() {
        faults.add(
            &place,
            "only load balancers in `TRUSTED_PROXIES` may send its headers, and that is not set",
        );
    }
}

/// Where the node listens.
pub fn listen(variables: &Variables, faults: &mut Faults) -> Option<SocketAddr> {
    let listen = variables.get("LISTEN").unwrap_or_else(|| LISTEN.to_owned()).parse().ok();
    if listen.is_none() {
        faults.add(
            variables.place_of("LISTEN"),
            format_args!("expected an address and a port such as `{LISTEN}`"),
        );
    }
    listen
}

/// Where the node takes checks of other proxies: not where it listens.
pub fn authz_listen(
    variables: &Variables,
    clients: Option<SocketAddr>,
    faults: &mut Faults,
) -> Option<SocketAddr> {
    let text = variables.get("AUTHZ_LISTEN")?;
    let place = variables.place_of("AUTHZ_LISTEN");
    if variables.get("TRUSTED_PROXIES").is_none() {
        faults.add(&place, "only proxies in `TRUSTED_PROXIES` may ask there, and that is not set");
    }
    let listen: Option<SocketAddr> = text.parse().ok();
    match (listen, clients) {
        (None, _) => faults.add(&place, "expected an address and a port such as `127.0.0.1:8788`"),
        (Some(listen), Some(clients)) if listen == clients && listen.port() != 0 => {
            let expected = "checks need another port, such as `127.0.0.1:8788`";
            faults.add(&place, format_args!("clients are served at `{clients}`; {expected}"));
        }
        _ => {}
    }
    listen
}

/// The files of the listener's certificate, which have to be usable.
pub fn certificate(variables: &Variables, faults: &mut Faults) -> Option<CertificateFiles> {
    let (certificate, key) = match (variables.get("TLS_CERTIFICATE"), variables.get("TLS_KEY")) {
        (None, None) => return None,
        (Some(certificate), Some(key)) => (certificate.into(), key.into()),
        (certificate, _) => {
            let (set, other) = match certificate {
                Some(_) => ("TLS_CERTIFICATE", "TLS_KEY"),
                None => ("TLS_KEY", "TLS_CERTIFICATE"),
            };
            faults.add(variables.place_of(set), format_args!("needs `{other}`, too"));
            return None;
        }
    };
    let files = CertificateFiles { certificate, key };
    if let Err(invalid) = files.read().and_then(|read| read.pair) {
        let is_of_key = invalid.file().is_some_and(|file| *file == files.key && *file != files.certificate);
        let name = if is_of_key { "TLS_KEY" } else { "TLS_CERTIFICATE" };
        faults.add(variables.place_of(name), invalid);
    }
    Some(files)
}

/// How many threads serve connections: one for each core.
pub fn workers(variables: &Variables, faults: &mut Faults) -> Option<NonZeroUsize> {
    let Some(text) = variables.get("WORKERS") else {
        return Some(available_parallelism().unwrap_or(NonZeroUsize::MIN));
    };
    let workers = text.parse().ok().filter(|workers: &NonZeroUsize| workers.get() <= MAX_WORKERS);
    if workers.is_none() {
        faults.add(
            variables.place_of("WORKERS"),
            format_args!("expected a whole number from 1 to {MAX_WORKERS}"),
        );
    }
    workers
}

/// The database that nodes share. They need the same secrets, so none makes its own, and are one issuer, so none is reached where it
/// listens itself.
pub fn database_url(
    variables: &Variables,
    listen: Option<SocketAddr>,
    faults: &mut Faults,
) -> Option<DatabaseUrl> {
    let text = variables.get("DATABASE_URL")?;
    let url = listen.filter(|listen| listen.ip().is_loopback()).map(|_| "PUBLIC_URL");
    for name in MADE.into_iter().chain(url).filter(|name| !variables.has(name)) {
        faults.add(variables.place_of(name), "not set; with `DATABASE_URL` all nodes need the same value");
    }
    let url = DatabaseUrl::parse(&text);
    url.map_err(|invalid| faults.add(variables.place_of("DATABASE_URL"), invalid)).ok()
}

/// How long what is published serves while the database is out of reach.
pub fn max_stale(variables: &Variables, faults: &mut Faults) -> Duration {
    let Some(text) = variables.get("CONFIG_MAX_STALE_SECONDS") else { return Duration::from_secs(MAX_STALE) };
    let seconds = text.parse().ok().filter(|seconds| *seconds <= LONGEST_STALE);
    if seconds.is_none() {
        faults.add(
            variables.place_of("CONFIG_MAX_STALE_SECONDS"),
            format_args!("expected a whole number from 0 to {LONGEST_STALE}"),
        );
    }
    Duration::from_secs(seconds.unwrap_or(MAX_STALE))
}
