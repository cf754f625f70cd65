//! The request by which a user signs in at the provider.

use crate::login::login_attempt::LoginAttempt;
use crate::login::relying_party::RelyingParty;

/// What the gateway asks for. `offline_access` is not among it: such refresh tokens outlive the session at the provider, and with a
/// session ended there, that here has to end.
pub(super) const SCOPE: &str = "openid email profile";

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
        ("scope", SCOPE),
        ("state", state),
        ("nonce", &*nonce),
        ("code_challenge", &*challenge),
        ("code_challenge_method", "S256"),
    ];
    parameters.extend(party.federation.prompt().map(|prompt| ("prompt", prompt)));
    party.provider.authorization_endpoint.with_parameters(&parameters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::login::browser_binding::BrowserBinding;
    use crate::login::relying_party::tests::with_party;
    use crate::login::return_path::ReturnPath;
    use crate::token::numeric_date::NumericDate;

    #[test]
    fn the_url_has_what_the_flow_needs() {
        let now = NumericDate::from_seconds(0.0);
        let attempt =
            LoginAttempt::new([1; 32], ReturnPath::root(), now, &BrowserBinding::new([2; 32]), None);
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
}
