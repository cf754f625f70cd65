//! A change of the configuration of the delegated login.

use serde_json::Value;

use crate::document_reader::{self, Node, Properties};
use crate::fault::Faults;
use crate::http::egress::{self, InsecureHosts};
use crate::issuer::Issuer;
use crate::login::client_credentials::{ClientSecret, ProviderClientId};
use crate::login::federation::Federation;
use crate::login::prompt::Prompt;
use crate::users::EmailDomain;

/// For how many hours a session may last.
const SESSION_HOURS: std::ops::RangeInclusive<u64> = 1..=168;

/// For how many hours a session lasts by default.
const DEFAULT_SESSION_HOURS: u32 = 12;

/// A `PUT` of the configuration. It has no `Debug`, because it holds a secret.
pub struct FederationChange {
    issuer: Issuer,
    client_id: ProviderClientId,
    secret: Option<ClientSecret>,
    active: bool,
    trusted_email_domains: Vec<EmailDomain>,
    session_hours: u32,
    prompt: Option<Prompt>,
    offline_access: bool,
}

impl FederationChange {
    /// Reads `{"issuer", "clientId", "clientSecret", "active", "trustedEmailDomains"?, "sessionHours"?, "prompt"?,
    /// "offlineAccess"?}`. The secret may be left out where `former` has one for the same issuer and client; another provider must
    /// not get it.
    pub fn read(
        document: &Value,
        former: Option<&Federation>,
        insecure: &InsecureHosts,
    ) -> Result<Self, Faults> {
        document_reader::read(document, |node| {
            node.properties(|federation| Self::read_properties(federation, former, insecure))
        })
    }

    fn read_properties(
        federation: &Properties<'_, '_>,
        former: Option<&Federation>,
        insecure: &InsecureHosts,
    ) -> Option<Self> {
        let issuer = federation.required("issuer", "the provider's issuer");
        let issuer = issuer.and_then(|node| read_issuer(&node, insecure));
        let client_id = federation.required("clientId", "the client id that the provider gave");
        let client_id: Option<ProviderClientId> = client_id.and_then(|node| node.parse());
        let is_kept = former.is_some_and(|former| {
            issuer.as_ref().is_some_and(|issuer| issuer.as_str() == former.issuer)
                && client_id.as_ref().is_some_and(|id| id.as_str() == former.client_id)
        });
        let secret = if is_kept {
            federation.optional("clientSecret")
        } else {
            federation.required("clientSecret", "the client secret that the provider gave")
        };
        let secret = secret.map(|node| ClientSecret::read(&node));
        let active = federation.required("active", "true or false").and_then(|node| node.boolean());
        let domains = federation.optional("trustedEmailDomains").map(|node| node.list());
        let hours = federation.optional("sessionHours").map(|node| read_hours(&node));
        let prompt = federation.optional("prompt").map(|node| node.parse());
        let offline_access = federation.optional("offlineAccess").map(|node| node.boolean());
        Some(Self {
            issuer: issuer?,
            client_id: client_id?,
            secret: secret.map_or(Some(None), |secret| secret.map(Some))?,
            active: active?,
            trusted_email_domains: domains.unwrap_or(Some(Vec::new()))?,
            session_hours: hours.unwrap_or(Some(DEFAULT_SESSION_HOURS))?,
            prompt: prompt.map_or(Some(None), |prompt| prompt.map(Some))?,
            offline_access: offline_access.unwrap_or(Some(false))?,
        })
    }

    /// The provider's issuer.
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// Whether it asks for the login to be active.
    pub fn is_active(&self) -> bool {
        self.active
    }

    /// Whether issuer, client and secret are those that are stored: only then may the secret be left out.
    pub fn keeps_client(&self) -> bool {
        self.secret.is_none()
    }

    /// The secret that is to be sealed; `None` if the former one is kept.
    pub fn secret(&self) -> Option<&ClientSecret> {
        self.secret.as_ref()
    }

    /// The configuration with its secret sealed.
    pub fn into_federation(self, sealed_secret: String) -> Federation {
        Federation {
            issuer: self.issuer.as_str().to_owned(),
            client_id: self.client_id.as_str().to_owned(),
            secret: sealed_secret,
            active: self.active,
            trusted_email_domains: self.trusted_email_domains,
            session_hours: self.session_hours,
            prompt: self.prompt,
            offline_access: self.offline_access,
        }
    }
}

fn read_hours(node: &Node<'_>) -> Option<u32> {
    node.integer(SESSION_HOURS)?.try_into().ok()
}

