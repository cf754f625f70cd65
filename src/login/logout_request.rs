//! The request by which a user signs out at the provider.

use crate::login::relying_party::{RelyingParty, SIGNED_OUT_PATH};

/// The longest URL with the ID Token in it, in bytes: many servers take a request line of 8 KiB.
const MAX_URL_BYTES: usize = 8000;

/// The URL at which the user signs out (OpenID Connect RP-Initiated Logout 1.0, section 2). An ID Token that makes it too long is left
/// out; the provider may then ask the user.
pub fn logout_url(party: RelyingParty<'_>, id_token: Option<&str>, state: &str) -> String {
    let redirect_uri = format!("{}{SIGNED_OUT_PATH}", party.public_url);
    let client =
        [("client_id", party.client_id()), ("post_logout_redirect_uri", &*redirect_uri), ("state", state)];
    let hint = id_token.map(|id_token| ("id_token_hint", id_token));
    let endpoint = &party.provider.end_session_endpoint;
    let url = endpoint.with_parameters(&hint.into_iter().chain(client).collect::<Vec<_>>());
    if url.len() > MAX_URL_BYTES { endpoint.with_parameters(&client) } else { url }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::login::relying_party::tests::with_party;

    #[test]
    fn the_url_names_the_session_unless_it_gets_too_long() {
        let rest = "client_id=gateway&post_logout_redirect_uri=https%3A%2F%2Fgateway.example.com%2Fauth%2Fsigned-out&state=s";
        let long = "x".repeat(7900);
        for (id_token, hint) in [(None, ""), (Some("a.b.c"), "id_token_hint=a.b.c&"), (Some(&*long), "")] {
            let url = with_party(|_| (), |party| logout_url(party, id_token, "s"));
            assert_eq!(url, format!("https://op.example/logout?{hint}{rest}"));
        }
    }
}
