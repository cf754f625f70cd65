//! The request by which a user signs in at the provider.

use crate::login::login_attempt::LoginAttempt;
use crate::login::relying_party::RelyingParty;

/// The scopes that are always requested.
pub(super) const SCOPE: &str = "openid email profile";

/// The same with `offline_access` (OpenID Connect Core 1.0, section 11), if the federation says so: such refresh tokens outlive the
/// session at the provider, and where others are issued, as by Keycloak, a session that ended there would not end here.
const OFFLINE_SCOPE: &str = "openid email profile offline_access";

/// The URL at which the user signs in (OpenID Connect Core 1.0, section 3.1.2.1; RFC 7636, section 4.3). `state` is the sealed text of
/// the attempt.
pub fn authorization_url(party: RelyingParty<'_>, attempt: &LoginAttempt, state: &str) -> String {
    let transaction = attempt.transaction();
    let (redirect_uri, nonce) = (party.redirect_uri(), transaction.nonce());
    let challenge = transaction.code_challenge();
    let mut parameters = vec![
        ("response_type", "code"),
        ("client_id", party.client_id()),
        ("redirect_uri", &*redirect_uri),
        ("scope", if party.federation.offline_access() { OFFLINE_SCOPE } else { SCOPE }),
        ("state", state),
        ("nonce", &*nonce),
        ("code_challenge", &*challenge),
        ("code_challenge_method", "S256"),
    ];
    parameters.extend(party.prompt(attempt.selects_account()).map(|prompt| ("prompt", prompt)));
    party.provider.authorization_endpoint.with_parameters(&parameters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::login::authorization_response::tests::attempt;
    use crate::login::browser_binding::BrowserBinding;
    use crate::login::relying_party::tests::{with_offline_party, with_party};
    use crate::login::return_path::ReturnPath;
    use crate::token::numeric_date::NumericDate;

    #[test]
    fn the_url_has_what_the_flow_needs() {
        let now = NumericDate::from_seconds(0.0);
        let attempt =
            LoginAttempt::new([1; 32], ReturnPath::root(), now, &BrowserBinding::new([2; 32]), "d1");
        let url = with_party(|_| (), |party| authorization_url(party, &attempt, "a.b-c"));
        let url = url::Url::parse(&url).unwrap();
        let parameters: Vec<_> = url.query_pairs().into_owned().collect();
        let (nonce, challenge) = (attempt.transaction().nonce(), attempt.transaction().code_challenge());
        let expected = [
            ("response_type", "code"),
            ("client_id", "gateway"),
            ("redirect_uri", "https://gateway.example.com/auth/federation-callback"),
            ("scope", "openid email profile"),
            ("state", "a.b-c"),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        assert_eq!(parameters, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert!(!url.as_str().contains(&attempt.transaction().code_verifier()));
    }

    #[test]
    fn who_wants_another_account_is_asked_for_it() {
        let prompt = |provider: &[&str], attempt: &LoginAttempt| {
            let offered = provider.iter().map(ToString::to_string).collect();
            let url = with_party(
                |metadata| metadata.prompt_values_supported = offered,
                |party| authorization_url(party, attempt, "s"),
            );
            url.split_once("&prompt=").map(|(_, prompt)| prompt.to_owned())
        };
        let (plain, other) = (attempt(), attempt().selecting_account());
        assert_eq!(prompt(&["select_account"], &plain), None);
        assert_eq!(prompt(&["login", "select_account"], &other).as_deref(), Some("select_account"));
        assert_eq!(prompt(&[], &other).as_deref(), Some("login"));
        let consenting = |attempt: &LoginAttempt| {
            let url = with_offline_party(|party| authorization_url(party, attempt, "s"));
            url.split_once("&prompt=").map(|(_, prompt)| prompt.to_owned())
        };
        assert_eq!(consenting(&plain).as_deref(), Some("consent"));
        assert_eq!(consenting(&other).as_deref(), Some("login%20consent"));
    }

    #[test]
    fn offline_access_is_requested_where_the_federation_says_so() {
        let url = |party: RelyingParty<'_>| authorization_url(party, &attempt(), "s");
        let scope = "scope=openid%20email%20profile";
        let (plain, offline) = (with_party(|_| (), url), with_offline_party(url));
        assert!(plain.contains(&format!("{scope}&")), "{plain}");
        assert!(offline.contains(&format!("{scope}%20offline_access&")), "{offline}");
    }
}
