//! What the OpenID Provider says about itself, as far as a login needs it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::document_reader::{self, Node, Properties};
use crate::fault::Faults;
use crate::http::egress::InsecureHosts;
use crate::issuer::Issuer;
use crate::login::provider_endpoint::ProviderEndpoint;
use crate::token::algorithm::{Algorithm, Scheme};
use crate::token::strict_json;

/// What the provider says about itself (OpenID Connect Discovery 1.0, section 3; RP-Initiated Logout 1.0, section 2.1). It is kept as
/// JSON, with the names of these specifications.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderMetadata {
    /// The `iss` of its tokens.
    pub issuer: String,
    /// Where users sign in.
    pub authorization_endpoint: ProviderEndpoint,
    /// Where codes and refresh tokens are exchanged.
    pub token_endpoint: ProviderEndpoint,
    /// Its keys.
    pub jwks_uri: ProviderEndpoint,
    /// Where users sign out.
    pub end_session_endpoint: ProviderEndpoint,
    /// Where claims are that its ID Tokens lack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_endpoint: Option<ProviderEndpoint>,
    /// Where refresh tokens are revoked (RFC 7009).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revocation_endpoint: Option<ProviderEndpoint>,
    /// Whether authorization responses have the parameter `iss` (RFC 9207).
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
    /// `select_account`, if the provider lets users choose (OpenID Connect, Initiating User Registration 1.0, section 4).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) prompt_values_supported: Vec<String>,
    /// Those of the nine algorithms by which it signs ID Tokens.
    id_token_signing_alg_values_supported: Vec<String>,
}

/// The `prompt` by which a provider lets users choose an account.
pub(super) const SELECT_ACCOUNT: &str = "select_account";

/// How its signatures may be made.
const ALGORITHMS: &str = "at least one of RS256, RS384, RS512, ES256, ES384, ES512, PS256, PS384 and PS512";

impl ProviderMetadata {
    /// Reads the configuration that was fetched from [`Issuer::discovery_url`].
    pub fn read(issuer: &Issuer, body: &[u8], insecure: &InsecureHosts) -> Result<Self, Faults> {
        let document = strict_json::from_slice(body)
            .map_err(|_| Faults::one("", None, "a JSON object that has each member once"))?;
        let insecure = insecure.for_issuer(issuer.as_str());
        // What else a provider says is its own business.
        document_reader::read_stored(&document, |node| {
            node.properties(|document| read_properties(document, issuer, &insecure))
        })
    }

    /// Whether the provider says that users can choose an account there.
    pub(super) fn selects_account(&self) -> bool {
        self.prompt_values_supported.iter().any(|value| value == SELECT_ACCOUNT)
    }

    /// Whether the provider signs ID Tokens by an algorithm that is one of the nine.
    pub fn signs_by(&self, algorithm: Algorithm) -> bool {
        self.id_token_signing_alg_values_supported.iter().any(|name| name == algorithm.name())
    }
}

fn read_properties(
    document: &Properties<'_, '_>,
    issuer: &Issuer,
    insecure: &InsecureHosts,
) -> Option<ProviderMetadata> {
    let required = |name| {
        let node = document.required(name, "the URL of this endpoint")?;
        ProviderEndpoint::read(&node, insecure)
    };
    let optional = |name| match document.optional(name) {
        Some(node) => ProviderEndpoint::read(&node, insecure).map(Some),
        None => Some(None),
    };
    let named = document.required("issuer", "the issuer").map(|node| check_issuer(&node, issuer));
    let (authorization, token) = (required("authorization_endpoint"), required("token_endpoint"));
    let (keys, end_session) = (required("jwks_uri"), required("end_session_endpoint"));
    let (userinfo, revocation) = (optional("userinfo_endpoint"), optional("revocation_endpoint"));
    let response_types = document.required("response_types_supported", "an array with `code`");
    let code_flow = response_types.and_then(|node| check_contains(&node, "code"));
    let methods = document.optional("token_endpoint_auth_methods_supported");
    let authentication = methods.map_or(Some(()), |node| check_contains(&node, "client_secret_basic"));
    let challenges = document.optional("code_challenge_methods_supported");
    let challenge = challenges.map_or(Some(()), |node| check_contains(&node, "S256"));
    let algorithms = document.required("id_token_signing_alg_values_supported", ALGORITHMS);
    let algorithms = algorithms.and_then(|node| read_algorithms(&node));
    let has_issuer = document.optional("authorization_response_iss_parameter_supported");
    let has_issuer = has_issuer.map_or(Some(false), |node| node.boolean());
    // No login depends on it: whatever else is there does not matter.
    let prompts = document.optional("prompt_values_supported");
    let prompts = prompts.and_then(|node| node.value().as_array()).into_iter().flatten();
    let prompts = prompts.filter_map(Value::as_str).filter(|value| *value == SELECT_ACCOUNT);
    named?;
    code_flow?;
    authentication?;
    challenge?;
    Some(ProviderMetadata {
        issuer: issuer.as_str().to_owned(),
        authorization_endpoint: authorization?,
        token_endpoint: token?,
        jwks_uri: keys?,
        end_session_endpoint: end_session?,
        userinfo_endpoint: userinfo?,
        revocation_endpoint: revocation?,
        authorization_response_iss_parameter_supported: has_issuer?,
        prompt_values_supported: prompts.take(1).map(str::to_owned).collect(),
        id_token_signing_alg_values_supported: algorithms?,
    })
}

