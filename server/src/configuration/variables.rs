//! Variables and secrets by name.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;

/// The variables that a node knows.
pub const KNOWN: [&str; 30] = [
    "ADMIN_TOKEN",
    "ADMIN_TOKEN_PREVIOUS",
    "AUTHZ_LISTEN",
    "CLOCK_SKEW_SECONDS",
    "CONFIG_MAX_STALE_SECONDS",
    "CONFIG_TTL_SECONDS",
    "DATABASE_URL",
    "DATA_DIR",
    "EDGE_SEALING_KEY",
    "EDGE_SEALING_KEY_PREVIOUS",
    "HTTPS_PROXY",
    "INSECURE_ISSUER_HOSTS",
    "JWKS_COOLDOWN_SECONDS",
    "JWKS_LIFE_SECONDS",
    "JWKS_MAX_STALE_SECONDS",
    "LISTEN",
    "MAIL_FROM",
    "MAIL_HOOK_SECRET",
    "MAIL_HOOK_URL",
    "NO_PROXY",
    "PROXY_PROTOCOL",
    "PUBLIC_URL",
    "SEALING_KEY",
    "SEALING_KEY_PREVIOUS",
    "SMTP_URL",
    "TLS_CERTIFICATE",
    "TLS_KEY",
    "TOKEN_LIFE_SECONDS",
    "TRUSTED_PROXIES",
    "WORKERS",
];

/// Variables and secrets by name. Its `Debug` shows no values.
#[derive(Clone, Default)]
pub struct Variables(BTreeMap<String, Variable>);

#[derive(Clone)]
struct Variable {
    value: String,
    /// Where it was set, for people.
    place: String,
}

impl Variables {
    /// The value of a variable, if it is set and not empty.
    pub fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|variable| variable.value.clone()).filter(|value| !value.is_empty())
    }

    /// Whether a variable is set, if only to nothing.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The secret of this name that an origin is sent. None of the node's own variables is one.
    pub fn origin_secret(&self, name: &str) -> Option<String> {
        if KNOWN.contains(&name) { None } else { self.get(name) }
    }

    /// Where a variable was set, for people.
    pub fn place_of(&self, name: &str) -> String {
        self.0.get(name).map_or_else(|| format!("variable `{name}`"), |variable| variable.place.clone())
    }

    /// Sets a variable, at a place for people.
    pub fn set(&mut self, name: &str, value: String, place: String) {
        self.0.insert(name.to_owned(), Variable { value, place });
    }

    /// Sets where clients reach the gateway, unless that is set: a node that listens on this machine alone is reached there.
    pub fn set_public_url(&mut self, scheme: &str, address: SocketAddr) {
        if address.ip().is_loopback() && !self.has("PUBLIC_URL") {
            self.set(
                "PUBLIC_URL",
                format!("{scheme}://{address}"),
                "the address that is listened on".to_owned(),
            );
        }
    }
}

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
