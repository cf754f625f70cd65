//! The gateway that is asked, by its management API.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use edge_authorizer::egress::InsecureHosts;
use edge_authorizer::{Clock, MANAGEMENT_PATH, NumericDate, ProjectId, Routes, strict_json};
use serde_json::Value;
use service::Settings;
use service::host::{FetchBody, FetchLimits, FetchRequest};

use super::not_explained::NotExplained;
use crate::configuration::Configuration;
use crate::control::{Client, CredentialUrl, OutgoingProxy, Reach};
use crate::trust;

/// A request may wait for an issuer's keys; the routes are the longest answer.
const LIMITS: FetchLimits = FetchLimits { timeout_ms: 30_000, max_bytes: 16 * 1024 * 1024 };

/// A gateway, and who asks it.
pub struct Gateway {
    url: String,
    authorization: String,
    client: Client,
    skew: f64,
}

impl Gateway {
    /// The node of this configuration, at the address where it listens.
    pub fn of_node(configuration: &Configuration) -> Result<Self, NotExplained> {
        let mut variables = configuration.variables.clone();
        let listen = reached(configuration.listen);
        let scheme = if configuration.certificate.is_some() { "https" } else { "http" };
        let url = if configuration.certificate.is_some() || variables.get("PROXY_PROTOCOL").is_some() {
            // Its certificate has a name, by which it is asked; and a load balancer's header comes first.
            variables.set_public_url(scheme, listen);
            variables.get("PUBLIC_URL").ok_or(NotExplained::NoPublicUrl)?
        } else {
            format!("http://{listen}")
        };
        Self::new(&url, |name| variables.get(name))
    }

    /// The gateway at a URL, asked with the token of the variable `ADMIN_TOKEN`.
    pub fn at(url: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Self, NotExplained> {
        let parts = CredentialUrl::parse(url).ok_or(NotExplained::Url)?;
        // The tokens are not sent over a network that anyone may read.
        let is_private = parts.scheme == "https" || parts.scheme == "http" && parts.is_here();
        if !is_private || parts.credentials.is_some() || parts.query.is_some() {
            return Err(NotExplained::Url);
        }
        Self::new(url, variable)
    }

    fn new(url: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Self, NotExplained> {
        let token = variable("ADMIN_TOKEN").filter(|token| !token.is_empty());
        let token = token.ok_or(NotExplained::NoAdminToken)?;
        let [proxy, no_proxy] = ["HTTPS_PROXY", "NO_PROXY"].map(|name| variable(name).unwrap_or_default());
        let proxy = OutgoingProxy::parse(&proxy, &no_proxy).ok();
        let tls = trust::client_config().map_err(NotExplained::Trust)?;
        let skew = Settings::read(&variable).map(|settings| settings.clock_skew);
        Ok(Self {
            url: url.trim_end_matches('/').to_owned(),
            authorization: format!("Bearer {token}"),
            client: Client::new(tls, InsecureHosts::default(), proxy),
            skew: skew.unwrap_or_else(|_| f64::from(Clock::DEFAULT_SKEW)),
        })
    }

    /// The clock of a decision.
    pub fn clock_at(&self, now: NumericDate) -> Clock {
        Clock { now, skew: self.skew }
    }

    /// The routes, if there are any.
    pub async fn routes(&self) -> Result<Option<Routes>, NotExplained> {
        let document = self.send("/gateway", None).await?;
        document.map(|document| Routes::parse(&document).map_err(NotExplained::Routes)).transpose()
    }

    /// The explanation of a request to a project, if there is such a project.
    pub async fn explain(
        &self,
        project: &ProjectId,
        document: &Value,
    ) -> Result<Option<Value>, NotExplained> {
        let answer = self.send(&format!("/projects/{project}/explain"), Some(document)).await?;
        // Anything else would look like a permit.
        let has_verdict = |answer: &Value| {
            let verdict = answer.get("verdict").and_then(Value::as_str);
            verdict.is_some_and(|verdict| ["permit", "preflight", "deny"].contains(&verdict))
        };
        match answer {
            Some(answer) if !has_verdict(&answer) => Err(NotExplained::NoGateway(self.url.clone())),
            other => Ok(other),
        }
    }

    /// The answer of a resource; `None` if there is no such thing.
    async fn send(&self, path: &str, document: Option<&Value>) -> Result<Option<Value>, NotExplained> {
        let url = self.url.clone();
        let request = FetchRequest {
            url: [&url, MANAGEMENT_PATH, path].concat(),
            headers: vec![("authorization", self.authorization.clone())],
            body: document.map(|document| FetchBody::Json(document.to_string())),
        };
        let answer = self.client.send(&request, LIMITS, Reach::Any).await;
        let answer = answer.map_err(|failure| NotExplained::NoAnswer(url.clone(), failure))?;
        let Ok(body @ Value::Object(_)) = strict_json::from_slice(&answer.body) else {
            return Err(NotExplained::NoGateway(url));
        };
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        match (answer.status, text("code"), text("detail")) {
            (200, ..) => Ok(Some(body)),
            (404, Some(code), _) if code == "not_found" => Ok(None),
            (status, Some(code), Some(detail)) => Err(NotExplained::Refused { url, status, code, detail }),
            _ => Err(NotExplained::NoGateway(url)),
        }
    }
}

/// Where a node that listens at an address is reached from this machine.
fn reached(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_sent_by_https_or_on_this_machine() {
        let at = |url: &str| Gateway::at(url, |name| (name == "ADMIN_TOKEN").then(|| "t".repeat(32)));
        for url in [
            "https://g.example",
            "https://g.example/",
            "http://127.0.0.1:8787",
            "http://[::1]:1",
            "http://localhost:1",
        ] {
            assert!(at(url).is_ok(), "{url}");
        }
        for url in [
            "http://g.example",
            "http://10.0.0.1",
            "https://g.example/x",
            "https://u@g.example",
            "https://g.example?x",
            "https://g.example#x",
            "ftp://127.0.0.1",
            "g",
            "",
        ] {
            assert!(matches!(at(url), Err(NotExplained::Url)), "{url}");
        }
        assert!(matches!(Gateway::at("https://g.example", |_| None), Err(NotExplained::NoAdminToken)));
    }

    #[test]
    fn a_node_that_listens_everywhere_is_reached_here() {
        for (listen, expected) in
            [("0.0.0.0:1", "127.0.0.1:1"), ("[::]:1", "[::1]:1"), ("10.0.0.1:1", "10.0.0.1:1")]
        {
            assert_eq!(reached(listen.parse().unwrap()).to_string(), expected);
        }
    }
}