fn check_issuer(node: &Node<'_>, issuer: &Issuer) {
    if node.value().as_str() != Some(issuer.as_str()) {
        node.fault(format_args!("`{issuer}`, the issuer that is configured, to the letter"));
    }
}

fn check_contains(node: &Node<'_>, value: &str) -> Option<()> {
    let elements = node.elements()?;
    let is_there = elements.iter().any(|element| element.value() == value);
    if !is_there {
        node.fault(format_args!("an array with `{value}`"));
    }
    is_there.then_some(())
}

fn read_algorithms(node: &Node<'_>) -> Option<Vec<String>> {
    let elements = node.elements()?;
    let is_listed = |algorithm: &Algorithm| elements.iter().any(|node| node.value() == algorithm.name());
    let is_one_of_nine = |algorithm: &Algorithm| algorithm.scheme() != Scheme::Ed25519;
    let usable = Algorithm::all().filter(is_one_of_nine).filter(is_listed);
    let names: Vec<_> = usable.map(|algorithm| algorithm.name().to_owned()).collect();
    if names.is_empty() {
        node.fault(ALGORITHMS);
        return None;
    }
    Some(names)
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use serde_json::json;

    pub const ISSUER: &str = "https://op.example/realms/a";

    pub fn document() -> Value {
        json!({
            "issuer": ISSUER,
            "authorization_endpoint": "https://op.example/auth",
            "token_endpoint": "https://op.example/token",
            "jwks_uri": "https://op.example/jwks",
            "end_session_endpoint": "https://op.example/logout",
            "userinfo_endpoint": "https://op.example/me",
            "revocation_endpoint": "https://op.example/revoke",
            "response_types_supported": ["code", "code id_token"],
            "id_token_signing_alg_values_supported": ["none", "HS256", "RS256", "ES256", "EdDSA"],
            "authorization_response_iss_parameter_supported": true,
            "code_challenge_methods_supported": ["plain", "S256"],
            "scopes_supported": ["openid"],
        })
    }

    pub fn metadata() -> ProviderMetadata {
        read(&document()).unwrap()
    }

    fn read(document: &Value) -> Result<ProviderMetadata, Faults> {
        read_insecurely(document, "")
    }

    fn read_insecurely(document: &Value, insecure: &str) -> Result<ProviderMetadata, Faults> {
        let issuer = Issuer::try_from(ISSUER).unwrap();
        ProviderMetadata::read(&issuer, document.to_string().as_bytes(), &InsecureHosts::parse(insecure))
    }

    fn places(faults: &Faults) -> Vec<&str> {
        faults.as_slice().iter().map(|fault| &*fault.pointer).collect()
    }

    #[test]
    fn metadata_is_kept_as_it_was_read() {
        let read = metadata();
        assert_eq!(read.token_endpoint.as_str(), "https://op.example/token");
        assert!(read.authorization_response_iss_parameter_supported);
        assert_eq!(serde_json::from_value::<ProviderMetadata>(json!(read)).unwrap(), read);
        let signs = |name| read.signs_by(Algorithm::try_from(name).unwrap());
        assert_eq!(["RS256", "ES256", "PS256", "EdDSA"].map(signs), [true, true, false, false]);
    }

    #[test]
    fn optional_members_may_be_missing() {
        let mut least = document();
        for name in [
            "userinfo_endpoint",
            "revocation_endpoint",
            "authorization_response_iss_parameter_supported",
            "code_challenge_methods_supported",
        ] {
            least.as_object_mut().unwrap().remove(name);
        }
        let read = read(&least).unwrap();
        assert_eq!((&read.userinfo_endpoint, &read.revocation_endpoint), (&None, &None));
        assert!(!read.authorization_response_iss_parameter_supported);
        assert_eq!(serde_json::from_value::<ProviderMetadata>(json!(read)).unwrap(), read);
    }

    #[test]
    fn of_the_prompts_only_the_choice_of_an_account_counts() {
        for (prompts, selects) in [
            (json!(["none", "select_account", "select_account"]), true),
            (json!(["login", 7]), false),
            (json!("select_account"), false),
        ] {
            let mut document = document();
            document["prompt_values_supported"] = prompts;
            let read = read(&document).unwrap();
            assert_eq!(read.selects_account(), selects, "{document}");
            assert_eq!(serde_json::from_value::<ProviderMetadata>(json!(read)).unwrap(), read);
        }
    }

    #[test]
    fn all_faults_are_found() {
        let faults = read(&json!({})).unwrap_err();
        let required = [
            "/issuer",
            "/authorization_endpoint",
            "/token_endpoint",
            "/jwks_uri",
            "/end_session_endpoint",
            "/response_types_supported",
            "/id_token_signing_alg_values_supported",
        ];
        assert_eq!(places(&faults), required);
        for (name, bad) in [
            ("issuer", json!("https://op.example/realms/a/")),
            ("issuer", json!("https://other.example")),
            ("issuer", json!([ISSUER])),
            ("authorization_endpoint", json!("http://op.example/auth")),
            ("authorization_endpoint", json!("https://op.example/auth#x")),
            ("authorization_endpoint", json!("javascript:alert(1)")),
            ("token_endpoint", json!("https://10.0.0.1/token")),
            ("token_endpoint", json!("https://user:pass@op.example/token")),
            ("token_endpoint", json!(format!("https://op.example/{}", "a".repeat(MAX_BYTES)))),
            ("jwks_uri", json!("https://169.254.169.254/jwks")),
            ("end_session_endpoint", json!("https://localhost/logout")),
            ("userinfo_endpoint", json!("https://op.internal/me")),
            ("userinfo_endpoint", json!(7)),
            ("revocation_endpoint", json!("ftp://op.example")),
            ("response_types_supported", json!(["id_token", "code token"])),
            ("response_types_supported", json!("code")),
            ("token_endpoint_auth_methods_supported", json!(["client_secret_post"])),
            ("code_challenge_methods_supported", json!(["plain"])),
            ("code_challenge_methods_supported", json!([])),
            ("code_challenge_methods_supported", json!("S256")),
            ("id_token_signing_alg_values_supported", json!([])),
            ("id_token_signing_alg_values_supported", json!(["none", "HS256", "EdDSA", "rs256"])),
            ("id_token_signing_alg_values_supported", json!("RS256")),
            ("authorization_response_iss_parameter_supported", json!("true")),
        ] {
            let mut document = document();
            document[name] = bad;
            assert_eq!(places(&read(&document).unwrap_err()), [format!("/{name}")], "{document}");
        }
    }

    const MAX_BYTES: usize = 2048;

    #[test]
    fn a_body_that_is_no_object_is_refused() {
        let issuer = Issuer::try_from(ISSUER).unwrap();
        let twice = document().to_string().replacen('{', &format!(r#"{{"issuer":"{ISSUER}","#), 1);
        for body in ["", "<html>", "[]", "null", &twice] {
            let insecure = InsecureHosts::default();
            assert!(ProviderMetadata::read(&issuer, body.as_bytes(), &insecure).is_err(), "{body}");
        }
    }

    #[test]
    fn insecure_endpoints_need_an_insecure_issuer() {
        let mut local = document();
        local["token_endpoint"] = json!("http://localhost:9100/token");
        assert_eq!(places(&read_insecurely(&local, "localhost:9100").unwrap_err()), ["/token_endpoint"]);
        assert!(read_insecurely(&local, "op.example:443,localhost:9100").is_ok());
    }
}