fn read_issuer(node: &Node<'_>, insecure: &InsecureHosts) -> Option<Issuer> {
    let issuer: Issuer = node.parse()?;
    if let Err(forbidden) = egress::check(&issuer.discovery_url(), insecure) {
        node.fault(format_args!(
            "an issuer that the gateway may send requests to; this one is refused: {forbidden}"
        ));
        return None;
    }
    Some(issuer)
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use serde_json::json;

    pub fn document() -> Value {
        json!({
            "issuer": "https://op.example/realms/a", "clientId": "gateway", "clientSecret": "a secret", "active": true,
        })
    }

    pub fn federation() -> Federation {
        read(&document(), None)
            .unwrap_or_else(|faults| panic!("{faults}"))
            .into_federation("sealed".to_owned())
    }

    pub fn offline_federation() -> Federation {
        let prompt = Prompt::try_from("consent").ok();
        Federation { offline_access: true, prompt, ..federation() }
    }

    fn read(document: &Value, former: Option<&Federation>) -> Result<FederationChange, Faults> {
        FederationChange::read(document, former, &InsecureHosts::default())
    }

    fn places(document: &Value, former: Option<&Federation>) -> Vec<String> {
        let faults = read(document, former).err().map_or(Vec::new(), |faults| faults.as_slice().to_vec());
        faults.into_iter().map(|fault| fault.pointer).collect()
    }

    fn with(name: &str, value: Value) -> Value {
        let mut document = document();
        document[name] = value;
        document
    }

    #[test]
    fn the_secret_is_stored_sealed_and_never_shown() {
        let document = json!({
            "issuer": "https://op.example/realms/a", "clientId": "gateway", "clientSecret": "a secret", "active": false,
            "trustedEmailDomains": ["Example.com"], "sessionHours": 8, "prompt": "login consent",
            "offlineAccess": true,
        });
        let change = read(&document, None).unwrap_or_else(|faults| panic!("{faults}"));
        assert_eq!(change.secret().map(ClientSecret::expose), Some("a secret"));
        let federation = change.into_federation("sealed".to_owned());
        let shown = json!({
            "issuer": "https://op.example/realms/a", "clientId": "gateway", "active": false,
            "trustedEmailDomains": ["example.com"], "sessionHours": 8, "prompt": "login consent",
            "offlineAccess": true,
        });
        assert_eq!(federation.shown(), shown);
        assert_eq!(serde_json::from_value::<Federation>(json!(federation)).unwrap(), federation);
        assert_eq!((federation.sealed_secret(), federation.session_hours()), ("sealed", 8));
    }

    #[test]
    fn a_session_lasts_twelve_hours_by_default() {
        let federation = federation();
        assert_eq!((federation.session_hours(), federation.prompt()), (12, None));
        let shown = json!({
            "issuer": "https://op.example/realms/a", "clientId": "gateway", "active": true, "sessionHours": 12,
        });
        assert_eq!(federation.shown(), shown);
    }

    #[test]
    fn the_secret_is_kept_for_the_same_client_only() {
        let former = federation();
        let without = |name: &str, value: &str| {
            let mut document = with(name, json!(value));
            document.as_object_mut().unwrap().remove("clientSecret");
            document
        };
        let same = without("clientId", "gateway");
        assert!(read(&same, Some(&former)).is_ok_and(|change| change.secret().is_none()));
        for changed in [without("clientId", "other"), without("issuer", "https://op.example/realms/b")] {
            assert_eq!(places(&changed, Some(&former)), ["/clientSecret"]);
        }
        assert_eq!(places(&same, None), ["/clientSecret"]);
    }

    #[test]
    fn all_faults_are_found() {
        assert_eq!(places(&json!({}), None), ["/issuer", "/clientId", "/clientSecret", "/active"]);
        for (name, bad) in [
            ("issuer", json!("op.example")),
            ("issuer", json!("http://op.example")),
            ("issuer", json!("https://127.0.0.1")),
            ("issuer", json!("https://op.example?x")),
            ("clientId", json!("")),
            ("clientId", json!("a\n")),
            ("clientId", json!("a".repeat(257))),
            ("clientSecret", json!("")),
            ("clientSecret", json!("ä")),
            ("clientSecret", json!("a".repeat(1025))),
            ("active", json!("true")),
            ("trustedEmailDomains", json!([])),
            ("sessionHours", json!(0)),
            ("sessionHours", json!(169)),
            ("sessionHours", json!(1.5)),
            ("prompt", json!("none")),
            ("prompt", json!("login  consent")),
            ("prompt", json!("login login")),
            ("prompt", json!("")),
            ("offlineAccess", json!("true")),
            ("more", json!(1)),
        ] {
            assert_eq!(places(&with(name, bad.clone()), None), [format!("/{name}")], "{bad}");
        }
        let domains = with("trustedEmailDomains", json!(["a.example", "*.example"]));
        assert_eq!(places(&domains, None), ["/trustedEmailDomains/1"]);
    }

    #[test]
    fn a_fault_does_not_repeat_the_secret() {
        let Err(faults) = read(&with("clientSecret", json!("geheimnis-ä")), None) else { panic!("a fault") };
        assert!(!serde_json::to_string(&faults).unwrap().contains("geheimnis"));
    }

    #[test]
    fn local_providers_are_for_local_work() {
        let document = with("issuer", json!("http://localhost:9100"));
        assert_eq!(places(&document, None), ["/issuer"]);
        let insecure = InsecureHosts::parse("localhost:9100");
        assert!(FederationChange::read(&document, None, &insecure).is_ok());
    }
}
